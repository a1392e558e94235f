"""Days that did not go as they should."""

from typing import Any

from sqlalchemy import and_, func, select

from webapp.attendance.models import AttendanceDay, AttendanceException
from webapp.attendance.queries.reports.scope import CAME, LATE, Group, Scope, days_of, due, groups
from webapp.core.figures import once, tally

PLAIN = ("normal", "field_work")
"""Statuses with which a day needs nobody."""
_MISSING = ("missing_in", "missing_out")
_OPEN = ("pending", "unheard")


def anomalies(scope: Scope) -> list[Group]:
    """Figures: days, present, odd, late, early, absent, missing, waiting, excepted; `odd` is a day with a status out
    of the ordinary or with an exception that was not withdrawn.
    """
    about = AttendanceException
    excepted = select(about.id).where(
        about.employee_id == AttendanceDay.employee_id, about.work_date == AttendanceDay.work_date,
        about.state != "withdrawn",
    ).correlate(AttendanceDay).exists()  # fmt: skip
    early = and_(CAME, AttendanceDay.minutes_early > 0)
    columns = (LATE.label("late"), early.label("early"), excepted.label("excepted"))
    return groups(scope.by, _counted(due(days_of(scope, AttendanceDay.status, AttendanceDay.present, *columns))))


def _counted(found: Any) -> Any:
    day = once(found)
    status, excepted = day.c.status, day.c.excepted.is_(True)
    return select(
        day.c.key,
        day.c.past,
        func.count().label("days"),
        tally(day.c.present.is_(True)).label("present"),
        tally(status.not_in(PLAIN) | excepted).label("odd"),
        tally(day.c.late.is_(True)).label("late"),
        tally(day.c.early.is_(True)).label("early"),
        tally(status == "absent").label("absent"),
        tally(status.in_(_MISSING)).label("missing"),
        tally(status.in_(_OPEN)).label("waiting"),
        tally(excepted).label("excepted"),
    ).group_by(day.c.key, day.c.past)
