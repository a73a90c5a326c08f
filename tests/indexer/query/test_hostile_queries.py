"""Queries that ask for more than anybody means: answered or refused in time, never a crash.

`benchmarks/hostile_queries.py` measures more of them on an archive of any size.
"""

from itertools import permutations

import pytest

from archive.intake.ingest import ingest
from archive.messages import Template
from archive.store.articles import ArticleStore
from indexer.engines.port import SearchEngine
from indexer.errors import QueryError
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from indexer.sync import sync
from indexer.wordings import TOO_MANY_ATTRIBUTIONS, TOO_MANY_PHRASES
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.work import at_most

# A busy machine is given five times what a reader is.
MAX_PROCESSOR_SECONDS = 10
ARTICLES = 40
FREQUENT = ("de", "la", "le", "et", "des", "les", "que", "un", "dans", "en", "sur", "pour")
SENTENCE = f"Mot{{}} {' '.join(FREQUENT)} guerre et paix, 東京都で 1 200 soldats. "

HOSTILE = {
    "words": " ".join(f"mot{n}" for n in range(10_000)),
    "left out": "guerre " + " ".join(f"-mot{n}" for n in range(10_000)),
    "a word twice": "guerre " * 10_000,
    "beginnings": " OR ".join(f"{a}{b}*" for a, b in permutations("abcdefghijklmno", 2)),
    "all fields": " ".join(f"{name}:e*" for name in ("title", "author", "source", "date", "after")),
    "letters": " AND ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"),
    "slop": '"guerre paix"~100000',
    "phrases": " OR ".join(f'"{a} {b}"~9999' for a, b in permutations(FREQUENT, 2)),
    "a long phrase": f'"{"de la " * 5_000}"',
    "authors": " OR ".join(f"author:nom{n}" for n in range(1_000)),
    "deep": "(" * 200 + "guerre" + ")" * 200,
    "deep and negated": "NOT (" * 200 + "guerre" + ")" * 200,
    "unbalanced": ")(" * 10_000 + "guerre",
    "operators": "AND OR NOT " * 3_000,
    "an expression": r"^(a+)+$ (.*)* \b[a-z]{1,9999}" * 300,
    "days": "date:0000-00-00 before:99999 after:-1 guerre",
    "one long word": "a" * 10_000,
    "hyphens": "a-" * 5_000 + "b",
    "figures": "1" + " 000" * 5_000,
    "initials": "S.N.C.F." * 2_500,
    "scripts": "guerre война 戦争 الحرب युद्ध " * 400,
    "ideographs": "東京都" * 3_000,
    "a ligature": "\ufdfa" * 1_000,
    "marks": "e" + "\u0301" * 10_000,
    "right to left": "\u202eerreug\u202c\u2067" * 1_000 + "guerre",
    "controls": "gue\x00rre \x1b[31m" * 1_000,
    "surrogates": "\ud800\udfff guerre \udc80" * 1_000,
    "white space": " \t\n\u3000" * 2_500,
    "quotation marks": '"' * 10_001,
}


@pytest.fixture
def service(store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder) -> SearchService:
    items = [make_item(f"Titre {n}", SENTENCE.format(n) * 20) for n in range(ARTICLES)]
    list(ingest(items, store))
    sync(store, engine, embedder)
    return SearchService(store, engine, embedder)


def test_hostile_queries_are_answered_or_refused_in_time(service: SearchService) -> None:
    for name, text in HOSTILE.items():
        with at_most(MAX_PROCESSOR_SECONDS):
            try:
                page = service.search(SearchQuery(text, with_facets=True))
            except QueryError as exc:
                said = [str(exc)]
                assert name in ("white space", "quotation marks"), name
            else:
                said = list(map(str, page.notices))
                assert page.total <= ARTICLES, name
        assert sum(map(len, said)) < 10_000, name


@pytest.mark.parametrize(
    ("name", "notice"), [("phrases", TOO_MANY_PHRASES), ("authors", TOO_MANY_ATTRIBUTIONS)]
)
def test_what_is_left_out_is_said(service: SearchService, name: str, notice: Template) -> None:
    assert notice.code in {each.code for each in service.search(SearchQuery(HOSTILE[name])).notices}
