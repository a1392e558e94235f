"""A supervisor hands a person's day to HR, with what they know about it."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from webapp.attendance import policy
from webapp.attendance.models import AttendanceException
from webapp.attendance.queries import days
from webapp.attendance.rules import DayResult, day_bounds, excusable
from webapp.attendance.service.ask import Matter, open_matter
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.attendance.service.decide import spoken, write_decision
from webapp.attendance.service.held import check_month
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Invalid, NotFound

_OPEN = select(AttendanceException.__table__).where(
    AttendanceException.employee_id == bindparam("who"),
    AttendanceException.work_date == bindparam("on"),
    AttendanceException.state == "open",
)
_ONE = select(AttendanceException.__table__).where(AttendanceException.id == bindparam("id"))


def pass_on(
    *, by: SignedIn, employee_id: int, work_date: date, note: str, wanted_at: datetime | None = None, at: datetime
) -> list[int]:
    """Add the supervisor's word to what is open; with nothing open, open what the day lacks. The exceptions' ids.

    `wanted_at`: when the person came, or left, where the check-in or check-out is missing.
    Raises NotFound (not theirs), Invalid with the field.
    """
    lock_people(ids=[employee_id])
    if employee_id == by.id:
        raise Invalid("own_decision")
    if not policy.can_confirm(by, employee_id, work_date):
        raise NotFound("not_found")
    if work_date > at.astimezone(by.branch.zone).date():
        raise Invalid("day_in_future")
    check_month(employee_id=employee_id, work_date=work_date, at=at)
    note = spoken(note, "note")
    if not note:
        raise Invalid("note_needed", "note")
    waiting = conn().execute(_OPEN, {"who": employee_id, "on": work_date}).all()
    if not waiting:
        kind, params = _lacking(days([(employee_id, work_date)]).get((employee_id, work_date)))
        if "category" in params or kind == "absent":
            params |= _time(by, work_date, wanted_at, at, params.get("category") != "other")
        matter = Matter(employee_id, by.branch_id, work_date, kind, params)
        opened = open_matter(matter=matter, about=f"0|{params.get('category', '')}", at=at)
        waiting = conn().execute(_ONE, {"id": opened}).all()
    for row in waiting:
        write_decision(by=by, exception=row, decision="passed_on", reason=note, params=None, at=at)
    rebuild_day(employee_id=employee_id, work_date=work_date, at=at)
    return [row.id for row in waiting]


def _lacking(day: DayResult | None) -> tuple[str, dict[str, Any]]:
    """What there is to decide about a day with nothing open: a kind and the start of its parameters."""
    if day is not None and day.status == "absent":
        return "absent", {}
    if day is None or day.first_in is None:
        return "mistake", {"category": "forgot_in"}
    if day.status == "missing_out" or (day.over and day.last_out is None):
        return "mistake", {"category": "forgot_out"}
    kinds = excusable(day)
    return (kinds[0], {}) if kinds else ("mistake", {"category": "other"})


def _time(by: SignedIn, on: date, wanted_at: datetime | None, at: datetime, needed: bool) -> dict[str, str]:
    if wanted_at is None:
        if needed:
            raise Invalid("time_needed", "at")
        return {}
    first, last = day_bounds(on, by.branch.zone)
    if not first <= wanted_at <= min(last, at):
        raise Invalid("time_outside_day", "at")
    return {"at": wanted_at.astimezone(UTC).isoformat()}
