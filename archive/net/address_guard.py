"""Decides which addresses a fetch may reach, and connects to no others.

The guard checks the addresses a host resolves to when the connection is made, in any spelling of
the host (`0x7f.1`, `2130706433`, `127.1`), and connects to the same addresses: DNS cannot change
them in between (CWE-918). Every redirect hop connects through it again.
"""

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore

from archive.errors import BlockedAddressError
from archive.wordings import NOT_PUBLIC

Network = IPv4Network | IPv6Network
MAX_ATTEMPTS = 4  # a hostile DNS answer may list hundreds of addresses
NAT64 = IPv6Network("64:ff9b::/96")
# Refused whatever ipaddress says: multicast, IETF assignments (RFC 6890, 2928), 6to4
# relays (RFC 7526), Azure's own service, documentation (RFC 9637), all outside 2000::/3 (RFC 4291).
NEVER_PUBLIC: tuple[Network, ...] = (
    *map(IPv4Network, ("224.0.0.0/3", "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")),
    *map(IPv6Network, ("2001::/23", "3fff::/20", "::/3", "4000::/2", "8000::/1")),
)


def is_public_address(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Return whether `address`, or else every IPv4 address in it, is public or in `allowed`."""
    parsed = ip_address(address)
    embedded = _embedded_ipv4(parsed) if isinstance(parsed, IPv6Address) else ()
    return all(
        any(ip in network for network in allowed)
        or (ip.is_global and not any(ip in network for network in NEVER_PUBLIC))
        for ip in embedded or (parsed,)
    )


def _embedded_ipv4(address: IPv6Address) -> tuple[IPv4Address, ...]:
    nat64 = IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None  # RFC 6052
    single = nat64 or address.ipv4_mapped or address.sixtofour  # RFC 4291, RFC 3056
    return (single,) if single else address.teredo or ()  # server and client, RFC 4380


def resolve_host(host: str, port: int) -> list[str]:
    """Return the numeric addresses of `host` in the system's order (RFC 6724)."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def seconds_until(deadline: float) -> float:
    """Return the seconds left, above 0. Raises httpcore.ReadTimeout if none are."""
    if (seconds := deadline - time.monotonic()) <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return seconds


@dataclass(frozen=True, slots=True)
class GuardedStream(httpcore.NetworkStream):
    """A connection whose every read, write and TLS handshake ends at `deadline` (monotonic)."""

    stream: httpcore.NetworkStream
    deadline: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, seconds_until(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, seconds_until(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
        try:
            options["timeout"] = seconds_until(self.deadline)
        except httpcore.TimeoutException:
            self.close()  # the client has no connection yet that it could close
            raise
        return GuardedStream(self.stream.start_tls(*args, **options), self.deadline)


@dataclass(frozen=True, slots=True)
class GuardedBackend(httpcore.NetworkBackend):
    """Connects only to addresses it has resolved and checked itself, and before `deadline`."""

    deadline: float  # of time.monotonic(), in seconds
    allowed: Sequence[Network] = ()
    resolver: Callable[[str, int], Sequence[str]] = resolve_host

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        addresses = self._resolve(host, port)
        for address in addresses:  # one private address blocks the host
            if not is_public_address(address, self.allowed):
                raise BlockedAddressError(NOT_PUBLIC(host=f"{host!r:.300}", address=address))
        return GuardedStream(self._connect_first(addresses[:MAX_ATTEMPTS], port), self.deadline)

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        # getaddrinfo has no timeout, and a hostile name server can delay it.
        worker = ThreadPoolExecutor(1)
        try:
            return worker.submit(self.resolver, host, port).result(seconds_until(self.deadline))
        finally:
            worker.shutdown(wait=False)

    def _connect_first(self, addresses: Sequence[str], port: int) -> httpcore.NetworkStream:
        for left in range(len(addresses), 0, -1):
            share = seconds_until(self.deadline) / left
            try:
                return httpcore.SyncBackend().connect_tcp(addresses[-left], port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
        raise httpcore.ConnectError("the host has no address")
