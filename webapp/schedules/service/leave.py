"""Leave, recorded by HR."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Forbidden, Invalid, NotFound
from webapp.people.models import Employee
from webapp.schedules.models import Leave
from webapp.schedules.rules import LEAVE_KINDS
from webapp.schedules.service.common import office, person_changed

LONGEST = 366


def record_leave(
    *,
    by: SignedIn | None,
    employee_id: int,
    first_on: date,
    last_on: date,
    kind: str,
    note: str = "",
    at: datetime,
) -> int:
    """Approved leave, both days included; its id. Raises NotFound, Forbidden (oneself), Invalid with the field."""
    someone = _person(by, employee_id)
    _check(employee_id, first_on, last_on, kind)
    leave = Leave(
        employee_id=employee_id, first_on=first_on, last_on=last_on, kind=kind, note=note,
        recorded_by=by.id if by else None, recorded_at=at,
    )  # fmt: skip
    db.session.add(leave)
    db.session.flush()
    after = {"employee_id": employee_id, "first_on": first_on, "last_on": last_on, "kind": kind, "note": note}
    _record(by, "leave.recorded", leave, someone, None, after, at)
    return leave.id


def cancel_leave(*, by: SignedIn | None, leave_id: int, reason: str = "", at: datetime) -> None:
    """Nothing happens when it was cancelled before. Raises NotFound, Forbidden."""
    leave = db.session.get(Leave, leave_id, with_for_update=True)
    if leave is None:
        raise NotFound("not_found")
    someone = _person(by, leave.employee_id)
    if leave.cancelled_at is None:
        leave.cancelled_at = at
        before = {"first_on": leave.first_on, "last_on": leave.last_on, "kind": leave.kind}
        _record(by, "leave.cancelled", leave, someone, before, None, at, reason)


def _person(by: SignedIn | None, employee_id: int) -> Employee:
    someone = db.session.get(Employee, employee_id)
    if someone is None:
        raise NotFound("not_found", "employee_id")
    office(by, someone.branch_id)
    if by is not None and by.id == employee_id:
        raise Forbidden("forbidden")
    return someone


def _check(employee_id: int, first_on: date, last_on: date, kind: str) -> None:
    if kind not in LEAVE_KINDS:
        raise Invalid("not_a_choice", "kind")
    if last_on < first_on:
        raise Invalid("leave_order", "last_on")
    if (last_on - first_on).days >= LONGEST:
        raise Invalid("leave_too_long", "last_on", limit=LONGEST)
    same = (Leave.employee_id == employee_id, Leave.cancelled_at.is_(None))
    overlap = select(Leave).where(*same, Leave.first_on <= last_on, Leave.last_on >= first_on).limit(1)
    if (other := db.session.scalar(overlap)) is not None:
        raise Invalid("leave_overlap", "first_on", first=other.first_on.isoformat(), last=other.last_on.isoformat())


def _record(
    by: SignedIn | None,
    action: str,
    leave: Leave,
    someone: Employee,
    before: dict | None,
    after: dict | None,
    at: datetime,
    reason: str = "",
) -> None:
    days = (leave.last_on - leave.first_on).days + 1
    person_changed(someone, [leave.first_on + timedelta(days=n) for n in range(days)], at)
    audit.record(
        actor_id=by.id if by else None,
        action=action,
        object_type="leave",
        object_id=leave.id,
        branch_id=someone.branch_id,
        before=before,
        after=after,
        reason=reason or None,
        at=at,
    )
