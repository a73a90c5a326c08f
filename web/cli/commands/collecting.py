"""Commands for collections and tags."""

import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from archive.messages import Message
from web.cli.commands.shared import Composition, audited, json_option, print_result, say
from web.wordings import (
    ARTICLES_PUT_IN,
    ARTICLES_TAKEN_OUT,
    CHANGED,
    COLLECTION_CREATED,
    COLLECTION_HOLDS,
    COLLECTION_LISTED,
    COLLECTION_REMOVED,
    NO_COLLECTIONS,
    NO_TAGS,
    NO_TAGS_YET,
    TAG_LISTED,
    TAG_RENAMED,
    TAGS_OF,
)

if TYPE_CHECKING:
    from archive.model import Article
    from archive.store.collections import Collection
    from web.services import Services

FORMS = ("jsonl", "csv", "bib", "ris", "csl.json", "md")


@click.group()
def collections() -> None:
    """Keep articles together and export them.

    Give a collection by its name or its number.

    \b
    hemero collections create "Missiles 2021"
    hemero collections add "Missiles 2021" 42 57
    hemero collections export "Missiles 2021" --format bib > missiles.bib
    """


@collections.command("list")
@json_option
@click.pass_obj
def list_collections(composition: Composition, /, as_json: bool) -> None:
    """List the collections, newest first.

    \b
    hemero collections list
    """
    from web.records.collections import CollectionRecord

    listed = composition.services().collections.collections()
    for collection in listed:
        line = COLLECTION_LISTED(
            collection=collection.id, name=collection.name, number=collection.articles
        )
        print_result(as_json, line, CollectionRecord.write(collection))
    if not listed and not as_json:
        say(NO_COLLECTIONS())


@collections.command("create")
@click.argument("name")
@click.option("--note", help="What it is about.")
@json_option
@click.pass_obj
@audited
def create_collection(
    composition: Composition, /, name: str, note: str | None, as_json: bool
) -> None:
    """Create a collection.

    \b
    hemero collections create "Missiles 2021" --note "for the paper"
    """
    from web.records.collections import CollectionRecord

    created = composition.services().collections.create(name, note)
    print_result(
        as_json,
        COLLECTION_CREATED(collection=created.id, name=created.name),
        CollectionRecord.write(created),
    )


@collections.command("add")
@click.argument("named", metavar="COLLECTION")
@click.argument("article_ids", type=int, nargs=-1, required=True, metavar="ARTICLE_ID...")
@click.option("--note", help="Why these articles are in it.")
@json_option
@click.pass_obj
@audited
def add_articles(
    composition: Composition,
    /,
    named: str,
    article_ids: tuple[int, ...],
    note: str | None,
    as_json: bool,
) -> None:
    """Add articles to a collection.

    Articles already in it keep their place.

    \b
    hemero collections add "Missiles 2021" 42 57
    """
    services = composition.services()
    found = services.collections.find(named)
    changed = services.collections.add(found.id, _existing_ids(services, article_ids), note)
    _show_change(services, found, ARTICLES_PUT_IN(number=changed), changed, as_json)


@collections.command("remove")
@click.argument("named", metavar="COLLECTION")
@click.argument("article_ids", type=int, nargs=-1, metavar="[ARTICLE_ID]...")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@click.pass_obj
@audited
def remove(
    composition: Composition,
    /,
    named: str,
    article_ids: tuple[int, ...],
    yes: bool,
    as_json: bool,
) -> None:
    """Remove articles from a collection, or the collection.

    Without articles, the collection is removed. Articles stay in the archive.

    \b
    hemero collections remove "Missiles 2021" 42
    hemero collections remove "Missiles 2021" --yes
    """
    services = composition.services()
    found = services.collections.find(named)
    if article_ids:
        changed = services.collections.take_out(found.id, article_ids)
        _show_change(services, found, ARTICLES_TAKEN_OUT(number=changed), changed, as_json)
        return
    if not yes:
        click.confirm(f"Remove the collection {found.name}?", abort=True, err=True)
    services.collections.remove(found.id)
    removed = COLLECTION_REMOVED(collection=found.id, name=found.name)
    print_result(as_json, removed, {"id": found.id, "deleted": True})


@collections.command("export")
@click.argument("named", metavar="COLLECTION")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="jsonl",
    show_default=True,
    help="Articles whole or as a table; or as BibTeX, RIS, CSL-JSON, Markdown.",
)
@click.pass_obj
def export_collection(composition: Composition, /, named: str, form: str) -> None:
    """Print the articles of a collection, or their citations.

    \b
    hemero collections export "Missiles 2021" > missiles.jsonl
    hemero collections export "Missiles 2021" --format bib > missiles.bib
    """
    from web.exports.citations import Citation, cite
    from web.exports.collection_export import EXPORTS, read_collection

    services = composition.services()
    site = f"http://{services.settings.host}:{services.settings.port}"

    def cite_here(article: "Article") -> Citation:
        return cite(article, f"{site}/articles/{article.id}?v={article.version}")

    found = services.collections.find(named)
    collected = read_collection(services.collections, services.store, services.tags, found)
    stream = TextIOWrapper(sys.stdout.buffer, "utf-8", newline="")
    EXPORTS[form].write(collected, stream, cite_here)
    stream.detach()  # flush standard output and leave it open


@click.command()
@click.argument("article_ids", type=int, nargs=-1, metavar="[ARTICLE_ID]...")
@click.option("--add", "added", multiple=True, metavar="TAG", help="Add this tag; repeatable.")
@click.option(
    "--remove", "removed", multiple=True, metavar="TAG", help="Remove this tag; repeatable."
)
@click.option("--rename", nargs=2, metavar="OLD NEW", help="Rename a tag on all articles.")
@json_option
@click.pass_obj
@audited
def tag(
    composition: Composition,
    /,
    article_ids: tuple[int, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
    rename: tuple[str, str] | None,
    as_json: bool,
) -> None:
    """Tag articles and show their tags. Without an article, list all tags.

    \b
    hemero tag 42 57 --add climat --remove "à lire"
    hemero tag 42
    hemero tag
    hemero tag --rename climat Climat
    """
    services = composition.services()
    if rename:
        spelled = services.tags.rename(*rename)
        print_result(as_json, TAG_RENAMED(tag=spelled), {"tag": spelled})
    elif article_ids:
        ids = _existing_ids(services, article_ids)
        services.tags.untag(ids, removed)
        services.tags.tag(ids, added)
        _show_tags(services, ids, as_json)
    elif added or removed:
        raise click.UsageError("name the articles to tag: hemero tag 42 57 --add climat")
    else:
        _list_tags(services, as_json)


COMMANDS = (collections, tag)


def _existing_ids(services: "Services", article_ids: tuple[int, ...]) -> list[int]:
    """Return the ids, each once. Raises ArticleNotFoundError if an article is missing."""
    ids = list(dict.fromkeys(article_ids))
    stored = {article.id for article in services.store.get_many(ids)}
    for article_id in ids:
        if article_id not in stored:
            services.store.get(article_id)  # raises the error
    return ids


def _show_change(
    services: "Services", collection: "Collection", change: Message, number: int, as_json: bool
) -> None:
    from web.records.base import Extended
    from web.records.collections import CollectionCount

    updated = services.collections.get(collection.id)
    holds = COLLECTION_HOLDS(name=updated.name, number=updated.articles)
    record = CollectionCount.write(Extended(updated, changed=number))
    print_result(as_json, CHANGED(changed=change, holds=holds), record)


def _show_tags(services: "Services", article_ids: list[int], as_json: bool) -> None:
    from web.records.collections import ArticleTags

    tags_by_id = services.tags.tags_of(article_ids)
    for article_id in article_ids:
        tags = tags_by_id.get(article_id, ())
        line = TAGS_OF(article=article_id, tags=", ".join(tags) or NO_TAGS())
        print_result(as_json, line, ArticleTags.write({"id": article_id, "tags": tags}))


def _list_tags(services: "Services", as_json: bool) -> None:
    from web.records.collections import TagList

    records = TagList.write({"tags": services.tags.all_tags()})["tags"]
    for record in records:
        print_result(as_json, TAG_LISTED(tag=record["tag"], number=record["articles"]), record)
    if not records and not as_json:
        say(NO_TAGS_YET())
