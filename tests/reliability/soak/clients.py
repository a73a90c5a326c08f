"""Who uses the served archive while it is soaked: readers, and one writer.

Plain processes with httpx: what is measured is the server, so a client shall be cheap and its
clock its own; a tool that spawns users as green threads would share one of the two cores.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from string import ascii_lowercase
from typing import Any, Protocol

import httpx

KINDS = (
    "keyword", "semantic", "hybrid", "similar", "article", "suggest", "feed", "timeline", "page",
)  # fmt: skip
LEFT_OUT_HEADER = "X-Hemero-Left-Out"
TIMEOUT_SECONDS = 30.0
SAMPLE_PAGES, SAMPLE_SIZE = 10, 100
VISIBLE_WITHIN_SECONDS = 60.0
LOOK_SECONDS = 0.1
WATCHED_EVERY = 10
ROUND_STEPS = 5  # two articles added and updated, one removed
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """Articles that stay for as long as the run: their numbers and the words of their titles."""

    ids: tuple[int, ...]
    words: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Record:
    """What one client saw: seconds by kind, what failed, how many answers left a part out."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    lightened: int = 0

    def add(self, kind: str, seconds: float) -> None:
        self.seconds.setdefault(kind, []).append(seconds)

    def absorb(self, other: "Record") -> None:
        for kind, seconds in other.seconds.items():
            self.seconds.setdefault(kind, []).extend(seconds)
        self.failures += other.failures
        self.lightened += other.lightened


def take_sample(client: httpx.Client, chosen: random.Random) -> Sample:
    """From pages all over the list of articles."""
    size = {"page_size": SAMPLE_SIZE}
    total = client.get("/api/v1/articles", params=size).json()["total"]
    pages = range(1, -(-total // SAMPLE_SIZE) + 1)
    found: dict[int, tuple[str, ...]] = {}
    for page in chosen.sample(pages, min(SAMPLE_PAGES, len(pages))):
        answer = client.get("/api/v1/articles", params={"page": page} | size).json()
        for article in answer["articles"]:
            words = tuple(
                word
                for word in article["title"].split()
                if word.isalnum() and len(word) >= SHORTEST
            )
            if words:
                found[article["id"]] = words
    return Sample(tuple(found), tuple(found.values()))


def read_until(address: str, sample: Sample, seed: int, ends: float) -> Record:
    """One reader's record; it asks again as soon as it is answered."""
    chosen, record = random.Random(seed), Record()
    with httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS) as client:
        while time.time() < ends:
            kind = chosen.choice(KINDS)
            path, parameters = make_request(kind, sample, chosen)
            _ask(client, kind, path, parameters, record)
    return record


def make_request(kind: str, sample: Sample, chosen: random.Random) -> tuple[str, dict[str, Any]]:
    """The path and the arguments of a request of the kind."""
    words = chosen.choice(sample.words)
    asked = " ".join(chosen.sample(words, min(3, len(words))))
    article = chosen.choice(sample.ids)
    return {
        "similar": ("/api/v1/similar", {"article": article}),
        "article": (f"/articles/{article}", {}),
        "suggest": ("/suggest", {"q": chosen.choice(words)[:4]}),
        "feed": ("/search.atom", {"q": asked}),
        "timeline": ("/api/v1/timeline", {"q": max(words, key=len)}),
        "page": ("/search", {"q": asked}),
    }.get(kind) or ("/api/v1/search", {"q": asked, "mode": kind, "facets": "true"})


def write_until(address: str, seed: int, ends: float, per_second: float) -> Record:
    """The writer's record: it adds an article, writes it anew and removes every other one.

    It works until the time is up, and until it has done each once.
    """
    with httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS) as client:
        writer = Writer(client, random.Random(seed))
        for step, work in enumerate(writer.steps()):
            due = time.time() + 1 / per_second
            if due > ends and step >= ROUND_STEPS:
                break
            work(watched=step % WATCHED_EVERY == 0)
            time.sleep(max(0.0, due - time.time()))
        return writer.record


class Work(Protocol):
    def __call__(self, watched: bool) -> None: ...


class Writer:
    """Writes articles of which each version holds a word that no other text holds."""

    def __init__(self, client: httpx.Client, chosen: random.Random) -> None:
        self.record = Record()
        self._client, self._chosen = client, chosen
        self._name, self._word, self._id = "", "", 0

    def steps(self) -> Iterator[Work]:
        for number in count():
            self._name = f"n{number}"
            yield self._add
            yield self._update
            if number % 2:
                yield self._remove

    def _add(self, watched: bool) -> None:
        self._put("added", 201, watched)

    def _update(self, watched: bool) -> None:
        self._put("updated", 200, watched)

    def _put(self, kind: str, status: int, watched: bool) -> None:
        self._word = "".join(self._chosen.choices(ascii_lowercase, k=16))
        fields = {
            "title": f"Dépêche {self._name}",
            "text": f"Le bac {self._word} relie les deux rives de la Sarvelle, dit la mairie.",
            "url": f"https://soak.example/{self._name}",
        }
        answer = self._send(kind, status, "POST", "/api/v1/articles", fields)
        if answer is not None:
            self._id = answer.json()["id"]
            if watched:
                self._wait_until_found()

    def _remove(self, watched: bool) -> None:
        self._send("removed", 204, "DELETE", f"/api/v1/articles/{self._id}")
        if self._finds():
            self.record.failures.append(f"article {self._id} was found after its removal")

    def _send(
        self, kind: str, status: int, method: str, path: str, fields: object = None
    ) -> httpx.Response | None:
        begun = time.perf_counter()
        answer = self._client.request(method, path, json=fields)
        self.record.add(kind, time.perf_counter() - begun)
        if answer.status_code == status:
            return answer
        self.record.failures.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
        return None

    def _wait_until_found(self) -> None:
        begun = time.perf_counter()
        while not self._finds():
            if time.perf_counter() - begun > VISIBLE_WITHIN_SECONDS:
                self.record.failures.append(f"article {self._id} is not found")
                return
            time.sleep(LOOK_SECONDS)
        self.record.add("visible", time.perf_counter() - begun)

    def _finds(self) -> bool:
        asked = {"q": self._word, "mode": "keyword"}
        return bool(self._client.get("/api/v1/search", params=asked).json()["results"])


def _ask(
    client: httpx.Client, kind: str, path: str, parameters: dict[str, Any], record: Record
) -> None:
    begun = time.perf_counter()
    try:
        answer = client.get(path, params=parameters)
    except httpx.TransportError as exc:
        record.failures.append(f"{kind} {path} {parameters}: {exc!r}")
        return
    record.add(kind, time.perf_counter() - begun)
    record.lightened += LEFT_OUT_HEADER in answer.headers
    problem = _problem(kind, answer)
    if problem:
        record.failures.append(f"{kind} {path} {parameters}: {problem}")


def _problem(kind: str, answer: httpx.Response) -> str | None:
    if answer.status_code != 200:
        return f"{answer.status_code} {answer.text[:200]}"
    if kind in ("keyword", "semantic", "hybrid", "similar"):
        ids = [result["article"]["id"] for result in answer.json()["results"]]
        if len(ids) != len(set(ids)):
            return f"an article twice: {ids}"
    return None
