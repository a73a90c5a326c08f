"""The child that works on an archive until it has done all, or is killed.

Started once with everything imported, it forks for each task it reads from its input, one JSON
line each, so that a kill costs no start of Python. What it and its forks do is told on its output,
a JSON line each: an acknowledgement is written only once the product has given it.
"""

import gc
import io
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import CodedError
from archive.intake.ingest import ingest
from indexer import sync
from indexer.engines.embedded.storage import merging
from indexer.ranking.request import SearchQuery
from tests.reliability.victim.faults import Fault, FaultLayer
from tests.reliability.victim.ledger import Item, Operation, read_operation
from tests.support.fakes import FakeEmbedder, make_item
from web.cli.commands.shared import Composition
from web.cli.main import main as run_command
from web.jobs.job_runner import JobRunner
from web.services import Services
from web.settings import Settings
from web.upkeep import backups
from web.upkeep.restoring import restore_backup

KEPT_BACKUPS = 3
BATCH_ARTICLES = 3
OUTPUT = 1
WARMING = ("search texte --json", "show 1", "doctor", "index", "delete 9 --yes")


def tell(what: str, **about: Any) -> None:
    """One line, in one write, so that a kill leaves no half of it."""
    os.write(OUTPUT, (json.dumps({"what": what} | about) + "\n").encode())


@dataclass(slots=True)
class Victim:
    """Works on the archive of one home; each method is one kind of operation."""

    home: Path
    target: Path
    services: Services
    tier: int = 8

    def add(self, operation: Operation) -> None:
        items = [make_item(i.title, i.text, url=i.url, language="fr") for i in operation.items]
        for outcome in ingest(items, self.services.store):
            tell("acknowledged", id=outcome.id, outcome=outcome.outcome)

    update = add

    def delete(self, operation: Operation) -> None:
        with self.services.store.transaction() as transaction:
            for url in operation.urls:
                held = transaction.find_by_address(url)
                assert held is not None
                transaction.delete(held.id)

    def index(self, operation: Operation) -> None:
        self.services.index()

    def merge(self, operation: Operation) -> None:
        """As index, but two segments of a size are enough to be merged."""
        merging.TIER_FACTOR = 2
        self.services.index()
        merging.TIER_FACTOR = self.tier

    def backup(self, operation: Operation) -> None:
        folder, _ = backups.make_backup(self.services, self.target, keep=KEPT_BACKUPS)
        tell("acknowledged", folder=folder.name)

    def upload(self, operation: Operation) -> None:
        """As the pages take a file that is sent to them."""
        runner = JobRunner(self.services, lambda: None)
        sent = [(item.title, io.BytesIO(item.text.encode())) for item in operation.items]
        job = runner.submit_uploads(sent)
        tell("acknowledged", state=job.state)

    def restore(self, operation: Operation) -> None:
        self.services.close()
        restore_backup(self.target / operation.folder, self.services.settings, force=True)
        self.services = open_services(self.home)

    def search(self, operation: Operation) -> None:
        page = self.services.search.search(SearchQuery(operation.arguments[0], fold_copies=False))
        tell("acknowledged", ids=[result.article.id for result in page.results])

    def command(self, operation: Operation) -> None:
        """The command line itself, its output caught."""
        out, err = io.StringIO(), io.StringIO()
        merging.TIER_FACTOR = self.tier
        arguments = ["--home", str(self.home), *operation.arguments]
        code: object = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                run_command(arguments, "hemero", obj=Composition(embedder=FakeEmbedder()))
            except SystemExit as exc:
                code = exc.code
        tell("acknowledged", code=code, out=out.getvalue(), err=err.getvalue())


def open_services(home: Path) -> Services:
    return Services(Settings(home=home), FakeEmbedder())


def work(task: dict[str, Any], layer: FaultLayer) -> None:
    """Do a task's operations in turn, the one at `doomed` with the fault."""
    gc.disable()  # what an error still holds is not let go by chance
    sync.COMMIT_ARTICLES = sync.BATCH_ARTICLES = BATCH_ARTICLES
    backups.PAUSE_SECONDS = 0.02
    home = Path(task["home"])
    if task["user"]:
        os.setgid(task["user"])
        os.setuid(task["user"])
    victim = Victim(home, Path(task["target"]), open_services(home), task["tier"])
    for place, record in enumerate(task["operations"]):
        operation = read_operation(record)
        layer.shift_clock(operation.shift)
        fault = Fault(**task["fault"]) if place == task["doomed"] else Fault()
        _perform(getattr(victim, operation.kind), operation, place, fault, layer, task["under"])
    victim.services.close()


def _perform(
    method: Callable[[Operation], None],
    operation: Operation,
    place: int,
    fault: Fault,
    layer: FaultLayer,
    under: str,
) -> None:
    tell("begun", place=place)
    started = time.monotonic()
    layer.arm(Path(under), fault, OUTPUT)
    try:
        method(operation)
        told: dict[str, Any] = {"what": "done"}
    except Exception as exc:
        known = isinstance(exc, CodedError)
        text = str(exc) if known else traceback.format_exc()
        told = {"what": "failed", "known": known, "error": type(exc).__name__, "text": text}
    steps, hits = layer.disarm()
    seconds = time.monotonic() - started
    tell(place=place, steps=steps, hits=hits, seconds=seconds, moment=time.monotonic(), **told)


def _warm() -> None:
    """Load what is loaded at first use, by using it; nothing of it leaves a thread behind."""
    with tempfile.TemporaryDirectory() as name:
        home, target = Path(name) / "home", Path(name) / "backups"
        victim = Victim(home, target, open_services(home))
        victim.add(Operation("add", (Item("https://a.example/1", "Un", "Un texte."),)))
        victim.index(Operation("index"))
        victim.search(Operation("search", arguments=("texte",)))
        victim.search(Operation("search", arguments=("tecte",)))
        for words in WARMING:
            victim.command(Operation("command", arguments=tuple(words.split())))
        victim.backup(Operation("backup"))
        (made,) = backups.list_backups(target)
        victim.restore(Operation("restore", folder=made.name))
        victim.services.close()


def main() -> None:
    layer = FaultLayer()
    _warm()
    tell("ready")
    children: list[int] = []
    for line in sys.stdin:
        # The child before stays a zombie until now, so that its parent's handle to it is its own.
        if children:
            os.waitpid(children.pop(), 0)
        children.append(child := os.fork())
        if not child:
            status = 1
            try:
                tell("born", process=os.getpid())
                work(json.loads(line), layer)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        exited = ended.si_code == os.CLD_EXITED
        tell("gone", status=ended.si_status if exited else -ended.si_status)


if __name__ == "__main__":
    main()
