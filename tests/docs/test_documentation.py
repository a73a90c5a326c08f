"""The documentation: its commands run, its links lead somewhere, its modules and targets exist."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.support.fakes import FakeEmbedder
from web.cli.commands.shared import Composition
from web.cli.demo import fill_demo
from web.cli.main import main
from web.services import Services

ROOT = Path(__file__).parents[2]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))
PAGE_NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
PARAGRAPH = "<p>A paragraph of a page, long enough to be taken for the text of an article.</p>"
# Tests have no network, no mounted disk, no web archive and no standard input; a server never ends.
NOT_RUN = ("serve", "feeds", "add https://", "add -", "add crawl.warc", "backup")
FILES = {
    "article.txt": "A title\n\nA text.",
    "page.html": f"<title>A page</title><article>{PARAGRAPH * 3}</article>",
    "dump.jsonl.gz": '{"title": "A line", "text": "Its text."}',
    "folder/other.txt": "Another title\n\nAnother text.",
    "table.csv": "Headline,Body\nA row,Its text.",
    "failed.jsonl": "",
}


def blocks(page: Path, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def commands(page: Path) -> Iterator[list[str]]:
    """The arguments of each `hemero` command in the page's shell blocks."""
    for line in "".join(blocks(page, "sh")).replace("\\\n", " ").splitlines():
        for part in re.split(r" (?:&&|[|;>]) ", line):
            words = shlex.split(part, comments=True)
            while words and "=" in words[0]:
                words = words[1:]
            if words and Path(words[0]).name == "hemero":
                yield words[1:]


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_every_command_of_a_page_can_be_given(page: Path) -> None:
    for arguments in commands(page):
        command: click.Command = main
        while isinstance(command, click.Group):
            context = click.Context(command)
            _, (name, *arguments), _ = command.make_parser(context).parse_args(list(arguments))
            command = command.commands[name]
        command.make_parser(click.Context(command)).parse_args(list(arguments))


def test_every_command_is_documented() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    missing = [name for name in main.commands if f"hemero {name}" not in text]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text("utf-8"))
    for path, anchor in links:
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_every_path_in_the_tree_exists(page: Path) -> None:
    tops = "archive|indexer|web|tests|docs|deploy|benchmarks"
    for path in re.findall(rf"`((?:{tops})/[\w./-]*)`", page.read_text("utf-8")):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), path


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_every_import_of_a_page_succeeds(page: Path) -> None:
    for block in blocks(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                module = import_module(str(node.module))
                assert all(hasattr(module, name.name) for name in node.names)


def test_every_target_of_make_exists() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("page", ["README.md", "docs/searching.md", "docs/adding.md"])
def test_the_commands_of_a_page_run(
    page: str, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_demo(services)
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    home, composition = str(services.settings.home), Composition(embedder=FakeEmbedder())
    for arguments in commands(ROOT / page):
        if not " ".join(arguments).startswith(NOT_RUN):
            given = ["--home", home, *arguments]
            result = CliRunner().invoke(main, given, obj=composition, input="y\n")
            assert result.exit_code == 0, f"{arguments}: {result.output}"


@pytest.mark.parametrize("layer", ["archive", "indexer", "web"])
def test_the_architecture_page_lists_every_room_in_the_order_of_its_contract(layer: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    contract = next(c for c in contracts["contracts"] if c.get("containers") == [layer])
    rank = {
        room: number
        for number, rooms in enumerate(contract["layers"])
        for room in rooms.split(" : ")
    }
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = page.split(f"## {layer}: ")[1].split("\n## ")[0]
    rooms = re.findall(r"`([a-z0-9_]+)/?`", "".join(re.findall(r"^\|[^|]*", section, re.MULTILINE)))
    assert set(rooms) == set(rank)
    assert rooms == sorted(rooms, key=rank.__getitem__)
