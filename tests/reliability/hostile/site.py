"""A site of its own for hostile input, and what may not come of a request to it."""

import json
import logging
import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from archive.intake.ingest import ingest
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.paths import ROOT
from web.accounts.passwords import hash_password
from web.actions.saving import save_search
from web.app import build_app
from web.services import Services
from web.settings import Settings

TEMPLATES = ROOT / "web" / "templates"
# Every element our own pages are made of; another can only have come with what was typed.
OWN_TAGS = frozenset(
    tag
    for path in TEMPLATES.glob("*.html")
    for tag in re.findall(r"<([a-z][a-z0-9]*)", path.read_text("utf-8"))
)
ADDRESSES = ("href", "src", "action", "formaction", "poster", "data", "background")
HARMLESS = re.compile(r"(?!//)[/#?]|https?://|mailto:|data:image/|$", re.IGNORECASE)
KEEPER, READER = "Keeper", "Reader"
HERE = ".hemero.test"  # names that end so lead to this machine
LOCAL = re.compile(r"/(?![/\\])|http://localhost[/?]|\?")
ARTICLES = tuple(
    make_item(
        f"Accord numéro {number}",
        f"Les missiles {number} seront détruits.\n\nLes inspecteurs viendront en mai {number}.",
        source="Le Fanal",
        authors=("Camille Orsenne",),
        url=f"https://fanal.example/{number}",
        language="fr",
        published=f"20{10 + number % 10}-05-0{1 + number % 9}",
    )
    for number in range(40)
)


class AskedFields(ImmutableMultiDict[str, Any]):
    """Arguments, forms and files that note every name they are asked for."""

    asked: ClassVar[set[str]] = set()

    def get(self, key: str, *args: Any, **options: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *args, **options)

    def getlist(self, key: str, *args: Any, **options: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *args, **options)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


class ErrorLog(logging.Handler):
    """Keeps what is logged as an error, or with a traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info or record.levelno >= logging.ERROR:
            told = f" ({record.exc_info[1]!r:.300})" if record.exc_info else ""
            self.lines.append(f"{record.name}: {record.getMessage()[:300]}{told}")


@dataclass(slots=True)
class Tally:
    """What was tried and what came of it; `faults` should stay empty."""

    tried: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    checked_pages: int = 0
    slowest: tuple[float, str] = (0.0, "")  # seconds, and what took them

    def note(self, place: str, what: str, answer: TestResponse) -> None:
        self.tried[place] += 1
        self.statuses[answer.status_code] += 1
        self.checked_pages += answer.mimetype == "text/html"
        self.faults += [f"{what}: {fault}" for fault in find_faults(answer)]


@dataclass(frozen=True, slots=True)
class Site:
    """The application over an archive of its own; nothing is indexed until asked."""

    app: Flask
    services: Services
    errors: ErrorLog

    sessions: list[str] = field(default_factory=list)

    def client(self) -> FlaskClient:
        """From this machine; once there is an account, signed in, whatever ended its session."""
        client = self.app.test_client()
        if self.sessions:
            if self.services.credentials.find_session(self.sessions[-1]) is None:
                self._sign_in()
            client.set_cookie("hemero_session", self.sessions[-1])
        return client

    def add_accounts(self) -> None:
        """From now on only who has signed in may write."""
        password = hash_password("four words in a row")
        self.services.accounts.create(KEEPER, "admin", password)
        self.services.accounts.create(READER, "reader", password)
        self._sign_in()

    def _sign_in(self) -> None:
        account = self.services.accounts.find(KEEPER)
        self.sessions.append(self.services.credentials.open_session(account.id))


@contextmanager
def open_site(folder: Path) -> Iterator[Site]:
    settings = Settings(
        home=folder,
        cache=folder,
        public=True,
        allowed_networks=("127.0.0.0/8",),
        requests_per_minute=0,
    )
    services, errors = Services(settings, FakeEmbedder()), ErrorLog()
    _fill(services)
    app = build_app(services, on_change=lambda: None)
    app.request_class = type(
        "NotingRequest", (app.request_class,), {"parameter_storage_class": AskedFields}
    )
    logging.getLogger().addHandler(errors)
    try:
        with nobody_outside():
            yield Site(app, services, errors)
    finally:
        logging.getLogger().removeHandler(errors)
        services.close()


@contextmanager
def nobody_outside() -> Iterator[None]:
    """No name is looked up and no other machine found, whatever address a string holds."""
    look_up = socket.getaddrinfo

    def refuse(host: Any, *args: Any, **options: Any) -> Any:
        if host in ("127.0.0.1", "localhost", "::1") or str(host).endswith(HERE):
            return look_up("127.0.0.1", *args, **options)
        raise socket.gaierror(socket.EAI_NONAME, "no name is looked up here")

    socket.getaddrinfo = refuse
    try:
        yield
    finally:
        socket.getaddrinfo = look_up


def _fill(services: Services) -> None:
    """Thirty of everything a route can name by its number."""
    list(ingest(ARTICLES, services.store))
    services.index()
    for number in range(1, 31):
        held = services.collections.create(f"Dossier {number}", "")
        services.collections.add(held.id, [number, number + 1])
        save_search(services, f"Recherche {number}", f"q=missiles+{number}")
        services.feeds.add(
            f"http://feed{number}.example/", datetime.now(UTC), title=f"Fil {number}"
        )
        services.jobs.create(f"Envoi {number}", [])
    services.tags.tag([1, 2, 3], ["Étiquette"])


def find_faults(answer: TestResponse) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    faults = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
    if "hostile=" in str(answer.headers.get("Set-Cookie")):
        faults.append("a header was made of input")
    location = answer.headers.get("Location")
    if location is not None and not LOCAL.match(location):
        faults.append(f"redirects to {location!r:.200}")
    return faults + _find_malformed(answer)


def find_active(html: str) -> list[str]:
    """Elements, handlers and addresses of a page that no template of ours has written."""
    parser = _ActiveContent()
    parser.feed(html)
    parser.close()
    return parser.found


class _ActiveContent(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in OWN_TAGS or (tag == "script" and not _is_ours(given)):
            self.found.append(f"element {self.get_starttag_text()!r:.200}")
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "http-equiv"):
                self.found.append(f"attribute {name}={value!r:.200} of {tag}")
            if name in ADDRESSES and not HARMLESS.match((value or "").strip()):
                self.found.append(f"address {name}={value!r:.200} of {tag}")

    handle_startendtag = handle_starttag


def _is_ours(given: dict[str, str | None]) -> bool:
    """A file of ours, or data that no browser runs."""
    return (
        str(given.get("src")).startswith("/static/") or given.get("type") == "application/ld+json"
    )


def _find_malformed(answer: TestResponse) -> list[str]:
    if answer.status_code in (204, 304) or answer.request.method == "HEAD" or not answer.data:
        return []
    try:
        if answer.mimetype == "text/html":
            return find_active(answer.get_data(as_text=True))
        if answer.mimetype.endswith("json"):
            json.loads(answer.data.decode("utf-8"))
        elif answer.mimetype.endswith(("xml", "opml")) and answer.status_code < 300:
            etree.fromstring(answer.data)
    except (ValueError, etree.XMLSyntaxError) as exc:
        return [f"malformed {answer.mimetype}: {exc}"]
    return []
