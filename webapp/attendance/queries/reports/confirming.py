"""How long people wait until somebody says that they were there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from webapp.attendance.models import AttendanceDay, Confirmation
from webapp.attendance.queries.reports.scope import Group, Scope, days_of, due, groups
from webapp.core.figures import MEDIAN, NINETY, epoch, numbered, percentile, tally

HOUR = 3600


def confirming(scope: Scope, hours: Mapping[int, int], at: datetime) -> list[Group]:
    """Figures: days, said, within, median, ninety and longest (seconds after the shift's end; 0 when before it).

    A day counts when somebody came or a word was said, and once the word is there or its time (`hours` by branch)
    is over. Counted by supervisor it is only days with a word, under whoever said the first.
    """
    first = _first(Confirmation.at)
    spoken = scope.by == "supervisor"
    key = _first(Confirmation.by) if spoken else None
    allowed = case({branch: number * HOUR for branch, number in hours.items()}, value=AttendanceDay.branch_id)
    found = days_of(
        scope, (epoch(first) - epoch(AttendanceDay.ends_at)).label("after"), allowed.label("allowed"), key=key
    )
    waited = epoch(AttendanceDay.ends_at) + allowed <= int(at.timestamp())
    came = and_(AttendanceDay.first_in.is_not(None), waited)
    found = due(found).where(
        AttendanceDay.ends_at.is_not(None), first.is_not(None) if spoken else or_(first.is_not(None), came)
    )
    return groups("person" if spoken else scope.by, _counted(found))


def _counted(found: Any) -> Any:
    day = found.subquery()
    value = case((day.c.after < 0, 0), else_=day.c.after)
    rows = numbered(select(day.c.key, day.c.past, day.c.allowed, value.label("value")).subquery(), "key", "past")
    return select(
        rows.c.key,
        rows.c.past,
        func.count().label("days"),
        func.count(rows.c.value).label("said"),
        tally(rows.c.value <= rows.c.allowed).label("within"),
        percentile(rows, MEDIAN).label("median"),
        percentile(rows, NINETY).label("ninety"),
        func.max(rows.c.value).label("longest"),
    ).group_by(rows.c.key, rows.c.past)


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
