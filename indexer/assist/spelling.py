"""Did you mean: the query with its slips put right, in words the archive itself holds.

`find_corrections` is pure and proposes; `suggest_query` asks the engine, and the store for the
spelling with accents and capitals.

Thresholds by measurement: 21,831 French articles, 5,000 slips in words they hold, and 1,002 words
of later headlines that they do not hold and that are no slips.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from archive.model import Article
from archive.store.articles import ArticleStore
from archive.text.normalize import clean_line
from indexer.analysis import is_stop_word, tokenize
from indexer.engines.port import SearchEngine, Spelling
from indexer.query.records import Query
from indexer.query.syntax import OPERATORS, Negated, Node, Text, read_syntax

# (folded word, distance, most) to words of the archive, as an engine gives them.
SpellingLookup = Callable[[str, int, int], Sequence[Spelling]]

LONGEST_QUERY_CHARACTERS = 300
MOST_WORDS = 16
MOST_DOUBTFUL = 4
MOST_OFFERED = 8
SHORTEST_WORD = 4
# From here on a word that is two edits away is still the same word to the eye.
LONG_WORD = 8
LONGEST_ACRONYM = 5
# How many times as frequent a word must be to be meant at two edits, or with another first letter;
# and how much likelier it is with the same letters, swapped or doubled.
SECOND_EDIT_RATIO, FIRST_LETTER_RATIO, SAME_LETTERS_RATIO = 10.0, 10, 5
# The share of all articles a word must be worth to be meant. Beside one of four or five letters
# there is nearly always some other.
SHORT_WORD, LEAST_SHARE_SHORT, LEAST_SHARE = 5, 1 / 1_000, 1 / 4_000
# What hardly an article holds may be a slip of the archive's own.
RARE_ARTICLES, SLIP_RATIO = 2, 50
MOST_SURFACES = 5
MOST_READ_CHARACTERS = 100_000
# Figures, addresses and names of files are nobody's slips.
_CODE = re.compile(r"[\d#@_]|\w[/.\\:]\w")


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A folded word of a query, and the characters [start, end) it stands on."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Correction:
    """What was typed, and the word of the archive that was meant."""

    typed: TypedWord
    meant: Spelling


def suggest_query(text: str, query: Query, engine: SearchEngine, store: ArticleStore) -> str | None:
    """The text with its slips put right, all else as it was typed; None where there is none."""
    line = clean_line(text)
    found = find_corrections(line, query, engine.spellings, engine.count())
    if not found:
        return None
    holders = store.get_many([correction.meant.article_id for correction in found])
    held = {article.id: article for article in holders}
    for correction in reversed(found):
        typed, meant = correction.typed, correction.meant
        written = write_as_held(meant.word, held.get(meant.article_id))
        if line[typed.start].isupper():
            written = written[0].upper() + written[1:]
        line = line[: typed.start] + written + line[typed.end :]
    return line


def find_corrections(
    line: str, query: Query, spellings: SpellingLookup, archive_articles: int
) -> list[Correction]:
    """The likely slips of a query, as `clean_line` leaves it, in their order.

    None where most of its words are not held: it is in another language, or of another world.
    """
    typed = list(islice(read_words(line, query), MOST_WORDS))
    held = {word.folded: _count_held(word.folded, spellings) for word in typed}
    doubtful = [word for word, articles in held.items() if articles <= RARE_ARTICLES]
    unknown = [word for word in doubtful if not held[word]]
    if len(doubtful) > MOST_DOUBTFUL or len(unknown) > max(2, len(held) // 2):
        return []
    meant = {word: _find_meant(word, held[word], spellings, archive_articles) for word in doubtful}
    pairs = ((word, meant.get(word.folded)) for word in typed)
    return [Correction(word, other) for word, other in pairs if other is not None]


def read_words(line: str, query: Query) -> Iterator[TypedWord]:
    """The words of a query that could be slips: of those it looks for the plain ones, no short
    ones, stop words, acronyms, prefixes, nor names that have other writings."""
    if len(line) > LONGEST_QUERY_CHARACTERS:
        return
    understood = {word.parts[0] for word in query.words if len(word.forms) > 1}
    for text in _sought_texts(read_syntax(line)[0]):
        for start, piece in _plain_pieces(text, _start_of(text, line)):
            for token in tokenize(piece):
                word = TypedWord(token.folded, start + token.start, start + token.end)
                if token.folded not in understood and _may_be_slip(word, line):
                    yield word


def write_as_held(word: str, article: Article | None) -> str:
    """A folded word as the article writes it: in small letters where it does so anywhere."""
    surfaces = Counter(islice(_surfaces(word, article), MOST_SURFACES)) if article else Counter()
    usable = [surface for surface, _ in surfaces.most_common() if surface not in OPERATORS]
    return min(usable, key=_count_capitals, default=word)


def _count_held(word: str, spellings: SpellingLookup) -> int:
    own = spellings(word, 0, 1)
    return own[0].articles if own else 0


def _find_meant(
    word: str, articles: int, spellings: SpellingLookup, archive_articles: int
) -> Spelling | None:
    """The word most likely meant by one that so many articles hold; None where it may stand."""
    is_short = len(word) <= SHORT_WORD
    if articles and is_short:
        return None
    edits = 1 if articles or len(word) < LONG_WORD else 2
    others = [other for other in spellings(word, edits, MOST_OFFERED) if other.distance]
    best = max(others, key=lambda other: _likelihood(word, other), default=None)
    share = LEAST_SHARE_SHORT if is_short else LEAST_SHARE
    least = max(share * archive_articles, SLIP_RATIO * articles)
    return best if best is not None and _likelihood(word, best) >= least else None


def _likelihood(word: str, other: Spelling) -> float:
    """How frequent the other is, less what a slip from it to the word is rarer than others."""
    unlikely = SECOND_EDIT_RATIO ** (other.distance - 1)
    if set(word) == set(other.word):  # letters swapped or doubled, the commonest slips
        return other.articles * SAME_LETTERS_RATIO / unlikely
    return other.articles / (
        unlikely if word[0] == other.word[0] else unlikely * FIRST_LETTER_RATIO
    )


def _sought_texts(node: Node) -> list[Text]:
    """The texts in no field but the title that are not left out, prefixes aside."""
    if isinstance(node, Text):
        return [node] if node.name in (None, "title") and not node.is_prefix else []
    if isinstance(node, Negated):
        return []
    return [text for part in node.nodes for text in _sought_texts(part)]


def _start_of(text: Text, line: str) -> int:
    """Where in the line its words begin, behind the name of a field, dashes and quotation mark."""
    start = line.index(":", text.place - 1) + 1 if text.name else text.place - 1
    return line.index(text.text, start)


def _plain_pieces(text: Text, start: int) -> Iterator[tuple[int, str]]:
    """What stands between the spaces of a text, and where in the line."""
    for found in re.finditer(r"\S+", text.text):
        if not _CODE.search(found.group()):
            yield start + found.start(), found.group()


def _may_be_slip(word: TypedWord, line: str) -> bool:
    written = line[word.start : word.end]
    is_acronym = written.isupper() and len(written) <= LONGEST_ACRONYM
    return len(word.folded) >= SHORTEST_WORD and not is_acronym and not is_stop_word(word.folded)


def _surfaces(word: str, article: Article) -> Iterator[str]:
    left = MOST_READ_CHARACTERS
    for paragraph in (article.title, *article.paragraphs):
        text, left = paragraph[:left], left - len(paragraph)
        yield from (text[t.start : t.end] for t in tokenize(text) if t.folded == word)
        if left <= 0:
            return


def _count_capitals(surface: str) -> int:
    return sum(map(str.isupper, surface))
