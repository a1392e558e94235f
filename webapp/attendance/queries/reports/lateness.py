"""When people come late: by the weekday and the hour their shift began at, in the branch's own time."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func

from webapp.attendance.models import AttendanceDay
from webapp.attendance.queries.reports.scope import CAME, LATE, Scope, days_of, due
from webapp.core.db import conn
from webapp.core.figures import tally

Slot = tuple[int, int]
"""ISO weekday of the work date, hour."""


@dataclass(slots=True)
class Lateness:
    """`days`: scheduled days on which somebody came; `minutes`: of the late ones, all together."""

    days: int = 0
    late: int = 0
    minutes: int = 0
    longest: int = 0

    def add(self, days: int, late: int, minutes: int, longest: int) -> None:
        self.days, self.late, self.minutes = self.days + days, self.late + late, self.minutes + minutes
        self.longest = max(self.longest, longest)


def lateness(scope: Scope, zones: Mapping[int, ZoneInfo]) -> tuple[dict[Slot, Lateness], dict[Slot, Lateness]]:
    """Of the period and of the one before. One row comes for each branch, date and start of a shift."""
    day = AttendanceDay
    counted = (
        due(days_of(scope, day.branch_id, day.work_date, day.starts_at, key=day.branch_id))
        .where(CAME, day.starts_at.is_not(None))
        .add_columns(func.count().label("days"), tally(LATE).label("late"),
                     func.sum(day.minutes_late).label("minutes"), func.max(day.minutes_late).label("longest"))
        .group_by(day.branch_id, day.work_date, day.starts_at)
    )  # fmt: skip
    found: tuple[dict[Slot, Lateness], dict[Slot, Lateness]] = (defaultdict(Lateness), defaultdict(Lateness))
    for row in conn().execute(counted):
        slot = (row.work_date.isoweekday(), row.starts_at.astimezone(zones[row.branch_id]).hour)
        found[row.past][slot].add(row.days, row.late, int(row.minutes), row.longest)
    return found
