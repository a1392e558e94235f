"""Lists and forms: shifts, calendars, leave, one roster row."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import extract, select
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.people.models import Branch, Employee
from webapp.schedules import policy, rules
from webapp.schedules.models import CalendarDay, EarlierTimes, Leave, RosterDay, Shift


def shifts(branch_ids: Collection[int]) -> list[Shift]:
    """Archived ones last."""
    mine = select(Shift).where(Shift.branch_id.in_(branch_ids))
    return list(db.session.scalars(mine.order_by(Shift.archived_at.is_not(None), Shift.branch_id, Shift.start)))


def open_shifts(branch_id: int) -> list[Shift]:
    """What may be chosen, earliest first."""
    mine = select(Shift).where(Shift.branch_id == branch_id, Shift.archived_at.is_(None))
    return list(db.session.scalars(mine.order_by(Shift.start, Shift.end, Shift.id)))


def upcoming(branch_ids: Collection[int], today: date) -> dict[tuple[str, int], EarlierTimes]:
    """Hours that still count today although newer ones are written: by ("shift" or "store_type", id)."""
    mine = select(EarlierTimes).where(EarlierTimes.branch_id.in_(branch_ids), EarlierTimes.until_on > today)
    found: dict[tuple[str, int], EarlierTimes] = {}
    for row in db.session.scalars(mine.order_by(EarlierTimes.until_on)):
        key = ("shift", row.shift_id) if row.shift_id is not None else ("store_type", row.store_type_id or 0)
        found.setdefault(key, row)
    return found


def calendar(branch_id: int, year: int) -> list[CalendarDay]:
    days = select(CalendarDay).where(CalendarDay.branch_id == branch_id, extract("year", CalendarDay.on) == year)
    return list(db.session.scalars(days.order_by(CalendarDay.on)))


def has_calendar(branch_id: int, year: int) -> bool:
    days = select(CalendarDay.on).where(CalendarDay.branch_id == branch_id, extract("year", CalendarDay.on) == year)
    return conn().execute(days.limit(1)).first() is not None


def working_day_after(branch_id: int, on: date, days: int) -> date:
    """The `days`th working day of the branch after a date."""
    near = select(CalendarDay.on.label("on"), CalendarDay.kind).where(
        CalendarDay.branch_id == branch_id, CalendarDay.on > on, CalendarDay.on <= on + timedelta(days=60)
    )
    known = {row.on: row.kind for row in conn().execute(near)}
    workdays = conn().scalars(select(Branch.workdays).where(Branch.id == branch_id)).one()
    return rules.working_day_after(on, days, workdays, known)


def leaves(user: SignedIn, branch_id: int, from_on: date, limit: int = 200) -> list[Row[Any]]:
    """Leave that ends on or after `from_on`, with staff_no and name of whose it is; cancelled ones not."""
    seen = policy.visible_to(user).with_only_columns(Employee.id)
    found = (
        select(Leave.id, Leave.first_on, Leave.last_on, Leave.starts_half, Leave.ends_half, Leave.kind, Leave.note,
               Employee.staff_no, Employee.name)
        .join(Employee, Employee.id == Leave.employee_id)
        .where(Employee.branch_id == branch_id, Employee.id.in_(seen))
        .where(Leave.cancelled_at.is_(None), Leave.last_on >= from_on)
        .order_by(Leave.first_on, Leave.id)
        .limit(limit)
    )  # fmt: skip
    return list(conn().execute(found))


def one_leave(user: SignedIn, leave_id: int) -> Row[Any] | None:
    """(employee_id, first_on, recorded_at) of leave that counts."""
    seen = policy.visible_to(user).with_only_columns(Employee.id)
    found = select(Leave.employee_id, Leave.first_on, Leave.recorded_at).where(Leave.id == leave_id)
    return conn().execute(found.where(Leave.cancelled_at.is_(None), Leave.employee_id.in_(seen))).first()


def some_day(employee_id: int, work_date: date) -> RosterDay | None:
    return db.session.get(RosterDay, (employee_id, work_date))
