"""Pages made to stop, fool or rewrite the archive."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from archive.errors import UnreadableInputError
from archive.extraction.extract import extract_article
from archive.extraction.page_authors import MAX_AUTHORS
from archive.extraction.page_metadata import read_metadata
from archive.extraction.page_tree import MAX_ATTRIBUTES, parse_page
from archive.intake.ingest import ingest
from archive.model import SourceItem
from archive.sources import read_location
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from archive.text.decode import MAX_DOCUMENT_BYTES
from tests.support.work import at_most

LOOPBACK = ReadOptions(allowed_networks=("127.0.0.0/8",))
BODY = "<p>Le gouvernement a annoncé mardi une réforme des retraites, débattue dès l'été.</p>"


def page(head: str = "", body: str = BODY) -> str:
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>"


@pytest.mark.parametrize("opening", ['<p x=">" ', "<meta "])
def test_a_tag_of_a_hundred_thousand_attributes_ends_soon(opening: str) -> None:
    with at_most(10):
        attributes = " ".join(f"a{number}=1" for number in range(100_000))
        with pytest.raises(UnreadableInputError, match="over 1,000 attributes"):
            extract_article(page(body=f"{opening}{attributes}>{BODY}"))


def test_many_attributes_are_read() -> None:
    attributes = " ".join(f"a{number}=1" for number in range(MAX_ATTRIBUTES))
    assert extract_article(page(body=f"<p {attributes}>{BODY}")).paragraphs


@pytest.mark.slow
def test_a_page_of_the_largest_size_ends_soon() -> None:
    with at_most(20):
        body = f"<p>{'Le gouvernement a annoncé mardi une réforme. ' * 20}</p>"
        assert extract_article(page(body=(body * 12_000)[:MAX_DOCUMENT_BYTES])).paragraphs
        with pytest.raises(UnreadableInputError, match="over 50,000 tags; paste"):
            extract_article(page(body=BODY * 60_000))


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "x-card"])
def test_tags_nested_ten_thousand_deep_are_read_flat(tag: str) -> None:
    with at_most(10):
        texts = [
            f"{number}. Le gouvernement a annoncé une réforme des retraites." for number in "123"
        ]
        body = f"<{tag}>" * 10_000 + "".join(f"<p>{text}</p>" for text in texts)
        assert extract_article(page(body=body)).paragraphs == tuple(texts)


def test_a_page_too_deep_even_without_its_wrappers_is_refused() -> None:
    with pytest.raises(UnreadableInputError, match="nested more than 200 deep; paste"):
        extract_article(page(body="<h1>" * 300 + BODY))


def test_a_page_beyond_any_size_is_refused_unread() -> None:
    with pytest.raises(UnreadableInputError, match="over 20 million characters; paste"):
        extract_article("x" * 50_000_000)


@pytest.mark.parametrize(
    "head",
    [
        f"<title>{'a | ' * 10_000}</title>",
        f"<h1>{'réforme - ' * 4_000}</h1>",
        f"<meta name=author content='{'Ana Roy, ' * 100_000}'>",
        "<h1>x</h1><time datetime=2021></time>" * 10_000,
        f"<script type='application/ld+json'>{' ' * 1_000_000}, {{</script>",
        f"<script type='application/ld+json'>{'[' * 500_000}</script>",
        "<p class='" + "author " * 200_000 + "'>x</p>",
        "\x01\ud800" * 100_000,
        "<" * 1_000_000,
        "&" * 1_000_000,
    ],
)
def test_an_endless_field_ends_soon(head: str) -> None:
    with at_most(10):
        assert extract_article(page(body=head + BODY)).paragraphs


def test_ten_thousand_authors_are_cut_short() -> None:
    names = ", ".join(f"Ana Roy{'abcdefghij'[n % 10]}" for n in range(10_000))
    draft = extract_article(page(f'<meta name="author" content="{names}">'))
    assert len(draft.authors) <= MAX_AUTHORS


@pytest.mark.slow
def test_a_box_of_endless_text_outside_the_article_ends_soon() -> None:
    with at_most(30):
        parts = "".join(
            f"<div class=related>{n} {'autre texte ' * 40}</div>" for n in range(10_000)
        )
        text = "".join(f"<p>{n} {'Le gouvernement a annoncé. ' * 10}</p>" for n in range(10_000))
        assert extract_article(page(body=parts + text)).paragraphs


def test_lone_surrogates_are_no_reason_to_fail() -> None:
    assert extract_article(page("<title>\ud800</title>")).paragraphs


@pytest.mark.parametrize(
    ("fetched", "said", "kept"),
    [
        ("https://evil.org/x", "https://paper.org/article", "https://evil.org/x"),
        ("https://paper.org/article?x=1", "https://paper.org/article", "https://paper.org/article"),
        ("https://m.paper.org/a", "https://www.paper.org/a", "https://www.paper.org/a"),
        ("https://paper.org/article", "https://paper.org/", "https://paper.org/article"),
        ("https://paper.org/?p=1", "https://paper.org/?p=1", "https://paper.org/?p=1"),
        ("https://paper.org/a", "http://[::1", "https://paper.org/a"),
        (None, "https://paper.org/article", "https://paper.org/article"),
        (None, "https://paper.org/", None),
    ],
)
def test_a_page_cannot_pass_for_another(fetched: str | None, said: str, kept: str | None) -> None:
    head = f'<link rel="canonical" href="{said}">'
    assert extract_article(page(head), fetched).url == kept


def test_entities_inside_json_are_read() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "L&#039;&eacute;t&eacute; d&apos;Ana"})
    script = f'<script type="application/ld+json">{data}</script>'
    assert read_metadata(parse_page(page(script))).title == "L'été d'Ana"


class Handler(BaseHTTPRequestHandler):
    """/status/type/subtype answers so, with a page."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        status, _, kind = self.path.lstrip("/").partition("/")
        self.send_response(int(status))
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(page().encode())


@pytest.fixture
def origin() -> Iterator[str]:
    """A server on loopback, whose network is to be allowed for the test."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_through_the_network_becomes_an_article(origin: str, store: ArticleStore) -> None:
    url = f"{origin}/200/text/html"
    outcomes = list(ingest(read_location(url, LOOPBACK), store))
    assert [outcome.outcome for outcome in outcomes] == ["added"]
    assert store.get(1).url == url


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/404/text/html", "answered 404 Not Found; check the address"),
        ("/503/text/html", "answered 503 Service Unavailable; try again later"),
        ("/200/application/pdf", "not a web page (application/pdf); only HTML and text"),
        ("/200/application/json", "not a web page (application/json)"),
    ],
)
def test_an_answer_that_is_no_page(origin: str, path: str, reason: str) -> None:
    (item,) = read_location(origin + path, LOOPBACK)
    assert item.draft is None
    assert reason in str(item.problem)


def test_a_cut_dump_and_broken_lines_cost_only_themselves(
    tmp_path: Path, store: ArticleStore
) -> None:
    lines = [json.dumps({"id": n, "text": f"Texte numéro {n}."}) for n in range(20)]
    lines[7] = "{broken"
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join(lines))
    outcomes = list(ingest(read_location(str(path)), store))
    rejected = [outcome.item for outcome in outcomes if outcome.outcome == "rejected"]
    assert rejected == [f"{path}:8"]
    assert store.count() == 19


def test_nothing_is_read_while_the_store_is_locked(store: ArticleStore) -> None:
    """A slow source or a slow date holds up no other writer."""

    def items() -> Iterator[SourceItem]:
        with store.transaction():
            yield from read_location("/dev/null")

    assert [outcome.outcome for outcome in ingest(items(), store)] == ["rejected"]
