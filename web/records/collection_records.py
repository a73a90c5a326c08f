"""Collections and tags as the JSON objects of the API and of `--json`."""

from collections.abc import Iterable

from archive.model import Article
from archive.store.collections import Collected, Collection
from web.records.records import Record, article_heading


def collection_record(collection: Collection) -> Record:
    return {
        "id": collection.id,
        "name": collection.name,
        "note": collection.note,
        "created": collection.created,
        "articles": collection.articles,
    }


def collected_record(article: Article, place: Collected) -> Record:
    """The article's heading, and when and why it was put in."""
    return article_heading(article) | {"collected": place.added, "note": place.note}


def tag_records(tags: Iterable[tuple[str, int]]) -> list[Record]:
    return [{"tag": tag, "articles": articles} for tag, articles in tags]


def article_tags_record(article_id: int, tags: Iterable[str]) -> Record:
    return {"id": article_id, "tags": list(tags)}
