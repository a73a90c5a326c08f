"""Accounts, tokens and the audit on the command line."""

import json

import pytest
from argon2 import PasswordHasher

from tests.support.web import RunHemero
from web.accounts import passwords
from web.accounts.authentication import check_password
from web.errors import SettingsError
from web.http.security import check_exposure
from web.services import Services
from web.settings import Settings, load_settings

PASSWORD = "une phrase tranquille"


@pytest.fixture(autouse=True)
def cheap_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))


@pytest.fixture
def staffed(run: RunHemero) -> RunHemero:
    run("users", "add", "Claire", "--role", "admin", "--password-file", "-", input=PASSWORD + "\n")
    return run


def test_accounts_are_made_changed_and_removed(staffed: RunHemero, services: Services) -> None:
    run = staffed
    asked = run("users", "add", "karim", input=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.stdout.strip() == "karim may sign in as reader"
    assert PASSWORD not in asked.output
    assert check_password(services, "karim", PASSWORD, "here").role == "reader"
    run("users", "role", "karim", "editor")
    run("users", "close", "karim")
    listed = [json.loads(line) for line in run("users", "list", "--json").stdout.splitlines()]
    assert [(one["name"], one["role"], one["closed"]) for one in listed] == [
        ("claire", "admin", False),
        ("karim", "editor", True),
    ]
    run("users", "reopen", "karim")
    run("users", "remove", "karim")
    assert run("users", "list").stdout.split() == ["claire", "admin"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("add", "claire"), 65, "there is an account claire already"),
        (("add", "a b"), 65, "a name is 1 to 64 letters"),
        (("role", "nobody", "admin"), 67, "no account of this name"),
        (("role", "claire", "reader"), 65, "claire is the last admin"),
        (("role", "claire", "queen"), 2, "Invalid value"),
        (("close", "claire"), 65, "claire is the last admin"),
    ],
)
def test_what_is_refused(
    staffed: RunHemero, arguments: tuple[str, ...], code: int, told: str
) -> None:
    given = ("--password-file", "-") if arguments[0] == "add" else ()
    result = staffed("users", *arguments, *given, input=PASSWORD + "\n")
    assert result.exit_code == code
    assert told in result.stderr


def test_the_first_account_is_an_admin(run: RunHemero) -> None:
    result = run("users", "add", "karim", "--password-file", "-", input=PASSWORD + "\n")
    assert result.exit_code == 65
    assert "the first account is an admin" in result.stderr


def test_a_short_password_is_refused(run: RunHemero) -> None:
    result = run("users", "add", "a", "--role", "admin", "--password-file", "-", input="short\n")
    assert result.exit_code == 65
    assert "12 to 256 characters" in result.stderr
    assert "short" not in result.output


def test_tokens_are_made_listed_and_revoked(staffed: RunHemero, services: Services) -> None:
    made = staffed("tokens", "create", "claire", "nightly import", "--role", "editor")
    secret = made.stdout.strip()
    found = services.credentials.find_token(secret)
    assert found is not None
    assert (found.account.name, found.role) == ("claire", "editor")
    listed = staffed("tokens", "list").stdout
    assert "nightly import" in listed
    assert "never used" in listed
    assert secret not in listed
    assert staffed("tokens", "revoke", "1").exit_code == 0
    assert services.credentials.find_token(secret) is None
    assert staffed("tokens", "revoke", "1").exit_code == 66


def test_commands_that_write_are_in_the_audit(staffed: RunHemero) -> None:
    staffed("add", "-", "--no-index", input="Titre\nUn texte.")
    staffed("delete", "7", "--yes")
    staffed("tokens", "create", "claire", "import")
    staffed("search", "texte")
    told = [json.loads(line) for line in staffed("audit", "--json").stdout.splitlines()]
    assert [(each["action"], each["target"], each["outcome"]) for each in told] == [
        ("hemero tokens create", "claire import", "exit 0"),
        ("hemero delete", "7", "exit 66"),
        ("hemero add", "-", "exit 0"),
        ("hemero users add", "Claire", "exit 0"),
    ]
    assert {each["client"] for each in told} == {"command line"}
    assert staffed("audit", "--limit", "1").stdout.count("\n") == 1


def test_secrets_come_from_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "token").write_text("sésame\n")
    (folder / "empty").write_text("\n")
    home = {"HEMERO_HOME": str(folder)}
    settings = load_settings(home | {"HEMERO_TOKEN_FILE": str(folder / "token")})
    assert settings.token == "sésame"
    assert "sésame" not in repr(settings)
    for name in ("empty", "nowhere"):
        with pytest.raises(SettingsError, match="token_file"):
            load_settings(home | {"HEMERO_TOKEN_FILE": str(folder / name)})
    with pytest.raises(SettingsError, match="not both"):
        load_settings(home | {"HEMERO_TOKEN": "a", "HEMERO_TOKEN_FILE": str(folder / "token")})


def test_an_account_is_enough_to_serve_others(settings: Settings) -> None:
    exposed = Settings(home=settings.home, host="0.0.0.0")
    with pytest.raises(SettingsError, match="hemero users add"):
        check_exposure(exposed)
    check_exposure(exposed, has_accounts=lambda: True)
