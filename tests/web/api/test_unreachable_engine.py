"""A search engine that does not answer: every front says so."""

import pytest
from flask.testing import FlaskClient

from archive.messages import verbatim
from indexer.engines.port import Retrieval, RetrievalRequest
from indexer.errors import EngineUnreachableError
from web.services import Services

PROBLEM = "the search engine at db.example:9200 does not answer; see that it runs"


@pytest.fixture
def unreachable(filled: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: RetrievalRequest) -> Retrieval:
        raise EngineUnreachableError(verbatim(PROBLEM))

    monkeypatch.setattr(filled.engine, "retrieve", fail)


@pytest.mark.usefixtures("unreachable")
def test_a_search_says_that_the_engine_cannot_be_reached(client: FlaskClient) -> None:
    answer = client.get("/api/v1/search?q=missiles")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["results"] == []
    assert any(PROBLEM in notice for notice in answer.json["notices"])
    page = client.get("/search?q=missiles")
    assert page.status_code == 200
    assert "db.example:9200" in page.text
    assert client.get("/articles/1").status_code == 200
