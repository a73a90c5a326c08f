"""Hostile strings as files and feeds: in every field of every format, and as the names of files."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.reliability.hostile.formats import (
    plain,
    write_atom,
    write_files,
    write_json_feed,
    write_rss,
)
from tests.reliability.hostile.site import HERE, Site, Tally

RSS_TYPE, ATOM_TYPE, JSON_TYPE = "application/rss+xml", "application/atom+xml", "application/json"
ENTRIES = 40


def send_files(site: Site, strings: Sequence[str], tally: Tally) -> None:
    """Each string's files as one upload through the page, every third through the API."""
    client = site.app.test_client()
    for number, text in enumerate(strings):
        files = write_files(text, number)
        sent = [(io.BytesIO(data), plain(name)) for name, data in files.items()]
        address, more = ("/api/v1/jobs", {}) if number % 3 == 0 else ("/add", {"way": "file"})
        answer = client.post(address, data={**more, "file": sent})
        tally.note("file", f"{address} files of {text!r:.80}", answer)
        tally.tried["file"] += len(sent) - 1
        told = answer.get_json(silent=True) or {}
        shown = answer.headers.get("Location") or f"/jobs/{told.get('id')}"
        tally.note("page of a job", f"{shown} {text!r:.80}", client.get(shown))


def follow_feeds(site: Site, strings: Sequence[str], tally: Tally) -> None:
    """Feeds on this machine that hold the strings, followed from the page and polled as jobs."""
    feeds: dict[str, tuple[str, bytes]] = {}
    writers = ((RSS_TYPE, write_rss), (ATOM_TYPE, write_atom), (JSON_TYPE, write_json_feed))
    for first in range(0, len(strings), ENTRIES):
        kind, write = writers[first // ENTRIES % len(writers)]
        held = write(strings[first : first + ENTRIES], 10_000 + first)
        feeds[f"/{first}"] = (kind, held.encode("utf-8", "replace"))
    client = site.app.test_client()
    with _serving(feeds) as port:
        for path in feeds:
            address = f"http://feed{path[1:]}{HERE}:{port}{path}"
            answer = client.post("/feeds", data={"address": address})
            tally.note("feed", f"feed {path}", answer)
            tally.tried["feed"] += ENTRIES - 1
            location = answer.headers.get("Location", "/jobs")
            tally.note("page of a job", f"feed {path}", client.get(location))
    for path in ("/feeds", "/feeds.opml", "/api/v1/feeds", "/admin"):
        tally.note("page of feeds", path, client.get(path))


@contextmanager
def _serving(pages: dict[str, tuple[str, bytes]]) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            kind, body = pages.get(self.path, ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_port
        server.shutdown()
