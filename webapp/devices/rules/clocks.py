"""How far a device's clock is off, told by how long its punches take to arrive."""

from collections.abc import Sequence
from datetime import datetime

LINES = 50
FEWEST = 5
_SANE_S = 12 * 3600


def skew(arrivals: Sequence[tuple[datetime, datetime]]) -> int | None:
    """Its clock minus ours in seconds; (received, what it showed) of punches sent as they happened, newest first.

    A punch never arrives before it happens, so the quickest ones show the clock and the rest the network: of the
    delays the 5th percentile counts. None with too few to tell. Clocks that have lost the date are judged elsewhere.
    """
    delays = sorted((received - shown).total_seconds() for received, shown in arrivals[:LINES])
    delays = [delay for delay in delays if abs(delay) <= _SANE_S]
    if len(delays) < FEWEST:
        return None
    return -round(delays[(len(delays) - 1) // 20])
