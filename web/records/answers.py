"""How results answer a query, in words, for the page and the terminal alike."""

from archive.messages import Message
from indexer.ranking.judging import Match
from indexer.ranking.result_page import SearchPage
from web.wordings import (
    MATCH_ALL,
    MATCH_MEANING,
    MATCH_NEAR,
    MATCH_SOME,
    MERELY_NEAR,
    NO_ANSWER,
    WITH_ALL_WORDS,
    WITH_SOME_WORDS,
)

_LABELS = {"all": MATCH_ALL, "some": MATCH_SOME, "meaning": MATCH_MEANING, "near": MATCH_NEAR}


def match_label(match: Match | None) -> Message | None:
    """Return how a result answers; None for similar articles."""
    return _LABELS[match]() if match else None


def near_heading(page: SearchPage) -> tuple[int, Message] | None:
    """Return the place of the first result that is merely near, and what to say before it."""
    place = next((n for n, result in enumerate(page.results) if result.match == "near"), None)
    if place is None:
        return None
    return place, NO_ANSWER() if (page.page, place) == (1, 0) else MERELY_NEAR()


def describe_words(page: SearchPage) -> tuple[Message, ...]:
    """Say how many articles hold all the words of a query, and how many only some."""
    counted = ((WITH_ALL_WORDS, page.with_all_words), (WITH_SOME_WORDS, page.with_some_words))
    return tuple(words(number=number) for words, number in counted if number)
