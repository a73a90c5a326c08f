"""The parser of queries: docs/decisions/010-query-language.md. Pure.

Plain words are for ranking, and an article need not contain any of them. Quotations, fields, and
whatever AND, OR, NOT, - or parentheses under them join are conditions. There is no error as long as
anything is left to search for: what cannot be understood is reported in `Query.notices` with its
place, and the rest is searched.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import chain, groupby

from archive.messages import Message
from archive.model import ArticleFilter
from archive.text.normalize import clean_line
from indexer.analysis import is_lone_sign, tokenize
from indexer.errors import QueryError
from indexer.filters import FILTERS, Filter, range_bounds
from indexer.query.records import (
    ATTRIBUTIONS,
    AllOf,
    AnyOf,
    AttributedTo,
    Attribution,
    Condition,
    HasPhrase,
    HasPrefix,
    HasWord,
    Not,
    Parts,
    Passes,
    Query,
)
from indexer.query.synonyms import Synonyms, bundled_synonyms
from indexer.query.syntax import (
    TEXT_FIELDS,
    Joined,
    Negated,
    Node,
    Text,
    read_syntax,
    sought_texts,
    write_syntax,
)
from indexer.query.unread import explain_unread
from indexer.query.words import MAX_WORDS, prefix_of, rank_words
from indexer.stop_words import is_stop_word
from indexer.wordings import (
    EMPTY_QUERY,
    LEFT_OUT,
    NO_NAME,
    NOTHING_SOUGHT,
    SEARCHED,
    SHORT_PREFIX,
    TOO_MANY_ATTRIBUTIONS,
    TOO_MANY_CONDITIONS,
    TOO_MANY_PHRASES,
    TOO_MANY_PREFIXES,
    TOO_MANY_SHORT_PREFIXES,
    TOO_MANY_WORDS,
)

MAX_MEANING_CHARACTERS = 2_000
MAX_READING_CHARACTERS = 200
MAX_CONDITIONS = 64
MAX_PREFIXES = 8
MIN_PREFIX_CHARACTERS = 3
# A shorter prefix reads the 64 most frequent of its words, which takes 0.2 s with 21,831 articles.
MAX_SHORT_PREFIXES = 4
# A phrase reads the positions of its words in all articles that contain them all: with 21,831
# articles 0.2 s for two stop words, 0.07 s for one and a frequent word, 0.01 s for a name.
MAX_PHRASES, MAX_STOP_PHRASES = 12, 2
# Each looks at the authors, the section or the tags of every article.
MAX_ATTRIBUTIONS = 16


def plain_query(text: str, synonyms: Synonyms | None = None) -> Query:
    """Read the text as words only, without operators. Raises QueryError as parse_query does."""
    return _read_plainly(_clean(text), synonyms or bundled_synonyms())


def parse_query(text: str, synonyms: Synonyms | None = None) -> Query:
    """Raises QueryError only for a query without a letter, digit or symbol to search for."""
    line, synonyms = _clean(text), synonyms or bundled_synonyms()
    node, mistakes = read_syntax(line)
    builder = _Conditions()
    conditions = builder.of_query(node)
    sought = [text for text in sought_texts(node) if builder.may_rank(text)]
    words, pairs, more = rank_words(sought, synonyms)
    meaning = " ".join(" ".join(map(_meaning_of, sought)).split())[:MAX_MEANING_CHARACTERS]
    unread = explain_unread(node)
    notices = [*mistakes, *unread, *builder.notices, *[TOO_MANY_WORDS(number=MAX_WORDS)] * more]
    query = Query(
        meaning, words, pairs, conditions, tuple(dict.fromkeys(notices)), line, node,
        *_read_quotations(sought_texts(node)),
    )  # fmt: skip
    if not words and not conditions:  # the words that operators or fields are written with
        return replace(_read_plainly(line, synonyms), notices=query.notices, tree=node)
    return _with_notices(query, node if mistakes else None)


def _clean(text: str) -> str:
    cleaned = clean_line(text)
    if not any(unicodedata.category(character)[0] in "LNS" for character in cleaned):
        raise QueryError(EMPTY_QUERY())
    return cleaned


def _read_plainly(line: str, synonyms: Synonyms) -> Query:
    text = Text(line[:MAX_MEANING_CHARACTERS])
    words, pairs, _ = rank_words([text], synonyms)
    return Query(text.text, words, pairs, text=line, tree=text)


def _read_quotations(texts: Iterable[Text]) -> tuple[tuple[Parts, ...], frozenset[str]]:
    """Return the quotations of words in a row, at most MAX_PHRASES, and the tokens outside."""
    runs = [(_parts(text.text), text.quoted and text.within is None) for text in texts]
    in_a_row = dict.fromkeys(parts for parts, is_quotation in runs if is_quotation and parts)
    quotations = tuple(in_a_row)[:MAX_PHRASES]
    outside = (parts for parts, is_quotation in runs if parts not in quotations or not is_quotation)
    return quotations, frozenset(chain.from_iterable(outside))


def _with_notices(query: Query, mended: Node | None) -> Query:
    """Add the notices on the whole query; `mended` is its tree if it had mistakes."""
    notices = list(query.notices)
    if not query.meaning and not query.is_fields_only:
        notices.append(NOTHING_SOUGHT())
    elif mended is not None:
        reading = write_syntax(mended)
        if len(reading) <= MAX_READING_CHARACTERS:
            notices.append(SEARCHED(query=reading))
    return replace(query, notices=tuple(notices))


def _meaning_of(text: Text) -> str:
    return text.text.rstrip("*") if text.is_prefix else text.text


class _Conditions:
    """Makes conditions of nodes, limits what they cost, and collects notices."""

    def __init__(self) -> None:
        self.notices: list[Message] = []
        self._left = MAX_CONDITIONS
        self._prefixes: set[str] = set()
        self._phrases: set[Parts] = set()
        self._stop_phrases: set[Parts] = set()
        self._attributions: set[AttributedTo] = set()

    def of_query(self, node: Node) -> tuple[Condition, ...]:
        """The conditions that every article must meet; plain words side by side are none."""
        condition = self._of(node, strict=False)
        if isinstance(condition, AllOf):
            return condition.conditions
        return () if condition is None else (condition,)

    def may_rank(self, text: Text) -> bool:
        """Whether the text is not a prefix, or within the limits for prefixes."""
        if not text.is_prefix:
            return True
        prefix = prefix_of(text)
        if prefix not in self._prefixes and len(self._prefixes) == MAX_PREFIXES:
            self.notices.append(TOO_MANY_PREFIXES(number=MAX_PREFIXES))
            return False
        short = {known for known in self._prefixes if len(known) < MIN_PREFIX_CHARACTERS}
        if len(prefix) < MIN_PREFIX_CHARACTERS:
            if prefix not in short and len(short) == MAX_SHORT_PREFIXES:
                self.notices.append(TOO_MANY_SHORT_PREFIXES(number=MAX_SHORT_PREFIXES))
                return False
            self.notices.append(SHORT_PREFIX(word=text.text))
        self._prefixes.add(prefix)
        return True

    def _may_look_up(self, condition: Condition) -> bool:
        """Whether it is not looked up in a column, or within the limit for such conditions."""
        if not isinstance(condition, AttributedTo) or condition.attribution == "source":
            return True
        if condition not in self._attributions and len(self._attributions) == MAX_ATTRIBUTIONS:
            self.notices.append(TOO_MANY_ATTRIBUTIONS(number=MAX_ATTRIBUTIONS))
            return False
        self._attributions.add(condition)
        return True

    def _may_search(self, phrase: Parts) -> bool:
        """Whether the phrase is within the limits for phrases."""
        if all(map(is_stop_word, phrase)):
            known, most = self._stop_phrases, MAX_STOP_PHRASES
        else:
            known, most = self._phrases, MAX_PHRASES
        if phrase not in known and len(known) == most:
            self.notices.append(TOO_MANY_PHRASES(number=MAX_PHRASES, stop_words=MAX_STOP_PHRASES))
            return False
        known.add(phrase)
        return True

    def _of(self, node: Node, strict: bool) -> Condition | None:
        if isinstance(node, Text):
            return self._of_text(node, strict)
        if isinstance(node, Negated):
            inner = self._of(node.node, strict=True)
            return None if inner is None else Not(inner)
        if node.how == "or":
            return _join(AnyOf, self._of_each(node, strict=True))
        return _join(
            AllOf, _join_same_fields(node, self._of_each(node, strict or node.how == "and"))
        )

    def _of_each(self, node: Joined, strict: bool) -> list[tuple[str, Condition]]:
        """The conditions of the parts, each with its field, "" for none."""
        parts = [(_field_of(part), self._of(part, strict)) for part in node.nodes]
        return [(name, condition) for name, condition in parts if condition is not None]

    def _of_text(self, text: Text, strict: bool) -> Condition | None:
        condition = self._understand(text, strict)
        if condition is None:
            return None
        self._left -= 1
        if self._left < 0:
            self.notices.append(TOO_MANY_CONDITIONS(number=MAX_CONDITIONS))
            return None
        return condition

    def _understand(self, text: Text, strict: bool) -> Condition | None:
        if text.name in TEXT_FIELDS:
            strict = strict or text.quoted or text.name == "title"
            return self._of_words(text) if strict else None
        try:
            condition = FIELD_CONDITIONS[text.name or ""](text.text)
        except QueryError as exc:
            self.notices.append(LEFT_OUT(place=text.place, reason=exc.message))
            return None
        return condition if self._may_look_up(condition) else None

    def _of_words(self, text: Text) -> Condition | None:
        in_title = text.name == "title"
        if text.is_prefix:
            prefix = prefix_of(text)
            if is_lone_sign(prefix):
                return HasWord((prefix,), in_title)
            return HasPrefix(prefix, in_title) if prefix and self.may_rank(text) else None
        parts = _parts(text.text)
        if not parts:
            return None
        if len(parts) == 1 and is_lone_sign(parts[0]):
            return HasWord(parts, in_title)
        if len(parts) > 1 and not self._may_search(parts):
            return None
        if text.quoted:
            return HasPhrase(parts, text.within if len(parts) > 1 else None, in_title)
        return HasWord(parts, in_title)


def _parts(text: str) -> Parts:
    return tuple(token.folded for token in tokenize(text)[:MAX_WORDS])


def _field_of(node: Node) -> str:
    """The field whose values are alternatives if they stand side by side, "" for none."""
    name = node.name if isinstance(node, Text) else None
    return name if name in _REPEATABLE_FIELDS else ""


def _join_same_fields(
    node: Joined, parts: list[tuple[str, Condition]]
) -> list[tuple[str, Condition]]:
    """Join conditions on the same field by OR: no article has the two sources source:A source:B."""
    if node.how != "side":
        return parts
    named = sorted((pair for pair in parts if pair[0]), key=lambda pair: pair[0])
    united = [
        (name, _join(AnyOf, list(group))) for name, group in groupby(named, key=lambda p: p[0])
    ]
    found = [(name, condition) for name, condition in united if condition is not None]
    return [*(pair for pair in parts if not pair[0]), *found]


def _join(
    kind: type[AllOf] | type[AnyOf], parts: Iterable[tuple[str, Condition]]
) -> Condition | None:
    conditions = tuple(
        inner
        for _, condition in parts
        for inner in (condition.conditions if isinstance(condition, kind) else (condition,))
    )
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return kind(conditions)


def _read_attribution(name: Attribution, value: str) -> Condition:
    parts = _parts(value)
    if not parts:
        raise QueryError(NO_NAME(text=repr(value), field=name))
    return AttributedTo(name, parts)


def _read_filter(stated: Filter, value: str) -> Condition:
    return Passes(stated.read_stated(value))


def _read_dates(value: str) -> Condition:
    first, following = range_bounds(value)
    return Passes(ArticleFilter(published_from=first, published_before=following))


# Names are matched by some of their words here, and whole in an ArticleFilter.
FIELD_CONDITIONS: dict[str, Callable[[str], Condition]] = {
    **{name: partial(_read_attribution, name) for name in ATTRIBUTIONS},
    **{each.name: partial(_read_filter, each) for each in FILTERS if each.kind != "name"},
    "date": _read_dates,
}
_REPEATABLE_FIELDS = frozenset(each.name for each in FILTERS if each.repeatable)
