"""Messages as codes with parameters; each front words them in its reader's language. Pure.

A layer lists its wordings in `wordings` with `define`; the code that has something to say makes a
`Message` of one. Nothing compares sentences: whoever must tell messages apart compares their codes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Any, Protocol

TEMPLATES: "dict[str, Template]" = {}
MAX_PARAMETER_CHARACTERS = 1_000
# Parameters of these names are paths.
_PATHS = ("path", "folder")
# Parameters of these names are quantities, written with separators; other numbers may be ids.
_QUANTITIES = ("number", "total")


class Translations(Protocol):
    """What this module needs of `gettext.NullTranslations` and its like."""

    def gettext(self, message: str, /) -> str: ...

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Template:
    """A message's code and its English wording, with `%(name)s` where a parameter stands.

    A template with a `plural` is worded by its parameter `number`.
    """

    code: str
    text: str
    plural: str | None = None

    def __call__(self, **parameters: Any) -> "Message":
        values = {name: _parameter(value) for name, value in parameters.items()}
        return Message(self.code, tuple(sorted(values.items())))


@dataclass(frozen=True, slots=True)
class Message:
    """What happened and, where it helps, what to do next.

    A parameter is a text, a number, another message, or several messages, which are joined by "; ".
    """

    code: str
    parameters: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        """The message in English, for logs and for programs."""
        return self.word(NullTranslations())

    def word(self, translations: Translations) -> str:
        """The message in the language of the translations."""
        template, values = TEMPLATES[self.code], dict(self.parameters)
        if template.plural is None:
            text = translations.gettext(template.text)
        else:
            text = translations.ngettext(template.text, template.plural, values["number"])
        return text % {name: _word(name, value, translations) for name, value in values.items()}

    def without_folders(self) -> "Message":
        """The message with the last part of each path alone, for readers who are not to learn
        where on the server files lie.
        """
        parameters = ((name, _without_folders(name, value)) for name, value in self.parameters)
        return Message(self.code, tuple(parameters))

    def to_json(self) -> str:
        """One line that `read_message` reads back."""
        return json.dumps(self.to_record(), ensure_ascii=False)

    def to_record(self) -> dict[str, Any]:
        """The message as JSON holds it; the text is for readers that do not know the code."""
        return _record(self) | {"text": str(self)}


def define(code: str, text: str) -> Template:
    """Register a wording; Babel finds its text by this function's name.

    Raises ValueError if the code is taken.
    """
    return _register(Template(code, text))


def define_plural(code: str, text: str, plural: str) -> Template:
    """The same for a wording that depends on the parameter `number`."""
    return _register(Template(code, text, plural))


def _register(template: Template) -> Template:
    if template.code in TEMPLATES:
        raise ValueError(f"two messages have the code {template.code}")
    TEMPLATES[template.code] = template
    return template


VERBATIM = define("verbatim", "%(text)s")
SEVERAL = define("several", "%(messages)s")
SEPARATOR = define("separator", "; ")
THOUSANDS = define("thousands", ",")


def verbatim(text: str) -> Message:
    """Words from elsewhere, such as an operating system's, which no catalogue translates."""
    return Message(VERBATIM.code, (("text", text),))


def join_messages(*messages: Message | None) -> Message | None:
    """The messages there are as one; a single message stays as it is."""
    given = tuple(message for message in messages if message is not None)
    if len(given) < 2:
        return given[0] if given else None
    return SEVERAL(messages=given)


def read_message(text: str) -> Message:
    """The message that `to_json` wrote; any other text, as earlier editions kept it, verbatim."""
    try:
        return read_record(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return verbatim(text)


def read_record(record: Mapping[str, Any]) -> Message:
    """The message of a record; its English text if the code is not known any more.

    Raises KeyError, TypeError or AttributeError for anything else.
    """
    try:
        return _message(record)
    except KeyError:
        return verbatim(record["text"])


def _parameter(value: Any) -> Any:
    """Paths, errors and the like become their text, so that every message can be written down."""
    if isinstance(value, int | float | Message | tuple):
        return value
    text = str(value)
    return text if len(text) <= MAX_PARAMETER_CHARACTERS else text[:MAX_PARAMETER_CHARACTERS] + "…"


def _word(name: str, value: Any, translations: Translations) -> Any:
    if isinstance(value, Message):
        return value.word(translations)
    if isinstance(value, tuple):
        worded = (message.word(translations) for message in value)
        return translations.gettext(SEPARATOR.text).join(worded)
    if name in _QUANTITIES and isinstance(value, int):
        return f"{value:,}".replace(",", translations.gettext(THOUSANDS.text))
    return value


def _without_folders(name: str, value: Any) -> Any:
    if isinstance(value, Message):
        return value.without_folders()
    if isinstance(value, tuple):
        return tuple(message.without_folders() for message in value)
    return value.replace("\\", "/").rpartition("/")[2] if name in _PATHS else value


def _record(message: Message) -> dict[str, Any]:
    values = {name: _written(value) for name, value in message.parameters}
    return {"code": message.code, "parameters": values}


def _written(value: Any) -> Any:
    if isinstance(value, Message):
        return _record(value)
    return [_record(message) for message in value] if isinstance(value, tuple) else value


def _message(record: Mapping[str, Any]) -> Message:
    template = TEMPLATES[record["code"]]
    return template(**{name: _read(value) for name, value in record["parameters"].items()})


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _message(value)
    return tuple(map(_message, value)) if isinstance(value, list) else value
