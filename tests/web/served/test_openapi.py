"""The API exercised by its own description: no answer is a server error or of another shape."""

from collections.abc import Iterator

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def each_operation(client: FlaskClient) -> Iterator[schemathesis.APIOperation]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", client.application)
    yield from (found.ok() for found in schema.get_all_operations())


def test_every_answer_is_as_described(client: FlaskClient) -> None:
    operations = list(each_operation(client))
    assert len(operations) > 15
    for operation in operations:

        @settings(
            max_examples=10,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def answer(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        try:
            answer()
        except Exception as exc:  # any of several kinds, told with the operation it is of
            pytest.fail(f"{operation.label}: {exc}")
