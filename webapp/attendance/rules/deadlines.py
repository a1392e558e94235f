"""By when HR is expected to have decided something, counted in the branch's working days; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.schedules.rules import working_day_after

LONGEST = 400
"""So many days are looked back at most."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Of one branch: its week, what its calendar says otherwise, and how many working days it gives itself."""

    name: str
    timezone: str
    workdays: Sequence[int]
    calendar: Mapping[date, str]
    decide_days: int

    def local(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def due(self, opened_at: datetime) -> date:
        """The last local date in time."""
        return self._after(self.local(opened_at))

    def age(self, opened_at: datetime, at: datetime) -> int:
        """Working days since the day it was opened."""
        on, today, days = self.local(opened_at), self.local(at), 0
        on = max(on, today - timedelta(days=LONGEST))
        while on < today:
            on += timedelta(days=1)
            days += self._works(on)
        return days

    def overdue_before(self, at: datetime) -> datetime:
        """What was opened before this moment is overdue now."""
        today = self.local(at)
        on = today - timedelta(days=1)
        while self._after(on) >= today and today - on < timedelta(days=LONGEST):
            on -= timedelta(days=1)
        return datetime.combine(on + timedelta(days=1), datetime.min.time(), ZoneInfo(self.timezone))

    def _after(self, on: date) -> date:
        """A branch that never works has no working days to wait for."""
        return working_day_after(on, self.decide_days, self.workdays, self.calendar) if self.workdays else on

    def _works(self, on: date) -> bool:
        kind = self.calendar.get(on, "ordinary")
        return kind == "workday" or (kind == "ordinary" and on.isoweekday() in self.workdays)
