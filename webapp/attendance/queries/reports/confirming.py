"""How long people wait until somebody says that they were there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select

from webapp.attendance.models import AttendanceDay, Confirmation
from webapp.attendance.queries.reports.scope import Group, Scope, days_of, due, groups
from webapp.core.figures import MEDIAN, NINETY, epoch, numbered, once, percentile, tally

HOUR = 3600


def confirming(scope: Scope, hours: Mapping[int, int], at: datetime) -> list[Group]:
    """Figures: days, said, within, median, ninety and longest (seconds after the shift's end; 0 when before it).

    A day counts when somebody came or a word was said, and once the word is there or its time (`hours` by branch)
    is over. Counted by supervisor it is only days with a word, under whoever said the first.
    """
    spoken = scope.by == "supervisor"
    key = _first(Confirmation.by) if spoken else None
    allowed = case({branch: number * HOUR for branch, number in hours.items()}, value=AttendanceDay.branch_id)
    columns = (epoch(_first(Confirmation.at)).label("first"), epoch(AttendanceDay.ends_at).label("ended"))
    found = due(days_of(scope, *columns, AttendanceDay.first_in, allowed.label("allowed"), key=key))
    day = once(found.where(AttendanceDay.ends_at.is_not(None)))
    waited = and_(day.c.first_in.is_not(None), day.c.ended + day.c.allowed <= int(at.timestamp()))
    known = day.c.first.is_not(None) if spoken else or_(day.c.first.is_not(None), waited)
    return groups("person" if spoken else scope.by, _counted(day, known))


def _counted(day: FromClause, known: ColumnElement[bool]) -> Select[Any]:
    after = day.c.first - day.c.ended
    value = case((after < 0, 0), else_=after)
    asked = select(day.c.key, day.c.past, day.c.allowed, value.label("value")).where(known).subquery()
    rows = numbered(asked, "key", "past")
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
