"""Every setting, in one place: defaults < hemero.toml < HEMERO_* < flags."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import platformdirs

from web.errors import SettingsError
from web.wordings import (
    SECRET_EMPTY,
    SECRET_UNREADABLE,
    SETTINGS_FILE_MISSING,
    TOKEN_TWICE,
)

CONFIG_VARIABLE = "HEMERO_CONFIG"
CONFIG_NAME = "hemero.toml"
_COUNT = {"ge": 1, "le": 1024}
_PORT = {"ge": 1, "le": 65_535}
_NOT_NEGATIVE = {"ge": 0}
# One line each: they become headers of messages and addresses in them.
_ADDRESS = {"pattern": r"\A(https?://[^\s/?#@]+(/[^\s?#]*)?)?\Z"}
_SENDER = {"pattern": r"(?a)\A([^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,185})?\Z"}
_ENCRYPTION = {"pattern": r"\A(none|starttls|tls)\Z"}
_LOG_FORMAT = {"pattern": r"\A(text|json)\Z"}


@dataclass(frozen=True, slots=True)
class Settings:
    """See docs/settings.md, which describes each of them."""

    home: Path = field(default_factory=lambda: Path(platformdirs.user_data_dir("hemero")))
    cache: Path = field(default_factory=lambda: Path(platformdirs.user_cache_dir("hemero")))
    model: str = "bundled"
    reranker: str = ""
    engine: str = "embedded"
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = field(default=4, metadata=_COUNT)
    queue: int = field(default=32, metadata=_COUNT)
    queue_seconds: int = field(default=10, metadata=_COUNT)
    poll: bool = False
    token: str = field(default="", repr=False)
    token_file: str = ""
    read_only: bool = False
    public: bool = False
    proxies: int = field(default=0, metadata=_NOT_NEGATIVE)
    requests_per_minute: int = field(default=600, metadata=_NOT_NEGATIVE)
    trusted_hosts: tuple[str, ...] = ()
    allowed_networks: tuple[str, ...] = ()
    base_url: str = field(default="", metadata=_ADDRESS)
    smtp_host: str = ""
    smtp_port: int = field(default=587, metadata=_PORT)
    smtp_tls: str = field(default="starttls", metadata=_ENCRYPTION)
    smtp_user: str = ""
    smtp_password_file: str = ""
    smtp_from: str = field(default="", metadata=_SENDER)
    timezone: str = ""
    outlet_timezones: tuple[str, ...] = ()
    log_format: str = field(default="text", metadata=_LOG_FORMAT)
    slow_query_ms: int = field(default=1000, metadata=_NOT_NEGATIVE)
    ready_lag_seconds: int = field(default=3600, metadata=_NOT_NEGATIVE)

    @property
    def store_path(self) -> Path:
        return self.home / "archive.sqlite"

    @property
    def site_rules_path(self) -> Path:
        return self.home / "sites.toml"

    @property
    def jobs_folder(self) -> Path:
        return self.home / "jobs"

    @property
    def index_folder(self) -> Path:
        return self.home / "index"


def load_settings(
    environment: Mapping[str, str] = os.environ, flags: Mapping[str, Any] | None = None
) -> Settings:
    """Return the settings of flags, environment and file. Raises SettingsError.

    A flag that is None is not given. Unknown keys in the file and unknown flags are refused;
    unknown HEMERO_* in the environment are ignored, because container platforms set some.
    """
    from web.settings_sources import merge_sources

    given = {name: value for name, value in (flags or {}).items() if value is not None}
    file = _find_file(environment, given.get("home"))
    settings = Settings(**merge_sources(fields(Settings), file, environment, given))
    return _read_token(settings) if settings.token_file else settings


def _find_file(environment: Mapping[str, str], home: str | Path | None) -> Path:
    """Return the file HEMERO_CONFIG names, else hemero.toml in the archive's home."""
    named = environment.get(CONFIG_VARIABLE)
    if not named:
        folder = home or environment.get("HEMERO_HOME") or Settings().home
        return Path(folder).expanduser() / CONFIG_NAME
    if not Path(named).exists():
        raise SettingsError(SETTINGS_FILE_MISSING(name=CONFIG_VARIABLE, path=named))
    return Path(named)


def read_secret(path: str, name: str) -> str:
    """The first line of a file that a setting names. Raises SettingsError, never quoting it."""
    try:
        secret = Path(path).expanduser().read_text("utf-8").partition("\n")[0].strip()
    except (OSError, ValueError) as exc:
        raise SettingsError(SECRET_UNREADABLE(name=name)) from exc
    if not secret:
        raise SettingsError(SECRET_EMPTY(name=name))
    return secret


def _read_token(settings: Settings) -> Settings:
    if settings.token:
        raise SettingsError(TOKEN_TWICE())
    return replace(settings, token=read_secret(settings.token_file, "token_file"))
