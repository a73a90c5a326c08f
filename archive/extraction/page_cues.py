"""Names and phrases that mark the parts of a page outside the article. Pure.

Names are classes, ids and roles of elements. Only whole words match, so that "ad" is not found in
"header".
"""

import re

from lxml.html import HtmlElement

from archive.extraction.page_walls import is_wall_notice

MAX_NAME_CHARACTERS = 500
MAX_PHRASE_CHARACTERS = 220


def _words_of(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(patterns)})(?![a-z])")


# Never part of the article, in spite of other signs.
_FOREIGN = _words_of(
    r"related|recommend\w*|newsletters?|promos?|promotion|sponsor\w*|ads?|banner|consent|trending",
    r"outbrain|taboola|breadcrumbs?|captions?|credits?|byline|tags|see-also|read-?next|disclaimer",
    r"gallery|carousel|infobox|factbox|photos?|images?|img|pictures?|media-?info|overlay|quiz|bio",
    r"visually-?hidden|sr-only|screen-?reader|biography|footer|teasers?|donat\w*",
)
# Lists of other articles, whose times are not this one's.
_OTHERS = _words_of(
    r"related|recommend\w*|tickers?|trending|teasers?|promos?|carousel|sidebar|most-?(?:read|popular)",
    r"latest|breaking|see-also|read-?next|comments?|more-(?:on|from|news)|newsfeed|live-?feed",
)
# Often outside the article, but wrappers around whole pages have these names too.
_DOUBTFUL = _words_of(
    r"widgets?|sidebar|advert\w*|authors?|comments?|disqus\w*|modal|popup|login|register|signup",
    r"subscri\w+|sign-?up|share|sharing|social|cookies?|pagination|pager|copyright|tag-?list",
    r"topics|keywords|toolbar|read-?more|most-?(?:read|popular)|popular|more-(?:on|from|news)",
    r"tweet|twitter\w*|instagram\w*|facebook|tiktok\w*|slideshow|player|podcast|timestamp",
    r"dateline|published|pubdate|meta|cta|menu|nav|navigation|piano|reactions?|rating|poll",
    r"kicker|overline|legende?|bildunterschrift|skip-link|hidden",
)
# For a single paragraph or subheading; some of these names would mean nothing on a wrapper.
_FOREIGN_LINE = _words_of(
    r"captions?|credits?|copyright|byline|authors?|autor|newsletters?|ads?|advert\w*|promo\w*",
    r"related|read-?(?:more|also)|timestamp|dateline|meta|tags|share|disclaimer|signup|legende?",
    r"img|images?|photos?|kicker|overline|date|time|source|bio|info-?text|visually-?hidden",
    r"sr-only|screen-?reader",
)
_STANDFIRST = _words_of(
    r"stand-?first|lede?|lead|lead-?(?:text|in)|article-?lead|dek|deck|chapo|chapeau|intro",
    r"introduction|excerpt|summary|sub-?(?:title|headline|heading|head)|vorspann|anreisser",
    r"entradilla|bajada|sommario|ingress|abstract|(?:article-?)?description",
)
_BODY = _words_of(
    r"(?:article|story|post)-{0,2}(?:body|text|content|copy)|entry-{0,2}content|rich-?text",
    r"body-{0,2}(?:text|copy|content)|content-{0,2}body|main-?text",
)
_CAPTION = _words_of(
    r"(?:fig|wp|image|photo|picture)?-?captions?(?:-?text)?|legende?s?|bildunterschrift"
)
_CREDIT = _words_of(r"credits?|copyright|photographer|source|author|auteur")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PHRASE = re.compile(
    r"""[\W_]*(?:
    (?:lire|à\slire|voir|écouter)\s(?:aussi|également)|lire\s(?:la\ssuite|plus)|à\slire\s?[:|]
    |sur\sle\smême\s(?:sujet|thème)|(?:lesen|sehen)\ssie\s(?:auch|hier|dazu)|mehr\szum\sthema
    |(?:auch\sinteressant|lesetipp|zum\sthema|das\skönnte\ssie)\b|weiterlesen\b
    |read\s(?:more|also|next|on)\b|(?:also|see|watch|listen)\s(?:read|also|more|now)\b
    |more\s(?:on\sthis|from|stories|like\sthis)\b|(?:related|recommended|suggested)\b.{0,25}[:?]?$
    |you\smay\s(?:also|like)|don[’']t\smiss\b|most\s(?:read|popular|viewed)\b|trending\b.{0,15}$
    |lee?a?\stambién|te\spuede\sinteresar|más\sinformación$|leggi\sanche|leia\s(?:também|mais)
    |lees\sook|czytaj\s(?:więcej|też|także|również)|läs\s(?:också|mer)|les\sogså|читайте\sтакже
    |(?:for|want)\smore\s(?:stories|news|on)\b|(?:got|have|do\syou\shave)\sa\s(?:story|tip)\b
    |follow\s(?:us|\S+\son\s(?:twitter|facebook|instagram|x))\b|(?:join|like)\sus\son\b
    |(?:sign|log)\s(?:up|in)\s(?:to|for|here|now|today)\b|sign\sin$|create\s(?:a|an|your)\s.{0,9}account
    |subscribe\b|already\sa\s(?:subscriber|member)|support\sour\sjournalism|click\shere\b
    |(?:abonnez|inscrivez)[\s-]vous|déjà\sabonné|(?:jetzt|hier)\s(?:abonnieren|anmelden)
    |newsletter\b|inscription\sà\s|(?:suscríb|regístr)[ae]te|iscriviti|abbonati\b
    |(?:advertisement|advertising|publicité|anzeige|werbung|publicidad|pubblicità|reklama)$
    |(?:article\scontent|comments?|commentaires|kommentare|share|print|partager|teilen)$
    |story\scontinues\sbelow|(?:photo|image|picture|foto|bild|crédits?|credit|quelle|fuente)s?\s?:
    |©|\(?(?:photo|image|picture|foto|bild)\s(?:by|von|de|par)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BY_NAME = re.compile(
    r"\W*(?:by|von|par|por|di|door|af|av)\s+[A-ZÀ-Þ][^.!?;:]{2,60}$", re.IGNORECASE
)


def is_foreign(name: str) -> bool:
    """Return whether an element of this name is outside the article."""
    return _FOREIGN.search(name) is not None


def is_list_of_others(name: str) -> bool:
    """Return whether an element of this name lists other articles or comments."""
    return _OTHERS.search(name) is not None


def is_doubtful(name: str) -> bool:
    """Return whether an element of this name may be outside the article."""
    return _DOUBTFUL.search(name) is not None


def is_foreign_line(name: str) -> bool:
    """Return whether a paragraph or subheading of this name is outside the article."""
    return _FOREIGN_LINE.search(name) is not None


def is_standfirst(name: str) -> bool:
    """Return whether an element of this name is likely the summary under the headline."""
    return _STANDFIRST.search(name) is not None


def is_caption(name: str) -> bool:
    """Return whether an element of this name is the caption of a picture."""
    return _CAPTION.search(name) is not None


def is_credit(name: str) -> bool:
    """Return whether an element of this name says who made a picture."""
    return _CREDIT.search(name) is not None


def is_body(name: str) -> bool:
    """Return whether an element of this name likely contains the article's text."""
    return _BODY.search(name) is not None


def is_hidden(element: HtmlElement) -> bool:
    """Return whether the element is marked as hidden from view or from screen readers."""
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _HIDDEN.search(element.get("style") or "") is not None
    )


def is_boilerplate(text: str) -> bool:
    """Return whether a short text is a teaser, credit, byline, reader's note or paywall notice."""
    if is_wall_notice(text):
        return True
    if len(text) > MAX_PHRASE_CHARACTERS:
        return False
    return _PHRASE.match(text) is not None or _BY_NAME.match(text) is not None


def name_of(element: HtmlElement) -> str:
    """Return the element's classes, roles and id in lower case, words joined by hyphens."""
    parts = [element.get(key) or "" for key in ("class", "itemprop", "data-testid", "role")]
    identity = element.get("id") or ""
    if not any(character.isdigit() for character in identity):  # those with digits are generated
        parts.append(identity)
    name = " ".join(filter(None, parts))[:MAX_NAME_CHARACTERS]
    return _CAMEL.sub("-", name).replace("_", "-").lower() if name else ""
