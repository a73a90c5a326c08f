"""The API's operations, as its own description lists them."""

import random
from collections.abc import Iterator
from typing import Any

import schemathesis
from flask.testing import FlaskClient
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
