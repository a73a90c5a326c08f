"""One request: who sends it, what it does, what it goes without.

It is noted where it happens; metrics, log line and audit are made from it. Outside a request, on
the command line and in the threads beside the server, what is noted is forgotten.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from archive.messages import Message
from archive.model import ItemOutcome
from archive.store.accounts import Account
from web.routes import Level, Part

SearchKind = Literal["search", "similar"]
Answer = Literal["found", "nothing", "refused", "unavailable", "failed"]
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone, by `name` in audit and log, and what they may do here.

    `problem` says why what was given as a credential is none, `may_give_token` that a form's token
    would raise the level, `may_sign_in` that there are accounts. `touch` notes a credential's use.
    """

    level: Level
    name: str = UNKNOWN
    account: Account | None = None
    token_id: int | None = None
    by_cookie: bool = False
    problem: Message | None = None
    may_give_token: bool = False
    may_sign_in: bool = False
    touch: Callable[[], None] | None = field(default=None, repr=False)

    @property
    def is_known(self) -> bool:
        return self.name != UNKNOWN


@dataclass(frozen=True, slots=True)
class SearchNote:
    """A search and what came of it, without a word of it; `results` is None where it failed."""

    kind: SearchKind
    mode: str
    answer: Answer
    results: int | None
    words: int
    seconds: float


@dataclass(slots=True)
class RequestState:
    """One request: `identity` is nobody's until it is asked for.

    `pressure` is the share of the waiting room that was taken when its work began; `admitted` that
    it holds one of the places for work, `left_out` what its answer goes without.
    """

    request_id: str = ""
    started: float = field(default_factory=time.perf_counter)
    identity: Identity = field(default_factory=lambda: Identity(Level.NOBODY))
    pressure: float = 0.0
    admitted: bool = False
    left_out: list[Part] = field(default_factory=list)
    searches: list[SearchNote] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)


_current: ContextVar[RequestState | None] = ContextVar("current_request", default=None)


def get_request_state() -> RequestState:
    """The state of the request that is being answered; outside of one, a new state."""
    return _current.get() or RequestState()


def set_request_state(state: RequestState | None) -> None:
    _current.set(state)


def show_message(message: Message) -> Message:
    """The message as whoever asks may see it: only admins learn where files lie."""
    is_admin = get_request_state().identity.level >= Level.ADMIN
    return message if is_admin else message.without_folders()


def note_search(search: SearchNote) -> None:
    get_request_state().searches.append(search)


def note_outcomes(outcomes: Iterable[ItemOutcome]) -> None:
    state = get_request_state()
    for outcome in outcomes:
        state.outcomes.append(outcome.outcome)
        if outcome.id is not None:
            state.changed.append(f"{outcome.outcome} {outcome.id}")


def note_changed(*changed: str) -> None:
    """Name for the audit what the request's own address does not."""
    get_request_state().changed += changed


@contextmanager
def time_stage(stage: str) -> Iterator[None]:
    """Add the block's time to the request's stage."""
    start = time.perf_counter()
    try:
        yield
    finally:
        stages = get_request_state().stages
        stages[stage] = stages.get(stage, 0.0) + time.perf_counter() - start
