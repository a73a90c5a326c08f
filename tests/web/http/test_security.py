"""Who may write, whom we answer, and what every answer tells the browser."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.errors import StoreError
from archive.wordings import ARCHIVE_FAILED
from tests.support.web import MakeApp
from web.context import get_context
from web.errors import SettingsError
from web.http.security import check_exposure
from web.services import Services
from web.settings import Settings
from web.upkeep.health import Health, check_health

PASTED = {"way": "paste", "title": "New", "text": "Something new."}
ADDRESSES = ("/", "/search?q=missiles", "/articles/1", "/similar?article=1", "/add", "/nowhere",
             "/static/style.css", "/preferences?lang=fr", "/api/v1/search?q=missiles",
             "/api/v1/nowhere", "/api/v1/openapi.json", "/healthz")  # fmt: skip
WRITES = (("POST", "/add"), ("POST", "/articles/1/delete"), ("POST", "/api/v1/articles"),
          ("DELETE", "/api/v1/articles/1"))  # fmt: skip


def count(app: Flask) -> int:
    return int(get_context(app).services.store.count())


def write(app: Flask, method: str, path: str, **options: object) -> int:
    """The status; what is sent would be taken."""
    body = {"json": {"text": "Something new."}} if "/api/" in path else {"data": PASTED}
    if method == "DELETE":
        body = {}
    return app.test_client().open(path, method=method, **(body | options)).status_code


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://["},
        {"Origin": "localhost"},
        {"Origin": "http://evil.example/localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_other_sites_cannot_write(
    make_app: MakeApp, method: str, path: str, headers: dict[str, str]
) -> None:
    app = make_app()
    assert write(app, method, path, headers=headers) == 403
    assert count(app) == 3


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}], ids=str
)
def test_our_own_pages_can_write(make_app: MakeApp, headers: dict[str, str]) -> None:
    app = make_app()
    assert write(app, "POST", "/add", headers=headers) == 200
    assert count(app) == 4


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1"])
@pytest.mark.parametrize("path", ["/", "/add", "/api/v1/search?q=missiles"])
def test_foreign_host_names_are_refused(client: FlaskClient, host: str, path: str) -> None:
    """Else a site could point its own name at this machine and read the archive."""
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert "Missiles" not in answer.text
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "news.example"])
def test_known_host_names_are_answered(make_app: MakeApp, host: str) -> None:
    client = make_app(trusted_hosts=("news.example",), token="open-sesame-1234").test_client()
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [("evil.example", 400), ("192.168.1.2:8000", 200), ("[2001:db8::1]", 200), ("localhost", 200),
     ("archive.example", 200)],
)  # fmt: skip
def test_on_the_network_names_are_known_and_addresses_are_answered(
    make_app: MakeApp, host: str, status: int
) -> None:
    """Links in feeds and citations begin with the name: it must be ours."""
    app = make_app(host="0.0.0.0", read_only=True, base_url="https://archive.example")
    assert app.test_client().get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_what_a_proxy_passes_on_is_no_local_write(
    make_app: MakeApp, header: str, method: str, path: str
) -> None:
    app = make_app()
    assert write(app, method, path, headers={header: "127.0.0.1"}) == 403
    assert count(app) == 3


def test_other_machines_cannot_write(make_app: MakeApp) -> None:
    app = make_app()
    environment = {"REMOTE_ADDR": "192.168.1.2"}
    assert write(app, "POST", "/add", environ_base=environment) == 403
    page = app.test_client().get("/add", environ_base=environment)
    assert 'method="post"' not in page.text


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_token_is_asked_of_everyone(make_app: MakeApp, method: str, path: str) -> None:
    app = make_app(token="ouvre-toi-sésame")
    assert write(app, method, path) == 401
    for given in ("Bearer wrong", "Bearer", "Basic sésame", ""):
        assert write(app, method, path, headers={"Authorization": given}) == 401
    assert count(app) == 3


def test_the_token_by_header_or_form(make_app: MakeApp) -> None:
    app = make_app(token="open-sesame-1234")
    far = {"REMOTE_ADDR": "192.168.1.2"}
    bearer = {"Authorization": "bearer open-sesame-1234", "X-Forwarded-For": "192.168.1.2"}
    status = write(app, "POST", "/api/v1/articles", headers=bearer, environ_base=far)
    assert status == 201
    assert (
        write(app, "POST", "/add", data=PASTED | {"token": "open-sesame-1234", "text": "Other."})
        == 200
    )
    assert write(app, "POST", "/articles/1/delete", data={"token": "open-sesame-1234"}) == 302
    assert count(app) == 4


def test_the_page_asks_for_the_token_and_keeps_it_to_itself(make_app: MakeApp) -> None:
    client = make_app(token="open-sesame-1234").test_client()
    page = client.get("/add").text
    assert 'name="token" type="password"' in page
    assert "open-sesame-1234" not in page
    failed = client.post("/add", data={"way": "paste", "text": "", "token": "open-sesame-1234"})
    assert "open-sesame-1234" not in failed.text


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_read_only(make_app: MakeApp, method: str, path: str) -> None:
    app = make_app(read_only=True, token="open-sesame-1234")
    assert write(app, method, path, headers={"Authorization": "Bearer open-sesame-1234"}) == 403
    assert count(app) == 3
    assert 'method="post"' not in app.test_client().get("/add").text
    assert 'method="post"' not in app.test_client().get("/articles/1").text
    similar = app.test_client().post("/api/v1/similar", json={"text": "missiles"})
    assert similar.status_code == 200, "a search is no write"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "news.example"])
def test_exposure_needs_a_token_or_read_only(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError, match="HEMERO_TOKEN"):
        check_exposure(Settings(home=tmp_path, host=host))
    check_exposure(Settings(home=tmp_path, host=host, token="open-sesame-1234"))
    check_exposure(Settings(home=tmp_path, host=host, read_only=True))


@pytest.mark.parametrize(
    "named",
    [{"proxies": 1}, {"base_url": "https://archive.example"}, {"trusted_hosts": ("a.example",)}],
)
def test_behind_a_proxy_nobody_is_trusted_for_the_place(
    make_app: MakeApp, tmp_path: Path, named: dict[str, Any]
) -> None:
    with pytest.raises(SettingsError, match="HEMERO_TOKEN"):
        check_exposure(Settings(home=tmp_path, public=True, **named))
    app = make_app(token="open-sesame-1234", **named)
    host = {"Host": "a.example" if "trusted_hosts" in named else "127.0.0.1"}
    assert app.test_client().get("/metrics", headers=host).status_code == 403
    assert write(app, "POST", "/api/v1/articles", headers=host) == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
          "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate",
          "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
        ({}, 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/search?q=missiles", "/api/v1/search?q=missiles"])
def test_other_sites_may_link_here_but_not_load_pages(
    client: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    assert client.get(path, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/search", "/api/v1/search", "/timeline", "/similar"])
@pytest.mark.parametrize("name", ["source", "tag", "author", "collection", "anything"])
def test_an_address_has_few_arguments(client: FlaskClient, path: str, name: str) -> None:
    values = "&".join(f"{name}={number}" for number in range(2_000))
    assert client.get(f"{path}?q=missiles&{values}").status_code == 400


@pytest.mark.parametrize("path", ["/search", "/api/v1/search", "/timeline", "/no-such-page"])
def test_an_address_is_not_repeated_without_bound(client: FlaskClient, path: str) -> None:
    """Every link of a page of results states the search again."""
    query = "missiles " + "é" * 15_000
    answer = client.get(path, query_string={"q": query})
    assert answer.status_code in (400, 404)
    assert len(answer.data) < 10_000
    assert client.get("/search", query_string={"q": "missiles " * 1_500}).status_code == 200


@pytest.mark.parametrize("path", ["/search", "/api/v1/search"])
def test_a_filter_has_few_values(client: FlaskClient, path: str) -> None:
    def ask(values: range) -> int:
        query = "&".join(f"source={number}" for number in values)
        return client.get(f"{path}?q=missiles&{query}").status_code

    assert (ask(range(50)), ask(range(51))) == (200, 400)
    same = "&".join(["source=Le+Fil"] * 150)
    assert client.get(f"{path}?q=missiles&{same}").status_code == 200


def test_a_filter_in_a_body_has_few_values(client: FlaskClient) -> None:
    body = {"text": "missiles", "source": [str(number) for number in range(51)]}
    assert client.post("/api/v1/similar", json=body).status_code in (400, 422)


@pytest.mark.parametrize("token", ["a", "abcd1234", "x" * 15])
def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path, token: str) -> None:
    with pytest.raises(SettingsError, match="at least 16"):
        check_exposure(Settings(home=tmp_path, token=token))


def test_guesses_at_the_metrics_are_limited(make_app: MakeApp) -> None:
    client = make_app(token="open-sesame-1234", proxies=1, requests_per_minute=5).test_client()
    guesses = [
        client.get("/metrics", headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(10)
    ]
    assert guesses[-1] == 429
    assert 200 not in guesses


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_is_no_exposure(tmp_path: Path, host: str) -> None:
    check_exposure(Settings(home=tmp_path, host=host))


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_every_answer_tells_the_browser(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    answer.close()


@pytest.mark.parametrize("path", ["/", "/search?q=missiles", "/articles/1?q=a", "/add"])
def test_nothing_inline_the_policy_would_stop(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
     "/\t/evil.example", "/\n/evil.example", "\t//evil.example", "javascript:alert(1)",
     "/x\r\nSet-Cookie: a=b", "evil.example", ""],
)  # fmt: skip
def test_preferences_lead_nowhere_else(client: FlaskClient, target: str) -> None:
    answer = client.get("/preferences", query_string={"next": target, "theme": "dark"})
    assert answer.headers["Location"] == "/"
    assert len(answer.headers.getlist("Set-Cookie")) == 1


def test_preferences_lead_back(client: FlaskClient) -> None:
    address = "/search?q=moyenne+port%C3%A9e&language=fr"
    answer = client.get("/preferences", query_string={"next": address, "lang": "fr"})
    assert answer.headers["Location"] == address
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_unknown_preferences_are_not_kept(client: FlaskClient) -> None:
    answer = client.get("/preferences?lang=xx&theme=<script>")
    assert "Set-Cookie" not in answer.headers


def test_only_admins_learn_where_files_lie(make_app: MakeApp) -> None:
    app = make_app(public=True, token="open-sesame-1234")
    home = str(get_context(app).services.settings.home)

    def fail() -> str:
        raise StoreError(ARCHIVE_FAILED(path=f"{home}/archive.sqlite", reason="broken on purpose"))

    app.view_functions["pages.index"] = fail
    visitor, admin = app.test_client(), app.test_client()
    admin.environ_base["HTTP_AUTHORIZATION"] = "Bearer open-sesame-1234"
    assert home not in visitor.get("/").text
    assert "archive.sqlite" in visitor.get("/").text
    assert home in admin.get("/").text


def test_visitors_do_not_make_the_server_check_the_index(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(read_only=True, public=True)
    checks = []

    def check(services: Services, **options: bool) -> Health:
        checks.append(options)
        return check_health(services, **options)

    monkeypatch.setattr("web.upkeep.health.check_health", check)
    far = {"REMOTE_ADDR": "192.168.1.2"}
    answers = [app.test_client().get("/api/v1/health", environ_base=far) for _ in range(3)]
    assert [answer.json["ok"] for answer in answers] == [True] * 3
    assert checks == [{"files": False}]
