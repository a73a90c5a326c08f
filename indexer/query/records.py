"""A query understood: words to rank by, conditions an article must meet. Pure records.

`indexer.query.parser` makes them of what people type; an engine ranks by the words and admits the
articles that meet every condition, wherever in an article the words lie.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from archive.model import ArticleFilter
from indexer.query.syntax import EMPTY, Node

Parts = tuple[str, ...]
FormKind = Literal["apart", "together", "prefix"]
Credit = Literal["source", "author", "section", "tag"]
CREDITS: tuple[Credit, ...] = ("source", "author", "section", "tag")
TagLookup = Callable[[Parts], tuple[int, ...]]
NO_ARTICLE = (0,)  # in a filter no id at all would restrict nothing


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a word: folded tokens, and what finding it counts beside the word itself.

    "apart": each part counts wherever it stands; "together": they must stand one after the other;
    "prefix": any word that begins so.
    """

    parts: Parts
    kind: FormKind = "apart"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query in all its forms, of which an article's best counts, once."""

    forms: tuple[Form, ...]

    @property
    def parts(self) -> Parts:
        """The folded tokens of the word as it was typed."""
        return self.forms[0].parts


@dataclass(frozen=True, slots=True)
class HasWord:
    """Holds the word in any inflection; its tokens one after the other, or written in one."""

    parts: Parts
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class HasPhrase:
    """Holds these folded tokens, unstemmed: one after the other, or in any order with at most
    `within` other words among them."""

    parts: Parts
    within: int | None = None
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class HasPrefix:
    """Holds a word that begins so."""

    prefix: str
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Passes:
    """Passes the filter: languages and dates."""

    wanted: ArticleFilter


@dataclass(frozen=True, slots=True)
class CreditedTo:
    """Its source, section, one of its authors or tags holds these folded tokens in a row."""

    credit: Credit
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


Condition: TypeAlias = HasWord | HasPhrase | HasPrefix | Passes | CreditedTo | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query understood.

    `meaning` is the text for the embedder: no operators, no fields, nothing excluded. `words` rank,
    `pairs` are those of their tokens that stand side by side, `conditions` must all be met,
    `notices` say what in the query was not understood and how it was read. `text` is the query as
    it was typed, cleaned, and `tree` its syntax, whose places are those of `text`.
    """

    meaning: str
    words: tuple[Word, ...]
    pairs: tuple[Parts, ...] = ()
    conditions: tuple[Condition, ...] = ()
    notices: tuple[str, ...] = ()
    text: str = ""
    tree: Node = EMPTY

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
    """The simple conditions it is made of."""
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
    if isinstance(condition, CreditedTo) and condition.credit == "tag":
        ids = articles_of(condition.parts)
        return Passes(ArticleFilter(article_ids=ids or NO_ARTICLE))
    if isinstance(condition, Not):
        return Not(_resolve(condition.condition, articles_of))
    if isinstance(condition, AllOf | AnyOf):
        inner = tuple(_resolve(part, articles_of) for part in condition.conditions)
        return replace(condition, conditions=inner)
    return condition
