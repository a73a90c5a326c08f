"""Lines of the server's log: for people, or JSON for programs; one line stays one line."""

import json
import logging
import re
from datetime import UTC, datetime

REQUESTS_LOGGER = "web.requests"
# Line ends, cursor controls, direction marks, and what is not a character.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_CONTINUED = "\n    "


class TextLines(logging.Formatter):
    """time level logger message name=value ...; lines of a traceback are indented."""

    def format(self, record: logging.LogRecord) -> str:
        fields = [f"{name}={value}" for name, value in _fields(record).items()]
        head = (_moment(record), record.levelname, record.name, record.getMessage(), *fields)
        return _CONTINUED.join([_escape(" ".join(head)), *map(_escape, _traceback(self, record))])


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, message, then the fields of the request."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= _fields(record)
        if traceback := _traceback(self, record):
            fields["traceback"] = "\n".join(traceback)
        return json.dumps(fields, default=str)  # which escapes all but printable ASCII


FORMATS: dict[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}


def start_logging(log_format: str) -> None:
    """Log to standard error: warnings, and a line for each request.

    A program that has configured logging itself and embeds our application keeps its own.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATS[log_format]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(REQUESTS_LOGGER).setLevel(logging.INFO)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return getattr(record, "fields", {})


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    return formatter.formatException(record.exc_info).split("\n") if record.exc_info else []


def _escape(text: str) -> str:
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
