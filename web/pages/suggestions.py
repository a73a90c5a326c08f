"""Suggestions while a query is typed, in the JSON form of OpenSearch Suggestions 1.1."""

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from archive.model import Article
from indexer.assist.suggestions import MAX_CHARACTERS, Suggestion
from web.context import get_context
from web.http.admission import should_skip
from web.i18n.locale import show_date, show_number
from web.routes import Blueprint, Level
from web.urls.links import article_url

MEDIA_TYPE = "application/x-suggestions+json"
FRESH_SECONDS = 60
SHOWN_CHARACTERS = 200

blueprint = Blueprint("suggest", __name__)


@blueprint.get("/suggest", access=Level.VISITOR, skips="suggestions")
def suggest() -> Response:
    """[what was typed, [completions], [descriptions], [urls]]; kept by the browser for a minute.

    Under pressure the lists are empty, and not kept.
    """
    typed = request.args.get("q", "")[: MAX_CHARACTERS + 1]
    suggestions = get_context().services.suggestions
    found = [] if should_skip("suggestions") else suggestions.suggest(typed)
    get_context().metrics.count_suggestions()
    answer = [typed, [*map(_complete, found)], [*map(_describe, found)], [*map(_locate, found)]]
    response = Response(current_app.json.dumps(answer), mimetype=MEDIA_TYPE)
    response.cache_control.private = True
    response.cache_control.max_age = FRESH_SECONDS
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _complete(suggestion: Suggestion) -> str:
    text = suggestion.title if isinstance(suggestion, Article) else suggestion.text
    return text[:SHOWN_CHARACTERS]


def _describe(suggestion: Suggestion) -> str:
    """Return outlet and day of an article; the kind of a name, and its number of articles."""
    if isinstance(suggestion, Article):
        return ", ".join(filter(None, (suggestion.source, show_date(suggestion.day))))
    kinds = {"author": _("Author"), "section": _("Section"), "source": _("Source")}
    articles = ngettext(
        "%(count)s article",
        "%(count)s articles",
        suggestion.articles,
        count=show_number(suggestion.articles),
    )
    return f"{kinds[suggestion.kind]}, {articles}"


def _locate(suggestion: Suggestion) -> str:
    """Return the article's address, or a search for everything with the name."""
    if isinstance(suggestion, Article):
        return article_url(suggestion)
    name = suggestion.text.replace('"', " ")
    return url_for("pages.search", q=f'{suggestion.kind}:"{name}"')
