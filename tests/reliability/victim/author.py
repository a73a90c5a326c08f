"""What a crash run asks of an archive: articles and work on them, chosen at random from a seed."""

import random
from collections.abc import Sequence

from tests.reliability.victim.ledger import Item, Ledger, Operation, State

MAX_ARTICLES = 50
MIN_ARTICLES = 6
WORDS = ("missiles", "portée", "élection", "climat", "récolte", "train", "hôpital", "budget")


class Author:
    """Writes articles that share words with all others, each version with one that is its own."""

    def __init__(self, seed: int) -> None:
        self.chosen = random.Random(seed)
        self._written = 0

    def plan(self, kinds: Sequence[str], ledger: Ledger) -> list[Operation]:
        """An operation of each kind, each on what the ones before it leave."""
        planned, state = [], ledger.state
        for kind in kinds:
            operation = self._work(kind, state, sorted(ledger.backups))
            planned.append(operation)
            (state,) = Ledger(state, ledger.backups).outcomes(operation, 0, done=True)
        return planned

    def _work(self, kind: str, state: State, backups: Sequence[str]) -> Operation:
        """Where too few articles are there some are added, and where too many some deleted."""
        some = self.chosen.randint(1, 3)
        if kind in ("update", "delete") and len(state) < MIN_ARTICLES:
            kind = "add"
        if kind == "add" and len(state) > MAX_ARTICLES:
            kind, some = "delete", 10
        if kind == "add":
            return Operation(kind, tuple(self.write() for _ in range(some)))
        if kind == "update":
            picked = self.chosen.sample(sorted(state), some)
            return Operation(kind, tuple(self.write(url) for url in picked))
        if kind == "delete":
            return Operation(kind, urls=tuple(self.chosen.sample(sorted(state), some)))
        return Operation(kind, folder=self.chosen.choice(backups) if kind == "restore" else "")

    def write(self, url: str | None = None) -> Item:
        self._written += 1
        word = _mark(self._written)
        shared = " ".join(self.chosen.choices(WORDS, k=12))
        text = f"Le texte commun dit {word} et aussi {shared}.\n\nIl redit {word} une autre fois."
        return Item(url or f"https://a.example/{self._written}", f"Titre {word}", text)


def mark_of(title: str) -> str:
    """The word that only the version with this title holds."""
    return title.rpartition(" ")[2]


def _mark(number: int) -> str:
    """A word of its own for each number, of letters alone, which no stemmer shortens."""
    letters = ""
    while number:
        number, digit = divmod(number, 20)
        letters = "bcdfghjklmnpqrtvwxzk"[digit] + "o" + letters
    return f"{letters}k"
