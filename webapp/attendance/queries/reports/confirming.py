"""How long people wait until somebody says that they were there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from webapp.attendance.models import AttendanceDay, Confirmation
from webapp.attendance.queries.reports.scope import Group, Scope, beside, days_of, due
from webapp.core.db import conn
from webapp.core.figures import MEDIAN, NINETY, epoch, nearest

HOUR = 3600


@dataclass(slots=True)
class Delays:
    """Seconds after the shift's end, 0 when before it; None where nobody said a word."""

    days: int = 0
    within: int = 0
    found: dict[int, int] = field(default_factory=dict)
    """{delay: days}"""

    def add(self, delay: int | None, allowed: int) -> None:
        self.days += 1
        if delay is not None:
            self.within += delay <= allowed
            self.found[delay] = self.found.get(delay, 0) + 1

    @property
    def said(self) -> int:
        return sum(self.found.values())

    @property
    def median(self) -> int | None:
        return nearest(self.found, MEDIAN)

    @property
    def ninety(self) -> int | None:
        return nearest(self.found, NINETY)

    @property
    def longest(self) -> int | None:
        return max(self.found, default=None)


def confirming(scope: Scope, hours: Mapping[int, int], at: datetime) -> list[Group]:
    """Figures: Delays. One row comes for each day, and they are ranked here.

    A day counts when somebody came or a word was said, and once the word is there or its time (`hours` by branch)
    is over. Counted by supervisor it is only days with a word, under whoever said the first.
    """
    spoken, now = scope.by == "supervisor", int(at.timestamp())
    found: dict[tuple[int | None, int], Delays] = {}
    for key, past, first, ended, came, branch_id in conn().execute(_days(scope, spoken)):
        allowed = hours[branch_id] * HOUR
        if first is None and (spoken or not came or ended + allowed > now):
            continue
        delays = found.get((key, past)) or found.setdefault((key, past), Delays())
        delays.add(None if first is None else max(0, first - ended), allowed)
    return beside("person" if spoken else scope.by, found)


def _days(scope: Scope, spoken: bool) -> Select[Any]:
    day = AttendanceDay
    columns = (epoch(_first(Confirmation.at)), epoch(day.ends_at), day.first_in.is_not(None), day.branch_id)
    found = days_of(scope, *columns, key=_first(Confirmation.by) if spoken else None)
    return due(found).where(day.ends_at.is_not(None))


def _first(what: Any) -> Any:
    """Of the first word about the day that was more than taking one back."""
    return (
        select(what)
        .where(
            Confirmation.employee_id == AttendanceDay.employee_id,
            Confirmation.work_date == AttendanceDay.work_date,
            Confirmation.word != "undone",
        )
        .order_by(Confirmation.seq)
        .limit(1)
        .correlate(AttendanceDay)
        .scalar_subquery()
    )
