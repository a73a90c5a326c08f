"""The words a query is ranked by, with their other spellings, from its texts. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.analysis import Token, compound_runs, compounds, is_lone_sign, tokenize
from indexer.query.records import Form, Parts, Word
from indexer.query.synonyms import Synonyms
from indexer.query.syntax import Text
from indexer.stop_words import is_written_as_stop_word

MAX_WORDS = 64
MAX_PIECES = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """What is written without a space: its tokens, how it is written, and the word it makes.

    Pieces of a quotation or a prefix are `verbatim`: no other spellings are added to them.
    """

    parts: Parts
    written: str
    word: Word
    verbatim: bool = False


def rank_words(
    texts: Iterable[Text], synonyms: Synonyms
) -> tuple[tuple[Word, ...], tuple[Parts, ...], bool]:
    """The distinct words of the texts, the pairs of adjacent tokens, and whether there were more
    words than MAX_WORDS."""
    pieces, is_cut = _limit(piece for text in texts for piece in read_pieces(text))
    tokens = [part for piece in pieces for part in piece.parts]
    pairs = tuple(dict.fromkeys(pair for pair in pairwise(tokens) if pair[0] != pair[1]))
    return tuple(dict.fromkeys(_add_synonyms(pieces, synonyms))), pairs, is_cut


def read_pieces(text: Text) -> list[Piece]:
    """The pieces of a text, in order."""
    if text.is_prefix:
        return [_prefix_piece(text)] if prefix_of(text) else []
    tokens = tokenize(text.text)
    runs = [[token] for token in tokens] if text.quoted else compound_runs(text.text, tokens)
    return [_piece(text, run) for run in runs]


def prefix_of(text: Text) -> str:
    """The folded beginning that `word*` asks for; several tokens are joined into one."""
    return "".join(token.folded for token in tokenize(text.text.rstrip("*")))


def _limit(pieces: Iterable[Piece]) -> tuple[list[Piece], bool]:
    """The first pieces with up to MAX_WORDS distinct tokens, and whether any are left out.

    Repeated pieces are kept for the pairs they form.
    """
    kept: list[Piece] = []
    known: set[Parts] = set()
    tokens = 0
    for piece in pieces:
        tokens += 0 if piece.parts in known else len(piece.parts)
        if tokens > MAX_WORDS or len(kept) == MAX_PIECES:
            return kept, True
        known.add(piece.parts)
        kept.append(piece)
    return kept, False


def _piece(text: Text, run: Sequence[Token]) -> Piece:
    written = text.text[run[0].start : run[-1].end]
    parts = tuple(token.folded for token in run)
    if len(run) == 1:
        telling = not is_written_as_stop_word(written)
        return Piece(parts, written, Word((Form(parts),), telling), text.quoted)
    joined = compounds(text.text, run)[0].folded
    return Piece(parts, written, Word(_forms_in_one(parts, joined, _is_hyphenated(run))))


def _forms_in_one(parts: Parts, joined: str, hyphenated: bool) -> tuple[Form, ...]:
    """The parts of porte-parole mean something on their own, and together as much as all of them;
    the G and the 7 of G7 mean nothing on their own."""
    weight = len(parts) if hyphenated else 1
    together = Form(parts, "together", weight), Form((joined,), "apart", weight)
    return (*together, Form(parts)) if hyphenated else together


def _is_hyphenated(run: Sequence[Token]) -> bool:
    return any(a.end != b.start for a, b in pairwise(run))


def _prefix_piece(text: Text) -> Piece:
    prefix = prefix_of(text)
    if is_lone_sign(prefix):
        return Piece((prefix,), text.text, Word((Form((prefix,)),), telling=True), verbatim=True)
    return Piece((prefix,), text.text, Word((Form((prefix,), "prefix"),)), verbatim=True)


def _add_synonyms(pieces: Sequence[Piece], synonyms: Synonyms) -> list[Word]:
    words, n = [], 0
    while n < len(pieces):
        word, taken = _longest_name(pieces[n : n + synonyms.longest], synonyms)
        words.append(word)
        n += taken
    return words


def _longest_name(pieces: Sequence[Piece], synonyms: Synonyms) -> tuple[Word, int]:
    """The word of the longest name that begins here, and the number of its pieces."""
    for taken in range(len(pieces), 0, -1):
        run = pieces[:taken]
        if any(piece.verbatim for piece in run):
            continue
        parts = tuple(part for piece in run for part in piece.parts)
        forms = synonyms.forms_of(parts, " ".join(piece.written for piece in run))
        if forms:
            typed = run[0].word.forms if taken == 1 else (Form(parts),)
            return Word((*typed, *forms), run[0].word.telling), taken
    return pieces[0].word, 1
