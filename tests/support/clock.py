"""A clock turned by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.feeds.hosts import Clock

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class HandClock:
    """Time that passes only when someone sleeps or the test says so."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def pass_time(self, **span: float) -> None:
        self.seconds += timedelta(**span).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def as_clock(self) -> Clock:
        return Clock(self.now, lambda: self.seconds, self.sleep)
