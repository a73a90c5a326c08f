"""Coverage-guided fuzzing of all that reads outsiders' bytes, with Atheris.

    python -m tests.reliability.fuzz.run --seconds 60 [--target page]

Each target runs in a process of its own for so many seconds, beginning with small inputs of ours.
Prints executions and what failed; ends with status 1 where anything did. A failing input is kept
in the folder it names, and can be given again: --target page --input FILE.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SLOWEST_INPUT_SECONDS = 30
MAX_MEMORY_MEGABYTES = 3_000
MAX_INPUT_BYTES = 20_000
NAMES = ("query", "filter", "page", "feed", "file", "line")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One target's run; `failure` is empty where nothing failed."""

    name: str
    executions: int
    edges: int
    failure: str


def main() -> int:
    given = _read_arguments()
    if given.inside:
        _fuzz(given.target, given.inside)
    if given.input:
        _read_again(given.target, given.input)
        return 0
    kept = Path(tempfile.mkdtemp(prefix="hemero-fuzz-"))
    outcomes = [
        run_target(name, given.seconds, kept)
        for name in ([given.target] if given.target else NAMES)
    ]
    for outcome in outcomes:
        told = outcome.failure or "nothing failed"
        print(f"{outcome.name}: {outcome.executions} executions, {outcome.edges} edges, {told}")
    return int(any(outcome.failure for outcome in outcomes))


def run_target(name: str, seconds: int, kept: Path) -> Outcome:
    """Fuzz one target in a process of its own."""
    corpus = kept / name
    _write_corpus(name, corpus)
    command = [
        *(sys.executable, "-m", "tests.reliability.fuzz.run", "--target", name, "--inside"),
        f"-max_total_time={seconds} -timeout={SLOWEST_INPUT_SECONDS} "
        f"-rss_limit_mb={MAX_MEMORY_MEGABYTES} -max_len={MAX_INPUT_BYTES} "
        f"-artifact_prefix={kept}/{name}- {corpus}",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return read_outcome(name, ended.stdout + ended.stderr, ended.returncode)


def read_outcome(name: str, said: str, status: int) -> Outcome:
    counts = [int(number) for number in re.findall(r"^#(\d+)\s", said, re.MULTILINE)]
    done = re.search(r"Done (\d+) runs", said)
    edges = [int(number) for number in re.findall(r"cov: (\d+)", said)]
    executions = int(done[1]) if done else max(counts, default=0)
    return Outcome(name, executions, max(edges, default=0), _read_failure(said) if status else "")


def _read_failure(said: str) -> str:
    """The exception or signal, where it came from, and where its input was kept."""
    told = re.findall(
        r"^(?:\w+(?:\.\w+)*(?:Error|Exception)\b.*|.*ERROR: .*|SUMMARY.*)$", said, re.MULTILINE
    )
    places = re.findall(r'File "([^"]+)", line (\d+)', said)
    kept = re.search(r"Test unit written to (\S+)", said)
    where = ":".join(places[-1]) if places else "?"
    return f"FAILED {told[0] if told else said[-300:]!r:.300} at {where}, {kept and kept[1]}"


def _write_corpus(name: str, folder: Path) -> None:
    from tests.reliability.fuzz.targets import make_seeds

    folder.mkdir(parents=True)
    for number, seed in enumerate(make_seeds()[name]):
        (folder / f"seed-{number}").write_bytes(seed)


def _read_again(name: str, file: Path) -> None:
    from tests.reliability.fuzz.targets import TARGETS

    TARGETS[name](file.read_bytes())


def _fuzz(name: str, options: str) -> None:
    """Does not return."""
    import atheris

    with atheris.instrument_imports(include=["archive", "indexer.query", "indexer.filters"]):
        from tests.reliability.fuzz.targets import TARGETS, make_seeds

        for seed in make_seeds()[name]:  # what is loaded late is not counted as the input's time
            TARGETS[name](seed)
    atheris.Setup([sys.argv[0], *options.split()], TARGETS[name])
    atheris.Fuzz()


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", choices=NAMES)
    parser.add_argument("--input", type=Path, help="one input of a target, instead of fuzzing")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
