"""The pages of collections and tags, and the forms under article lists that fill them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from archive.errors import UnreadableInputError
from archive.model import Article
from archive.store.collections import Collected, Collection
from archive.text.names import CollectionNotFoundError, NameRefusedError
from web.context import get_context
from web.exports.citations import Citation, cite
from web.exports.collection_export import EXPORTS, read_collection
from web.exports.files import make_file
from web.request_state import note_changed
from web.routes import Blueprint, Level
from web.urls.arguments import drop_url, here_url, local_path, page_url, read_number, with_url
from web.wordings import NO_ARTICLE_CHOSEN, NO_PLACE_CHOSEN

PAGE_ARTICLES = 50
TAGS_OFFERED = 200
TAG_SEPARATOR = ","

blueprint = Blueprint("collections", __name__)


@dataclass(frozen=True, slots=True)
class CollectedView:
    """An article in its place in a collection."""

    article: Article
    place: Collected


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Where a page lies in the collection."""

    number: int
    last: int


@blueprint.app_context_processor
def provide_context() -> dict[str, Callable[..., Any]]:
    """Provide what the macros of _collecting.html need, computed only when used."""
    return {
        "all_collections": lambda: get_context().services.collections.collections(),
        "here_url": here_url,
        "collection_name": _name_of,
        "all_tags": lambda: get_context().services.tags.all_tags(TAGS_OFFERED),
        "collections_of": lambda key: get_context().services.collections.collections_of(key),
        "tags_of": lambda keys: get_context().services.tags.tags_of(keys),
        "tag_url": tag_url,
    }


@blueprint.get("/collections", access=Level.VISITOR)
def show_all() -> str:
    return _show_all()


@blueprint.post("/collections", access=Level.EDITOR, back="collections.show_all")
def create() -> tuple[str, int] | Response:
    try:
        created = get_context().services.collections.create(_field("name"), _field("note"))
    except NameRefusedError as exc:
        return _show_all(str(exc)), 422
    return _show(created.id)


@blueprint.post("/collections/add", access=Level.EDITOR)
def collect() -> Response:
    """Add articles to an existing or new collection and tag them, then show the collection."""
    services, ids = get_context().services, _articles()
    tags = [tag for tag in _field("tag").split(TAG_SEPARATOR) if tag.strip()]
    collection = _find_collection()
    if collection is None and not tags:
        raise UnreadableInputError(NO_PLACE_CHOSEN())
    if tags:
        services.tags.tag(ids, tags)
    if collection is not None:
        services.collections.add(collection.id, ids)
        if not request.form.get("stay"):
            return _show(collection.id)
    return _go_back()


@blueprint.get("/collections/<int:collection_id>", access=Level.VISITOR)
def show(collection_id: int) -> str | Response:
    """Show a page of the articles in a collection."""
    services = get_context().services
    collection = services.collections.get(collection_id)
    last = max(1, -(-collection.articles // PAGE_ARTICLES))
    number = max(1, read_number("page") or 1)
    if number > last:
        return redirect(page_url(last))
    places = services.collections.articles(
        collection_id, PAGE_ARTICLES, (number - 1) * PAGE_ARTICLES
    )
    return render_template(
        "collection.html",
        collection=collection,
        collected=_view(places),
        page=PlaceView(number, last),
        page_url=page_url,
        forms=list(EXPORTS),
    )


@blueprint.get("/collections/<int:collection_id>.<form>", access=Level.VISITOR)
def export(collection_id: int, form: str) -> Response:
    """Export a collection as a file."""
    wanted, services = EXPORTS.get(form), get_context().services
    if wanted is None:
        abort(404)
    found = services.collections.get(collection_id)
    collected = read_collection(services.collections, services.store, services.tags, found)
    file = make_file(lambda stream: wanted.write(collected, stream, _cite))
    name = f"collection-{found.id}.{form}"
    return send_file(file, wanted.media_type, as_attachment=True, download_name=name)


@blueprint.post("/collections/<int:collection_id>", access=Level.EDITOR)
def change(collection_id: int) -> Response:
    """Rename a collection or change its note."""
    store = get_context().services.collections
    store.rename(collection_id, _field("name"))
    store.describe(collection_id, _field("note"))
    return _show(collection_id)


@blueprint.post("/collections/<int:collection_id>/delete", access=Level.EDITOR)
def delete(collection_id: int) -> Response:
    """Delete the collection. Its articles stay in the archive."""
    get_context().services.collections.remove(collection_id)
    return redirect(url_for("collections.show_all"), 303)


@blueprint.post("/collections/<int:collection_id>/remove", access=Level.EDITOR)
def take_out(collection_id: int) -> Response:
    get_context().services.collections.take_out(collection_id, _articles())
    return _go_back() if request.form.get("back") else _show(collection_id)


@blueprint.post("/collections/<int:collection_id>/articles/<int:article_id>", access=Level.EDITOR)
def annotate(collection_id: int, article_id: int) -> Response:
    """Record why an article is in a collection."""
    get_context().services.collections.annotate(collection_id, article_id, _field("note"))
    return _go_back() if request.form.get("back") else _show(collection_id)


@blueprint.post("/tags/remove", access=Level.EDITOR)
def untag() -> Response:
    get_context().services.tags.untag(_articles(), request.form.getlist("tag"))
    return _go_back()


@blueprint.post("/tags/rename", access=Level.EDITOR)
def rename_tag() -> Response:
    note_changed(f"tag {_field('tag')}", _field("name"))
    get_context().services.tags.rename(_field("tag"), _field("name"))
    return redirect(url_for("collections.show_all"), 303)


def tag_url(tag: str) -> str:
    """Return this search limited to the tag; on other pages, the newest articles with the tag."""
    if request.endpoint == "pages.search":
        return drop_url("tag", tag) if tag in request.args.getlist("tag") else with_url("tag", tag)
    named = tag.replace('"', " ")
    return url_for("pages.search", q=f'tag:"{named}"')


def _name_of(collection_id: int) -> str:
    """Return the name to show for a collection that may have been deleted."""
    try:
        return get_context().services.collections.get(collection_id).name
    except CollectionNotFoundError:
        return str(collection_id)


def _show_all(problem: str = "") -> str:
    services = get_context().services
    return render_template(
        "collections.html",
        collections=services.collections.collections(),
        tags=services.tags.all_tags(),
        problem=problem,
    )


def _show(collection_id: int) -> Response:
    return redirect(url_for("collections.show", collection_id=collection_id), 303)


def _go_back() -> Response:
    return redirect(local_path(request.form.get("back", "")), 303)


def _field(name: str) -> str:
    return request.form.get(name, "").strip()


def _articles() -> list[int]:
    """Return the selected articles. Raises UnreadableInputError if there are none."""
    chosen = request.form.getlist("article", type=int)
    if not chosen:
        raise UnreadableInputError(NO_ARTICLE_CHOSEN())
    note_changed(*(f"article {key}" for key in chosen))
    return chosen


def _find_collection() -> Collection | None:
    """Return the selected collection, a new one of the given name, or None without either."""
    store, name = get_context().services.collections, _field("new_collection")
    if name:
        return store.create(name)
    chosen = _field("collection")
    return store.find(chosen) if chosen else None


def _view(places: Sequence[Collected]) -> list[CollectedView]:
    """Return those articles that still exist."""
    articles = get_context().services.store.get_many([place.article_id for place in places])
    by_id = {article.id: article for article in articles}
    return [
        CollectedView(by_id[place.article_id], place)
        for place in places
        if place.article_id in by_id
    ]


def _cite(article: Article) -> Citation:
    """Cite the article; without a publisher's address, by the address of this version here."""
    number, version = article.id, article.version
    return cite(article, url_for("pages.article", article_id=number, v=version, _external=True))
