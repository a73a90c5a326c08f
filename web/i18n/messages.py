"""Messages in the language of the request, and what an HTTP status means to a reader."""

from http import HTTPStatus

from flask_babel import get_translations

from archive.messages import Message, verbatim
from web.wordings import STATUS_DETAILS, STATUS_TITLES


def word_message(message: Message) -> str:
    """The message in the language of the request, in English outside of one."""
    return message.word(get_translations())


def status_title(status: int) -> Message:
    """What a status means to a reader."""
    known = STATUS_TITLES.get(status)
    return known() if known else verbatim(HTTPStatus(status).phrase)


def status_detail(status: int, otherwise: str = "") -> Message:
    """What went wrong where only the status is known, in other words for a rare one."""
    known = STATUS_DETAILS.get(status)
    return known() if known else verbatim(otherwise)
