"""How to search: every rule with a working example made from the archive."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import render_template

from archive.model import Article
from web.context import get_context
from web.i18n.locale import current_language
from web.routes import Blueprint, Level

RECENT_ARTICLES = 50
MIN_WORD_CHARACTERS = 5
BEGINNING = 4
ENGLISH = {
    "and": "AND", "or": "OR", "not": "NOT", "title": "title", "author": "author",
    "language": "language", "tag": "tag", "before": "before", "after": "after",
}  # fmt: skip
FRENCH = {
    "and": "ET", "or": "OU", "not": "SAUF", "title": "titre", "author": "auteur",
    "language": "langue", "tag": "étiquette", "before": "avant", "after": "après",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")

blueprint = Blueprint("help", __name__)


@dataclass(frozen=True, slots=True)
class Material:
    """What examples are made from: words of one title, two adjacent ones, and its article."""

    words: tuple[str, str, str]
    phrase: str
    source: str
    author: str
    language: str
    year: int
    tag: str = "climat"


DEFAULT = Material(
    words=("missiles", "Genève", "drones"),
    phrase="moyenne portée",
    source="Le Monde",
    author="Dupont",
    language="fr",
    year=2021,
)


@blueprint.get("/help", access=Level.VISITOR)
def show() -> str:
    recent = get_context().services.store.list_articles(limit=RECENT_ARTICLES)
    readable = [article for article in recent if article.language == current_language()]
    material = find_material(readable or recent)
    names = FRENCH if current_language() == "fr" else ENGLISH
    for tag, _ in get_context().services.tags.all_tags(1):
        material = replace(material, tag=tag)
    return render_template("help.html", made=material, n=names, beginning=BEGINNING)


def find_material(articles: Iterable[Article]) -> Material:
    """Use the first article whose title has enough words, or fixed words that may find nothing."""
    return next(filter(None, map(_material_of, articles)), DEFAULT)


def _material_of(article: Article) -> Material | None:
    words = _WORD.findall(article.title)
    telling = list(dict.fromkeys(word for word in words if len(word) >= MIN_WORD_CHARACTERS))
    if len(telling) < 3:
        return None
    first = words.index(telling[0])
    pair = words[first : first + 2] if first + 1 < len(words) else words[first - 1 : first + 1]
    return Material(
        words=(telling[0], telling[1], telling[2]),
        phrase=" ".join(pair),
        source=article.source or DEFAULT.source,
        author=article.authors[0].split()[-1] if article.authors else DEFAULT.author,
        language=article.language,
        year=int((article.day or str(DEFAULT.year))[:4]),
    )
