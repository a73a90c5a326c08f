"""Examples to find neighbours of: articles, passages and texts. Pure.

"More like these, not like that": an article is ranked by its mean nearness to the examples, minus a
share of its nearness to the counterexamples (Rocchio, 1971).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.model import Article
from archive.text.normalize import split_paragraphs
from indexer.errors import QueryError
from indexer.passages import Passage, embedding_input, estimate_tokens, split_passages, split_text
from indexer.wordings import NO_EXAMPLE, NOTHING_TO_COMPARE, TOO_MANY_EXAMPLES

# Each compared passage takes one search of the vectors; those of a long article are spread over it.
MAX_COMPARED_PASSAGES = 12
MAX_EXAMPLES = 12
MAX_TEXT_PARAGRAPHS = 1_000
UNLIKE_WEIGHT = 0.5
SHORT_TEXT_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Example:
    """The model's input for each passage of an example, its words, and the id of its article."""

    inputs: tuple[str, ...]
    words: str
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The passages to compare with, and their weights.

    Weights of examples add up to 1, those of counterexamples are negative. `own_ids` are the
    articles of all of them.
    """

    inputs: tuple[str, ...]
    weights: tuple[float, ...]
    words: str
    own_ids: tuple[int, ...]


def article_example(article: Article) -> Example:
    """A whole article."""
    return _example(article, split_passages(article))


def passage_example(article: Article, passage: Passage) -> Example:
    """A passage with its article's title."""
    return _example(article, (passage,))


def text_example(text: str) -> Example:
    """A text. Raises QueryError if it is empty."""
    passages = split_text(split_paragraphs(text)[:MAX_TEXT_PARAGRAPHS])
    if not passages:
        raise QueryError(NOTHING_TO_COMPARE())
    return Example(tuple(passage.text for passage in passages), text)


def is_like_a_query(examples: Sequence[Example]) -> bool:
    """Whether there is one text, as short as a headline, which is best encoded as a query."""
    alone = len(examples) == 1 and examples[0].article_id is None
    return alone and estimate_tokens(examples[0].words) <= SHORT_TEXT_TOKENS


def compare(like: Sequence[Example], unlike: Sequence[Example] = ()) -> Comparison:
    """Weigh every example alike, however long it is. Raises QueryError."""
    if not like:
        raise QueryError(NO_EXAMPLE())
    if len(like) + len(unlike) > MAX_EXAMPLES:
        raise QueryError(TOO_MANY_EXAMPLES(number=MAX_EXAMPLES))
    room = max(1, MAX_COMPARED_PASSAGES // len([*like, *unlike]))
    inputs, weights = [], []
    for examples, total in ((like, 1.0), (unlike, -UNLIKE_WEIGHT)):
        for example in examples:
            compared = _spread_out(example.inputs, room)
            inputs += compared
            weights += [total / len(examples) / len(compared)] * len(compared)
    ids = (example.article_id for example in (*like, *unlike))
    words = " ".join(example.words for example in like)
    return Comparison(tuple(inputs), tuple(weights), words, tuple(i for i in ids if i is not None))


def _example(article: Article, passages: Sequence[Passage]) -> Example:
    inputs = tuple(embedding_input(article.title, passage) for passage in passages)
    words = " ".join([article.title, *(passage.text for passage in passages)])
    return Example(inputs, words, article.id)


def _spread_out(inputs: Sequence[str], limit: int) -> list[str]:
    """At most `limit` of the inputs, evenly spaced."""
    if len(inputs) <= limit:
        return list(inputs)
    return [inputs[place * len(inputs) // limit] for place in range(limit)]
