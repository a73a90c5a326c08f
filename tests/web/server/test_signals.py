"""`web.server.signals`: what the signals do that ask a process to stop."""

import signal
import sys
from threading import Thread

import pytest

from web.server.signals import STOP_SIGNALS, StopSignals


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_the_first_signal_calls_and_the_second_would_kill(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    calls: list[str] = []
    with StopSignals(sys.exit) as signals:
        signals.on_stop = lambda: calls.append("stopped")
        signal.raise_signal(number)
        assert [signal.getsignal(each) for each in STOP_SIGNALS] == [signal.SIG_DFL] * 2
    assert calls == ["stopped"]
    assert signal.getsignal(number) == before


def test_a_start_ends_at_once() -> None:
    with pytest.raises(SystemExit), StopSignals(sys.exit):
        signal.raise_signal(signal.SIGTERM)


def test_other_threads_handle_no_signals() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def serve() -> None:
        with StopSignals(sys.exit):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = Thread(target=serve)
    thread.start()
    thread.join()
    assert seen == [before]
