"""The part of the JSON API for collections and tags."""

from flask.views import MethodView

from web.api.blueprint import Blueprint
from web.context import get_context
from web.http.problems import PROBLEM_TYPE
from web.records import collection_schemas, schemas
from web.records.collection_records import (
    article_tags_record,
    collected_record,
    collection_record,
    tag_records,
)
from web.records.records import Record
from web.request_notes import note_changed

blueprint = Blueprint(
    "api_collections", __name__, url_prefix="/api/v1", description="Collections and tags."
)


@blueprint.route("/collections")
class Collections(MethodView):
    @blueprint.response(200, collection_schemas.CollectionList)
    def get(self) -> Record:
        """All collections."""
        held = get_context().services.collections.collections()
        return {"collections": [collection_record(collection) for collection in held]}

    @blueprint.arguments(collection_schemas.NewCollection)
    @blueprint.response(201, collection_schemas.CollectionRecord)
    @blueprint.alt_response(422, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def post(self, fields: Record) -> Record:
        """Begin a collection; no two have one name."""
        store = get_context().services.collections
        return collection_record(store.create(fields["name"], fields["note"]))


@blueprint.route("/collections/<int:collection_id>")
class OneCollection(MethodView):
    @blueprint.arguments(collection_schemas.Paging, location="query")
    @blueprint.response(200, collection_schemas.CollectionPage)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def get(self, paging: Record, collection_id: int) -> Record:
        """A collection and a page of its articles."""
        services, size = get_context().services, paging["page_size"]
        collection = services.collections.get(collection_id)
        first = (paging["page"] - 1) * size
        places = services.collections.articles(collection_id, size, first)
        held = services.store.get_many([place.article_id for place in places])
        articles = {article.id: article for article in held}
        return {
            "collection": collection_record(collection),
            "articles": [
                collected_record(articles[place.article_id], place)
                for place in places
                if place.article_id in articles
            ],
            "total": collection.articles,
            **paging,
        }

    @blueprint.arguments(collection_schemas.CollectionChange)
    @blueprint.response(200, collection_schemas.CollectionRecord)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    @blueprint.alt_response(422, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def patch(self, fields: Record, collection_id: int) -> Record:
        """Give it another name or note."""
        store = get_context().services.collections
        if "name" in fields:
            store.rename(collection_id, fields["name"])
        if "note" in fields:
            store.describe(collection_id, fields["note"])
        return collection_record(store.get(collection_id))

    @blueprint.response(204)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def delete(self, collection_id: int) -> None:
        """Remove the collection; its articles stay."""
        get_context().services.collections.remove(collection_id)


@blueprint.route("/collections/<int:collection_id>/articles")
class CollectedArticles(MethodView):
    @blueprint.arguments(collection_schemas.ChosenArticles)
    @blueprint.response(200, collection_schemas.CollectionCount)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def post(self, fields: Record, collection_id: int) -> Record:
        """Put articles in, in this order; those that are in it stay where they are."""
        store = get_context().services.collections
        note_changed(*(f"article {key}" for key in fields["articles"]))
        changed = store.add(collection_id, fields["articles"], fields["note"])
        return collection_record(store.get(collection_id)) | {"changed": changed}

    @blueprint.arguments(collection_schemas.LeavingArticles, location="query")
    @blueprint.response(200, collection_schemas.CollectionCount)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def delete(self, chosen: Record, collection_id: int) -> Record:
        """Take articles out."""
        store = get_context().services.collections
        note_changed(*(f"article {key}" for key in chosen["article"]))
        changed = store.take_out(collection_id, chosen["article"])
        return collection_record(store.get(collection_id)) | {"changed": changed}


@blueprint.get("/tags")
@blueprint.response(200, collection_schemas.TagList)
def tags() -> Record:
    """The tags of the archive, and how many articles bear each."""
    return {"tags": tag_records(get_context().services.tags.all_tags())}


@blueprint.route("/articles/<int:article_id>/tags")
class TagsOfArticle(MethodView):
    @blueprint.response(200, collection_schemas.ArticleTags)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def get(self, article_id: int) -> Record:
        """The tags of an article."""
        services = get_context().services
        held = services.store.get(article_id).id
        return article_tags_record(held, services.tags.tags_of([held]).get(held, ()))

    @blueprint.arguments(collection_schemas.Tags)
    @blueprint.response(200, collection_schemas.ArticleTags)
    @blueprint.alt_response(404, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    @blueprint.alt_response(422, schema=schemas.Problem, content_type=PROBLEM_TYPE)
    def put(self, fields: Record, article_id: int) -> Record:
        """Give the article these tags and no others."""
        spelled = get_context().services.tags.replace_tags(article_id, fields["tags"])
        return article_tags_record(article_id, spelled)
