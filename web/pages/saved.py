"""The pages of saved searches: the list with counts, the matches of one, and both as feeds."""

from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from archive.errors import SavedSearchLimitError
from archive.messages import Message
from archive.model import Article
from archive.store.saved_matches import SavedMatch
from archive.store.saved_searches import SavedSearch
from indexer.errors import QueryError
from web.actions import saving
from web.actions.alerts import email_problem
from web.context import get_context
from web.errors import SavedSearchRefusedError
from web.exports.feed_formats import ATOM_TYPE, JSON_FEED_TYPE, Feed, format_atom, json_feed_record
from web.exports.match_feeds import make_match_feed
from web.http.identity import SHARED_TOKEN, current_identity
from web.http.security import may
from web.routes import Blueprint, Level
from web.urls.addresses import absolute_url
from web.urls.arguments import read_number

PAGE_MATCHES = 50
REFUSALS = (QueryError, SavedSearchRefusedError, SavedSearchLimitError)

blueprint = Blueprint("saved", __name__)


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match in the list; `is_new` until the reader has marked it read."""

    article: Article
    url: str
    found: str
    is_new: bool


@blueprint.get("/saved", access=Level.READER)
def show_all() -> str:
    return _show_all()


@blueprint.post("/saved", access=Level.EDITOR, back="saved.show_all")
def create() -> tuple[str, int] | AnyResponse:
    """Save the search whose address the form contains."""
    name, arguments = request.form.get("name", ""), request.form.get("arguments", "")
    try:
        saving.save_search(get_context().services, name, arguments)
    except REFUSALS as exc:
        return _show_all(exc.message), 422
    return _back()


@blueprint.get("/saved/<int:saved_id>", access=Level.READER)
def show(saved_id: int) -> str:
    """Show the matches, the latest first, new ones marked."""
    store = get_context().services.saved
    saved = store.get(saved_id)
    first = min(read_number("first") or 0, saved.total)
    matches = [
        MatchView(article, _match_url(saved, article), match.found, match.seq > saved.read_seq)
        for match, article in _matched(store.matches(saved_id, PAGE_MATCHES, first))
    ]
    following = first + PAGE_MATCHES if first + PAGE_MATCHES < saved.total else None
    return render_template("saved_search.html", saved=saved, matches=matches,
                           first=first, size=PAGE_MATCHES, following=following)  # fmt: skip


@blueprint.get("/saved/<int:saved_id>.atom", access=Level.READER)
def atom(saved_id: int) -> AnyResponse:
    feed = _feed(saved_id, "saved.atom")
    return _conditional(Response(format_atom(feed), mimetype=ATOM_TYPE))


@blueprint.get("/saved/<int:saved_id>.json", access=Level.READER)
def json_feed(saved_id: int) -> AnyResponse:
    answer = jsonify(json_feed_record(_feed(saved_id, "saved.json_feed")))
    answer.mimetype = JSON_FEED_TYPE
    return _conditional(answer)


@blueprint.post("/saved/<int:saved_id>/read", access=Level.EDITOR)
def mark_read(saved_id: int) -> AnyResponse:
    """Mark as read what was shown; later matches stay new."""
    seq = request.form.get("seq", 0, type=int)
    get_context().services.saved.mark_read(saved_id, min(seq, 2**62))
    return _back()


@blueprint.post("/saved/<int:saved_id>/rename", access=Level.EDITOR)
def rename(saved_id: int) -> tuple[str, int] | AnyResponse:
    try:
        name = saving.read_name(request.form.get("name", ""))
    except SavedSearchRefusedError as exc:
        return _show_all(exc.message), 422
    get_context().services.saved.rename(saved_id, name)
    return _back()


@blueprint.post("/saved/<int:saved_id>/send", access=Level.EDITOR)
def send_to(saved_id: int) -> str | tuple[str, int] | AnyResponse:
    """Set where new matches are sent from now on; an empty field removes an address."""
    try:
        email = saving.read_email(request.form.get("email", ""))
        webhook = saving.read_webhook(request.form.get("webhook", ""))
    except SavedSearchRefusedError as exc:
        return _show_all(exc.message), 422
    get_context().services.saved.send_to(saved_id, email, webhook)
    # The secret is shown to those who sent the token, not to everyone who opens the page.
    by_form = current_identity().name == SHARED_TOKEN
    return _show_all(revealed=saved_id) if by_form else _back()


@blueprint.post("/saved/<int:saved_id>/remove", access=Level.EDITOR)
def remove(saved_id: int) -> AnyResponse:
    """Delete the search; its articles stay."""
    get_context().services.saved.remove(saved_id)
    return _back()


def may_see_addresses() -> bool:
    """Return whether the client is known to be allowed to write: a page opens without the token."""
    return may(Level.EDITOR)


def _show_all(problem: Message | None = None, revealed: int | None = None) -> str:
    services = get_context().services
    searches = services.saved.searches()
    open_ids = {saved.id for saved in searches if may_see_addresses() or saved.id == revealed}
    shown: dict[str, Any] = {
        "searches": searches,
        "open_ids": open_ids,
        "outcomes": {each.id: each.outcome for each in searches},
        "search_urls": {each.id: _search_url(each) for each in searches},
        "email_problem": email_problem(services.settings),
    }
    return render_template("saved.html", problem=problem, **shown)


def _back() -> AnyResponse:
    return redirect(url_for("saved.show_all"), 303)


def _search_url(saved: SavedSearch) -> str:
    return f"{url_for('pages.search')}?{saved.arguments}"


def _match_url(saved: SavedSearch, article: Article) -> str:
    """Return the article's address with the words of the search marked."""
    query = saving.read_saved(saved.arguments).text
    return url_for("pages.article", article_id=article.id, v=article.version, q=query)


def _matched(matches: list[SavedMatch]) -> list[tuple[SavedMatch, Article]]:
    articles = get_context().services.store.get_many([match.article_id for match in matches])
    by_id = {article.id: article for article in articles}
    return [(match, by_id[match.article_id]) for match in matches if match.article_id in by_id]


def _feed(saved_id: int, endpoint: str) -> Feed:
    saved = get_context().services.saved.get(saved_id)
    matched = _matched(get_context().services.saved.matches(saved_id, PAGE_MATCHES))
    feed_url = absolute_url(url_for(endpoint, saved_id=saved_id))
    return make_match_feed(saved, matched, absolute_url(""), feed_url)


def _conditional(answer: Response) -> AnyResponse:
    """Answer 304 if the client already has this version (RFC 9110, 13)."""
    answer.add_etag()
    return answer.make_conditional(request)
