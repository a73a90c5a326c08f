"""Whether store and index agree, and what is said where they do not."""

import numpy as np
from flask.testing import FlaskClient

from archive.intake.ingest import ingest
from indexer.engines.port import IndexBatch, IndexedArticle
from indexer.sync import expected_fingerprint
from tests.support.fakes import DIMENSION, FakeEmbedder, make_item
from web.services import Services
from web.upkeep.health import check_health
from web.wordings import CHANGES_WAIT


def test_an_empty_archive_is_well(services: Services) -> None:
    health = check_health(services)
    assert health.ok
    assert (health.articles, health.indexed, health.waiting) == (0, 0, 0)


def test_articles_that_wait_are_counted(filled: Services) -> None:
    list(ingest([make_item("Nouveau", "Un texte nouveau.")], filled.store))
    health = check_health(filled)
    assert (health.articles, health.indexed, health.waiting) == (4, 3, 1)
    assert health.problems == (CHANGES_WAIT(number=1),)


def test_an_index_of_another_model_is_a_problem(filled: Services, embedder: FakeEmbedder) -> None:
    embedder.name = "another"
    (problem,) = check_health(filled).problems
    assert "model fake, not another" in str(problem)
    assert "hemero index --rebuild" in str(problem)


def test_an_article_the_store_does_not_hold_is_named(filled: Services) -> None:
    vectors = np.eye(1, DIMENSION, dtype=np.float32)
    stranger = IndexedArticle(99, "T", "Un texte.", None, "fr", None, vectors)
    batch = IndexBatch(expected_fingerprint(filled.embedder, filled.engine), (stranger,))
    filled.engine.write(batch)
    filled.engine.commit(filled.engine.checkpoint())
    (problem,) = check_health(filled).problems
    assert str(problem).startswith("1 article of the index is gone from the archive (99)")


def test_an_article_missing_from_the_index_is_named(filled: Services) -> None:
    batch = IndexBatch(expected_fingerprint(filled.embedder, filled.engine), (), (2,))
    filled.engine.write(batch)
    filled.engine.commit(filled.engine.checkpoint())
    (problem,) = check_health(filled).problems
    assert str(problem).startswith("1 article is missing from the index (2)")


def test_an_article_that_is_not_found_by_its_words_is_named(filled: Services) -> None:
    vectors = np.eye(1, DIMENSION, dtype=np.float32)
    other = IndexedArticle(2, "Zxqv", "Wkjh.", None, "fr", None, vectors)
    batch = IndexBatch(expected_fingerprint(filled.embedder, filled.engine), (other,))
    filled.engine.write(batch)
    filled.engine.commit(filled.engine.checkpoint())
    (problem,) = check_health(filled).problems
    assert str(problem).startswith("1 article is not found by its own words (2)")


def test_articles_of_signs_and_many_alike_are_well(services: Services) -> None:
    alike = [
        make_item("Météo", "Du soleil partout.", url=f"https://fil.example/{number}")
        for number in range(250)
    ]
    list(ingest([make_item("***", "— ! —"), *alike], services.store))
    services.index()
    assert check_health(services).ok


def test_the_api_says_it_too(client: FlaskClient, embedder: FakeEmbedder) -> None:
    embedder.name = "another"
    answer = client.get("/api/v1/health").json
    assert answer is not None
    assert list(answer) == ["ok", "articles", "indexed", "waiting", "problems"]
    assert answer["ok"] is False
