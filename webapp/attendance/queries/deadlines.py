"""When the open matters of some branches are due; one statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select

from webapp.attendance.models import AttendanceException
from webapp.attendance.rules.deadlines import LONGEST, Deadlines
from webapp.attendance.rules.settings import read_policy
from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.schedules.models import CalendarDay

AHEAD = timedelta(days=90)


def deadlines(branch_ids: Collection[int], at: datetime) -> dict[int, Deadlines]:
    """By branch, in the order of their names."""
    asked = {"branches": list(branch_ids), "first": at.date() - timedelta(days=LONGEST), "last": at.date() + AHEAD}
    known: dict[int, Any] = {}
    days: dict[int, dict[date, str]] = defaultdict(dict)
    for row in conn().execute(_BRANCHES, asked):
        known[row.id] = row
        if row.on_date is not None:
            days[row.id][row.on_date] = row.kind
    return {
        branch_id: Deadlines(
            row.name, row.timezone, row.workdays, days[branch_id], read_policy(row.attendance).decide_days
        )
        for branch_id, row in known.items()
    }


def is_overdue(by_branch: Mapping[int, Deadlines], at: datetime) -> ColumnElement[bool]:
    """A condition on exceptions: open for longer than their branch gives itself."""
    about = AttendanceException
    late = [
        and_(about.branch_id == branch_id, about.opened_at < one.overdue_before(at))
        for branch_id, one in by_branch.items()
    ]
    return and_(about.state == "open", or_(false(), *late))


_branch, _day = Branch.__table__.c, CalendarDay.__table__.c
_BRANCHES = (
    select(_branch.id, _branch.name, _branch.timezone, _branch.workdays, _branch.attendance, _day.on_date, _day.kind)
    .select_from(Branch.__table__)
    .outerjoin(
        CalendarDay.__table__,
        and_(_day.branch_id == _branch.id, _day.on_date.between(bindparam("first"), bindparam("last"))),
    )
    .where(_branch.id.in_(bindparam("branches", expanding=True)))
    .order_by(_branch.name, _branch.id)
)
