"""What a request seeks neighbours of: articles, passages and a text, as its arguments name them."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.model import Article
from archive.store.articles import ArticleStore
from indexer.passages import Span
from indexer.ranking.neighbours import Example, article_example, passage_example, text_example
from indexer.search import SearchService


@dataclass(frozen=True, slots=True)
class Pick:
    """One of them, as a reader knows it; `argument` and `value` name it in an address."""

    argument: str
    value: str
    example: Example
    article: Article | None = None
    text: str = ""
    characters: Span | None = None


@dataclass(frozen=True, slots=True)
class Picks:
    """What neighbours shall be like, and what they shall not be like."""

    like: tuple[Pick, ...] = ()
    unlike: tuple[Pick, ...] = ()

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(pick.example for pick in self.like)

    @property
    def counterexamples(self) -> tuple[Example, ...]:
        return tuple(pick.example for pick in self.unlike)


@dataclass(frozen=True, slots=True)
class PickArguments:
    """The picks as a request states them."""

    articles: Sequence[int] = ()
    passages: Sequence[int] = ()
    text: str | None = None
    not_articles: Sequence[int] = ()
    not_passages: Sequence[int] = ()


def read_picks(given: PickArguments, store: ArticleStore, service: SearchService) -> Picks:
    """Raises ArticleNotFoundError, and QueryError where an article has no such passage."""
    like = [
        *(_pick_article(store, "article", number) for number in dict.fromkeys(given.articles)),
        *(_pick_passage(service, "passage", number) for number in dict.fromkeys(given.passages)),
    ]
    if given.text is not None:
        like.append(Pick("text", given.text, text_example(given.text), text=given.text))
    unlike = [
        *(_pick_article(store, "not_article", n) for n in dict.fromkeys(given.not_articles)),
        *(_pick_passage(service, "not_passage", n) for n in dict.fromkeys(given.not_passages)),
    ]
    return Picks(tuple(like), tuple(unlike))


def _pick_article(store: ArticleStore, argument: str, article_id: int) -> Pick:
    held = store.get(article_id)
    return Pick(argument, str(article_id), article_example(held), held)


def _pick_passage(service: SearchService, argument: str, passage_id: int) -> Pick:
    held, passage = service.find_passage(passage_id)
    example, characters = passage_example(held, passage), (passage.start, passage.end)
    return Pick(argument, str(passage_id), example, held, passage.text, characters)
