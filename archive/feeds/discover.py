"""Find the feeds that a web page names in its head (HTML Standard, 4.6.6.1). Pure."""

from urllib.parse import urljoin

from bs4 import BeautifulSoup, SoupStrainer, Tag

from archive.feed_formats.cleaning import clean_link
from archive.text.normalize import clean_line

MEDIA_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
)
MAX_FEEDS = 50


def discover_feeds(html: str, url: str) -> tuple[str, ...]:
    """Return the absolute addresses in the page's order: sites name their main feed first."""
    page = BeautifulSoup(
        f"<!doctype html>{html}", "lxml", parse_only=SoupStrainer(["base", "link"])
    )
    bases = page.find_all("base", href=True)
    root = urljoin(url, clean_line(str(bases[0]["href"]))) if bases else url
    found = [_address(link, root) for link in page.find_all("link", href=True)]
    return tuple(dict.fromkeys(address for address in found if address))[:MAX_FEEDS]


def _address(link: Tag, root: str) -> str | None:
    kind = str(link.get("type") or "").partition(";")[0].strip().lower()
    relations = [part.lower() for part in link.get("rel") or ()]
    if "feed" not in relations and not ("alternate" in relations and kind in MEDIA_TYPES):
        return None
    return clean_link(str(link.get("href")), root, [])
