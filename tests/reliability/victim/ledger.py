"""The model of an archive: what was acknowledged, and what may be there after a kill. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# Title and text of each version of an article, the oldest first, by its URL.
State = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """An article to add, or to put in place of the one that has its URL."""

    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One piece of work of a child.

    `kind` is the name of a method of victim.Victim; `folder` the
    name of a backup; `shift` sets the child's clock, in seconds, before it begins.
    """

    kind: str
    items: tuple[Item, ...] = ()
    urls: tuple[str, ...] = ()
    folder: str = ""
    arguments: tuple[str, ...] = ()
    shift: int = 0

    def record(self) -> dict[str, Any]:
        return asdict(self)


def read_operation(record: dict[str, Any]) -> Operation:
    plain = record | {"items": tuple(Item(**item) for item in record["items"])}
    return Operation(**plain)


@dataclass(slots=True)
class Ledger:
    """What an archive must hold; `backups` what each of its backups does, by name."""

    state: State = field(default_factory=dict)
    backups: dict[str, State] = field(default_factory=dict)

    def outcomes(self, operation: Operation, acknowledged: int, done: bool) -> list[State]:
        """Every state the archive may be in once the operation has ended, or been ended."""
        if operation.kind in ("add", "update"):
            least = len(operation.items) if done else acknowledged
            kept = range(least, len(operation.items) + 1)
            return [put(self.state, operation.items[:count]) for count in kept]
        after = self._after(operation)
        return [after] if done or after == self.state else [self.state, after]

    def _after(self, operation: Operation) -> State:
        if operation.kind == "delete":
            return {url: held for url, held in self.state.items() if url not in operation.urls}
        if operation.kind == "restore":
            return self.backups[operation.folder]
        return self.state


def put(state: State, items: Sequence[Item]) -> State:
    """The state with these articles added, or revised where they are held."""
    after = dict(state)
    for item in items:
        version = (item.title, item.text)
        after[item.url] = (*after.get(item.url, ()), version)
    return after


def describe_difference(found: State, expected: State) -> str:
    """In one line what is lost, wrong and too much; empty where nothing is."""
    lost = sorted(expected.keys() - found.keys())
    extra = sorted(found.keys() - expected.keys())
    wrong = sorted(url for url in found.keys() & expected.keys() if found[url] != expected[url])
    named = (("lost", lost), ("wrong", wrong), ("too much", extra))
    return "; ".join(f"{what}: {', '.join(urls)}" for what, urls in named if urls)
