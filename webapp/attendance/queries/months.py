"""Closed months: which days they hold still, what waits for them, what is open before one is closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Row, bindparam, exists, func, literal_column, select, union_all

from webapp.attendance.models import AttendanceDay, AttendanceException, HeldDay
from webapp.attendance.queries.facts import BranchOf, Pair
from webapp.core.db import conn
from webapp.people.models import Employee
from webapp.schedules.models import LeaveRequest, SwapRequest
from webapp.schedules.queries import closed_months
from webapp.schedules.rules import never_closed
from webapp.wallet.rules import month_of, month_span

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Checklist:
    """What of one branch's month is not finished, counted."""

    running: int = 0
    """Days whose window has not been closed yet."""
    unheard: int = 0
    """Days that wait for a device."""
    held: int = 0
    """Days that waited for the month to be open, and are being built anew."""
    undecided: int = 0
    """Exceptions nobody has decided."""
    alone: int = 0
    """Days that wait for somebody's word though no exception asks for it."""
    leave: int = 0
    """Requests for leave of the month that nobody has answered."""
    swaps: int = 0
    """Swaps of its days that nobody has answered."""

    @property
    def blocking(self) -> int:
        """These end by themselves, in hours at most: a day without an answer is not closed."""
        return self.running + self.unheard + self.held

    @property
    def open(self) -> int:
        """People answer these; a month closed before stays without their answer."""
        return self.undecided + self.alone + self.leave + self.swaps


def in_closed_months(branches: Mapping[Pair, BranchOf], at: datetime) -> set[Pair]:
    """Which of these days nobody may change; nothing is asked about days not older than yesterday.

    No month is closed or opened again before the caller's unit of work has ended.
    """
    old = {
        pair: branch.id
        for pair, branch in branches.items()
        if not never_closed(pair[1], at.astimezone(ZoneInfo(branch.timezone)).date())
    }
    closed = closed_months(set(old.values()), hold=True)
    return {pair for pair, branch_id in old.items() if (branch_id, month_of(pair[1])) in closed} if closed else set()


def not_held(employee_id: Any, work_date: Any) -> ColumnElement[bool]:
    """The day does not wait for its month to be opened again."""
    return ~exists().where(HeldDay.employee_id == employee_id, HeldDay.work_date == work_date)


def checklist(branch_id: int, month: str) -> Checklist:
    """One statement."""
    first, last = month_span(month)
    asked = {"branch": branch_id, "first": first, "last": last}
    return Checklist(**{row.what: row.number for row in conn().execute(_OPEN, asked)})


def held_pairs(branch_id: int, month: str, limit: int, after: Pair | None = None) -> list[Pair]:
    """The oldest days that wait for the month, in order of (date, person) behind `after`."""
    first, last = month_span(month)
    who, on = after or (0, first)
    asked = {"branch": branch_id, "first": max(first, on), "last": last, "on": on, "who": who}
    return [(row[0], row[1]) for row in conn().execute(_HELD.limit(limit), asked)]


def held_days(branch_id: int, month: str) -> list[Row[Any]]:
    """employee_id, work_date, at, name, staff_no, status; at most SHOWN."""
    first, last = month_span(month)
    asked = {"branch": branch_id, "first": first, "last": last}
    return list(conn().execute(_HELD_SHOWN.limit(SHOWN), asked))


def held_counts(branch_ids: list[int]) -> dict[tuple[int, str], int]:
    """How many days wait, by (branch, month); one statement."""
    rows = conn().execute(_HELD_DATES, {"branches": branch_ids})
    found: dict[tuple[int, str], int] = {}
    for row in rows:
        key = (row.branch_id, month_of(row.work_date))
        found[key] = found.get(key, 0) + row.number
    return found


_BRANCH, _FIRST, _LAST = bindparam("branch"), bindparam("first"), bindparam("last")
_day, _about, _waits = AttendanceDay.__table__.c, AttendanceException.__table__.c, HeldDay.__table__.c
_leave, _swap = LeaveRequest.__table__.c, SwapRequest.__table__.c


def _count(what: str, table: Any, *where: ColumnElement[bool]) -> Any:
    counted = select(literal_column(f"'{what}'").label("what"), func.count().label("number"))
    return counted.select_from(table).where(table.c.branch_id == _BRANCH, *where)


_OPEN = union_all(
    _count("running", AttendanceDay.__table__, _day.work_date.between(_FIRST, _LAST), _day.final_at.is_not(None)),
    _count(
        "unheard",
        AttendanceDay.__table__,
        _day.work_date.between(_FIRST, _LAST),
        _day.status == literal_column("'unheard'"),
        _day.final_at.is_(None),
    ),
    _count("held", HeldDay.__table__, _waits.work_date.between(_FIRST, _LAST)),
    _count("undecided", AttendanceException.__table__, _about.work_date.between(_FIRST, _LAST), _about.state == "open"),
    _count(
        "alone",
        AttendanceDay.__table__,
        _day.work_date.between(_FIRST, _LAST),
        _day.status == literal_column("'pending'"),
        _day.over.is_(True),
        _day.open_exceptions == 0,
    ),
    _count(
        "leave",
        LeaveRequest.__table__,
        _leave.state == "open",
        _leave.first_on <= _LAST,
        _leave.last_on >= _FIRST,
    ),
    _count(
        "swaps",
        SwapRequest.__table__,
        _swap.state.in_(("asked", "accepted")),
        _swap.asker_on.between(_FIRST, _LAST) | _swap.other_on.between(_FIRST, _LAST),
    ),
)
_HERE = (_waits.branch_id == _BRANCH, _waits.work_date.between(_FIRST, _LAST))
_HELD = (
    select(_waits.employee_id, _waits.work_date)
    .where(*_HERE, (_waits.work_date > bindparam("on", type_=Date)) | (_waits.employee_id > bindparam("who")))
    .order_by(_waits.work_date, _waits.employee_id)
)
_HELD_SHOWN = (
    select(_waits.employee_id, _waits.work_date, _waits.at, Employee.name, Employee.staff_no, _day.status)
    .join(Employee, Employee.id == _waits.employee_id)
    .outerjoin(
        AttendanceDay.__table__,
        (_day.employee_id == _waits.employee_id) & (_day.work_date == _waits.work_date),
    )
    .where(*_HERE)
    .order_by(_waits.work_date, Employee.name)
)
_HELD_DATES = (
    select(_waits.branch_id, _waits.work_date, func.count().label("number"))
    .where(_waits.branch_id.in_(bindparam("branches", expanding=True)))
    .group_by(_waits.branch_id, _waits.work_date)
)
