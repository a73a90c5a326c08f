"""The part of the JSON API for collections and tags."""

from flask.views import MethodView

from archive.store.collections import Collection
from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records import arguments
from web.records.base import Extended, JsonObject, Problem
from web.records.collections import (
    ArticleTags,
    CollectionCount,
    CollectionList,
    CollectionPage,
    CollectionRecord,
    TagList,
    Tags,
)
from web.request_state import note_changed
from web.routes import Level

blueprint = Blueprint(
    "api_collections", __name__, url_prefix="/api/v1", description="Collections and tags."
)


@blueprint.route("/collections", access=Level.VISITOR, write_access=Level.EDITOR)
class Collections(MethodView):
    @blueprint.response(200, CollectionList)
    def get(self) -> JsonObject:
        """List all collections."""
        return {"collections": get_context().services.collections.collections()}

    @blueprint.arguments(arguments.NewCollection)
    @blueprint.response(201, CollectionRecord)
    @blueprint.alt_response(422, schema=Problem, content_type=PROBLEM_TYPE)
    def post(self, fields: JsonObject) -> Collection:
        """Create a collection. Its name must be new."""
        store = get_context().services.collections
        return store.create(fields["name"], fields["note"])


@blueprint.route(
    "/collections/<int:collection_id>", access=Level.VISITOR, write_access=Level.EDITOR
)
class OneCollection(MethodView):
    @blueprint.arguments(arguments.Paging, location="query")
    @blueprint.response(200, CollectionPage)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def get(self, paging: JsonObject, collection_id: int) -> JsonObject:
        """Show a collection and a page of its articles."""
        services, size = get_context().services, paging["page_size"]
        collection = services.collections.get(collection_id)
        first = (paging["page"] - 1) * size
        places = services.collections.articles(collection_id, size, first)
        articles = services.store.get_many([place.article_id for place in places])
        by_id = {article.id: article for article in articles}
        return {
            "collection": collection,
            "articles": [
                Extended(by_id[place.article_id], collected=place.added, note=place.note)
                for place in places
                if place.article_id in by_id
            ],
            "total": collection.articles,
            **paging,
        }

    @blueprint.arguments(arguments.CollectionChange)
    @blueprint.response(200, CollectionRecord)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    @blueprint.alt_response(422, schema=Problem, content_type=PROBLEM_TYPE)
    def patch(self, fields: JsonObject, collection_id: int) -> Collection:
        """Change its name or its note."""
        store = get_context().services.collections
        if "name" in fields:
            store.rename(collection_id, fields["name"])
        if "note" in fields:
            store.describe(collection_id, fields["note"])
        return store.get(collection_id)

    @blueprint.response(204)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def delete(self, collection_id: int) -> None:
        """Remove the collection; its articles stay."""
        get_context().services.collections.remove(collection_id)


@blueprint.route(
    "/collections/<int:collection_id>/articles", access=Level.VISITOR, write_access=Level.EDITOR
)
class CollectedArticles(MethodView):
    @blueprint.arguments(arguments.ChosenArticles)
    @blueprint.response(200, CollectionCount)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def post(self, fields: JsonObject, collection_id: int) -> Extended:
        """Add articles in this order; those already in it keep their places."""
        store = get_context().services.collections
        note_changed(*(f"article {key}" for key in fields["articles"]))
        changed = store.add(collection_id, fields["articles"], fields["note"])
        return Extended(store.get(collection_id), changed=changed)

    @blueprint.arguments(arguments.LeavingArticles, location="query")
    @blueprint.response(200, CollectionCount)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def delete(self, chosen: JsonObject, collection_id: int) -> Extended:
        """Remove articles from the collection."""
        store = get_context().services.collections
        note_changed(*(f"article {key}" for key in chosen["article"]))
        changed = store.take_out(collection_id, chosen["article"])
        return Extended(store.get(collection_id), changed=changed)


@blueprint.get("/tags", access=Level.VISITOR)
@blueprint.response(200, TagList)
def tags() -> JsonObject:
    """List the tags of the archive with the number of articles of each."""
    return {"tags": get_context().services.tags.all_tags()}


@blueprint.route("/articles/<int:article_id>/tags", access=Level.VISITOR, write_access=Level.EDITOR)
class TagsOfArticle(MethodView):
    @blueprint.response(200, ArticleTags)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    def get(self, article_id: int) -> JsonObject:
        """List the tags of an article."""
        services = get_context().services
        key = services.store.get(article_id).id
        return {"id": key, "tags": services.tags.tags_of([key]).get(key, ())}

    @blueprint.arguments(Tags)
    @blueprint.response(200, ArticleTags)
    @blueprint.alt_response(404, schema=Problem, content_type=PROBLEM_TYPE)
    @blueprint.alt_response(422, schema=Problem, content_type=PROBLEM_TYPE)
    def put(self, fields: JsonObject, article_id: int) -> JsonObject:
        """Replace the tags of the article by these."""
        spelled = get_context().services.tags.replace_tags(article_id, fields["tags"])
        return {"id": article_id, "tags": spelled}
