"""Every front offers every filter."""

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import pytest
from flask.testing import FlaskClient

from archive.intake.ingest import ingest
from indexer.filters import FILTER_NAMES, make_filter
from tests.support.fakes import make_item
from tests.support.web import RunHemero
from web.actions.saving import read_saved, save_search
from web.services import Services

TEXT = "Les missiles à moyenne portée seront détruits."
# A value of each filter that the second of three articles has, and not all of them.
VALUES = {
    "source": "Le Fil",
    "language": "fr",
    "section": "Monde",
    "author": "Hélène Vasseur",
    "tag": "désarmement",
    "collection": "1",
    "after": "2021",
    "before": "2022-06",
}
Ask = Callable[[FlaskClient, str], set[int]]


def _ids_of(page: dict) -> set[int]:  # type: ignore[type-arg]
    return {result["article"]["id"] for result in page["results"]}


def _linked(client: FlaskClient, address: str) -> set[int]:
    return set(map(int, re.findall(r"/articles/(\d+)\?v=", client.get(address).text)))


def _counted(client: FlaskClient, address: str) -> set[int]:
    """The days on which an article counts, as the numbers of the articles."""
    days = ("2020-03-01", "2021-12-03", "2024-02-01")
    rows = [row.split(",") for row in client.get(address).text.splitlines()[1:]]
    counted = {first for first, _, _, articles, _ in rows if articles != "0"}
    return {number for number, day in enumerate(days, 1) if day in counted}


FRONTS: dict[str, Ask] = {
    "search page": lambda c, given: _linked(c, f"/search?q=missiles&mode=keyword&{given}"),
    "similar page": lambda c, given: _linked(c, f"/similar?text=missiles&{given}"),
    "Atom feed": lambda c, given: _linked(c, f"/search.atom?q=missiles&mode=keyword&{given}"),
    "JSON feed": lambda c, given: _linked(c, f"/search.json?q=missiles&mode=keyword&{given}"),
    "CSV": lambda c, given: _linked(c, f"/search.csv?q=missiles&mode=keyword&{given}"),
    "timeline": lambda c, given: _counted(c, f"/timeline.csv?q=missiles&unit=day&{given}"),
    "API search": lambda c, given: _ids_of(c.get(f"/api/v1/search?q=missiles&{given}").json),
    "API similar": lambda c, given: _ids_of(c.get(f"/api/v1/similar?text=missiles&{given}").json),
    "API articles": lambda c, given: {
        article["id"] for article in c.get(f"/api/v1/articles?{given}").json["articles"]
    },
}


@pytest.fixture
def filled(services: Services) -> Services:
    items = (
        make_item("One", TEXT + " 1", source="A", language="en", published="2020-03-01"),
        make_item("Two", TEXT + " 2", source="Le Fil", language="fr", section="Monde",
                  authors=("Hélène Vasseur",), published="2021-12-03"),
        make_item("Three", TEXT + " 3", source="B", language="en", published="2024-02-01"),
    )  # fmt: skip
    list(ingest(items, services.store))
    services.tags.tag([2], ["désarmement"])
    services.collections.add(services.collections.create("Dossier").id, [2])
    services.index()
    return services


def _expected(name: str) -> set[int]:
    return {"after": {2, 3}, "before": {1, 2}}.get(name, {2})


def test_the_values_are_those_of_every_filter() -> None:
    assert tuple(VALUES) == FILTER_NAMES


@pytest.mark.parametrize("front", FRONTS)
def test_pages_feeds_and_api(client: FlaskClient, front: str) -> None:
    for name, value in VALUES.items():
        assert FRONTS[front](client, urlencode({name: value})) == _expected(name), name
    assert FRONTS[front](client, "") == {1, 2, 3}


def test_the_links_of_a_page_keep_and_drop_each(client: FlaskClient) -> None:
    given = urlencode(VALUES)
    page = client.get(f"/search?q=missiles&{given}").text.replace("&amp;", "&")
    assert f"/timeline?q=missiles&{given}" in page
    for name, value in VALUES.items():
        left = urlencode({key: text for key, text in VALUES.items() if key != name})
        assert f'href="/search?q=missiles&{left}"' in page, value


def test_saved_searches(filled: Services) -> None:
    for name, value in VALUES.items():
        saved = save_search(filled, "", urlencode({"q": "missiles", name: value}))
        assert dict(parse_qsl(saved.arguments)) == {"q": "missiles", name: value}
        assert read_saved(saved.arguments).filter == make_filter(**{name: value})


@pytest.mark.parametrize("command", [("search", "missiles"), ("similar", "--text", "missiles")])
def test_commands_that_list_articles(run_filled: RunHemero, command: tuple[str, ...]) -> None:
    for name, value in VALUES.items():
        lines = run_filled(*command, f"--{name}", value, "--json").stdout.splitlines()
        assert {json.loads(line)["article"]["id"] for line in lines} == _expected(name), name


def test_the_command_timeline(run_filled: RunHemero) -> None:
    for name, value in VALUES.items():
        shown = run_filled("timeline", "missiles", f"--{name}", value, "--json")
        timeline = json.loads(shown.stdout)
        assert timeline["queries"][0]["articles"] == len(_expected(name)), name


def test_the_command_that_saves(run_filled: RunHemero) -> None:
    for name, value in VALUES.items():
        made = run_filled("saved", "add", "missiles", f"--{name}", value, "--json")
        saved = json.loads(made.stdout)
        assert read_saved(saved["arguments"]).filter == make_filter(**{name: value})
