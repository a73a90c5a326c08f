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
        ({"HEMERO_PROT": "1"}, "no setting 'prot'; there is: allowed_networks, base_url, cache, "),
        ({"HEMERO_THREADS": "0"}, "setting 'threads' cannot be '0'"),
        ({"HEMERO_PORT": "http"}, "setting 'port' cannot be 'http'"),
        ({"HEMERO_READ_ONLY": "perhaps"}, "setting 'read_only' cannot be 'perhaps'"),
        ({"HEMERO_CONFIG": "/nowhere.toml"}, "HEMERO_CONFIG names /nowhere.toml"),
    ],
)
def test_what_is_not_understood_is_refused(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environment)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "hemero.toml").write_text("port = ")
    with pytest.raises(SettingsError, match=r"hemero\.toml cannot be read"):
        load_settings({"HEMERO_HOME": str(tmp_path)})


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_is_documented(name: str) -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert f"| `{name}` | `HEMERO_{name.upper()}` |" in page
