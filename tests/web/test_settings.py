"""Settings: where each comes from, which wins, and what is refused."""

from dataclasses import fields
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from web.errors import SettingsError
from web.settings import Settings, load_settings


def test_defaults_serve_this_machine_alone() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.model) == ("127.0.0.1", 8000, "bundled")
    assert settings.token == ""
    assert settings.reranker == ""
    assert settings.read_only is False


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "hemero.toml").write_text('port = 1\nthreads = 1\nhost = "::1"\n')
    environment = {"HEMERO_HOME": str(tmp_path), "HEMERO_PORT": "2", "HEMERO_THREADS": "2"}
    settings = load_settings(environment, {"port": 3, "threads": None})
    assert (settings.port, settings.threads, settings.host) == (3, 2, "::1")


def test_every_kind_of_value_is_read_from_text() -> None:
    settings = load_settings(
        {
            "HEMERO_HOME": "~/archive",
            "HEMERO_READ_ONLY": "Yes",
            "HEMERO_TRUSTED_HOSTS": "a.example, b.example,",
        }
    )
    assert settings.home == Path("~/archive").expanduser()
    assert settings.read_only is True
    assert settings.trusted_hosts == ("a.example", "b.example")


def test_every_kind_of_value_is_read_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "any.toml"
    file.write_text('read_only = true\nport = 9\ntrusted_hosts = ["a.example"]\n')
    settings = load_settings({"HEMERO_CONFIG": str(file)})
    assert settings == Settings(read_only=True, port=9, trusted_hosts=("a.example",))


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"HEMERO_THREADS": "0"}, r"setting 'threads' \(HEMERO_THREADS\) cannot be '0'$"),
        (
            {"HEMERO_ALLOWED_NETWORKS": "10.0.0.0/8,x"},
            "cannot be '10.0.0.0/8,x'",
        ),
        (
            {"HEMERO_SMTP_PORT": "65536"},
            r"\(HEMERO_SMTP_PORT\) cannot be '65536'",
        ),
        (
            {"HEMERO_BASE_URL": "https://a.example\n"},
            r"\(HEMERO_BASE_URL\) cannot be",
        ),
        (
            {"HEMERO_SMTP_FROM": "a b@c.example"},
            r"\(HEMERO_SMTP_FROM\) cannot be",
        ),
        ({"HEMERO_PORT": "http"}, r"setting 'port' \(HEMERO_PORT\) cannot be 'http'"),
        (
            {"HEMERO_READ_ONLY": "perhaps"},
            r"\(HEMERO_READ_ONLY\) cannot be 'perhaps'",
        ),
        ({"HEMERO_CONFIG": "/nowhere.toml"}, "HEMERO_CONFIG names /nowhere.toml"),
    ],
)
def test_what_is_not_understood_is_refused(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environment)


def test_what_a_platform_adds_to_the_environment_is_ignored() -> None:
    port = "tcp://10.0.0.1:8000"
    platform = {
        "HEMERO_SERVICE_HOST": "10.0.0.1",
        "HEMERO_PORT": port,
        "HEMERO_SMTP_PORT": port,
        "HEMERO_PORT_8000_TCP": port,
    }
    assert load_settings(platform) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "no setting 'prot'; the settings are: allowed_networks, base_url, cache, "),
        ("trusted_hosts = 5", r"setting 'trusted_hosts' \(HEMERO_TRUSTED_HOSTS\) cannot be 5$"),
        ("threads = 1.5", r"setting 'threads' \(HEMERO_THREADS\) cannot be 1.5$"),
    ],
)
def test_what_the_file_may_not_hold_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "hemero.toml").write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings({}, {"home": tmp_path})


def test_no_message_shows_a_secret(tmp_path: Path) -> None:
    (tmp_path / "hemero.toml").write_text('token = ["hidden words"]')
    with pytest.raises(SettingsError, match="'token'") as refused:
        load_settings({"HEMERO_HOME": str(tmp_path)})
    assert "hidden" not in repr(refused.value) + repr(refused.value.__cause__)
    assert "hidden" not in repr(load_settings({}, {"token": "hidden words"}))


def test_numbers_without_quotes_are_text_too(tmp_path: Path) -> None:
    (tmp_path / "hemero.toml").write_text("token = 12345678")
    assert load_settings({"HEMERO_HOME": str(tmp_path)}).token == "12345678"


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "hemero.toml").write_text("port = ")
    with pytest.raises(SettingsError, match=r"hemero\.toml cannot be read"):
        load_settings({"HEMERO_HOME": str(tmp_path)})


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_is_documented(name: str) -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert f"| `{name}` | `HEMERO_{name.upper()}` |" in page
