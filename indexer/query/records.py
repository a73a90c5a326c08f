"""Parsed queries: words to rank by and conditions to meet. Pure records.

`indexer.query.parser` makes them from what people type. An engine ranks by the words and keeps the
articles that meet every condition, wherever in an article the words are.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from archive.messages import Message
from archive.model import ArticleFilter
from indexer.query.syntax import EMPTY, Node

Parts = tuple[str, ...]
FormKind = Literal["apart", "together", "prefix"]
Attribution = Literal["source", "author", "section", "tag"]
ATTRIBUTIONS: tuple[Attribution, ...] = ("source", "author", "section", "tag")
TagLookup = Callable[[Parts], tuple[int, ...]]
NO_ARTICLE = (0,)  # an empty tuple in a filter would restrict nothing


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a word: its folded tokens, and its weight compared with the word itself.

    "apart": each token counts wherever it is; "together": they must follow one another; "prefix":
    any word that begins with it.
    """

    parts: Parts
    kind: FormKind = "apart"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query in all its forms; an article counts the best of them, once.

    A `telling` word is not written as a stop word: MES, sûr.
    """

    forms: tuple[Form, ...]
    telling: bool = False

    @property
    def parts(self) -> Parts:
        """The folded tokens of the word as it was typed."""
        return self.forms[0].parts


@dataclass(frozen=True, slots=True)
class HasWord:
    """Contains the word in any inflection; its tokens follow one another or are joined."""

    parts: Parts
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class HasPhrase:
    """Contains these folded tokens, unstemmed: one after the other, or in any order with at most
    `within` other words among them."""

    parts: Parts
    within: int | None = None
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class HasPrefix:
    """Contains a word with this prefix."""

    prefix: str
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes the filter of languages, dates or articles."""

    wanted: ArticleFilter


@dataclass(frozen=True, slots=True)
class AttributedTo:
    """Its source, section, one of its authors or tags contains these folded tokens as a run."""

    attribution: Attribution
    parts: Parts


@dataclass(frozen=True, slots=True)
class AllOf:
    """Meets every one of these conditions."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Meets at least one of them."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Does not meet it."""

    condition: "Condition"


Condition: TypeAlias = HasWord | HasPhrase | HasPrefix | Passes | AttributedTo | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query.

    `meaning` is the text for the embedder, without operators, fields and exclusions. Articles are
    ranked by `words` and by `pairs`, adjacent tokens of the words, and must meet all `conditions`.
    `notices` say what was not understood and how the query was read. `text` is the query as typed,
    cleaned, and `tree` its syntax, with places in `text`. `quotations` are the tokens of quotations
    of words in a row, `unquoted` the tokens outside of them.
    """

    meaning: str
    words: tuple[Word, ...]
    pairs: tuple[Parts, ...] = ()
    conditions: tuple[Condition, ...] = ()
    notices: tuple[Message, ...] = ()
    text: str = ""
    tree: Node = EMPTY
    quotations: tuple[Parts, ...] = ()
    unquoted: frozenset[str] = frozenset()

    @property
    def is_fields_only(self) -> bool:
        """Whether the query has only conditions, so that the articles that meet them answer it."""
        silent = not self.words and not self.meaning
        return silent and any(not isinstance(c, Not) for c in self.conditions)


def has_text_conditions(query: Query) -> bool:
    """Whether the query demands that an article's text contains something."""
    return any(map(_demands_text, query.conditions))


def drop_text_conditions(query: Query) -> Query:
    """The query without what it demands of the text; fields and exclusions still apply."""
    return replace(query, conditions=tuple(c for c in query.conditions if not _demands_text(c)))


def _demands_text(condition: Condition) -> bool:
    return not isinstance(condition, Not) and looks_at_text(condition)


def looks_at_text(condition: Condition) -> bool:
    """Whether some part of the condition looks at the text."""
    return any(isinstance(c, HasWord | HasPhrase | HasPrefix) for c in leaves(condition))


def leaves(condition: Condition) -> list[Condition]:
    """The simple conditions that a condition is made of."""
    if isinstance(condition, Not):
        return leaves(condition.condition)
    if isinstance(condition, AllOf | AnyOf):
        return [leaf for part in condition.conditions for leaf in leaves(part)]
    return [condition]


def resolve_tags(query: Query, articles_of: TagLookup) -> Query:
    """Replace tags, which no index holds, by the ids of their articles."""
    resolved = tuple(_resolve(condition, articles_of) for condition in query.conditions)
    return replace(query, conditions=resolved)


def _resolve(condition: Condition, articles_of: TagLookup) -> Condition:
    if isinstance(condition, AttributedTo) and condition.attribution == "tag":
        ids = articles_of(condition.parts)
        return Passes(ArticleFilter(article_ids=ids or NO_ARTICLE))
    if isinstance(condition, Not):
        return Not(_resolve(condition.condition, articles_of))
    if isinstance(condition, AllOf | AnyOf):
        inner = tuple(_resolve(part, articles_of) for part in condition.conditions)
        return replace(condition, conditions=inner)
    return condition
