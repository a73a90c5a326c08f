"""Messages as codes with parameters; each front words them in its reader's language. Pure.

A layer lists its wordings in one module with `define`; the code that has something to say makes a
`Message` of one. Nothing compares sentences: whoever must tell messages apart compares their codes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from typing import Any, Protocol

TEMPLATES: "dict[str, Template]" = {}


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
        return Message(self.code, tuple(sorted(parameters.items())))


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
        text = translations.gettext(template.text)
        if template.plural is not None:
            text = translations.ngettext(template.text, template.plural, values["number"])
        return text % {name: _word_value(value, translations) for name, value in values.items()}

    def to_json(self) -> str:
        """One line that `read_message` reads back."""
        return json.dumps(_record(self), ensure_ascii=False)


def define(code: str, text: str, plural: str | None = None) -> Template:
    """Register a wording; Babel finds its texts by this function's name.

    Raises ValueError if the code is taken.
    """
    if code in TEMPLATES:
        raise ValueError(f"two messages have the code {code}")
    TEMPLATES[code] = Template(code, text, plural)
    return TEMPLATES[code]


VERBATIM = define("verbatim", "%(text)s")
SEVERAL = define("several", "%(messages)s")


def verbatim(text: str) -> Message:
    """Words from elsewhere, such as an operating system's, which no catalogue translates."""
    return VERBATIM(text=text)


def join_messages(messages: "tuple[Message, ...]") -> Message:
    """The messages as one; a single message stays as it is."""
    return messages[0] if len(messages) == 1 else SEVERAL(messages=messages)


def read_message(text: str) -> Message:
    """The message that `to_json` wrote; any other text, as earlier editions kept it, verbatim."""
    try:
        return _message(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return verbatim(text)


def _word_value(value: Any, translations: Translations) -> Any:
    if isinstance(value, Message):
        return value.word(translations)
    if isinstance(value, tuple):
        return "; ".join(message.word(translations) for message in value)
    return value


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
