"""New matches on their way out, to a mail server and a webhook on loopback."""

import hashlib
import hmac
import json
import logging
import socketserver
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from archive.intake.ingest import ingest
from archive.store.saved_searches import SavedSearch
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.waiting import wait_until
from web.actions import alerts, saved_checks
from web.actions.saved_checks import Backoff, SavedSearchWorker, check_all
from web.actions.saving import read_email, read_webhook, save_search
from web.errors import AlertError, SavedLockedError, SavedSearchRefusedError
from web.services import Services
from web.settings import Settings

LOOPBACK = ("127.0.0.0/8",)


class Receiver(ThreadingHTTPServer):
    """Takes webhooks, or answers `status`."""

    daemon_threads = True
    block_on_close = False
    status = 204
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?secret=xyz"


class _Hook(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()


class MailServer(socketserver.ThreadingTCPServer):
    """As much of RFC 5321 as a client needs; `refusing` takes no recipient."""

    daemon_threads = True
    block_on_close = False
    refusing = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailSession)
        self.taken: list[EmailMessage] = []
        self.logins: list[bytes] = []


class _MailSession(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"RCPT" and self.server.refusing:
                self.wfile.write(b"550 no such user\r\n")
            elif command == b"DATA":
                self._take()
            elif command == b"EHLO":
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN\r\n")
            elif command == b"AUTH":
                self.server.logins.append(b64decode(line.split()[-1]))
                self.wfile.write(b"235 welcome\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")

    def _take(self) -> None:
        self.wfile.write(b"354 go on\r\n")
        lines = iter(self.rfile.readline, b".\r\n")
        message = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(message, EmailMessage)
        self.server.taken.append(message)
        self.wfile.write(b"250 taken\r\n")


@contextmanager
def _running(server: Any) -> Iterator[Any]:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with _running(Receiver()) as server:
        yield server


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with _running(MailServer()) as server:
        yield server


@pytest.fixture
def make_services(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Callable[..., Services]]:
    opened: list[Services] = []

    def make(**settings: Any) -> Services:
        opened.append(Services(Settings(home=tmp_path / "home", **settings), embedder))
        add(opened[0], "Titre", "Une soupe de carottes.")
        return opened[0]

    yield make
    for services in opened:
        services.close()


def add(services: Services, title: str, text: str, **fields: str) -> None:
    list(ingest([make_item(title, text, language="fr", **fields)], services.store))
    services.index()


def save(services: Services, **addresses: str) -> SavedSearch:
    return save_search(services, "Les missiles", "q=missiles&mode=keyword", **addresses)


def with_mail(server: MailServer, **more: Any) -> dict[str, Any]:
    host, port = server.server_address[:2]
    return {
        "smtp_host": str(host),
        "smtp_port": port,
        "smtp_tls": "none",
        "smtp_from": "hemero@archive.example",
        "base_url": "https://archive.example/",
    } | more


def test_a_webhook_is_signed_and_names_what_it_sends(
    make_services: Callable[..., Services], receiver: Receiver
) -> None:
    services = make_services(allowed_networks=LOOPBACK, base_url="https://archive.example")
    saved = save(services, webhook=receiver.address)
    add(services, "Accord", "Des missiles seront détruits.", source="Le Fil")
    begun = int(time.time())
    (report,) = check_all(services)
    assert (report.new, report.sent, report.problem) == (1, 1, None)
    ((headers, body),) = receiver.taken
    timestamp = headers["X-Hemero-Timestamp"]
    signed = hmac.new(saved.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    assert headers["X-Hemero-Signature"] == "sha256=" + signed.hexdigest()
    assert begun <= int(timestamp) <= time.time()
    assert headers["Idempotency-Key"] == f"hemero-{saved.id}-2"
    assert headers["Content-Type"] == "application/json"
    told = json.loads(body)
    assert told["article"]["title"] == "Accord"
    assert told["article"]["link"] == "https://archive.example/articles/2?v=1"
    assert told["saved_search"]["name"] == "Les missiles"
    assert b"seront" not in body
    assert [each.sent for each in check_all(services)] == [0]
    assert len(receiver.taken) == 1


def test_a_receiver_that_is_down_is_asked_again(
    make_services: Callable[..., Services], receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    services = make_services(allowed_networks=LOOPBACK)
    saved = save(services, webhook=receiver.address)
    add(services, "Accord", "Des missiles seront détruits.")
    receiver.status = 503
    (report,) = check_all(services)
    assert (report.new, report.sent) == (1, 0)
    outcome = services.saved.get(saved.id).outcome
    assert outcome == report.problem
    assert "the webhook answered 503 Service Unavailable; try again later" in str(outcome)
    assert "xyz" not in str(outcome), "the address may itself be a secret"
    receiver.status = 200
    assert [each.sent for each in check_all(services)] == [1]
    assert services.saved.get(saved.id).outcome is None
    keys = [headers["Idempotency-Key"] for headers, _ in receiver.taken]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert saved.secret not in caplog.text


def test_a_redirect_is_not_followed(
    make_services: Callable[..., Services], receiver: Receiver
) -> None:
    services = make_services(allowed_networks=LOOPBACK)
    save(services, webhook=receiver.address)
    add(services, "Accord", "Des missiles seront détruits.")
    receiver.status, receiver.location = 307, receiver.address
    (report,) = check_all(services)
    assert report.sent == 0
    assert "307" in str(report.problem)
    assert len(receiver.taken) == 1


def test_private_addresses_are_refused_by_default(
    make_services: Callable[..., Services], receiver: Receiver
) -> None:
    services = make_services()
    save(services, webhook=receiver.address)
    add(services, "Accord", "Des missiles seront détruits.")
    (report,) = check_all(services)
    assert "not a public address" in str(report.problem)
    assert receiver.taken == []


@pytest.mark.parametrize(
    "webhook",
    [
        "http://2130706433/hook?é=xyz",
        "http://[::ffff:169.254.169.254]/xyz",
        "http://127.1/xyz",
        "http://127%2e1/é?xyz",
        "http://me:xyz@127.0.0.1/",
        "http://[fe80::1%25lo]/é?xyz",
        "http://127.0.0.1:99999/é?xyz",
    ],
)
def test_a_disguised_address_is_refused_without_its_secret(
    make_services: Callable[..., Services], webhook: str
) -> None:
    services = make_services()
    saved = save(services, webhook=webhook)
    add(services, "Accord", "Des missiles seront détruits.")
    (report,) = check_all(services)
    assert report.sent == 0
    assert report.problem == services.saved.get(saved.id).outcome
    assert "xyz" not in str(report.problem)


def test_what_cannot_be_sent_for_a_day_is_given_up(
    make_services: Callable[..., Services], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services(allowed_networks=LOOPBACK)
    saved = save(services, webhook=receiver.address)
    add(services, "Accord", "Des missiles seront détruits.")
    receiver.status = 500
    list(check_all(services))

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=1, minutes=1)

    monkeypatch.setattr(alerts, "datetime", Later)
    receiver.status = 200
    assert [each.sent for each in check_all(services)] == [0]
    assert services.saved.get(saved.id).outcome is not None, "what went wrong is still told"
    assert services.saved.get(saved.id).unread == 1


def test_an_email_tells_all_new_matches(
    make_services: Callable[..., Services], mail: MailServer
) -> None:
    services = make_services(**with_mail(mail))
    saved = save(services, email="desk@journal.example")
    add(services, "Accord à Genève", "Des missiles.", source="Le Fil", published="2021-12-03")
    add(services, "Suite", "Encore des missiles.")
    assert [each.sent for each in check_all(services)] == [2]
    (message,) = mail.taken
    assert (message["To"], message["From"]) == ("desk@journal.example", "hemero@archive.example")
    assert message["Subject"].endswith(": Les missiles")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@archive.example>")
    assert message.get_content_type() == "text/plain"
    text = message.get_content().replace("\r\n", "\n")
    assert "Accord à Genève\nLe Fil, 2021-12-03\nhttps://archive.example/articles/2?v=1" in text
    assert f"https://archive.example/saved/{saved.id}" in text
    assert [each.sent for each in check_all(services)] == [0]
    assert len(mail.taken) == 1


def test_a_message_sent_again_bears_the_same_id(
    make_services: Callable[..., Services], mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the server's answer and our note of it."""
    services = make_services(**with_mail(mail))
    save(services, email="desk@journal.example")
    add(services, "Accord", "Des missiles.")
    with monkeypatch.context() as crashed:
        crashed.setattr(services.saved, "mark_sent", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            list(check_all(services))
    list(check_all(services))
    first, again = mail.taken
    assert first["Message-ID"] == again["Message-ID"]


def test_a_server_that_refuses_is_told_without_the_address(
    make_services: Callable[..., Services], mail: MailServer
) -> None:
    services = make_services(**with_mail(mail))
    save(services, email="desk@journal.example")
    add(services, "Accord", "Des missiles.")
    mail.refusing = True
    (report,) = check_all(services)
    assert "the mail server refused" in str(report.problem)
    assert "no such user" in str(report.problem)
    assert "desk@" not in str(report.problem)
    mail.refusing = False
    assert [each.sent for each in check_all(services)] == [1]


@pytest.mark.parametrize("missing", ["smtp_host", "smtp_from", "base_url"])
def test_email_says_which_setting_it_needs(
    make_services: Callable[..., Services], mail: MailServer, missing: str
) -> None:
    services = make_services(**with_mail(mail, **{missing: ""}))
    save(services, email="desk@journal.example")
    add(services, "Accord", "Des missiles.")
    (report,) = check_all(services)
    assert str(report.problem) == f"e-mail is not set up here; set {missing}"
    assert mail.taken == []


def test_encryption_that_is_not_offered_sends_nothing(
    make_services: Callable[..., Services], mail: MailServer
) -> None:
    services = make_services(**with_mail(mail, smtp_tls="starttls"))
    save(services, email="desk@journal.example")
    add(services, "Accord", "Des missiles.")
    (report,) = check_all(services)
    assert "STARTTLS" in str(report.problem)
    assert mail.taken == []


def test_the_password_comes_from_a_file(
    make_services: Callable[..., Services], mail: MailServer, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("tres-secret\nnot this\n")
    services = make_services(**with_mail(mail, smtp_user="h", smtp_password_file=str(file)))
    save(services, email="desk@journal.example")
    add(services, "Accord", "Des missiles.")
    assert [each.sent for each in check_all(services)] == [1]
    assert mail.logins == [b"\x00h\x00tres-secret"]
    file.write_text("trés-secret")
    add(services, "Suite", "Encore des missiles.")
    (report,) = check_all(services)
    assert "not a password in ASCII" in str(report.problem)


def test_a_password_that_cannot_be_read_says_so(
    make_services: Callable[..., Services], mail: MailServer, tmp_path: Path
) -> None:
    services = make_services(
        **with_mail(mail, smtp_user="hemero", smtp_password_file=str(tmp_path / "none"))
    )
    save(services, email="desk@journal.example")
    add(services, "Accord", "Des missiles.")
    (report,) = check_all(services)
    assert str(report.problem) == "smtp_password_file cannot be read; check the setting"


@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@b.example, c@d.example", "a@b", "@",
     "<a@b.example>", "a b@c.example", "a@b.example\x00", "é@b.example", "a@b..example",
     "a" * 65 + "@b.example", "a@" + "b" * 250 + ".example", '"a@b"@c.example'],
)  # fmt: skip
def test_addresses_that_could_hide_a_header_are_refused(address: str) -> None:
    with pytest.raises(SavedSearchRefusedError, match="not an e-mail address"):
        read_email(address)


def test_addresses_that_are_taken() -> None:
    assert read_email(" Desk+new@journal.example ") == "Desk+new@journal.example"
    assert read_email("") is None
    assert read_webhook("") is None


@pytest.mark.parametrize(
    "address", ["ftp://a.example/", "a.example", "http://a.example/\r\nX: y", "javascript:alert(1)",
                "https://a.example/" + "a" * 2_000]
)  # fmt: skip
def test_webhooks_that_are_none_are_refused(address: str) -> None:
    with pytest.raises(SavedSearchRefusedError, match="not a web address"):
        read_webhook(address)


def test_a_header_is_never_cut_in_two(
    make_services: Callable[..., Services], mail: MailServer
) -> None:
    """Even where the store was written by other hands."""
    services = make_services(**with_mail(mail))
    made = services.saved.create("Nom\r\nBcc: x@y.example", "q=x", 0, email="a@b.example")
    with pytest.raises(AlertError):
        alerts.make_email(services.settings, made, services.store.get_many([1]), "fr")


def test_waiting_doubles_up_to_an_hour() -> None:
    now = [0.0]
    backoff = Backoff(clock=lambda: now[0])
    waits = []
    for _ in range(9):
        assert backoff.may_try(1)
        backoff.note(1, failed=True)
        assert not backoff.may_try(1)
        start = now[0]
        while not backoff.any_due():
            now[0] += 30
        waits.append(now[0] - start)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    backoff.note(1, failed=False)
    assert not backoff.any_due()
    assert backoff.may_try(1)


def test_one_process_checks_at_a_time(make_services: Callable[..., Services]) -> None:
    services = make_services()
    with saved_checks.only_checker(services.settings.home):
        with pytest.raises(SavedLockedError, match="another process"):
            list(check_all(services))


def test_beside_the_server_new_articles_are_sent_by_themselves(
    make_services: Callable[..., Services], receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    services = make_services(allowed_networks=LOOPBACK)
    saved = save(services, webhook=receiver.address)
    keeper = SavedSearchWorker(services, look_seconds=0.02)
    keeper.start()
    try:
        receiver.status = 500
        with caplog.at_level(logging.WARNING):
            add(services, "Accord", "Des missiles seront détruits.")
            wait_until(lambda: services.saved.get(saved.id).outcome is not None)
            time.sleep(0.2)
        assert len(receiver.taken) == 1, "not tried again at every look"
        assert caplog.text.count("answered 500") == 1
        assert "xyz" not in caplog.text
        keeper._backoff.clock = lambda: time.monotonic() + 61
        receiver.status = 200
        wait_until(lambda: services.saved.get(saved.id).outcome is None)
    finally:
        keeper.stop()
    assert len(receiver.taken) == 2
