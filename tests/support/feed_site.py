"""A site on loopback that behaves as each test tells it to, and remembers what it was asked."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOPBACK = ("127.0.0.0/8",)
"""The networks that may be fetched from, to reach the site."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site gives for a path; `drip_seconds` between the bytes of the body."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    drip_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the site saw it; header names are lower case."""

    path: str
    headers: dict[str, str]
    begun: float
    at_once: int  # requests under way, this one included


@dataclass(slots=True)
class Site:
    """Paths and their answers; a list of answers is given one after another, the last for good."""

    origin: str = ""
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, path: str, body: str | bytes, kind: str = "text/html", **more: Any) -> str:
        """The address of a page that answers so."""
        data = body.encode() if isinstance(body, str) else body
        headers = (("Content-Type", kind), *more.pop("headers", ()))
        self.answers[path] = Answer(data, headers=headers, **more)
        return self.origin + path

    def paths(self) -> list[str]:
        """What was asked for, robots.txt aside."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]

    def answer(self, path: str) -> Answer:
        given = self.answers.get(path, Answer(status=404))
        if isinstance(given, Answer):
            return given
        return given.pop(0) if len(given) > 1 else given[0]


class SiteHandler(BaseHTTPRequestHandler):
    site: Site

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        site = self.site
        with site.lock:
            site.running += 1
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append(Asked(self.path, headers, time.monotonic(), site.running))
            answer = site.answer(self.path)
        try:
            self._send(answer)
        finally:
            with site.lock:
                site.running -= 1

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        names = [name for name, _ in answer.headers]
        for name, value in answer.headers:
            self.send_header(name, value)
        if "Content-Length" not in names:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not answer.drip_seconds:
            self.wfile.write(answer.body)
            return
        for place in range(len(answer.body)):
            self.wfile.write(answer.body[place : place + 1])
            time.sleep(answer.drip_seconds)


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up are what these tests are about."""


@contextmanager
def running_site(host: str = "127.0.0.1") -> Iterator[Site]:
    site = Site()
    handler = type("Handler", (SiteHandler,), {"site": site})
    with QuietServer((host, 0), handler) as server:
        site.origin = f"http://{host}:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield site
        server.shutdown()


def article_page(title: str, words: str = "eau") -> str:
    """A page with an article that extraction finds."""
    lines = [
        f"<p>Paragraphe {n} de {title}: la rivière {words} monte encore ce soir, dit la mairie.</p>"
        for n in range(4)
    ]
    return (
        f"<!doctype html><html lang='fr'><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{''.join(lines)}</article></body></html>"
    )


def rss(*items: str, title: str = "Le Fanal") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>'
        f"<language>fr</language>{''.join(items)}</channel></rss>"
    )


def item(link: str = "", title: str = "Titre", text: str = "", **more: str) -> str:
    fields = {"title": title, "link": link, "description": text, **more}
    return f"<item>{''.join(f'<{n}>{value}</{n}>' for n, value in fields.items() if value)}</item>"
