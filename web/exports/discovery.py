"""Routes for browsers and search engines: OpenSearch, robots.txt and the sitemap."""

from collections.abc import Iterable

from flask import Response, abort, url_for
from flask_babel import gettext as _
from lxml import etree
from lxml.builder import ElementMaker

from archive.stats.own_texts import OwnTexts
from web.context import get_context
from web.exports.feed_formats import ATOM_TYPE, NAME, OPENSEARCH
from web.i18n.locale import current_language
from web.routes import Blueprint, Level
from web.urls.addresses import absolute_url

DESCRIPTION_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS_TYPE = "application/x-suggestions+json"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
MAX_PER_SITEMAP = 50_000
# Pages computed for each request, or that change something; articles themselves say noindex.
UNCRAWLED = ("/search", "/similar", "/suggest", "/preferences", "/api/", "/add", "/feeds", "/jobs")

_OPENSEARCH = ElementMaker(namespace=OPENSEARCH, nsmap={None: OPENSEARCH})
_SITEMAP = ElementMaker(namespace=SITEMAP, nsmap={None: SITEMAP})

blueprint = Blueprint("discovery", __name__)


@blueprint.get("/opensearch.xml", access=Level.NOBODY)
def opensearch() -> Response:
    """Return the OpenSearch 1.1 description document, in the reader's language."""
    page, feed = url_for("pages.search"), url_for("search_formats.search", kind="atom")
    description = _OPENSEARCH.OpenSearchDescription(
        _OPENSEARCH.ShortName(NAME),
        _OPENSEARCH.LongName(_("Hemero, a news archive")),
        _OPENSEARCH.Description(_("Search the archive by words and by meaning")),
        _template("text/html", f"{page}?q={{searchTerms}}&page={{startPage?}}"),
        _template(ATOM_TYPE, f"{feed}?q={{searchTerms}}&page={{startPage?}}&size={{count?}}"),
        _template(SUGGESTIONS_TYPE, f"{url_for('suggest.suggest')}?q={{searchTerms}}"),
        _template(DESCRIPTION_TYPE, url_for("discovery.opensearch"), rel="self"),
        _OPENSEARCH.Image(
            absolute_url(url_for("static", filename="favicon.svg")), type="image/svg+xml"
        ),
        _OPENSEARCH.Language(current_language()),
        _OPENSEARCH.InputEncoding("UTF-8"),
        _OPENSEARCH.OutputEncoding("UTF-8"),
    )
    response = _answer_xml(description, DESCRIPTION_TYPE)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


@blueprint.get("/robots.txt", access=Level.NOBODY)
def robots() -> Response:
    """Return robots.txt (RFC 9309), which excludes all robots unless the archive is public."""
    refused: Iterable[str] = UNCRAWLED if is_public() else ("/",)
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in refused)]
    if is_public():
        lines += ["", f"Sitemap: {absolute_url(url_for('discovery.sitemap_index'))}"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml", access=Level.VISITOR)
def sitemap_index() -> Response:
    """Return the index of a public archive's sitemaps, each with at most 50,000 addresses."""
    files = -(-(_own_texts().count() + 1) // MAX_PER_SITEMAP)
    addresses = (
        absolute_url(url_for("discovery.sitemap", number=number)) for number in range(1, files + 1)
    )
    listed = (_SITEMAP.sitemap(_SITEMAP.loc(address)) for address in addresses)
    return _answer_xml(_SITEMAP.sitemapindex(*listed))


@blueprint.get("/sitemap-<int:number>.xml", access=Level.VISITOR)
def sitemap(number: int) -> Response:
    """Return one sitemap; the landing page is the first address, then come the archive's texts."""
    first = (number - 1) * MAX_PER_SITEMAP
    texts = _own_texts()
    if first < 0 or first > texts.count():
        abort(404)
    landing = (
        [_SITEMAP.url(_SITEMAP.loc(absolute_url(url_for("pages.index"))))] if not first else []
    )
    room = MAX_PER_SITEMAP - len(landing)
    listed = (
        _SITEMAP.url(
            _SITEMAP.loc(absolute_url(url_for("pages.article", article_id=text.id))),
            _SITEMAP.lastmod(text.changed),
        )
        for text in texts.list(max(0, first - 1), room)
    )
    return _answer_xml(_SITEMAP.urlset(*landing, *listed))


def _own_texts() -> OwnTexts:
    """Return the archive's texts, or answer 404 if the archive is not public."""
    if not is_public():
        abort(404)
    return OwnTexts(get_context().services.store.database)


@blueprint.app_template_global()
def is_public() -> bool:
    """Return whether everyone may read the archive."""
    return get_context().services.settings.public


def _template(media_type: str, path: str, **attributes: str) -> etree._Element:
    return _OPENSEARCH.Url(type=media_type, template=absolute_url(path), **attributes)


def _answer_xml(root: etree._Element, media_type: str = "application/xml") -> Response:
    data = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(data, mimetype=media_type)
