"""Every setting, in one place: defaults < hemero.toml < HEMERO_* < flags."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import platformdirs

from web.errors import SettingsError

PREFIX = "HEMERO_"
CONFIG_VARIABLE = "HEMERO_CONFIG"
CONFIG_NAME = "hemero.toml"
MOST_THREADS = 1024
_COUNTS = ("threads", "queue", "queue_seconds")
LARGEST_PORT = 65_535
# One line each: they become headers of messages and addresses in them.
_PATTERNS = {
    "base_url": re.compile(r"(https?://[^\s/?#@]+(/[^\s?#]*)?)?"),
    "smtp_tls": re.compile("none|starttls|tls"),
    "smtp_from": re.compile(r"([^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,185})?", re.ASCII),
    "log_format": re.compile("text|json"),
}
_NOT_NEGATIVE = ("slow_query_ms", "ready_lag_seconds", "requests_per_minute", "proxies")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


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
    threads: int = 4
    queue: int = 32
    queue_seconds: int = 10
    poll: bool = False
    token: str = field(default="", repr=False)
    token_file: str = ""
    read_only: bool = False
    public: bool = False
    proxies: int = 0
    requests_per_minute: int = 600
    trusted_hosts: tuple[str, ...] = ()
    allowed_networks: tuple[str, ...] = ()
    base_url: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_tls: str = "starttls"
    smtp_user: str = ""
    smtp_password_file: str = ""
    smtp_from: str = ""
    log_format: str = "text"
    slow_query_ms: int = 1000
    ready_lag_seconds: int = 3600

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
    """Raises SettingsError for a key or value that is not understood."""
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    named = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environment.items()
        if key.startswith(PREFIX) and key != CONFIG_VARIABLE
    }
    home = given.get("home") or named.get("home")
    merged = _read_file(environment, Path(home) if home else None) | named | given
    settings = Settings(**{name: _convert(name, value) for name, value in merged.items()})
    return _read_token(settings) if settings.token_file else settings


def _read_file(environment: Mapping[str, str], home: Path | None) -> dict[str, Any]:
    """The settings file: the one HEMERO_CONFIG names, else hemero.toml in the archive's home."""
    named = environment.get(CONFIG_VARIABLE)
    path = Path(named) if named else (home or Settings().home) / CONFIG_NAME
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as exc:
        if named:
            raise SettingsError(f"{CONFIG_VARIABLE} names {path}, which is not there") from exc
        return {}
    except (OSError, ValueError) as exc:
        raise SettingsError(f"{path} cannot be read: {exc}") from exc


def read_secret(path: str, name: str) -> str:
    """The first line of a file that a setting names. Raises SettingsError, never quoting it."""
    try:
        secret = Path(path).expanduser().read_text("utf-8").partition("\n")[0].strip()
    except (OSError, ValueError) as exc:
        raise SettingsError(f"{name} cannot be read; check the setting") from exc
    if not secret:
        raise SettingsError(f"the first line of {name} is empty; it holds the secret")
    return secret


def _read_token(settings: Settings) -> Settings:
    if settings.token:
        raise SettingsError("give the token or token_file, one of them")
    return replace(settings, token=read_secret(settings.token_file, "token_file"))


def _convert(name: str, value: Any) -> Any:
    kinds = {f.name: f.type for f in fields(Settings)}
    if name not in kinds:
        raise SettingsError(f"no setting {name!r}; there is: {', '.join(sorted(kinds))}")
    try:
        converted = _CONVERTERS[kinds[name]](value)
        if name in _COUNTS and not 1 <= converted <= MOST_THREADS:
            raise ValueError(value)
        if name == "allowed_networks":
            for network in converted:
                ip_network(network)
        if name == "smtp_port" and not 1 <= converted <= LARGEST_PORT:
            raise ValueError(value)
        if name in _NOT_NEGATIVE and converted < 0:
            raise ValueError(value)
        if name in _PATTERNS and not _PATTERNS[name].fullmatch(converted):
            raise ValueError(value)
        return converted
    except (ValueError, TypeError) as exc:
        raise SettingsError(f"setting {name!r} cannot be {value!r}") from exc


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text not in _TRUE + _FALSE:
        raise ValueError(value)
    return text in _TRUE


def _to_names(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _to_path(value: Any) -> Path:
    return Path(value).expanduser()


_CONVERTERS: dict[Any, Any] = {
    Path: _to_path,
    str: str,
    int: int,
    bool: _to_bool,
    tuple[str, ...]: _to_names,
}
