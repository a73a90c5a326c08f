"""The API exercised by its own description: no answer is a server error or of another shape."""

from contextlib import suppress

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from tests.support.operations import CHECKS, each_operation


@pytest.mark.slow
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
