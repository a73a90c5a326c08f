"""How many requests an account, token or network may send; each worker counts its own."""

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter


class RequestRates:
    """Counts over a sliding minute; two counters a client, gone when it is still."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute` of 0 sets no limit."""
        self._limit = RateLimitItemPerMinute(per_minute) if per_minute else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def wait_seconds(self, key: str) -> int:
        """Count a request; 0 where it may be answered, else how long to wait."""
        if self._limit is None or self._limiter.hit(self._limit, key):
            return 0
        free_again = self._limiter.get_window_stats(self._limit, key).reset_time
        return max(1, round(free_again - time.time()))
