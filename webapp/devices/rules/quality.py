"""Is the time of a punch to be believed? Whatever is not "ok" is held out of pay until a person decides."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AHEAD = timedelta(minutes=10)
BACK = timedelta(hours=1)
SKEWED_S = 120
NO_DEVICE_BEFORE = 2010


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a punch came: when, whether as it happened, and what the device is known for at that time."""

    received_at: datetime
    live: bool = False
    first_seen_at: datetime | None = None
    skew_s: int | None = None
    """The device's clock minus ours, when it is known."""
    newest_live: datetime | None = None
    """The newest moment of a believed punch that was sent as it happened before this one."""
    fresh: bool = False
    """Recorded since the device was last asked, so by the clock it has now."""


def quality(at: datetime | None, arrival: Arrival) -> str:
    """impossible | future | reset | backward | skewed | ok, the first that is true.

    Order alone is no proof of a bad clock: files and backlogs hold honest times out of order, so only what is sent
    as it happens is compared with what came before it.
    """
    if at is None:
        return "impossible"
    if at > arrival.received_at + AHEAD:
        return "future"
    if at.year < NO_DEVICE_BEFORE or (arrival.live and arrival.first_seen_at and at < arrival.first_seen_at - BACK):
        return "reset"
    if arrival.live and arrival.newest_live and at < arrival.newest_live - BACK:
        return "backward"
    by_this_clock = arrival.live or arrival.fresh
    if by_this_clock and arrival.skew_s is not None and abs(arrival.skew_s) > SKEWED_S:
        return "skewed"
    return "ok"


def moment(wall: str, zone: str) -> datetime | None:
    """The moment a clock in `zone` shows `wall` ("YYYY-MM-DD HH:MM:SS"); None for a time that does not exist.

    Of an hour that comes twice the first is meant; a time skipped by a clock change means the moment after the gap.
    """
    try:
        naive = datetime.fromisoformat(wall)
    except ValueError:
        return None
    try:
        return naive.replace(tzinfo=_zone(zone)).astimezone(UTC)
    except OverflowError:
        return None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
