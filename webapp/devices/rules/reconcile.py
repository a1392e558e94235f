"""What a device counts against what we have of it, in all and for each day. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LOOK_BACK = 31
"""Days that are compared when the device holds more in all."""
ALWAYS = 3
"""Days before today that are compared every night: a device forgets its oldest punches and we do not, so that its
number in all may be lower than ours although a punch of yesterday is missing."""
NIGHT = range(1, 5)
"""Hours on the device's clock in which it is asked."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a device. `settled`: its number when asking for that day again had brought nothing new.

    A device keeps the same punch twice now and then, and we once; so a difference may be there for good.
    """

    on: date
    ours: int
    theirs: int | None
    settled: int | None = None

    @property
    def missing(self) -> int:
        """Punches the device has and we have not, as far as numbers tell; never negative: devices do delete."""
        return max(0, (self.theirs or 0) - self.ours)


def days_to_compare(ours: int, theirs: int | None, today: date, *, settled: int | None = None) -> list[date]:
    """The days to ask the device's numbers of, the newest first: the last few that are over, and all of LOOK_BACK
    when it holds more than we have.

    `settled`: how many more it held when every day had been asked for and brought nothing.
    """
    few = theirs is None or theirs <= ours or theirs - ours == settled
    return [today - timedelta(days=back) for back in (range(1, ALWAYS + 1) if few else range(LOOK_BACK))]


def night_of(at: datetime, zone: ZoneInfo) -> datetime | None:
    """The local midnight of the night `at` lies in; None by day."""
    local = at.astimezone(zone)
    return datetime.combine(local.date(), datetime.min.time(), zone) if local.hour in NIGHT else None


def compared(ours: Mapping[date, int], theirs: Mapping[date, int | None], settled: Mapping[date, int]) -> list[Day]:
    """Every day either side knows of, the oldest first."""
    return [Day(on, ours.get(on, 0), theirs.get(on), settled.get(on)) for on in sorted({*ours, *theirs})]


def to_ask(days: Iterable[Day]) -> list[date]:
    """The days whose punches are to be sent again."""
    return [day.on for day in days if day.missing and day.theirs != day.settled]
