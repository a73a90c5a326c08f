"""What a search for similar articles starts from: articles, passages and a text."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.model import Article
from archive.store.articles import ArticleStore
from indexer.passages import Span
from indexer.ranking.neighbours import Example, article_example, passage_example, text_example
from indexer.search import SearchService


@dataclass(frozen=True, slots=True)
class SimilarInput:
    """One article, passage or text; `argument` and `value` name it in an address."""

    argument: str
    value: str
    example: Example
    article: Article | None = None
    text: str = ""
    characters: Span | None = None


@dataclass(frozen=True, slots=True)
class SimilarInputs:
    """What the results should be like, and what they should not be like."""

    like: tuple[SimilarInput, ...] = ()
    unlike: tuple[SimilarInput, ...] = ()

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(each.example for each in self.like)

    @property
    def counterexamples(self) -> tuple[Example, ...]:
        return tuple(each.example for each in self.unlike)


@dataclass(frozen=True, slots=True)
class InputArguments:
    """The inputs as a request names them, by their ids."""

    articles: Sequence[int] = ()
    passages: Sequence[int] = ()
    text: str | None = None
    not_articles: Sequence[int] = ()
    not_passages: Sequence[int] = ()


def read_inputs(
    given: InputArguments, store: ArticleStore, service: SearchService
) -> SimilarInputs:
    """Look the inputs up. Raises ArticleNotFoundError, and QueryError for an unknown passage."""
    like = [
        *(_read_article(store, "article", number) for number in dict.fromkeys(given.articles)),
        *(_read_passage(service, "passage", number) for number in dict.fromkeys(given.passages)),
    ]
    if given.text is not None:
        like.append(SimilarInput("text", given.text, text_example(given.text), text=given.text))
    unlike = [
        *(_read_article(store, "not_article", n) for n in dict.fromkeys(given.not_articles)),
        *(_read_passage(service, "not_passage", n) for n in dict.fromkeys(given.not_passages)),
    ]
    return SimilarInputs(tuple(like), tuple(unlike))


def _read_article(store: ArticleStore, argument: str, article_id: int) -> SimilarInput:
    article = store.get(article_id)
    return SimilarInput(argument, str(article_id), article_example(article), article)


def _read_passage(service: SearchService, argument: str, passage_id: int) -> SimilarInput:
    article, passage = service.find_passage(passage_id)
    example, characters = passage_example(article, passage), (passage.start, passage.end)
    return SimilarInput(argument, str(passage_id), example, article, passage.text, characters)
