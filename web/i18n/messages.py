"""What the layers below and the server say, in the reader's language.

Those layers speak English, for logs and programs alike. The catalogue holds their messages with a
%(name)s where a value stands; a message is known again by its fixed words.
"""

import re
from functools import cache
from http import HTTPStatus

from flask_babel import gettext

N_ = str  # marks a message for the catalogue; Babel looks for this name

STATUS_TITLES = {
    400: N_("This request cannot be understood"),
    401: N_("Not signed in"),
    403: N_("This is not allowed"),
    404: N_("Not found"),
    405: N_("This cannot be done here"),
    413: N_("Too large"),
    415: N_("Not in a form that is read here"),
    422: N_("This cannot be taken"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("Not available at the moment"),
}
STATUS_DETAILS = {
    400: N_("the address or the form holds something the server cannot read"),
    404: N_("there is no page at this address"),
    405: N_("this address takes no such request"),
    413: N_("this is too large to be taken at once"),
    415: N_("only JSON is read here; send it with Content-Type: application/json"),
    500: N_("something went wrong here; the server's log says what"),
}
MESSAGES = (
    # The search
    N_("No article meets all that was asked; these results hold some of its words."),
    N_("The quotation mark at character %(place)s has no partner."),
    N_("The parenthesis at character %(place)s closes nothing."),
    N_("The parenthesis at character %(place)s is not closed."),
    N_("Parentheses nest more than %(number)s deep; the inner ones count not."),
    N_("%(operator)s at character %(place)s has nothing to join."),
    N_("There is no field %(name)s (character %(place)s); there is: %(fields)s."),
    N_("The query is very long; it is read up to character %(place)s."),
    N_("Left out at character %(place)s: %(reason)s."),
    N_("Only the first %(number)s words are searched."),
    N_("Only the first %(number)s conditions are kept."),
    N_("Only the first %(number)s quotations are kept, and %(stop_words)s of stop words."),
    N_("Only the first %(number)s words with * after one or two letters are searched."),
    N_("Only the first %(number)s authors, sections and tags are kept."),
    N_("Only the first %(number)s words with * are searched."),
    N_("%(word)s begins many words; the most frequent are searched."),
    N_("A query that only leaves out finds nothing; add what to look for."),
    N_("Searched: %(query)s"),
    N_("no name in %(text)s; write %(field)s:name"),
    N_("Search by meaning is unavailable; these results match by words only."),
    N_("Reranking is unavailable; these results stand in the order of both lists."),
    N_("%(number)s changes wait for the index; run: hemero index"),
    N_("%(number)s articles are missing from the index (%(ids)s); run: hemero index --rebuild"),
    N_(
        "%(number)s articles of the index are gone from the store (%(ids)s);"
        " run: hemero index --rebuild"
    ),
    N_("no saved search %(number)s; it may have been removed"),
    N_("there are %(number)s saved searches; remove one first"),
    N_("a saved search needs a name"),
    N_("this search is too long to be saved; leave some filters out"),
    N_("not an e-mail address; write name@example.org"),
    N_("e-mail is not set up here; set %(names)s"),
    N_("the mail server refused: %(reason)s; check the smtp settings"),
    N_("smtp_password_file cannot be read; check the setting"),
    N_("the first line of smtp_password_file is no password in ASCII"),
    N_("the e-mail's address or name cannot be used; set it anew"),
    N_("nothing to count; ask for a word that not every text holds"),
    N_("nothing to search for; type a word, a name or a question"),
    N_("nothing to compare with; give a sentence or a paragraph"),
    N_("name at least one article, passage or text to be near to"),
    N_("compare with at most %(number)s articles, passages and texts"),
    N_("not a date: %(text)s; write 2021, 2021-12 or 2021-12-03"),
    N_("not a language: %(text)s; write a code such as fr, en or ar"),
    N_("article %(article)s has no passage %(passage)s"),
    N_("no article %(article)s; it may have been removed"),
    N_("the index was made with %(differences)s; build it anew: hemero index --rebuild"),
    N_("the model failed: %(reason)s"),
    # What was offered
    N_("not a web address; it begins with http:// or https://"),
    N_("nothing was chosen; choose a file"),
    N_("empty"),
    N_("no text in it; an article needs at least one paragraph"),
    N_("no article found in this page; paste its text instead"),
    N_("the page cannot be read: %(reason)s"),
    N_("binary data, not text"),
    N_("not text in any encoding known; save it as UTF-8 and try again"),
    N_("over %(number)s MB; one article is expected to be smaller"),
    N_("line over %(number)s MB"),
    N_("not JSON: %(reason)s"),
    N_("not a JSON object with a title and a text"),
    N_("field %(name)s is not text"),
    N_("damaged from here on: %(reason)s"),
    N_("not a web page (%(kind)s); only HTML and text can be added"),
    N_("version %(number)s"),
    N_("same text as article %(article)s"),
    N_("wire copy of article %(article)s"),
    N_("not a web address: %(text)s; kept without it"),
    N_("not a date: %(text)s; kept without it"),
    # The web
    N_("Cannot fetch %(address)s: %(reason)s; check it, then try again"),
    N_("%(address)s took over %(number)s s; try later"),
    N_("%(address)s answered %(status)s; check the address"),
    N_("%(address)s answered %(status)s; try again later"),
    N_("%(address)s redirects over %(number)s times; do not fetch it"),
    N_("%(address)s is not a web address; give http(s)://host/path"),
    N_("%(host)s leads to %(address)s, which is not a public address; "
       "allow its network if you trust it"),
    N_("The address carries a user name or password; give it without"),
    # Formats
    N_("the web archive is cut short in this page; get it again"),
    N_("packed twice with gzip; unpack it once, then add it"),
    N_("an archive two archives deep; unpack the outer one first"),
    N_("XML that declares entities is not read; expand them first"),
    N_("XML of another kind, <%(name)s>; NITF and NewsML-G2 are read"),
    N_("not well-formed XML: %(reason)s"),
    N_("unpacks to over %(number)s GB; add it in parts"),
    N_("a ninjs %(kind)s without a text; only texts are kept"),
    N_("a %(kind)s without a text; only texts are kept"),
    N_("a %(kind)s, which has no text of its own"),
    N_("%(state)s by its provider; not for publication"),
    N_("a news message without an item"),
    N_("no HTML page in this web archive"),
    N_("not read from here on: %(reason)s"),
    N_("damaged: %(reason)s; get it again"),
    N_("damaged: %(reason)s"),
    N_("its path leads out of the archive; not read"),
    N_("a link, not a file; not followed"),
    N_("a link or a device, not a file; not followed"),
    N_("encrypted; unpack it with its password first"),
    N_("cannot be read: %(reason)s; send it again"),
    N_("cannot be read: %(reason)s"),
    N_("no column for title or text; there is: %(columns)s; "
       "name them with --columns title=COL,text=COL"),
    N_("%(cells)s cells under %(width)s columns; quote cells that hold the delimiter"),
    N_("over %(number)s rows that do not end; stopped"),
    N_("over %(number)s tags; paste the article's text instead"),
    N_("a tag with over %(number)s attributes; not read"),
    N_("nothing was sent; send files in the field `file`"),
    # Feeds
    N_("not modified"),
    N_("%(kind)s, %(number)s items"),
    N_("answered 410 Gone: the feed has ended; its articles stay"),
    N_("a feed without items"),
    N_("not a feed: neither RSS, Atom, RDF, JSON Feed nor sitemap"),
    N_("a web page, not a feed; give the address of its feed"),
    N_("%(reason)s; the page names none either: %(address)s"),
    N_("the page names %(number)s feeds, none readable: %(reason)s"),
    N_("not OPML: %(reason)s"),
    N_("refused: it declares XML entities, which no list of feeds needs"),
    N_("there is no feed in this list"),
    N_("robots.txt of %(site)s asks not to fetch this address"),
    N_("process %(process)s polls the feeds since %(since)s; wait for it to end, or stop it"),
    N_("held already, not fetched"),
    N_("dated %(date)s, in the future; kept without it"),
    N_("The page is larger than %(number)s bytes; allow more or skip it"),
    N_("The compressed page is cut short; try again later"),
    # Versions and jobs
    N_("article %(article)s has one version; nothing has changed"),
    N_("no version %(number)s of article %(article)s"),
    N_("no job %(job)s; it may have been removed"),
    # Collections and tags
    N_("this holds control characters; type it again"),
    N_("this is over %(number)s characters; shorten it"),
    N_("nothing to read in this; give a letter or a figure"),
    N_("at most %(number)s tags at once; give fewer"),
    N_("no article bears the tag %(tag)s; check its spelling"),
    N_("there is a collection named %(name)s; choose another name"),
    N_("there are %(number)s collections; remove one first"),
    N_("no collection %(name)s; it may have been removed"),
    N_("article %(article)s is not in collection %(name)s; put it in first"),
    N_("no article was chosen; choose some, then try again"),
    N_("neither a collection nor a tag was given; give one of them"),
    # Who may write
    N_("%(name)s is not as it was stored; see what to do with: hemero doctor"),
    N_(
        "the index has seen changes that the archive no longer holds;"
        " see what to do with: hemero doctor"
    ),
    N_(
        "the index has seen changes that the archive no longer holds:"
        " the newest articles were lost;"
        " restore a backup with: hemero restore, or add them again"
    ),
    N_("%(name)s is missing; build the index anew with: hemero index --rebuild"),
    N_(
        "the index %(folder)s cannot be written: %(reason)s; the articles are stored:"
        " make room or mend the disk, then run: hemero index"
    ),
    N_("what was sent cannot be kept in %(folder)s: %(reason)s; make room, then send it again"),
    N_(
        "the archive %(path)s cannot be written:"
        " its disk or folder is read-only for this user"
    ),
    N_("cannot make the archive %(path)s: its folder is read-only for this user"),
    N_("this archive is read-only"),
    N_("the server has more to do than it can; try again in a few seconds"),
    N_("the server is stopping; try again in a few seconds"),
    N_("The server is busy: counts by filter and over time are left out."),
    N_("The server is busy: these results match by words only."),
    N_("this form was sent by another site; open the page here instead"),
    N_("a token is needed: Authorization: Bearer TOKEN"),
    N_("this archive is read on its own machine alone"),
    N_("sign in for this"),
    N_("your account may not do this; ask an admin of the archive"),
    N_("this token is unknown, revoked or expired"),
    N_("too many requests; wait %(number)s s, then try again"),
    # Accounts
    N_("name or password is wrong"),
    N_("too many tries to sign in; wait %(number)s s, then try again"),
    N_("too many tries to sign in; wait %(number)s minutes, then try again"),
    N_("a server has %(home)s open; stop it first, then restore"),
    N_("this page is for those who signed in with their password"),
    N_("a password is %(least)s to %(most)s characters; a sentence is good"),
    N_("this password is easily guessed; take another one"),
    N_("there is an account %(name)s already"),
    N_("the first account is an admin; make one first"),
    N_("%(name)s is the last admin; make another one first"),
    N_("a name is 1 to 64 letters, figures and . @ + - _"),
    N_("no role %(role)s; there is: %(roles)s"),
    N_("%(name)s may not give a token the role %(role)s"),
    N_("the token's name: %(reason)s"),
    N_("a token lives 1 to %(number)s days"),
    N_("there are %(number)s of them; remove one first"),
    N_("no account of this name; see: hemero users list"),
    N_("no token %(number)s; it may have been revoked"),
    N_("the days are a number"),
    N_("writes are taken from the archive's own machine alone"),
)  # fmt: skip


def translate_message(text: str) -> str:
    """The message in the reader's language; as it is where the catalogue does not know it.

    An outcome may give several reasons, joined by "; ": each is translated.
    """
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            values = found.groupdict()
            rest = values.pop("_rest")
            said = str(gettext(template, **values))
            return f"{said}; {translate_message(rest)}" if rest else said
    return text


def status_title(status: int) -> str:
    """What a status means to a reader, in English."""
    return STATUS_TITLES.get(status) or HTTPStatus(status).phrase


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    messages = (*STATUS_TITLES.values(), *STATUS_DETAILS.values(), *MESSAGES)
    return tuple((message, _compile(message)) for message in messages)


def _compile(template: str) -> re.Pattern[str]:
    fixed = re.split(r"%\((\w+)\)s", template)
    parts = [
        f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(fixed)
    ]
    return re.compile("".join(parts) + r"(?:; (?P<_rest>.+))?", re.DOTALL)
