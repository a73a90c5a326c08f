"""The short form of `fuzz`: mutated inputs of every kind raise only what their readers tell."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reliability.fuzz.run import NAMES, Outcome, read_outcome
from tests.reliability.fuzz.targets import TARGETS, make_seeds
from tests.reliability.hostile.strings import OWN
from tests.support.work import at_most

SEEDS = make_seeds()
MAX_PROCESSOR_SECONDS = 10
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 40),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from([text[:60].encode("utf-8", "replace") for text in OWN]),
            st.sampled_from(
                [b"<", b'"', b"&#x0;", b"\x00", b"\xff\xfe", b"]]>", b"{", b"\x1f\x8b"]
            ),
        ),
    ),
    max_size=6,
)


def mutate(seed: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """The seed with other bytes in some places, each a share of its length."""
    for share, removed, added in edits:
        at = int(share * (len(seed) + 1))
        seed = seed[:at] + added + seed[at + removed :]
    return seed


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_seeds_are_read(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_mutated_input_raises_nothing_else_and_ends_soon(name: str) -> None:
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.sampled_from(SEEDS[name]), edits=EDITS)
    def read(seed: bytes, edits: list[tuple[float, int, bytes]]) -> None:
        with at_most(MAX_PROCESSOR_SECONDS):
            TARGETS[name](mutate(seed, edits))

    read()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["query", "filter", "line"])
def test_any_text_is_read(name: str) -> None:
    for text in OWN:
        TARGETS[name](text.encode("utf-8", "replace"))


def test_the_long_run_knows_every_target() -> None:
    assert set(NAMES) == set(TARGETS)


def test_a_run_tells_its_executions_and_its_failure() -> None:
    fine = "#2\tINITED cov: 5 ft: 6\n#8\tNEW    cov: 9 ft: 7\nDone 4096 runs in 3 second(s)\n"
    assert read_outcome("query", fine, 0) == Outcome("query", 4096, 9, "")
    broken = (
        '#16\tNEW cov: 7\n  File "archive/x.py", line 3, in f\nKeyError: 1\n'
        "Test unit written to /tmp/crash-1\n"
    )
    failed = read_outcome("page", broken, 77)
    assert failed.executions == 16
    assert "KeyError: 1" in failed.failure
    assert "archive/x.py:3" in failed.failure
    assert "/tmp/crash-1" in failed.failure
