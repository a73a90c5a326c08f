"""`archive.intake.reextract`: kept pages read again, without a fetch."""

from pathlib import Path

import pytest

from archive.errors import ArticleNotFoundError
from archive.extraction.site_rules import SiteRules, parse_site_rules
from archive.intake.ingest import ingest
from archive.intake.reextract import reextract
from archive.sources import read_file
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore
from tests.support.fakes import make_item

FIRST = "Le gouvernement a annoncé mardi une réforme des retraites, débattue cet automne."
SECOND = "Les syndicats appellent à une journée de grève nationale contre ce projet contesté."
PAGE = f"""<html><head><link rel="canonical" href="https://paper.example/a1"></head><body>
<h1>La réforme</h1><article><p>{FIRST}</p><p class="more">{SECOND}</p></article></body></html>"""
NO_RULES = SiteRules()


@pytest.fixture
def held(store: ArticleStore, tmp_path: Path) -> int:
    path = tmp_path / "page.html"
    path.write_text(PAGE, "utf-8")
    (outcome,) = ingest(read_file(path, ReadOptions()), store)
    assert outcome.id is not None
    return outcome.id


def test_the_page_is_kept_as_it_came(store: ArticleStore, held: int) -> None:
    page = store.page_of(held)
    assert page is not None
    assert page.data.decode("utf-8") == PAGE
    assert store.ids_with_pages() == [held]


def test_what_has_not_changed_stays(store: ArticleStore, held: int) -> None:
    (outcome,) = reextract([held], store, NO_RULES)
    assert (outcome.outcome, outcome.id) == ("unchanged", held)
    assert store.get(held).version == 1


def test_a_better_reading_is_the_next_version(store: ArticleStore, held: int) -> None:
    before = store.get(held)
    assert SECOND in before.paragraphs
    rules = parse_site_rules('[site."paper.example"]\nbody = "article"\nremove = ".more"')
    (outcome,) = reextract([held], store, rules)
    assert (outcome.outcome, outcome.id) == ("updated", held)
    after = store.get(held)
    assert (after.version, after.paragraphs) == (2, (FIRST,))
    assert [v.paragraphs for v in store.versions(held)] == [(FIRST,), before.paragraphs]
    (again,) = reextract([held], store, rules)
    assert again.outcome == "unchanged"


def test_what_cannot_be_read_again_stays(store: ArticleStore, held: int) -> None:
    list(ingest([make_item("Sans page", "Un texte.")], store))
    rules = parse_site_rules('[site."paper.example"]\nbody = "article"\nremove = "p"')
    outcomes = list(reextract([held, held + 1], store, rules))
    assert [outcome.outcome for outcome in outcomes][1] == "rejected"
    assert "was not kept" in str(outcomes[1].reason)
    assert store.get(held + 1).version == 1
    with pytest.raises(ArticleNotFoundError):
        list(reextract([99], store, NO_RULES))
