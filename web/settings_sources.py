"""The sources of the settings, merged and checked: defaults < file < environment < flags.

Imported only when settings are loaded, because importing pydantic takes a quarter of a second.
"""

from collections.abc import Mapping, Sequence
from dataclasses import Field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pydantic
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from archive.messages import Message
from archive.text.zones import read_zones
from web.errors import SettingsError
from web.wordings import BAD_SETTING, NO_SUCH_SETTING, SETTINGS_FILE_UNREADABLE, WHAT_IS_GIVEN

PREFIX = "HEMERO_"
_PORTS = ("port", "smtp_port")
_NAMES = ("trusted_hosts", "allowed_networks", "outlet_timezones")


class _Checks(BaseSettings):
    """What the types and limits of the fields do not say."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        validate_default=False,
        enable_decoding=False,
        coerce_numbers_to_str=True,
        regex_engine="python-re",
    )

    @pydantic.field_validator(*_NAMES, mode="before", check_fields=False)
    @classmethod
    def _split_names(cls, value: Any) -> Any:
        return value.split(",") if isinstance(value, str) else value

    @pydantic.field_validator(*_NAMES, check_fields=False)
    @classmethod
    def _strip_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, names)))

    @pydantic.field_validator("allowed_networks", check_fields=False)
    @classmethod
    def _check_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network)
        return networks

    @pydantic.field_validator("timezone", check_fields=False)
    @classmethod
    def _check_zone(cls, name: str) -> str:
        read_zones(name, ())
        return name

    @pydantic.field_validator("outlet_timezones", check_fields=False)
    @classmethod
    def _check_zones(cls, outlets: tuple[str, ...]) -> tuple[str, ...]:
        read_zones("", outlets)
        return outlets

    @pydantic.field_validator("home", "cache", check_fields=False)
    @classmethod
    def _expand_user(cls, path: Path) -> Path:
        return path.expanduser()


def merge_sources(
    settings: Sequence[Field[Any]],
    file: Path,
    environment: Mapping[str, str],
    flags: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the checked values of the settings that any source sets.

    The metadata of a field are its limits, as pydantic names them. A missing file sets nothing.
    Raises SettingsError.
    """
    known: dict[str, Any] = {
        field.name: (field.type, pydantic.Field(default=None, **field.metadata))
        for field in settings
    }
    sources = _sources(file, environment)
    try:
        merged = pydantic.create_model("Merged", __base__=sources, **known)(**flags)
    except pydantic.ValidationError as exc:
        raise SettingsError(_describe(exc, settings)) from None
    except (OSError, ValueError) as exc:
        raise SettingsError(SETTINGS_FILE_UNREADABLE(path=file, reason=exc)) from exc
    return {name: getattr(merged, name) for name in merged.model_fields_set}


def _sources(file: Path, environment: Mapping[str, str]) -> type[_Checks]:
    """Return a class that reads flags, then environment, then file."""

    class Sources(_Checks):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            *_: PydanticBaseSettingsSource,
            **__: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            variables = EnvSettingsSource(settings_cls)
            variables.env_vars = _read_variables(environment)
            in_file = TomlConfigSettingsSource(settings_cls, file)
            return init_settings, variables, in_file

    return Sources


def _read_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables by name in lower case, without addresses in place of ports.

    Platforms give a service named hemero the variable HEMERO_PORT=tcp://10.0.0.1:8000.
    """
    addresses = {f"{PREFIX}{name.upper()}" for name in _PORTS}
    return {
        name.lower(): value
        for name, value in environment.items()
        if not (name in addresses and "://" in value)
    }


def _describe(error: pydantic.ValidationError, settings: Sequence[Field[Any]]) -> Message:
    """Return what is wrong with the first setting that cannot be used; a secret is not quoted."""
    first = error.errors(include_url=False, include_context=False)[0]
    known = {field.name: field for field in settings}
    name = str(first["loc"][0])
    if name not in known:
        return NO_SUCH_SETTING(name=repr(name), names=", ".join(sorted(known)))
    value = repr(first["input"]) if known[name].repr else WHAT_IS_GIVEN()
    return BAD_SETTING(name=repr(name), variable=f"{PREFIX}{name.upper()}", value=value)
