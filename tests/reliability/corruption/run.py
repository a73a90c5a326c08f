"""Every file of an archive's home damaged in every way, one at a time: is each damage noticed?

Run with `make corruption`; test_corruption.py is its short form. After each damage the archive is
opened, asked and looked at by the doctor, as a person would, and then repaired. A damage counts as

- harmless, where all that was held and every answer are as before and the doctor has nothing to say
- noticed, where a known error or the doctor named it
- unnoticed, where something is not as before and nobody said so
- wrong, where a search, or an article shown, was not as before and no error told the reader, be it
  that the doctor knows: the answer was given before anyone asked the doctor
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.reliability.corruption.trial import (
    STORE,
    Damage,
    Harm,
    Trial,
    Verdict,
    build_home,
    copy_with_journal,
    hurry,
)

# Derived from the rest, or made anew as soon as it is missing.
LOCKS = ("index/write.lock", "index/write.owner", "index/keyword/MAIN_WRITELOCK")
ARTICLE_TABLES = ("article", "article_version", "original_page")
# A whole store of another archive, newer than this index, has nothing that is not as written: the
# doctor alone sees that it is not the one indexed.
KNOWN_LIMITS = {(STORE, f"swapped with {STORE}")}
COUNTS = ("noticed", "harmless", "unnoticed", "wrong", "failed")


@dataclass(slots=True)
class Figures:
    """Damages by kind of file and what came of them; what passed unnoticed, by table; what must not
    be, a line each."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        self.counts[kind_of(verdict.damage.name), verdict.count] += 1
        if verdict.count == "unnoticed":
            self.passed.update(verdict.tables)
        serious = {*verdict.tables} & {*ARTICLE_TABLES} or not verdict.tables
        expected = (verdict.damage.name, verdict.damage.kind) in KNOWN_LIMITS
        if verdict.count == "wrong" and expected:
            return
        if verdict.count in ("failed", "wrong") or (verdict.count == "unnoticed" and serious):
            what = f"{verdict.damage.name}: {verdict.damage.kind}: {verdict.count}"
            self.bad.append(f"{what}: {verdict.problem or verdict.noticed or verdict.tables}")


def kind_of(name: str) -> str:
    """The file without what tells it from others of its kind."""
    path = Path(name)
    if path.suffix in (".faiss", ".npz", ".seg", ".toc"):
        return f"*{path.suffix}"
    return path.name


def plan(home: Path, donor: Path, flips: int, seed: int) -> Iterator[Damage]:
    """Each damage of each file; `flips` single bits in the store, a tenth of it in other files."""
    chosen = random.Random(seed)
    names = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    for name in sorted({*names, *LOCKS}):
        path = home / name
        yield Damage(name, "removed", lambda p: p.unlink(missing_ok=True))
        yield Damage(name, "foreign", _write(b"\x89foreign content\n" * 100))
        yield Damage(name, "emptied", _write(b""))
        if not path.exists() or not path.stat().st_size:
            continue
        data = path.read_bytes()
        yield Damage(name, "cut in half", _write(data[: len(data) // 2]))
        yield Damage(name, "cut by a byte", _write(data[:-1]))
        for other in _siblings(home, donor, name):
            yield Damage(name, f"swapped with {other.name}", _write(other.read_bytes()))
        for place in _places(data, name, flips, chosen):
            yield Damage(name, f"bit {place}", _flip(place))


def _siblings(home: Path, donor: Path, name: str) -> list[Path]:
    """Another of its kind of this home, and one of another."""
    suffix, folder = Path(name).suffix, Path(name).parent
    if suffix not in (".faiss", ".npz", ".seg", ".toc"):
        return [donor / name] if (donor / name).exists() else []
    own = [path for path in sorted((home / folder).glob(f"*{suffix}")) if path != home / name]
    return [*own[:1], *sorted((donor / folder).glob(f"*{suffix}"))[:1]]


def _places(data: bytes, name: str, flips: int, chosen: random.Random) -> list[int]:
    """Bits anywhere; of the store as many again within texts of articles."""
    count = flips if name.startswith(STORE) else max(2, flips // 10)
    places = [chosen.randrange(8 * len(data)) for _ in range(count)]
    if name.startswith(STORE):
        starts = [n for n in range(len(data)) if data.startswith(b"Num\xc3\xa9ro ", n)]
        places += [
            8 * (chosen.choice(starts) - chosen.randrange(40)) + 3 for _ in range(count) if starts
        ]
    return places


def _write(data: bytes) -> Harm:
    def harm(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return harm


def _flip(place: int) -> Harm:
    def harm(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[place // 8] ^= 1 << place % 8
        path.write_bytes(data)

    return harm


def run(flips: int, seed: int, share: float = 1.0) -> Figures:
    """Damage a closed home and one left by a kill, in such a share of all ways planned."""
    figures, chosen = Figures(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, own in (("donor", 7), ("closed", 5)):
            build_home(root / name, own)
        copy_with_journal(root / "closed", root / "killed")
        for name in ("closed", "killed"):
            trial = Trial(root / name, root / "work")
            for damage in plan(root / name, root / "donor", flips, seed):
                if chosen.random() < share:
                    figures.add(trial.run(damage))
    return figures


def print_figures(figures: Figures) -> None:
    """A line for each kind of file; what passed unnoticed, and what should not have."""
    print(f"{'file':20}{'damages':>10}" + "".join(f"{name:>10}" for name in COUNTS))
    for kind in (*sorted({kind for kind, _ in figures.counts}), "all"):
        numbers = [
            sum(n for (k, c), n in figures.counts.items() if c == name and kind in (k, "all"))
            for name in COUNTS
        ]
        print(f"{kind:20}{sum(numbers):10}" + "".join(f"{number:10}" for number in numbers))
    print(f"unnoticed in tables without digests: {dict(figures.passed) or 'none'}")
    for line in figures.bad:
        print(line)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--flips", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    hurry()
    started = time.monotonic()
    figures = run(options.flips, options.seed)
    print_figures(figures)
    print(f"{time.monotonic() - started:.0f} s, seed {options.seed}")
    return 1 if figures.bad else 0


if __name__ == "__main__":
    sys.exit(main())
