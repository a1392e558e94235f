"""Rates counted in this process alone, for machines that call all day: nothing to ask and nothing that can be away."""

from threading import Lock
from time import monotonic

KEYS_KEPT = 10_000


class Rate:
    """At most `limit` in each minute per key; with several processes each counts its own."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._guard = Lock()
        self._minute = -1
        self._counts: dict[str, int] = {}

    def allows(self, key: str) -> bool:
        """Count one; False when it is one too many."""
        with self._guard:
            self._turn(int(monotonic() // 60))
            count = self._counts[key] = self._counts.get(key, 0) + 1
            return count <= self._limit

    def _turn(self, minute: int) -> None:
        if minute != self._minute or len(self._counts) > KEYS_KEPT:
            self._minute = minute
            self._counts.clear()
