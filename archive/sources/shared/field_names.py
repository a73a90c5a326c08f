"""The names under which tables and JSON of other programs hold the fields of an article. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from archive.text.unicode import normalize

MAX_CACHED_CHARACTERS = 2_000
MAX_NAMES_SHOWN = 20
MAX_NAME_CHARACTERS = 40
# Of several names in one record the earlier wins: our own first, what says less last.
FIELD_NAMES = {
    "id": "id guid identifier uuid _id",
    "title": "title headline heading titre titulo titel titolo headlines main_title hed name",
    "text": "text body content article full_text maintext main_text body_text content_text"
    " plaintext text_content text_plain body_html content_html html body_xhtml raw_text fulltext"
    " texte corps contenu texto cuerpo contenido testo inhalt paragraphs blocks",
    "published": "published date_published published_at publish_date publication_date pub_date"
    " date_publish published_time published_on publish_time publication_time publicationdatetime"
    " first_published first_published_at date datetime date_time release_date issued posted_at"
    " posted time timestamp created created_at date_created created_utc",
    "modified": "modified date_modified modified_at updated updated_at last_modified date_modify"
    " date_updated modified_time update_time changed",
    "language": "language lang locale langue in_language human_language meta_lang idioma sprache",
    "source": "source publisher publication newspaper outlet site site_name source_name journal"
    " container_title media medium domain domain_name source_domain hostname source_hostname",
    "section": "section category article_section section_name rubric rubrique topic desk"
    " categories",
    "url": "url link uri href permalink canonical_url web_address address source_url external_url"
    " main_entity_of_page @id",
    "authors": "authors author byline by creator auteur auteurs autor autores published_by"
    " author_name writer writers",
}
_PREFIXES = ("article", "post", "story", "news", "web", "page", "item", "entry", "document")
_SEPARATORS = re.compile(r"[\W_]+")


def fold_field(name: str) -> str:
    """Return a name for comparison: publishedAt, Published-At and PUBLISHED AT are one."""
    letters = normalize("NFD", name[:200].casefold())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return ("@" if name.startswith("@") else "") + _SEPARATORS.sub("", plain)


_NAMES = {field: tuple(map(fold_field, names.split())) for field, names in FIELD_NAMES.items()}
_RANKS = {name: (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names)}


def match_fields(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each field of an article, those of `names` that may hold it, best first."""
    listed = tuple(names)
    small = sum(map(len, listed)) <= MAX_CACHED_CHARACTERS
    return _match_cached(listed) if small else _match(listed)


def list_names(names: Iterable[str]) -> str:
    """Return the first names in one line, each shortened, for a message."""
    listed = list(names)
    shown = ", ".join(
        " ".join(name[:MAX_NAME_CHARACTERS].split()) for name in listed[:MAX_NAMES_SHOWN]
    )
    return shown + ("…" if len(listed) > MAX_NAMES_SHOWN else "")


def _match(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[tuple[int, int, str]]] = {}
    for place, name in enumerate(names):
        known = _RANKS.get(folded := fold_field(name)) or _RANKS.get(_without_prefix(folded))
        if known is not None:
            field, rank = known
            found.setdefault(field, []).append((rank, place, name))
    return {field: tuple(name for *_, name in sorted(found[field])) for field in found}


_match_cached = lru_cache(maxsize=256)(_match)


def _without_prefix(folded: str) -> str:
    """Return title for posttitle, body for articlebody."""
    prefix = next((each for each in _PREFIXES if folded.startswith(each)), "")
    return folded.removeprefix(prefix)
