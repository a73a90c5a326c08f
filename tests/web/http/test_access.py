"""Who may do what: every route, walked as every kind of person."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.web import MakeApp, services_of
from web.app import PAGES
from web.context import get_context
from web.routes import SAFE_METHODS, Blueprint, Level

NOT_HERE = 999
ARGUMENTS = {
    "article_id": NOT_HERE, "collection_id": NOT_HERE, "feed_id": NOT_HERE, "job_id": NOT_HERE,
    "saved_id": NOT_HERE, "token_id": NOT_HERE, "number": NOT_HERE, "form": "csv",
    "name": "nobody", "filename": "style.css",
}  # fmt: skip
KINDS = {"search_formats.search": "atom", "article_exports.citation": "bib"}
NO_WRITES = ("api.similar_to_text", "signing.sign_out")
# What a stranger is answered even where only known people read.
OPEN = {
    "static", "api-docs.openapi_json", "discovery.opensearch", "discovery.robots",
    "observing.metrics", "observing.readyz", "pages.healthz", "pages.preferences",
    "signing.sign_in", "signing.sign_in_post", "signing.sign_out",
}  # fmt: skip
# Only a session opens these: a token must not make tokens.
SESSION_ONLY = "account."
FAR = {"REMOTE_ADDR": "192.0.2.7"}
PEOPLE = {"reader": Level.READER, "editor": Level.EDITOR, "admin": Level.ADMIN}


@pytest.fixture
def staffed(make_app: MakeApp) -> Flask:
    """An application with an account of each role, under its role's name."""
    return add_accounts(make_app())


def add_accounts(app: Flask) -> Flask:
    accounts = services_of(app).accounts
    for role in ("admin", "editor", "reader"):
        accounts.create(role, role, "no hash")
    return app


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and a path of every route."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: ARGUMENTS.get(name) for name in rule.arguments}
        if "kind" in values:
            values["kind"] = KINDS[rule.endpoint]
        if rule.endpoint == "signing.sign_in_post":
            continue  # it refuses wrong passwords: see test_authentication.py
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values)


def sign_in(app: Flask, name: str) -> FlaskClient:
    client, services = app.test_client(), services_of(app)
    secret = services.credentials.open_session(services.accounts.find(name).id)
    client.set_cookie("hemero_session", secret)
    return client


def is_refused(client: FlaskClient, method: str, path: str, **headers: str) -> bool:
    sent = {"Origin": "http://localhost"} | headers
    body = {"json": {}} if "/api/" in path and method not in SAFE_METHODS else {}
    answer = client.open(path, method=method, headers=sent, environ_base=FAR, **body)
    answer.close()
    assert answer.status_code < 500, path
    return answer.status_code in (401, 403) or "/sign-in" in answer.headers.get("Location", "")


def level_of(app: Flask, endpoint: str, method: str) -> Level:
    """The level that a route states."""
    return get_context(app).routes[endpoint].level(method)


def test_every_route_states_its_level(client: FlaskClient) -> None:
    endpoints = {rule.endpoint for rule in client.application.url_map.iter_rules()}
    assert endpoints == set(get_context(client.application).routes)


def test_a_route_that_states_none_is_not_served(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = Blueprint("silent", __name__)
    silent.get("/silent")(lambda: "said to everyone")
    monkeypatch.setattr("web.app.PAGES", (*PAGES, silent))
    with pytest.raises(LookupError, match="state no access level: silent"):
        make_app()


def test_what_needs_no_level(client: FlaskClient) -> None:
    stated = get_context(client.application).routes
    assert {name for name, route in stated.items() if route.access is Level.NOBODY} == OPEN
    assert not any(route.access > route.level("POST") for route in stated.values())


@pytest.mark.slow
@pytest.mark.parametrize("role", PEOPLE)
def test_every_route_as_someone_signed_in(staffed: Flask, role: str) -> None:
    for endpoint, method, path in routes(staffed):
        refused = is_refused(sign_in(staffed, role), method, path)
        expected = PEOPLE[role] < level_of(staffed, endpoint, method)
        assert refused == expected, (endpoint, method)


@pytest.mark.parametrize("scope", PEOPLE)
def test_every_route_by_a_token(staffed: Flask, scope: str) -> None:
    _, secret = services_of(staffed).credentials.create_token("admin", "for a test", scope)
    for endpoint, method, path in routes(staffed):
        client = staffed.test_client()
        refused = is_refused(client, method, path, Authorization=f"Bearer {secret}")
        expected = PEOPLE[scope] < level_of(staffed, endpoint, method)
        assert refused == (expected or endpoint.startswith(SESSION_ONLY)), (endpoint, method)


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, Level.NOBODY),
        ({"public": True}, Level.VISITOR),
        ({"read_only": True}, Level.NOBODY),
        ({"read_only": True, "public": True}, Level.VISITOR),
    ],
    ids=str,
)
def test_every_route_as_a_stranger(
    make_app: MakeApp, changes: dict[str, bool], level: Level
) -> None:
    app = add_accounts(make_app(**changes))
    for endpoint, method, path in routes(app):
        if endpoint == "observing.metrics":
            continue  # see below
        refused = is_refused(app.test_client(), method, path)
        read_only = "read_only" in changes and method not in SAFE_METHODS
        expected = level < level_of(app, endpoint, method)
        if endpoint not in NO_WRITES:
            expected = expected or read_only
        assert refused == expected, (endpoint, method)


def test_without_accounts_only_this_machine_is_let_in(make_app: MakeApp) -> None:
    app = make_app()
    for endpoint, method, path in routes(app):
        answer = app.test_client().open(path, method=method)
        answer.close()
        assert answer.status_code != 401
        if endpoint != "observing.metrics" and not endpoint.startswith("signing."):
            needed = level_of(app, endpoint, method)
            refused = is_refused(app.test_client(), method, path)
            assert refused == (needed > Level.NOBODY), (endpoint, method)


def test_no_one_writes_where_nothing_is_written(make_app: MakeApp) -> None:
    app = add_accounts(make_app(read_only=True))
    for endpoint, method, path in routes(app):
        if method not in SAFE_METHODS and endpoint not in NO_WRITES:
            assert is_refused(sign_in(app, "admin"), method, path), (endpoint, method)


def test_a_read_only_archive_is_as_open_as_its_accounts_let_it(make_app: MakeApp) -> None:
    app = make_app(read_only=True)
    assert app.test_client().get("/", environ_base=FAR).status_code == 200
    add_accounts(app)
    assert app.test_client().get("/", environ_base=FAR).status_code == 401
    page = sign_in(app, "admin").get("/admin/users")
    assert page.status_code == 200
    assert "/add" in sign_in(app, "editor").get("/").text
    assert 'method="post"' not in sign_in(app, "editor").get("/add").text


def test_the_figures_are_for_this_machine_and_for_whoever_is_known(staffed: Flask) -> None:
    _, secret = services_of(staffed).credentials.create_token("reader", "Prometheus", "reader")
    client, bearer = staffed.test_client(), {"Authorization": f"Bearer {secret}"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base=FAR).status_code == 403
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    assert client.get("/metrics", headers=forwarded).status_code == 403
    assert client.get("/metrics", environ_base=FAR, headers=bearer).status_code == 200


def test_strangers_learn_nothing_of_the_archive(staffed: Flask) -> None:
    for path in ("/sign-in", "/nowhere", "/help", "/articles/1.txt", "/api/v1/search?q=missiles"):
        text = staffed.test_client().get(path, follow_redirects=True).text
        assert "Missiles" not in text
        assert "3 articles" not in text
        assert "Add articles" not in text


def test_from_the_first_account_on_this_machine_signs_in_too(make_app: MakeApp) -> None:
    app = make_app()
    client = app.test_client()
    assert client.get("/").status_code == 200
    services_of(app).accounts.create("claire", "admin", "no hash")
    page = client.get("/search?q=a&sort=newest", headers={"Accept": "text/html,*/*"})
    assert page.headers["Location"] == "/sign-in?next=/search?q%3Da%26sort%3Dnewest"
    assert client.get("/search?q=a", headers={"Accept": "*/*"}).status_code == 401
    assert client.get("/api/v1/articles").status_code == 401
