"""Did you mean: the query with its misspellings corrected to words that the archive holds.

`find_corrections` is pure and proposes them; `suggest_query` asks the engine for words and the
store for their accents and capitals.

A word that is correct in a language of the archive or of the interface is never replaced, nor a
name that the archive holds.

The thresholds were measured on 21,831 French articles, with 5,000 misspellings of words they hold
and 1,002 correct words of later headlines that they do not hold.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from archive.model import Article
from archive.store.articles import ArticleStore
from indexer.analysis import tokenize
from indexer.assist.word_lists import zipf_frequency
from indexer.engines.port import SearchEngine, Spelling
from indexer.query.records import Query
from indexer.query.syntax import OPERATORS, Text, sought_texts
from indexer.stop_words import is_stop_word

# Words of the archive near to folded words, as an engine finds them: `SearchEngine.spellings`.
SpellingLookup = Callable[[Mapping[str, int], int], Mapping[str, Sequence[Spelling]]]

MAX_QUERY_CHARACTERS = 300
MAX_WORDS = 16
MAX_RARE_WORDS = 4
MAX_CANDIDATES = 8
MIN_WORD_CHARACTERS = 4
# A word this long is recognisably the same at two edits.
LONG_WORD_CHARACTERS = 8
MAX_ACRONYM_CHARACTERS = 5
# How many times as frequent a word must be to be suggested at two edits, or with another first
# letter; and how much likelier it is if it has the same letters, swapped or doubled.
SECOND_EDIT_RATIO, FIRST_LETTER_RATIO, SAME_LETTERS_RATIO = 10.0, 10, 5
# The share of all articles that a suggested word must weigh. Near a word of four or five letters
# there is nearly always another one.
SHORT_WORD_CHARACTERS, MIN_SHARE_SHORT, MIN_SHARE = 5, 1 / 1_000, 1 / 4_000
# A word of so few articles may be a misspelling in the archive itself.
RARE_ARTICLES, MISSPELLING_RATIO = 2, 50
# People ask in the languages of the interface too. A language takes 1 to 2 s to load, once.
INTERFACE_LANGUAGES = ("en", "fr")
MAX_LANGUAGES = 8
# Lists of words hold slips too, the rarest most. A common one is a 300th as frequent as the word.
MIN_WORD_ZIPF, SLIP_ZIPF = 1.5, 2.5
MAX_SURFACE_FORMS = 5
MAX_READ_CHARACTERS = 100_000
# Numbers, addresses and file names are not misspelled words.
_CODE = re.compile(r"[\d#@_]|\w[/.\\:]\w")


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A folded word of a query and its characters [start, end) in the query."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as typed, and the word of the archive to replace it with."""

    typed: TypedWord
    meant: Spelling


def suggest_query(query: Query, engine: SearchEngine, store: ArticleStore) -> str | None:
    """Return the query with its misspellings corrected, all else as typed; None without any."""
    proposed = find_corrections(query, engine.spellings, engine.count())
    if not proposed:
        return None
    found = _leave_correct(proposed, engine, store)
    articles = store.get_many([correction.meant.article_id for correction in found])
    by_id = {article.id: article for article in articles}
    line = query.text
    for correction in reversed(found):
        typed, meant = correction.typed, correction.meant
        surface = find_surface(meant.word, by_id.get(meant.article_id))
        if line[typed.start].isupper():
            surface = surface[0].upper() + surface[1:]
        line = line[: typed.start] + surface + line[typed.end :]
    return line if found else None


def _leave_correct(
    proposed: Sequence[Correction], engine: SearchEngine, store: ArticleStore
) -> list[Correction]:
    """The corrections of words that are neither words of a language nor names of the archive."""
    frequent = store.summarize().languages[:MAX_LANGUAGES]
    languages = {*INTERFACE_LANGUAGES, *(code for code, _ in frequent)}
    names = _find_names((correction.typed.folded for correction in proposed), engine, store)
    return [
        correction
        for correction in proposed
        if correction.typed.folded not in names and not _is_correct(correction, languages)
    ]


def _is_correct(correction: Correction, languages: Collection[str]) -> bool:
    """Whether the typed word is one of these languages, and no frequent slip of the other."""
    typed = zipf_frequency(correction.typed.folded, languages)
    if typed < MIN_WORD_ZIPF:
        return False
    return zipf_frequency(correction.meant.word, languages) < typed + SLIP_ZIPF


def _find_names(words: Iterable[str], engine: SearchEngine, store: ArticleStore) -> set[str]:
    """Those of the folded words that an article writes with a capital wherever it holds them."""
    spelled = engine.spellings(dict.fromkeys(words, 0), 1)
    places = {word: itself[0].article_id for word, itself in spelled.items() if itself}
    by_id = {article.id: article for article in store.get_many(list(places.values()))}
    surfaces = {word: find_surface(word, by_id.get(i)) for word, i in places.items()}
    return {word for word, surface in surfaces.items() if surface[0].isupper()}


def find_corrections(
    query: Query, spellings: SpellingLookup, archive_articles: int
) -> list[Correction]:
    """Return the corrections of a query's likely misspellings, in the order of its words.

    Empty if the archive lacks most of the words: the query is in another language or on a subject
    of its own.
    """
    typed = list(islice(checked_words(query), MAX_WORDS))
    if not typed:
        return []
    counts = _count_articles((word.folded for word in typed), spellings)
    rare = [word for word, articles in counts.items() if articles <= RARE_ARTICLES]
    unknown = [word for word in rare if not counts[word]]
    if not rare or len(rare) > MAX_RARE_WORDS or len(unknown) > max(2, len(counts) // 2):
        return []
    near = spellings({word: _edits(word, counts[word]) for word in rare}, MAX_CANDIDATES)
    meant = {word: _find_meant(word, counts[word], near[word], archive_articles) for word in rare}
    pairs = ((word, meant.get(word.folded)) for word in typed)
    return [Correction(word, other) for word, other in pairs if other is not None]


def checked_words(query: Query) -> Iterator[TypedWord]:
    """The words of a query that may be misspelled.

    Left out are words that are excluded or in a field other than the title, prefixes, short words,
    stop words, acronyms, and names for which other spellings are known.
    """
    if len(query.text) > MAX_QUERY_CHARACTERS:
        return
    understood = {word.parts[0] for word in query.words if len(word.forms) > 1}
    texts = (text for text in sought_texts(query.tree) if not text.is_prefix)
    for start, piece in (piece for text in texts for piece in _plain_pieces(text)):
        for token in tokenize(piece):
            word = TypedWord(token.folded, start + token.start, start + token.end)
            if token.folded not in understood and _may_be_misspelled(word, query.text):
                yield word


def find_surface(word: str, article: Article | None) -> str:
    """A folded word as the article writes it, in lower case if it does so anywhere."""
    surfaces = (
        Counter(islice(_surfaces(word, article), MAX_SURFACE_FORMS)) if article else Counter()
    )
    usable = [surface for surface, _ in surfaces.most_common() if surface not in OPERATORS]
    return min(usable, key=_count_capitals, default=word)


def _count_articles(words: Iterable[str], spellings: SpellingLookup) -> dict[str, int]:
    found = spellings(dict.fromkeys(words, 0), 1)
    return {word: itself[0].articles if itself else 0 for word, itself in found.items()}


def _edits(word: str, articles: int) -> int:
    """The maximum distance of the word that was meant, by the number of articles of this one."""
    if articles and len(word) <= SHORT_WORD_CHARACTERS:
        return 0
    return 1 if articles or len(word) < LONG_WORD_CHARACTERS else 2


def _find_meant(
    word: str, articles: int, near: Iterable[Spelling], archive_articles: int
) -> Spelling | None:
    """The word most likely meant; None if the typed one, of this many articles, may be correct."""
    others = (other for other in near if other.distance)
    best = max(others, key=lambda other: _likelihood(word, other), default=None)
    share = MIN_SHARE_SHORT if len(word) <= SHORT_WORD_CHARACTERS else MIN_SHARE
    threshold = max(share * archive_articles, MISSPELLING_RATIO * articles)
    return best if best is not None and _likelihood(word, best) >= threshold else None


def _likelihood(word: str, other: Spelling) -> float:
    """The number of articles of the other word, lowered as far as misspelling it so is rare."""
    unlikely = SECOND_EDIT_RATIO ** (other.distance - 1)
    if set(word) == set(other.word):  # letters swapped or doubled, the commonest misspellings
        return other.articles * SAME_LETTERS_RATIO / unlikely
    return other.articles / (
        unlikely if word[0] == other.word[0] else unlikely * FIRST_LETTER_RATIO
    )


def _plain_pieces(text: Text) -> Iterator[tuple[int, str]]:
    """The parts of a text between spaces, codes left out, each with its start in the query."""
    for found in re.finditer(r"\S+", text.text):
        if not _CODE.search(found.group()):
            yield text.start + found.start(), found.group()


def _may_be_misspelled(word: TypedWord, line: str) -> bool:
    written = line[word.start : word.end]
    is_acronym = written.isupper() and len(written) <= MAX_ACRONYM_CHARACTERS
    is_long_enough = len(word.folded) >= MIN_WORD_CHARACTERS
    return is_long_enough and not is_acronym and not is_stop_word(word.folded)


def _surfaces(word: str, article: Article) -> Iterator[str]:
    left = MAX_READ_CHARACTERS
    for paragraph in (article.title, *article.paragraphs):
        text, left = paragraph[:left], left - len(paragraph)
        yield from (text[t.start : t.end] for t in tokenize(text) if t.folded == word)
        if left <= 0:
            return


def _count_capitals(surface: str) -> int:
    return sum(map(str.isupper, surface))
