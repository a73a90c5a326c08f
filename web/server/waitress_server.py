"""The server's loop over its connections, which ends without cutting off an answer."""

import resource
import socket
import time
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore

from web.context import get_context
from web.http.security import MAX_UPLOAD_BYTES
from web.traffic.admission import count_threads

# An idle connection costs a file descriptor and some kilobytes.
MAX_CONNECTIONS = 1000
# Beyond this share of all connections, those without a whole request make room for new ones.
CROWDED_SHARE = 0.9
LOOP_SECONDS, DRAIN_SECONDS = 1.0, 0.05


class Server:
    """Answers on one socket from the application's threads until told to stop."""

    def __init__(self, app: Flask, listening: socket.socket) -> None:
        context = get_context(app)
        self._stopping = context.stopping
        self._connections: dict[int, Any] = {}
        self._max_connections = _count_possible_connections()
        self._server = waitress.create_server(
            app,
            map=self._connections,
            sockets=[listening],
            threads=count_threads(context.services.settings),
            connection_limit=self._max_connections,
            # Read ahead while a request is worked on: else nobody sees that its client has left.
            channel_request_lookahead=1,
            max_request_body_size=MAX_UPLOAD_BYTES,
            ident=None,
            # The application decides which headers to trust; it must see that there is a proxy.
            clear_untrusted_proxy_headers=False,
        )

    def run(self) -> None:
        """Serve until `stop` is called."""
        while not self._stopping.is_set():
            self._turn(LOOP_SECONDS)

    def stop(self) -> None:
        """Make `run` return; may be called from anywhere, even from a signal handler."""
        self._stopping.set()
        self._server.pull_trigger()

    def close(self, timeout_seconds: float) -> list[str]:
        """Stop listening, finish requests under way, and return those cut off by the timeout."""
        self._stopping.set()
        wasyncore.dispatcher.close(self._server)
        deadline = time.monotonic() + timeout_seconds
        under_way = set(filter(_is_busy, self._server.active_channels.values()))
        while under_way and time.monotonic() < deadline:
            self._turn(DRAIN_SECONDS)
            under_way = set(filter(_is_busy, under_way))
        self._server.task_dispatcher.shutdown(timeout=0 if under_way else 1)
        wasyncore.close_all(self._connections)
        return [f"{len(under_way)} requests"] if under_way else []

    def _turn(self, timeout_seconds: float) -> None:
        wasyncore.loop(timeout_seconds, use_poll=True, map=self._connections, count=1)
        self._make_room()

    def _make_room(self) -> None:
        """Close the oldest connections without a whole request if few more would be accepted.

        Otherwise connections that send nothing would keep everyone out until they time out.
        """
        excess = len(self._connections) - int(self._max_connections * CROWDED_SHARE)
        if excess <= 0:
            return
        idle = [each for each in self._server.active_channels.values() if not _is_busy(each)]
        for channel in sorted(idle, key=lambda each: each.creation_time)[:excess]:
            channel.handle_close()


def _count_possible_connections() -> int:
    """At most half of the files that this process may open: the archive needs some too."""
    max_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if max_files < 0 else min(MAX_CONNECTIONS, max_files // 2)


def _is_busy(channel: Any) -> bool:
    """Whether a request of this connection is being answered, or its answer being sent."""
    return bool(channel.requests or channel.total_outbufs_len)
