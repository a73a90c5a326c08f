"""`archive.net.fetch` against a server on loopback that misbehaves in every way we know."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BlockedAddressError, FetchError
from archive.net.fetch import (
    FetchedPage,
    FetchLimits,
    fetch_url,
    parse_content_type,
    post_url,
    read_body,
    request_url,
)
from tests.support.waiting import PATIENCE_SECONDS

LOOPBACK = ("127.0.0.0/8",)
PATIENT = FetchLimits(timeout_seconds=PATIENCE_SECONDS)
PAGE = "<p>Être à l'heure</p>".encode()
OK = b"HTTP/1.1 200 OK\r\n"
RAW_ANSWERS = {
    "nothing": b"",
    "noise": b"\x00\xff\x16\x03 hello\r\n\r\n",
    "short": OK + b"Content-Length: 999\r\n\r\nhello",
    "long": OK + b"Content-Length: 2\r\n\r\nhello",
    "negative": OK + b"Content-Length: -5\r\n\r\nhello",
    "digits": OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
    "two": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhello",
    "chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello",
    "headers": OK + b"A: b\r\n" * 50_000 + b"\r\n",
    "upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "nowhere": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    "old": b"HTTP/1.0 200 OK\r\n\r\nhello",
}


class HostileServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    seen: list[tuple[str, dict[str, str]]]  # path and headers of every request

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up are what these tests are about."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class HostileHandler(BaseHTTPRequestHandler):
    server: HostileServer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer /name/argument with send_name(argument)."""
        self.server.seen.append((self.path, dict(self.headers)))
        name, _, argument = self.path.lstrip("/").partition("/")
        getattr(self, f"send_{name.partition('?')[0]}")(argument)

    def send_answer(self, status: int, body: bytes, **fields: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | fields).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def send_page(self, _: str) -> None:
        self.send_answer(200, PAGE, Content_Type='Text/HTML; Charset="UTF-8"', X_Odd="caf\xe9")

    def send_coded(self, coding: str) -> None:
        body = zlib.compress(PAGE) if coding == "deflate" else gzip.compress(PAGE)
        self.send_answer(200, body, Content_Encoding=coding)

    def send_status(self, status: str) -> None:
        self.send_answer(int(status), b"no")

    def send_to(self, location: str) -> None:
        self.send_answer(302, b"", Location=location)

    def send_baked(self, location: str) -> None:
        fields = {"Set-Cookie": "id=1; Path=/", "WWW-Authenticate": "Basic realm=x"}
        self.send_answer(302, b"", Location=location, **fields)

    def do_POST(self) -> None:
        self.do_GET()

    def send_chain(self, left: str) -> None:
        self.send_to(f"/chain/{int(left) - 1}" if int(left) > 1 else "../page?a=b#c")

    def send_loop(self, _: str) -> None:
        self.send_to("/loop")

    def send_flood(self, _: str) -> None:
        self.send_answer(302, b"", Location="/page", **{"Content-Length": str(10**12)})
        self.pour()

    def send_big(self, size: str) -> None:
        self.send_answer(200, b"x" * int(size))

    def send_endless(self, _: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.pour()

    def pour(self) -> None:
        while True:
            self.wfile.write(bytes(65536))

    def send_drip(self, part: str) -> None:
        """Send one drop every 50 ms for minutes: a header, a body, or interim answers."""
        start = OK + b"Content-Length: 999\r\n\r\n" if part == "body" else b""
        drop = b"HTTP/1.1 103 Early Hints\r\n\r\n" if part == "interim" else b"H"
        for piece in [start] + [drop] * 4_000:
            self.wfile.write(piece)
            time.sleep(0.05)

    def send_raw(self, name: str) -> None:
        self.wfile.write(RAW_ANSWERS[name])


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer(("127.0.0.1", 0), HostileHandler) as server:
        server.seen = []
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def fetch_local(server: HostileServer, path: str, limits: FetchLimits = PATIENT) -> FetchedPage:
    return fetch_url(server.origin + path, limits, allowed_networks=LOOPBACK)


# What comes back


def test_page_has_type_charset_and_headers(server: HostileServer) -> None:
    page = fetch_local(server, "/page")
    assert page.url == server.origin + "/page"
    assert (page.status, page.body) == (200, PAGE)
    assert (page.content_type, page.charset) == ("text/html", "utf-8")
    assert page.headers["x-odd"] == "café"


def test_request_names_us_and_keeps_the_address(server: HostileServer) -> None:
    url = server.origin + "/page?x=1;y&é"
    fetch_url(url, allowed_networks=LOOPBACK, user_agent="Hemero/9 (news archive)")
    path, headers = server.seen[-1]
    assert path == "/page?x=1;y&%C3%A9"
    assert headers["Host"] == server.origin.removeprefix("http://")
    assert headers["User-Agent"] == "Hemero/9 (news archive)"
    assert headers["Accept-Encoding"] == "gzip"


def test_proxy_of_the_environment_is_not_used(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch_local(server, "/page").body == PAGE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "X-GZIP", "identity,gzip"])
def test_compressed_page_is_decompressed(server: HostileServer, coding: str) -> None:
    assert fetch_local(server, f"/coded/{coding}").body == PAGE


@pytest.mark.parametrize(("name", "body"), [("long", b"he"), ("old", b"hello")])
def test_odd_but_complete_answer_is_read(server: HostileServer, name: str, body: bytes) -> None:
    assert fetch_local(server, f"/raw/{name}").body == body


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ("", None)),
        ("text/html", ("text/html", None)),
        (" Text/HTML ;charset=ISO-8859-15", ("text/html", "iso-8859-15")),
        ("application/xhtml+xml; a=b; CHARSET = 'utf-8'", ("application/xhtml+xml", "utf-8")),
        ("text/html, text/html; charset=utf-8", ("text/html", "utf-8")),
        ("html; charset=\x00", ("", None)),
        ("text/html; charset*" + "9" * 5000 + "=x", ("text/html", None)),
    ],
)
def test_content_type_is_split(header: str, expected: tuple[str, str | None]) -> None:
    assert parse_content_type(header) == expected


# Redirects


def test_redirect_chain_ends_at_the_final_address(server: HostileServer) -> None:
    page = fetch_local(server, "/chain/5")
    assert (page.url, page.body) == (server.origin + "/page?a=b#c", PAGE)


@pytest.mark.parametrize("path", ["/chain/6", "/loop"])
def test_redirects_stop_at_the_limit(server: HostileServer, path: str) -> None:
    before = len(server.seen)
    with pytest.raises(FetchError, match="redirects more than 5 times"):
        fetch_local(server, path)
    assert len(server.seen) - before == 6


def test_body_of_a_redirect_is_not_read(server: HostileServer) -> None:
    assert fetch_local(server, "/flood").body == PAGE


@pytest.mark.parametrize(
    "host",
    ["127.0.0.2", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:a00:1]", "2130706434", "0x7f.2"],
)
def test_redirect_to_a_private_address_is_blocked(server: HostileServer, host: str) -> None:
    url = f"{server.origin}/to/http://{host}:1/"
    with pytest.raises(BlockedAddressError, match="not a public address"):
        fetch_url(url, PATIENT, allowed_networks=["127.0.0.1/32"])


@pytest.mark.parametrize(
    "location",
    ["ftp://example.org/", "file:///etc/passwd", "http://a:b@127.0.0.1/", "http://[", "http:///"],
)
def test_redirect_to_no_web_address_is_refused(server: HostileServer, location: str) -> None:
    with pytest.raises(FetchError) as failure:
        fetch_local(server, f"/to/{location}")
    assert not isinstance(failure.value, BlockedAddressError)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_nothing_is_carried_from_hop_to_hop(server: HostileServer, host: str) -> None:
    there = server.origin.replace("127.0.0.1", host)
    page = fetch_url(f"{server.origin}/baked/{there}/page", allowed_networks=["127.0.0.0/8"])
    assert page.url == f"{there}/page"
    assert {name.lower() for name in server.seen[-1][1]} == {
        "host", "user-agent", "accept-encoding",
    }  # fmt: skip


def test_only_what_tells_of_a_kept_copy_may_be_sent_along(server: HostileServer) -> None:
    for name in ("Authorization", "Cookie", "Host", "Referer"):
        with pytest.raises(ValueError, match="to no stranger"):
            request_url(server.origin + "/page", headers={name: "x"}, allowed_networks=LOOPBACK)


def test_post_follows_no_redirect(server: HostileServer) -> None:
    before = len(server.seen)
    answer = post_url(server.origin + "/to//page", b"{}", PATIENT, allowed_networks=LOOPBACK)
    assert (answer.status, answer.body) == (302, b"")
    assert len(server.seen) == before + 1


def test_post_reads_no_answer_without_end(server: HostileServer) -> None:
    answer = post_url(server.origin + "/endless", b"{}", PATIENT, allowed_networks=LOOPBACK)
    assert (answer.status, answer.body) == (200, b"")


# Bodies


def test_body_may_be_as_large_as_the_limit(server: HostileServer) -> None:
    limits = FetchLimits(max_bytes=100_000)
    assert len(fetch_local(server, "/big/100000", limits).body) == 100_000
    with pytest.raises(FetchError, match="larger than 100,000 bytes"):
        fetch_local(server, "/big/100001", limits)


def test_endless_body_is_cut_off(server: HostileServer) -> None:
    with pytest.raises(FetchError, match="larger than 10,000,000 bytes"):
        fetch_local(server, "/endless")


@pytest.mark.parametrize(
    ("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_bomb_takes_no_more_memory_than_the_limit(
    coding: str, compress: Callable[[bytes], bytes]
) -> None:
    bomb = compress(bytes(50_000_000))  # 48 KB: one chunk of the network
    tracemalloc.start()
    with pytest.raises(FetchError, match="larger than 1,000,000 bytes"):
        read_body([bomb], coding, 1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "utf-8"])
def test_coding_we_did_not_ask_for_is_refused(server: HostileServer, coding: str) -> None:
    with pytest.raises(FetchError, match="only gzip can be read"):
        fetch_local(server, "/coded/" + coding.replace(" ", ""))


def test_cut_or_false_gzip_is_refused() -> None:
    whole = gzip.compress(PAGE)
    with pytest.raises(FetchError, match="cut short"):
        read_body([whole[:-9]], "gzip", 1000)
    with pytest.raises(zlib.error):  # fetch_url makes a FetchError of it
        read_body([b"not gzip at all"], "gzip", 1000)
    assert read_body([], "gzip", 1000) == b""
    assert read_body([whole, b"trailing"], "gzip", 1000) == PAGE


@given(st.binary(max_size=3000), st.integers(1, 200), st.sampled_from(["", "gzip", "deflate"]))
def test_body_does_not_depend_on_how_it_is_chunked(body: bytes, step: int, coding: str) -> None:
    packed = {"": body, "gzip": gzip.compress(body), "deflate": zlib.compress(body)}[coding]
    chunks = [packed[at : at + step] for at in range(0, len(packed), step)]
    assert read_body(chunks, coding, len(body)) == body
    if body:
        with pytest.raises(FetchError):
            read_body(chunks, coding, len(body) - 1)


# Failures


@pytest.mark.parametrize(
    ("status", "advice"),
    [(404, "404 Not Found; check"), (500, "Error; try again later"), (304, "304"), (799, "799; ")],
)
def test_status_is_named(server: HostileServer, status: int, advice: str) -> None:
    with pytest.raises(FetchError, match=advice):
        fetch_local(server, f"/status/{status}")


@pytest.mark.parametrize("name", sorted(RAW_ANSWERS.keys() - {"long", "old"}))
def test_broken_answer_is_one_line(server: HostileServer, name: str) -> None:
    with pytest.raises(FetchError) as failure:
        fetch_local(server, f"/raw/{name}")
    assert str(failure.value).isprintable()
    assert len(str(failure.value)) < 400


def test_false_gzip_is_a_fetch_error(server: HostileServer, monkeypatch: Any) -> None:
    monkeypatch.setattr(gzip, "compress", lambda _: b"not gzip at all")
    with pytest.raises(FetchError, match="incorrect header check"):
        fetch_local(server, "/coded/gzip")


@pytest.mark.parametrize("part", ["head", "body", "interim"])
def test_dripping_server_ends_at_the_deadline(server: HostileServer, part: str) -> None:
    with pytest.raises(FetchError, match=r"took over 0\.5 s"):
        fetch_local(server, f"/drip/{part}", FetchLimits(timeout_seconds=0.5))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_silent_server_ends_at_the_deadline(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(FetchError, match=r"took over 0\.3 s"):
            fetch_url(url, FetchLimits(timeout_seconds=0.3), allowed_networks=LOOPBACK)


def test_dripping_handshake_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                for byte in b"\x16\x03\x03\x40\x00" + bytes(4_000):  # of a record that never ends
                    connection.sendall(bytes([byte]))
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        with pytest.raises(FetchError, match=r"took over 0\.5 s"):
            fetch_url(
                f"https://127.0.0.1:{listener.getsockname()[1]}/",
                FetchLimits(timeout_seconds=0.5),
                allowed_networks=LOOPBACK,
            )


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_no_time_is_no_request(server: HostileServer, seconds: float) -> None:
    with pytest.raises(FetchError, match="took over"):
        fetch_local(server, "/page", FetchLimits(timeout_seconds=seconds))


def test_closed_port_is_a_fetch_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(FetchError, match="refused"):
        fetch_url(f"http://127.0.0.1:{port}/", PATIENT, allowed_networks=LOOPBACK)


def test_https_to_a_plain_server_is_a_fetch_error(server: HostileServer) -> None:
    url = server.origin.replace("http:", "https:") + "/page"
    with pytest.raises(FetchError, match="SSL"):
        fetch_url(url, PATIENT, allowed_networks=LOOPBACK)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "/etc/passwd",
        "ftp://example.org/",
        "file:///etc/passwd",
        "data:text/html,x",
        "javascript:alert(1)",
        "ws://example.org/",
        "http:",
        "http://",
        "http:///path",
        "http://?q",
        " http://127.0.0.1/",
        "http://exam ple.org/",
        "http://127.0.0.1\x00/",
        "http://127.0.0.1/\n",
        "http://user:secret@127.0.0.1/",
        "http://user@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://[::1",
        "http://[fe80::1%25lo]/",
        "http://\u2603.example/",
        "http://\ud800.example/",
        "http://xn--\u00e9.example/",
        "http://a..b/",
        "http://" + "a" * 70 + "/",
        "http://0177.0.0.1/",
        "http://127.0.0.1/" + "a" * 70_000,
    ],
)
def test_invalid_address_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(FetchError) as failure:
        fetch_url(url, FetchLimits(timeout_seconds=1), allowed_networks=LOOPBACK)
    assert str(failure.value).isprintable()
    assert len(str(failure.value)) < 600
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("agent", ["a\r\nX: y", "\ud800"])
def test_user_agent_cannot_add_headers(server: HostileServer, agent: str) -> None:
    with pytest.raises(FetchError):
        fetch_url(server.origin + "/page", allowed_networks=LOOPBACK, user_agent=agent)


def test_malformed_network_is_the_callers_error() -> None:
    with pytest.raises(ValueError, match="IPv4 or IPv6 network") as failure:
        fetch_url("http://127.0.0.1/", allowed_networks=["intranet"])
    assert not isinstance(failure.value, FetchError)
