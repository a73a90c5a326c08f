"""The API exercised by its own description: no answer is a server error or of another shape."""

import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
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
    """Asked from this machine, which may write."""

    def ask(environ: dict[str, Any], start_response: Any) -> Any:
        random.seed()  # Whoosh names segments by it, and Hypothesis seeds it anew for each example
        return client.application(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", ask)
    yield from (found.ok() for found in schema.get_all_operations())


@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
def test_every_answer_is_as_described(
    client: FlaskClient, mode: schemathesis.GenerationMode
) -> None:
    """To requests that are as described, and to others."""
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
        @given(case=operation.as_strategy(generation_mode=mode))
        def answer(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS)

        try:
            with suppress(Unsatisfiable):  # what takes no argument has no wrong one
                answer()
        except Exception as exc:  # any of several kinds, told with the operation it is of
            pytest.fail(f"{operation.label}: {exc}")
