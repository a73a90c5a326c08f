"""Searches saved and looked through again: what pages, API, command line and server share."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from archive.messages import Message
from archive.store.saved_searches import SavedSearch, SavedSearchStore
from archive.text.normalize import clean_line
from indexer.errors import IndexerError, QueryError
from indexer.filters import FILTER_NAMES
from indexer.matches import SavedSearchMatcher, find_matches
from indexer.ranking.request import SearchQuery
from indexer.wordings import EMPTY_QUERY
from web.actions.adding import address_problem
from web.errors import SavedSearchRefusedError
from web.services import Services
from web.urls.search_form import DEFAULT_ARGUMENTS, read_form, read_query
from web.wordings import NOT_A_WEB_ADDRESS, NOT_AN_EMAIL, SEARCH_TOO_LONG, SEARCH_WITHOUT_NAME

MAX_NAME_CHARACTERS, MAX_EMAIL_CHARACTERS, MAX_ADDRESS_CHARACTERS = 200, 254, 2_000
MAX_ARGUMENTS_CHARACTERS, MAX_ARGUMENTS = 8_000, 200
# What of a search's address says what to look for; the rest says how it is shown.
KEPT_ARGUMENTS = ("q", "mode", "balance", *FILTER_NAMES)
# RFC 5321 allows more, such as quoted names, which no reader of news has.
_EMAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What one look came to: how many matches are new, how many messages went out, what failed."""

    saved: SavedSearch
    new: int
    sent: int = 0
    problem: Message | None = None


def read_saved(arguments: str) -> SearchQuery:
    """The query as the page reads it from its address. Raises QueryError."""
    return read_query(read_form(MultiDict(parse_qsl(keep_arguments(arguments)))))


def keep_arguments(arguments: str) -> str:
    """The arguments of a search's address that are worth keeping. Raises QueryError."""
    pairs = [
        (name, value)
        for name, value in _pairs(arguments)
        if name in KEPT_ARGUMENTS and value.strip() and (name, value) not in DEFAULT_ARGUMENTS
    ]
    if not any(name == "q" for name, _ in pairs):
        raise QueryError(EMPTY_QUERY())
    return urlencode(pairs)


def save_search(
    services: Services, name: str, arguments: str, email: str = "", webhook: str = ""
) -> SavedSearch:
    """The search, saved; what it lists now is known already. An empty name becomes the query.

    Raises QueryError, SavedSearchRefusedError, SavedSearchLimitError, StaleIndexError, ModelError.
    """
    kept = keep_arguments(arguments)
    query = read_saved(kept)
    query.check()
    name = read_name(name or query.text)
    given_email, given_webhook = read_email(email), read_webhook(webhook)
    seen_seq = services.engine.checkpoint()
    listed = SavedSearchMatcher(services.search, query).list_all()
    store: SavedSearchStore = services.saved
    return store.create(
        name, kept, seen_seq, list(listed.items()), email=given_email, webhook=given_webhook
    )


def check_search(services: Services, saved: SavedSearch) -> CheckReport:
    """Look through what was indexed since the last look; what fails waits for the next."""
    store, new = services.saved, 0
    checkpoint = services.engine.checkpoint()
    if checkpoint <= saved.seen_seq:
        return CheckReport(saved, 0)
    try:
        query = read_saved(saved.arguments)
        for batch in find_matches(
            services.store, services.search, query, saved.seen_seq, checkpoint
        ):
            new += store.record(saved.id, batch.matches, batch.seen_seq)
    except IndexerError as exc:
        return CheckReport(saved, new, problem=exc.message)
    return CheckReport(saved, new)


def read_name(text: str) -> str:
    """One line. Raises SavedSearchRefusedError where nothing is in it."""
    name = clean_line(text)[:MAX_NAME_CHARACTERS]
    if not name:
        raise SavedSearchRefusedError(SEARCH_WITHOUT_NAME())
    return name


def read_email(text: str) -> str | None:
    """An address that no header can be hidden in, None for none. Raises SavedSearchRefusedError."""
    address = text.strip(" ")
    if not address:
        return None
    if len(address) > MAX_EMAIL_CHARACTERS or not _EMAIL.fullmatch(address):
        raise SavedSearchRefusedError(NOT_AN_EMAIL())
    return address


def read_webhook(text: str) -> str | None:
    """An address to send to, None for none. Raises SavedSearchRefusedError."""
    address = text.strip(" ")
    if not address:
        return None
    problem = address_problem(address)
    if problem or len(address) > MAX_ADDRESS_CHARACTERS or re.search(r"[\x00-\x20\x7f]", address):
        raise SavedSearchRefusedError(problem or NOT_A_WEB_ADDRESS())
    return address


def _pairs(arguments: str) -> list[tuple[str, str]]:
    """Raises QueryError where there are too many."""
    try:
        if len(arguments) > MAX_ARGUMENTS_CHARACTERS:
            raise ValueError(arguments)
        return parse_qsl(arguments.removeprefix("?"), max_num_fields=MAX_ARGUMENTS)
    except ValueError as exc:
        raise QueryError(SEARCH_TOO_LONG()) from exc
