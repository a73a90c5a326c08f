"""The API exercised by its own description, with as many requests as are wanted."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    response_headers_conformance,
    unsupported_method,
)

from tests.reliability.hostile.site import Site
from tests.support.operations import CHECKS, each_operation

MORE_CHECKS = [*CHECKS, response_headers_conformance, unsupported_method, negative_data_rejection]

HELD = 30  # of everything a path can name by its number


@dataclass(slots=True)
class Exercised:
    """Requests by operation, and each kind of fault once for each operation."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def exercise_api(site: Site, examples: int) -> Exercised:
    """Valid and invalid requests made from the description, checked against it."""
    done = Exercised()
    for operation in each_operation(site.app.test_client()):
        for mode in schemathesis.GenerationMode:
            _exercise(operation, mode, examples, done)
    return done


def _exercise(
    operation: schemathesis.APIOperation,
    mode: schemathesis.GenerationMode,
    examples: int,
    done: Exercised,
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answer(case: schemathesis.Case) -> None:
        if mode.is_positive:
            case.path_parameters = {
                name: value % HELD + 1 if isinstance(value, int) else value
                for name, value in (case.path_parameters or {}).items()
            }
        response = case.call()
        done.requests[operation.label] += 1
        done.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=MORE_CHECKS)
        except FailureGroup as found:
            done.faults += [f"{operation.label}: {one!s:.400}" for one in found.exceptions]

    with suppress(Unsatisfiable):  # what takes no argument has no invalid one
        answer()
