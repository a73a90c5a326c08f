"""Signing in and out, sessions, tokens, and what is noted of it."""

from base64 import b64encode

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from archive.errors import StoreError
from archive.messages import verbatim
from archive.store import credentials
from archive.store.audit import AuditEntry
from tests.support.web import MakeApp, services_of
from web.accounts import authentication, passwords
from web.accounts.passwords import hash_password

PASSWORD = "une phrase tranquille"
FAR = {"REMOTE_ADDR": "192.0.2.7"}
HERE = {"Origin": "http://localhost"}
PASTED = {"way": "paste", "title": "New", "text": "Something quite new."}


@pytest.fixture(autouse=True)
def cheap_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def password_hash(cheap_hasher: None) -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def app(make_app: MakeApp, password_hash: str) -> Flask:
    return with_accounts(make_app(), password_hash)


def with_accounts(made: Flask, password_hash: str) -> Flask:
    accounts = services_of(made).accounts
    accounts.create("claire", "admin", password_hash)
    accounts.create("karim", "editor", password_hash)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def sign_in(client: FlaskClient, name: str = "karim", password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    data = {"name": name, "password": password} | more
    return client.post("/sign-in", data=data, headers=HERE, environ_base=FAR)


def entries(app: Flask) -> list[AuditEntry]:
    return list(services_of(app).audit.entries(100))


def test_a_session_opens_what_a_stranger_is_refused(client: FlaskClient) -> None:
    assert client.get("/articles/1").status_code == 401
    answer = sign_in(client, next="/articles/1?q=missiles")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/articles/1?q=missiles"
    page = client.get("/articles/1", environ_base=FAR)
    assert "karim" in page.text
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= page.vary


def test_the_cookie_is_out_of_reach(client: FlaskClient, make_app: MakeApp, app: Flask) -> None:
    cookie = sign_in(client).headers["Set-Cookie"]
    assert cookie.startswith("hemero_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert PASSWORD not in cookie
    secure = make_app(base_url="https://archive.example").test_client()
    cookie = sign_in(secure).headers["Set-Cookie"]
    assert cookie.startswith("__Host-hemero=")
    assert "Secure" in cookie
    assert "Path=/;" in cookie
    assert "Domain" not in cookie
    assert "Strict-Transport-Security" in secure.get("/sign-in").headers


@pytest.mark.parametrize(
    ("name", "password"),
    [("karim", "wrong"), ("nobody", PASSWORD), ("", ""), ("karim", PASSWORD + "x"),
     ("kar\x00im", PASSWORD), ("karim", "x" * 100_000), ("k" * 100_000, PASSWORD),
     ("\ud800", "\udfff")],
)  # fmt: skip
def test_what_opens_nothing(client: FlaskClient, name: str, password: str) -> None:
    given = {"name": name, "password": password}
    sent = {field: text.encode("utf-8", "surrogatepass") for field, text in given.items()}
    answer = client.post("/sign-in", data=sent, headers=HERE)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "name or password is wrong" in answer.text, "not which of the two"
    assert client.get("/").status_code == 401


def test_names_are_caseless_and_passwords_are_not(client: FlaskClient) -> None:
    assert sign_in(client, "  KARIM ").status_code == 303
    assert sign_in(client, "karim", PASSWORD.upper()).status_code == 401


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(client: FlaskClient, target: str) -> None:
    page = client.get("/sign-in", query_string={"next": target}).text
    assert 'name="next" value="/"' in page
    assert sign_in(client, next=target).headers["Location"] == "/"


def test_tries_are_few_from_one_place(client: FlaskClient, app: Flask) -> None:
    for _ in range(authentication.MAX_BY_NAME_AND_CLIENT):
        assert sign_in(client, password="wrong").status_code == 401
    answer = sign_in(client)
    assert answer.status_code == 429, "even with the right password"
    assert 0 < int(answer.headers["Retry-After"]) <= authentication.WINDOW.total_seconds()
    elsewhere = client.post(
        "/sign-in",
        data={"name": "karim", "password": PASSWORD},
        headers=HERE,
        environ_base={"REMOTE_ADDR": "192.0.2.8"},
    )
    assert elsewhere.status_code == 303, "else anyone could lock him out"
    failed = [each for each in entries(app) if each.outcome == "401"]
    assert {(each.actor, each.client, each.target) for each in failed} == {
        ("unknown", "192.0.2.7", "karim")
    }


def test_another_password_lifts_the_lock(
    client: FlaskClient, app: Flask, password_hash: str
) -> None:
    for _ in range(authentication.MAX_BY_NAME_AND_CLIENT):
        sign_in(client, password="wrong")
    assert "wait 15 minutes" in sign_in(client).text
    services_of(app).accounts.set_password("karim", password_hash)
    assert sign_in(client).status_code == 303


def test_a_use_that_cannot_be_noted_spoils_no_answer(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError(verbatim("the archive cannot be written"))

    monkeypatch.setattr(services_of(app).credentials, "touch_token", fail)
    _, secret = services_of(app).credentials.create_token("karim", "n", "reader")
    answer = client.get("/search.atom?q=missiles", headers={"Authorization": f"Bearer {secret}"})
    answer.close()
    assert answer.status_code == 200


def test_a_token_is_named_in_the_audit_and_where_it_only_watches(app: Flask) -> None:
    services = services_of(app)
    _, secret = services.credentials.create_token("karim", "n", "editor")
    client, bearer = app.test_client(), {"Authorization": f"Bearer {secret}"}
    client.get("/metrics", headers=bearer, environ_base=FAR).close()
    assert services.credentials.tokens("karim")[0].used is not None
    client.post("/api/v1/articles", json={"text": "By a program."}, headers=bearer)
    assert entries(app)[0].actor == "karim, token 1"


def test_programs_are_told_how_to_say_who_they_are(client: FlaskClient) -> None:
    """wget and feed readers send Basic only where it is asked for."""
    for path in ("/search.atom?q=missiles", "/api/v1/articles", "/articles/1"):
        told = client.get(path).headers["WWW-Authenticate"]
        assert told == 'Bearer realm="Hemero", Basic realm="Hemero"'
        told = client.get(path, headers={"Sec-Fetch-Mode": "navigate"}).headers["WWW-Authenticate"]
        assert "Basic" not in told, "a browser would ask for a password that opens nothing"


def test_what_was_typed_is_not_noted(client: FlaskClient, app: Flask) -> None:
    """It may be a password in the wrong field."""
    sign_in(client, "my secret sentence")
    assert [each.target for each in entries(app)] == ["a name without an account"]


def test_tries_are_few_on_many_names(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "verify_password", lambda *_: False)
    answers = [
        sign_in(client, f"name{n}").status_code for n in range(authentication.MAX_BY_CLIENT + 1)
    ]
    assert answers[-2:] == [401, 429]


def test_a_success_forgets_the_failures(client: FlaskClient) -> None:
    for _ in range(3):
        for _ in range(authentication.MAX_BY_NAME_AND_CLIENT - 1):
            assert sign_in(client, password="wrong").status_code == 401
        assert sign_in(client).status_code == 303


def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    sign_in(client)
    cookie = client.get_cookie("hemero_session")
    assert client.post("/sign-out", headers=HERE).status_code == 303
    assert cookie is not None
    client.set_cookie("hemero_session", cookie.value)
    assert client.get("/").status_code == 401


def test_each_sign_in_is_a_new_session(client: FlaskClient) -> None:
    """A session planted in the browser beforehand is not the one that is opened."""
    client.set_cookie("hemero_session", "planted")
    sign_in(client)
    first = client.get_cookie("hemero_session")
    sign_in(client)
    second = client.get_cookie("hemero_session")
    assert first is not None
    assert second is not None
    assert len({"planted", first.value, second.value}) == 3
    client.set_cookie("hemero_session", first.value)
    assert client.get("/").status_code == 401, "it ended when the next began"


@pytest.mark.parametrize("limit", ["IDLE_DAYS", "SESSION_DAYS"])
def test_sessions_end(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    sign_in(client)
    assert client.get("/").status_code == 200
    monkeypatch.setattr(credentials, limit, -1)
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("way", ["close", "remove", "password"])
def test_what_ends_the_sessions_of_an_account(app: Flask, way: str, password_hash: str) -> None:
    karim, accounts = app.test_client(), services_of(app).accounts
    sign_in(karim)
    assert karim.get("/").status_code == 200
    {
        "close": lambda: accounts.close("karim"),
        "remove": lambda: accounts.remove("karim"),
        "password": lambda: accounts.set_password("karim", password_hash),
    }[way]()
    assert karim.get("/").status_code == 401
    assert sign_in(karim).status_code == (303 if way == "password" else 401)


def test_ones_own_password(client: FlaskClient) -> None:
    sign_in(client)
    new = {"old": PASSWORD, "new": "a wholly other sentence"}
    for wrong in (
        {"old": "x"},
        {"new": "short"},
        {"new": "aaaaaaaaaaaaaaaa"},
        {"new": "karim karim 1"},
    ):
        answer = client.post("/account/password", data=new | wrong, headers=HERE)
        assert answer.status_code == 422
    assert client.post("/account/password", data=new, headers=HERE).status_code == 303
    assert client.get("/account").status_code == 200, "this session goes on"
    assert sign_in(client).status_code == 401
    assert sign_in(client, password=new["new"]).status_code == 303


def test_a_hash_of_other_costs_is_made_anew(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = services_of(app).accounts.find("karim").password_hash
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(2, 16, 1))
    assert sign_in(client).status_code == 303
    after = services_of(app).accounts.find("karim").password_hash
    assert before.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert after.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert client.get("/").status_code == 200
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(2, 24, 1))
    assert sign_in(app.test_client()).status_code == 303
    assert client.get("/").status_code == 200, "other sessions stay"


def test_a_form_of_another_site_is_refused_with_a_cookie(client: FlaskClient, app: Flask) -> None:
    sign_in(client)
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ):
        answer = client.post("/add", data=PASTED, headers=headers)
        assert answer.status_code == 403, headers
    assert client.post("/add", data=PASTED, headers=HERE).status_code == 200
    other = app.test_client().post("/sign-in", headers={"Origin": "https://evil.example"})
    assert other.status_code == 403, "nor may it sign a reader in under its own name"


def test_tokens_on_the_page(client: FlaskClient, app: Flask) -> None:
    sign_in(client)
    made = client.post(
        "/account/tokens", data={"name": "import <b>", "role": "editor", "days": "30"}, headers=HERE
    )
    secret = made.text.split('class="secret">')[1].split("<")[0]
    page = client.get("/account").text
    assert "import &lt;b&gt;" in page
    assert secret not in page, "shown once"
    bearer = {"Authorization": f"Bearer {secret}"}
    program = app.test_client()
    added = program.post("/api/v1/articles", json={"text": "By a program."}, headers=bearer)
    assert added.status_code == 201
    added.close()
    assert services_of(app).credentials.tokens("karim")[0].used is not None
    basic = {"Authorization": "Basic " + b64encode(f"karim:{secret}".encode()).decode()}
    assert program.get("/search.atom?q=missiles", headers=basic).status_code == 200
    assert program.post("/admin/users", headers=bearer).status_code == 403, "editors are no admins"
    client.post("/account/tokens/1/revoke", headers=HERE)
    refused = program.get("/", headers=bearer | {"Accept": "text/html"})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_token_beyond_its_owner(client: FlaskClient, app: Flask) -> None:
    sign_in(client)
    for wrong in (
        {"role": "admin"},
        {"role": "x"},
        {"days": "-1"},
        {"days": "99999"},
        {"name": ""},
    ):
        data = {"name": "n", "role": "reader", "days": ""} | wrong
        assert client.post("/account/tokens", data=data, headers=HERE).status_code == 422
    services = services_of(app)
    _, secret = services.credentials.create_token("karim", "n", "editor")
    services.accounts.set_role("karim", "reader")
    bearer = {"Authorization": f"Bearer {secret}"}
    answer = app.test_client().post("/api/v1/articles", json={"text": "a"}, headers=bearer)
    assert answer.status_code == 403
    assert services.credentials.tokens("claire") == []
    sign_in(client, "claire")
    assert client.post("/account/tokens/1/revoke", headers=HERE).status_code == 404, "not hers"


def test_a_token_that_has_ended(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_expiry", lambda *_: "2020-01-01T00:00:00Z")
    _, secret = services_of(app).credentials.create_token("karim", "old", "reader", 1)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/", headers=bearer).status_code == 401


def test_admins_look_after_accounts(client: FlaskClient, app: Flask) -> None:
    sign_in(client, "claire")
    new = {"name": "Léa", "role": "reader", "password": "encore une phrase"}

    def send(path: str, **data: str) -> int:
        return client.post(path, data=data, headers=HERE).status_code

    assert send("/admin/users", **new) == 303
    assert send("/admin/users", **new) == 422, "there is one"
    assert send("/admin/users", **new | {"name": "a b"}) == 422
    assert send("/admin/users/léa", way="role", role="editor") == 303
    assert send("/admin/users/léa", way="close") == 303
    assert "closed" in client.get("/admin/users").text
    assert send("/admin/users/léa", way="reopen") == 303
    assert send("/admin/users/léa", way="password", password="x") == 422
    assert send("/admin/users/claire", way="close") == 422, "the last admin"
    assert send("/admin/users/claire", way="role", role="reader") == 422
    assert send("/admin/users/léa", way="remove") == 303
    assert [each.name for each in services_of(app).accounts.accounts()] == ["claire", "karim"]


def test_every_write_is_in_the_audit(client: FlaskClient, app: Flask) -> None:
    sign_in(client)
    client.post("/add", data=PASTED, headers=HERE)
    client.post("/articles/2/delete", headers=HERE)
    client.post("/admin/users", headers=HERE)
    client.get("/search?q=missiles")
    app.test_client().delete("/api/v1/articles/1")  # by a stranger
    told = [(each.actor, each.action, each.target, each.outcome) for each in entries(app)]
    assert told == [
        ("karim", "POST /admin/users", "", "403"),
        ("karim", "POST /articles/2/delete", "", "302"),
        ("karim", "POST /add", "added 4", "200"),
        ("karim", "POST /sign-in", "karim", "303"),
    ]
    sign_in(client, "claire")
    page = client.get("/admin/audit").text
    assert "POST /articles/2/delete" in page
    assert "Something quite new" not in page
    assert PASSWORD not in page


def test_too_many_requests(make_app: MakeApp, password_hash: str) -> None:
    limits = {"requests_per_minute": 5, "public": True, "proxies": 1}
    app = with_accounts(make_app(token="open-sesame-1234", **limits), password_hash)
    client = app.test_client()

    def ask(forwarded: str, path: str = "/api/v1/articles", **headers: str):  # type: ignore[no-untyped-def]
        return client.get(path, headers={"X-Forwarded-For": forwarded} | headers)

    assert [ask("198.51.100.1").status_code for _ in range(6)] == [200] * 5 + [429]
    limited = ask("198.51.100.1")
    assert 1 <= int(limited.headers["Retry-After"]) <= 60
    assert limited.json["status"] == 429
    feed = ask("198.51.100.1", "/search.atom?q=missiles")
    assert (feed.status_code, feed.headers["Retry-After"] > "0") == (429, True)
    assert ask("198.51.100.2").status_code == 200
    assert ask("203.0.113.9, 198.51.100.1").status_code == 429, "what a client claims is not read"
    assert ask("2001:db8::1").status_code == 200
    answers = [ask(f"2001:db8::{n}").status_code for n in range(2, 8)]
    assert answers[-1] == 429, "one customer has a whole network"
    assert ask("198.51.100.1", "/healthz").status_code == 200
    _, secret = services_of(app).credentials.create_token("karim", "n", "reader")
    bearer = {"Authorization": f"Bearer {secret}"}
    assert [ask("198.51.100.1", **bearer).status_code for _ in range(6)] == [200] * 5 + [429]


def test_no_proxy_is_believed_unasked(make_app: MakeApp) -> None:
    client = make_app(requests_per_minute=2, public=True).test_client()
    answers = [
        client.get("/api/v1/articles", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(4)
    ]
    assert answers == [200, 200, 429, 429]


def test_this_machine_is_not_counted_where_it_is_trusted(make_app: MakeApp) -> None:
    client = make_app(requests_per_minute=2).test_client()
    assert {client.get("/api/v1/articles").status_code for _ in range(6)} == {200}


def test_an_upload_of_a_stranger_is_not_read(app: Flask) -> None:
    sent = {"wsgi.input": _Stream(), "CONTENT_LENGTH": "1000"}
    kind = "multipart/form-data; boundary=x"
    answer = app.test_client().post("/add", content_type=kind, environ_overrides=sent)
    assert answer.status_code == 401


class _Stream:
    """A body that must not be read."""

    def read(self, *_: int) -> bytes:
        raise AssertionError("the body was read")

    readline = readinto = read
