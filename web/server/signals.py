"""The signals that ask a process to stop: SIGTERM, from service managers, and SIGINT (Ctrl-C)."""

import signal
import threading
from collections.abc import Callable
from types import TracebackType

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """While its block runs, the first stop signal calls `on_stop`; the next one kills the process.

    Outside the main thread, where Python handles no signals, it does nothing.
    """

    def __init__(self, on_stop: Callable[[], object]) -> None:
        self.on_stop = on_stop
        self._previous: dict[signal.Signals, signal._HANDLER] = {}

    def __enter__(self) -> "StopSignals":
        if threading.current_thread() is threading.main_thread():
            self._previous = {n: signal.signal(n, self._handle) for n in STOP_SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, *_: object) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        self.on_stop()
