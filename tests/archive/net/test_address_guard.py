"""`archive.net.address_guard`: what is public, however it is spelt; nothing else is reached."""

import ssl
import threading
import time
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BlockedAddressError, FetchError
from archive.net.address_guard import GuardedBackend, GuardedStream, is_public_address
from archive.net.fetch import FetchLimits, fetch_url, post_url
from tests.support.waiting import PATIENCE_SECONDS

PRIVATE_IPV4 = """
    0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 168.63.129.16 169.254.169.254 172.16.0.1
    172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
"""
# The last two are Teredo: 10.0.0.1 as the server, then as the client.
PRIVATE_IPV6 = """
    :: ::1 ::7f00:1 ::ffff:0:a00:1 64:ff9b:1::a00:1 100::1 2001:db8::1 2001:10::1 3fff::1 5f00::1
    fc00::1 fd00:ec2::254 fe80::1 fe80::1%lo fec0::1 ff02::1 ff0e::1
    2001:0:a00:1::f7f7:f7f7 2001:0:808:808::f5ff:fffe
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 192.169.0.1 2606:4700::1111 2a00:1450:4007::1
    ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1 2001:0:808:808::f7f7:f7f7
"""


@pytest.mark.parametrize("address", (PRIVATE_IPV4 + PRIVATE_IPV6).split())
def test_private_address_is_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_address_is_public(address: str) -> None:
    assert is_public_address(address)


def test_allowed_networks_open_no_other() -> None:
    allowed = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
    assert is_public_address("10.1.2.3", allowed)
    assert is_public_address("::ffff:10.1.2.3", allowed)
    assert is_public_address("fd00::1", allowed)
    assert not is_public_address("192.168.0.1", allowed)
    assert not is_public_address("::1", allowed)


def embed(address: IPv4Address) -> list[IPv6Address]:
    """Return the mapped, NAT64, 6to4 and both Teredo forms of an IPv4 address."""
    low, other = int(address), int(IPv4Address("8.8.8.8"))
    mapped, nat64 = int(IPv6Address("::ffff:0:0")) | low, int(IPv6Address("64:ff9b::")) | low
    sixtofour = 0x2002 << 112 | low << 80 | 1
    teredo = [0x20010000 << 96 | a << 64 | b ^ 0xFFFFFFFF for a, b in ((low, other), (other, low))]
    return [IPv6Address(form) for form in (mapped, nat64, sixtofour, *teredo)]


private_ipv4 = st.one_of(
    st.sampled_from([IPv4Address(address) for address in PRIVATE_IPV4.split()]),
    *(st.ip_addresses(v=4, network=net) for net in ("10.0.0.0/8", "172.16.0.0/12", "127.0.0.0/8")),
    *(st.ip_addresses(v=4, network=net) for net in ("192.168.0.0/16", "100.64.0.0/10")),
)


@given(private_ipv4)
def test_no_form_of_a_private_address_is_public(address: IPv4Address) -> None:
    assert not any(is_public_address(str(form)) for form in [address, *embed(address)])


@given(st.ip_addresses(v=4))
def test_every_form_is_judged_alike(address: IPv4Address) -> None:
    public = is_public_address(str(address))
    assert all(is_public_address(str(form)) is public for form in embed(address))


@given(st.ip_addresses())
def test_public_is_never_private_to_python(address: IPv4Address | IPv6Address) -> None:
    teredo = isinstance(address, IPv6Address) and address.teredo is not None
    if is_public_address(str(address)) and not teredo:
        assert address.is_global
        kinds = (address.is_multicast, address.is_loopback, address.is_link_local)
        assert not any(kinds)


# The connection


class FakeStream(httpcore.NetworkStream):
    """Notes what it is asked for; TLS gives another one."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.calls.append(("read", timeout))
        return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.calls.append(("write", timeout))

    def close(self) -> None:
        self.calls.append(("close",))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        self.calls.append(("start_tls", server_hostname, timeout))
        return self


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are connected to; those that end in 9 do not answer."""
    dialled: list[str] = []

    def connect_tcp(_: Any, host: str, port: int, timeout: float) -> FakeStream:
        dialled.append(host)
        if host.endswith("9"):
            raise httpcore.ConnectError("unreachable")
        return FakeStream()

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect_tcp)
    return dialled


def make_backend(*answers: Sequence[str]) -> GuardedBackend:
    """Return a backend whose resolver gives one of the answers at each call."""
    queue = iter(answers)
    return GuardedBackend(time.monotonic() + 5, (), lambda host, port: next(queue))


def test_connection_goes_to_the_address_that_was_judged(dialled: list[str]) -> None:
    backend = make_backend(["8.8.8.8"], ["127.0.0.1"])
    backend.connect_tcp("rebinding.example", 80)
    with pytest.raises(BlockedAddressError, match=r"'rebinding\.example' leads to 127\.0\.0\.1"):
        backend.connect_tcp("rebinding.example", 80)
    assert dialled == ["8.8.8.8"]


@pytest.mark.parametrize("answer", [["8.8.8.8", "10.0.0.1"], ["::1", "8.8.8.8"]])
def test_one_private_address_condemns_the_host(dialled: list[str], answer: list[str]) -> None:
    with pytest.raises(BlockedAddressError):
        make_backend(answer).connect_tcp("mixed.example", 80)
    assert dialled == []


def test_next_address_is_tried_but_not_all(dialled: list[str]) -> None:
    make_backend(["8.8.8.9", "8.8.4.4", "1.1.1.1"]).connect_tcp("two.example", 80)
    assert dialled == ["8.8.8.9", "8.8.4.4"]
    dialled.clear()
    with pytest.raises(httpcore.ConnectError, match="unreachable"):
        make_backend([f"8.8.{i}.9" for i in range(100)]).connect_tcp("many.example", 80)
    assert len(dialled) == 4


def test_host_without_address_is_a_connect_error() -> None:
    with pytest.raises(httpcore.ConnectError, match="no address"):
        make_backend([]).connect_tcp("none.example", 80)


def test_slow_resolver_ends_at_the_deadline() -> None:
    release = threading.Event()
    resolver = lambda host, port: ["8.8.8.8"] if release.wait(PATIENCE_SECONDS) else []  # noqa: E731
    with pytest.raises(TimeoutError):
        GuardedBackend(time.monotonic() + 0.3, (), resolver).connect_tcp("slow.example", 80)
    assert not release.is_set()
    release.set()


def test_local_sockets_are_refused() -> None:
    with pytest.raises(NotImplementedError):
        make_backend().connect_unix_socket("/run/docker.sock")


def test_tls_keeps_the_host_name_and_the_deadline() -> None:
    inner = FakeStream()
    stream = GuardedStream(inner, time.monotonic() + 5)
    secured = stream.start_tls(
        ssl_context=ssl.create_default_context(), server_hostname="host.example", timeout=None
    )
    secured.write(b"x", timeout=None)
    secured.read(1, timeout=999)
    assert isinstance(secured, GuardedStream)
    assert [call[0] for call in inner.calls] == ["start_tls", "write", "read"]
    assert inner.calls[0][1] == "host.example"
    assert all(0 < call[-1] <= 5 for call in inner.calls)


def test_stream_past_its_deadline_does_nothing() -> None:
    inner = FakeStream()
    stream = GuardedStream(inner, time.monotonic())
    for act in (lambda: stream.read(1), lambda: stream.write(b"x")):
        with pytest.raises(httpcore.TimeoutException):
            act()
    assert inner.calls == []


def test_stream_past_its_deadline_before_tls_is_closed() -> None:
    """Nobody else does: the client closes only a connection that it was given."""
    inner = FakeStream()
    with pytest.raises(httpcore.TimeoutException):
        GuardedStream(inner, time.monotonic()).start_tls()
    assert inner.calls == [("close",)]


# Addresses as people and programs disguise them; each is this machine or its network.
DISGUISED = """
    http://2130706433/ http://0x7f000001/ http://017700000001/ http://0x7f.1/ http://127.1/ http://0/
    http://0x7f.0x0.0x0.0x1/ http://0300.0250.1/ http://0xa9fea9fe/latest/ http://127\u30020\u30020\u30021/
    HTTP://127.0.0.1/ http://LOCALHOST/ http://127.0.0.1#@good.example/ http://127.0.0.1?@good.example/
    http://[::]/ http://[::ffff:127.0.0.1]/ http://[::127.0.0.1]/ http://[64:ff9b::7f00:1]/
    http://[64:ff9b:1::a9fe:a9fe]/ http://[2002:a9fe:a9fe::]/ http://[0:0:0:0:0:ffff:7f00:0001]/
    http://[::ffff:0:7f00:1]/ http://[2001:0:7f00:1::]/ http://[fd00:ec2::254]/ http://[ff02::1]/
    http://169.254.169.254/latest/meta-data/ http://100.64.0.1/ http://224.0.0.1/ http://240.0.0.1/
"""
MALFORMED = """
    http://0177.0.0.1/ http://256.256.256.256/ http://127.0.0.1%00.good.example/ http://127%2e0.0.1/
    http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/ http://\uff11\uff12\uff17.0.0.1/ http://\u0661\u0662\u0667.0.0.1/
    http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/ http://good.example@127.0.0.1/ http://127.0.0.1\\@good.example/
    http://good.example\\@127.0.0.1/ http://[fe80::1%25lo]/ http://[fe80::1%lo]/ http:127.0.0.1/
    http:/127.0.0.1/ http:\\\\127.0.0.1/ //127.0.0.1/ gopher://127.0.0.1:6379/_x dict://127.0.0.1/
    ldap://127.0.0.1/ jar:http://127.0.0.1!/ view-source:http://127.0.0.1/ unix:///run/x
    blob:http://127.0.0.1/x about:blank http://[127.0.0.1]/ http://[::ffff:127.0.0.1
"""


@pytest.mark.parametrize("url", DISGUISED.split())
def test_disguised_private_address_is_not_dialled(dialled: list[str], url: str) -> None:
    for ask in (fetch_url, lambda url, limits: post_url(url, b"{}", limits)):
        with pytest.raises(BlockedAddressError, match="not a public address"):
            ask(url, FetchLimits(timeout_seconds=PATIENCE_SECONDS))
    assert dialled == []


@pytest.mark.parametrize("url", MALFORMED.split())
def test_malformed_address_is_not_dialled(dialled: list[str], url: str) -> None:
    for ask in (fetch_url, lambda url, limits: post_url(url, b"{}", limits)):
        with pytest.raises(FetchError):
            ask(url, FetchLimits(timeout_seconds=PATIENCE_SECONDS))
    assert dialled == []


def test_trailing_dot_is_judged_by_what_it_resolves_to(dialled: list[str]) -> None:
    hosts: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        hosts.append(host)
        return ["127.0.0.1"]

    backend = GuardedBackend(time.monotonic() + 5, (), resolve)
    with httpcore.ConnectionPool(network_backend=backend) as pool:
        with pytest.raises(BlockedAddressError):
            pool.request("GET", "http://localhost.:1/")
    assert (hosts, dialled) == (["localhost."], [])
