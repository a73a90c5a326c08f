"""What neighbours are sought of: articles, passages and texts, or several of them. Pure.

"More like these, not like that": an article is ranked by how near it is to each example on average,
less a share of how near it is to what it should be unlike (Rocchio, 1971).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.model import Article
from archive.text.normalize import split_paragraphs
from indexer.errors import QueryError
from indexer.passages import Passage, embedding_input, estimate_tokens, split_passages, split_text
from indexer.wordings import NO_EXAMPLE, NOTHING_TO_COMPARE, TOO_MANY_EXAMPLES

# Each passage compared is one search in the vectors; a long article is compared all over.
MOST_COMPARED = 12
MOST_EXAMPLES = 12
MOST_TEXT_PARAGRAPHS = 1_000
UNLIKE_WEIGHT = 0.5
SHORT_TEXT_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Example:
    """What the model reads of it, passage by passage, its words, and the article it is of."""

    inputs: tuple[str, ...]
    words: str
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the model shall read, and what nearness to each of it counts; likeness adds up to 1."""

    inputs: tuple[str, ...]
    weights: tuple[float, ...]
    words: str
    own_ids: tuple[int, ...]


def article_example(article: Article) -> Example:
    """All of an article."""
    return _example(article, split_passages(article))


def passage_example(article: Article, passage: Passage) -> Example:
    """A passage in the light of its article's title."""
    return _example(article, (passage,))


def text_example(text: str) -> Example:
    """Any text, all of it. Raises QueryError where it says nothing."""
    passages = split_text(split_paragraphs(text)[:MOST_TEXT_PARAGRAPHS])
    if not passages:
        raise QueryError(NOTHING_TO_COMPARE())
    return Example(tuple(passage.text for passage in passages), text)


def is_like_a_query(examples: Sequence[Example]) -> bool:
    """Whether it is one text no longer than a headline: the model reads that best as a question."""
    alone = len(examples) == 1 and examples[0].article_id is None
    return alone and estimate_tokens(examples[0].words) <= SHORT_TEXT_TOKENS


def compare(like: Sequence[Example], unlike: Sequence[Example] = ()) -> Comparison:
    """Every example counts alike, however long it is. Raises QueryError."""
    if not like:
        raise QueryError(NO_EXAMPLE())
    if len(like) + len(unlike) > MOST_EXAMPLES:
        raise QueryError(TOO_MANY_EXAMPLES(number=MOST_EXAMPLES))
    room = max(1, MOST_COMPARED // len([*like, *unlike]))
    inputs, weights = [], []
    for examples, total in ((like, 1.0), (unlike, -UNLIKE_WEIGHT)):
        for example in examples:
            compared = _spread_out(example.inputs, room)
            inputs += compared
            weights += [total / len(examples) / len(compared)] * len(compared)
    own = (example.article_id for example in (*like, *unlike))
    words = " ".join(example.words for example in like)
    return Comparison(tuple(inputs), tuple(weights), words, tuple(i for i in own if i is not None))


def _example(article: Article, passages: Sequence[Passage]) -> Example:
    inputs = tuple(embedding_input(article.title, passage) for passage in passages)
    words = " ".join([article.title, *(passage.text for passage in passages)])
    return Example(inputs, words, article.id)


def _spread_out(inputs: Sequence[str], most: int) -> list[str]:
    """At most so many of them, from all over."""
    if len(inputs) <= most:
        return list(inputs)
    return [inputs[place * len(inputs) // most] for place in range(most)]
