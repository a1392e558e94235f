"""When a branch's work dates are due; pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

RECHECKED_DAYS = 3
STANDSTILL = timedelta(seconds=30)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BranchDue:
    """A branch as settlement sees it."""

    id: int
    code: str
    name: str
    currency: str
    timezone: str
    settlement_time: str
    settled_from: date
    settled_through: date | None
    on_hold: bool
    hold_reason: str | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def next_date(self) -> date:
        """The first work date that is not settled."""
        return self.settled_from if self.settled_through is None else max(self.settled_from, self.settled_through + DAY)

    def yesterday(self, at: datetime) -> date:
        """The last work date that may be settled at all."""
        return at.astimezone(self.zone).date() - DAY

    def due_through(self, at: datetime) -> date:
        """The last work date that is due: yesterday's from the settlement time on."""
        local = at.astimezone(self.zone)
        return local.date() - (DAY if local.time() >= self._clock else 2 * DAY)

    @property
    def next_run(self) -> datetime:
        """When the next unsettled date becomes due; in the past when it is overdue."""
        return settles_at(self.next_date, self.settlement_time, self.zone)

    @property
    def _clock(self) -> time:
        return time.fromisoformat(self.settlement_time)


def settles_at(work_date: date, settlement_time: str, zone: ZoneInfo) -> datetime:
    """When a work date is settled: at the branch's time on the next day."""
    return datetime.combine(work_date + DAY, time.fromisoformat(settlement_time), zone)


def recheck_dates(settled: date, first: date) -> list[date]:
    """The dates before `settled` that are looked at again, not before `first`."""
    return [on for n in range(RECHECKED_DAYS, 0, -1) if (on := settled - n * DAY) >= first]
