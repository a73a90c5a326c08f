"""New matches of saved searches on their way out: by e-mail, and by signed webhook.

A match is noted as sent right after the receiver took it. A crash between the two sends it again,
under the same Idempotency-Key or Message-ID, by which the receiver knows it.
"""

import hashlib
import hmac
import json
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

from archive.errors import FetchError
from archive.messages import TEMPLATES, Message, join_messages
from archive.model import Article
from archive.net.fetch import FetchLimits, post_url, refusal_of
from archive.store.saved_matches import CHANNELS, Channel, SavedMatch
from archive.store.saved_searches import SavedSearch, SavedSearchStore
from web.errors import AlertError
from web.i18n.catalogue import LANGUAGES, open_catalogue
from web.records.articles import ArticleHeading
from web.services import Services
from web.settings import Settings
from web.wordings import (
    EMAIL_CLOSING,
    EMAIL_NOT_SET_UP,
    EMAIL_OPENING,
    EMAIL_SUBJECT,
    EMAIL_UNUSABLE,
    MAIL_REFUSED,
    PASSWORD_FILE_NOT_ASCII,
    PASSWORD_FILE_UNREADABLE,
    THE_WEBHOOK,
)

EMAIL_MATCHES, WEBHOOK_MATCHES = 100, 1
TIMEOUT_SECONDS = 15.0
# What one search may take of a check; the rest of its messages wait for the next.
MAX_TURN_SECONDS = 60.0
GIVEN_UP_AFTER = timedelta(days=1)
LIMITS = FetchLimits(timeout_seconds=TIMEOUT_SECONDS)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many matches were sent, and what went wrong."""

    sent: int = 0
    problem: Message | None = None


def deliver(
    services: Services, saved: SavedSearch, keep_going: Callable[[], bool] = lambda: True
) -> Delivery:
    """Send what waits, each match once to each address; the search keeps what went wrong."""
    sent, problems, ends = 0, list[Message](), time.monotonic() + MAX_TURN_SECONDS
    for channel in CHANNELS:
        if not getattr(saved, channel):
            continue
        services.saved.give_up(saved.id, channel, datetime.now(UTC) - GIVEN_UP_AFTER)
        try:
            while keep_going() and time.monotonic() < ends:
                number = _send_next(services, saved, channel)
                if not number:
                    break
                sent += number
        except AlertError as exc:
            problems.append(exc.message)
    problem = join_messages(*problems)
    if (sent or problem) and problem != saved.outcome:
        services.saved.note_outcome(saved.id, problem)
    return Delivery(sent, problem)


def _send_next(services: Services, saved: SavedSearch, channel: Channel) -> int:
    """Send one message; how many matches were in it, 0 where none waits. Raises AlertError."""
    store: SavedSearchStore = services.saved
    size = EMAIL_MATCHES if channel == "email" else WEBHOOK_MATCHES
    waiting = store.waiting(saved.id, channel, size)
    articles = services.store.get_many([match.article_id for match in waiting])
    if not articles:
        return 0
    settings = services.settings
    if channel == "email":
        send_email(settings, make_email(settings, saved, articles, choose_language(services)))
    else:
        send_webhook(settings, saved, waiting[0], articles[0])
    store.mark_sent(saved.id, channel, [article.id for article in articles])
    return len(articles)


def send_webhook(
    settings: Settings, saved: SavedSearch, match: SavedMatch, article: Article
) -> None:
    """POST one match, signed. Raises AlertError unless the receiver took it."""
    body = webhook_body(settings, saved, match, article)
    timestamp = str(int(time.time()))
    headers = {
        "User-Agent": "Hemero",
        "Content-Type": "application/json",
        "X-Hemero-Timestamp": timestamp,
        "X-Hemero-Signature": sign(saved.secret, timestamp, body),
        "Idempotency-Key": f"hemero-{saved.id}-{article.id}",
    }
    allowed, address = settings.allowed_networks, saved.webhook or ""
    try:
        answer = post_url(address, body, LIMITS, headers=headers, allowed_networks=allowed)
        if not answer.ok:
            raise FetchError(refusal_of(replace(answer, url=address)))
    except FetchError as exc:
        raise AlertError(_hide_address(exc.message, address)) from exc


def _hide_address(message: Message, address: str) -> Message:
    """The message without the webhook's address, often the very secret that lets one send to it."""
    shown = f"{address!r:.300}"
    values = {
        name: value.replace(shown, str(THE_WEBHOOK())) if isinstance(value, str) else value
        for name, value in message.parameters
    }
    hidden = {name: THE_WEBHOOK() for name, value in message.parameters if value == shown}
    return TEMPLATES[message.code](**(values | hidden))


def webhook_body(
    settings: Settings, saved: SavedSearch, match: SavedMatch, article: Article
) -> bytes:
    """UTF-8 JSON: which search, which article, where it is kept; no text of it."""
    record = {
        "saved_search": {
            "id": saved.id,
            "name": saved.name,
            "link": link_to(settings, f"/saved/{saved.id}"),
        },
        "article": ArticleHeading.write(article) | {"link": article_link(settings, article)},
        "found": match.found,
        "score": round(match.score, 6),
    }
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC (RFC 2104) of "timestamp.body"."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def email_problem(settings: Settings) -> Message | None:
    """Why no e-mail can be sent from here, None where it can."""
    missing = [name for name in ("smtp_host", "smtp_from", "base_url")
               if not getattr(settings, name)]  # fmt: skip
    return EMAIL_NOT_SET_UP(names=", ".join(missing)) if missing else None


def make_email(
    settings: Settings, saved: SavedSearch, articles: Sequence[Article], language: str
) -> EmailMessage:
    """One message for some new matches, in plain text. Raises AlertError."""
    problem = email_problem(settings)
    if problem:
        raise AlertError(problem)
    message = EmailMessage(SMTP)
    try:
        message["From"], message["To"] = settings.smtp_from, saved.email
        message["Subject"] = _subject(saved, len(articles), language)
    except ValueError as exc:  # a newline in a header, which no form lets through
        raise AlertError(EMAIL_UNUSABLE()) from exc
    message["Date"] = formatdate()
    message["Message-ID"] = _message_id(settings, saved, articles)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    text = _email_text(settings, saved, articles, language)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    return message


def send_email(settings: Settings, message: EmailMessage) -> None:
    """Hand the message to the mail server. Raises AlertError unless it took it."""
    password = _read_password(settings) if settings.smtp_user else ""
    try:
        with _connect(settings) as server:
            if settings.smtp_tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, password)
            server.send_message(message)
    except (smtplib.SMTPException, OSError, ValueError) as exc:
        text = str(exc).replace(message["To"], "the receiver")
        reason = " ".join(text.split())[:200] or type(exc).__name__
        raise AlertError(MAIL_REFUSED(reason=reason)) from exc


def choose_language(services: Services) -> str:
    """That of most articles, where the pages speak it."""
    codes = (code for code, _ in services.summarize().languages)
    return next((code for code in codes if code in LANGUAGES), LANGUAGES[0])


def article_link(settings: Settings, article: Article) -> str:
    """The permanent address of this version; a path where the archive's address is not set."""
    return link_to(settings, f"/articles/{article.id}?v={article.version}")


def link_to(settings: Settings, path: str) -> str:
    return settings.base_url.rstrip("/") + path


def _connect(settings: Settings) -> smtplib.SMTP:
    # Our own name is told, not looked up: that may take longer than all the rest.
    place = (settings.smtp_host, settings.smtp_port, settings.smtp_from.rpartition("@")[2])
    if settings.smtp_tls == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(*place, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(*place, timeout=TIMEOUT_SECONDS)


def _read_password(settings: Settings) -> str:
    try:
        lines = Path(settings.smtp_password_file).expanduser().read_text("utf-8").splitlines()
    except (OSError, ValueError) as exc:
        raise AlertError(PASSWORD_FILE_UNREADABLE()) from exc
    if not lines or not lines[0].isascii():  # RFC 4616 allows more, Python's client does not
        raise AlertError(PASSWORD_FILE_NOT_ASCII())
    return lines[0]


def _message_id(settings: Settings, saved: SavedSearch, articles: Sequence[Article]) -> str:
    identity = json.dumps([saved.id, saved.created, [article.id for article in articles]])
    digest = hashlib.sha256(identity.encode()).hexdigest()[:32]
    return f"<{digest}@{settings.smtp_from.rpartition('@')[2]}>"


def _subject(saved: SavedSearch, number: int, language: str) -> str:
    subject = EMAIL_SUBJECT(number=number, name=saved.name)
    return subject.word(open_catalogue(language))


def _email_text(
    settings: Settings, saved: SavedSearch, articles: Sequence[Article], language: str
) -> str:
    catalogue = open_catalogue(language)
    blocks = [EMAIL_OPENING(name=saved.name).word(catalogue)]
    for article in articles:
        about = (article.source, article.day)
        lines = (article.headline, ", ".join(filter(None, about)), article_link(settings, article))
        blocks.append("\n".join(filter(None, lines)))
    page = link_to(settings, f"/saved/{saved.id}")
    blocks.append(EMAIL_CLOSING(link=page).word(catalogue))
    return "\n\n".join(blocks) + "\n"
