"""Leave that counts: recorded by HR or made of an approved request, and cancelled again."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Forbidden, Invalid, NotFound
from webapp.people.models import Employee
from webapp.schedules.models import Leave, LeaveRequest
from webapp.schedules.queries.leave import leave_type
from webapp.schedules.queries.leave_requests import leave_overlap
from webapp.schedules.rules import Span, check_span, span_of
from webapp.schedules.service import leave_notices as notices
from webapp.schedules.service.common import office, person_changed
from webapp.schedules.service.leave_decisions import note_decision


def record_leave(
    *,
    by: SignedIn | None,
    employee_id: int,
    first_on: date,
    last_on: date,
    kind: str,
    note: str = "",
    starts_half: bool = False,
    ends_half: bool = False,
    at: datetime,
) -> int:
    """Approved leave, both days included; its id. Raises NotFound, Forbidden (oneself), Invalid with the field."""
    someone = _person(by, employee_id)
    span = Span(first_on, last_on, starts_half, ends_half)
    check_span(span)
    if (known := leave_type(someone.branch_id, kind)) is None or known.archived_at is not None:
        raise Invalid("not_a_choice", "kind")
    check_free(employee_id, span)
    leave = add_leave(by=by, someone=someone, span=span, kind=kind, note=note, at=at)
    if by is not None:
        notices.tell_recorded(leave, someone, by, at)
    return leave.id


def add_leave(
    *, by: SignedIn | None, someone: Employee, span: Span, kind: str, note: str, at: datetime
) -> Leave:  # fmt: skip
    """What `record_leave` does once everything is looked at."""
    leave = Leave(
        employee_id=someone.id, first_on=span.first_on, last_on=span.last_on, kind=kind, note=note,
        starts_half=span.starts_half, ends_half=span.ends_half, recorded_by=by.id if by else None, recorded_at=at,
    )  # fmt: skip
    db.session.add(leave)
    db.session.flush()
    after = {"employee_id": someone.id, **shown(span, kind), "note": note}
    _record(by, "leave.recorded", leave, someone, None, after, at)
    return leave


def cancel_leave(*, by: SignedIn | None, leave_id: int, reason: str = "", at: datetime) -> None:
    """Nothing happens when it was cancelled before. Raises NotFound, Forbidden."""
    leave = db.session.get(Leave, leave_id, with_for_update=True)
    if leave is None:
        raise NotFound("not_found")
    someone = _person(by, leave.employee_id)
    if leave.cancelled_at is not None:
        return
    end_leave(by=by, leave=leave, someone=someone, reason=reason, at=at)
    request = db.session.scalar(select(LeaveRequest).where(LeaveRequest.leave_id == leave_id).with_for_update())
    if request is None:
        if by is not None:
            notices.tell_ended(leave, someone, by, reason, at)
        return
    request.state, request.decided_at, request.version = "cancelled", at, request.version + 1
    if by is not None:
        note_decision(request, "cancelled", by, at, reason)
        notices.tell_cancelled(request, reason, at)


def end_leave(*, by: SignedIn | None, leave: Leave, someone: Employee, reason: str, at: datetime) -> None:
    """What `cancel_leave` does once everything is looked at."""
    leave.cancelled_at = at
    _record(by, "leave.cancelled", leave, someone, shown(span_of(leave), leave.kind), None, at, reason)


def check_free(employee_id: int, span: Span) -> None:
    """Raises Invalid where approved leave or a waiting request has one of these half days already."""
    if (found := leave_overlap(employee_id, span)) is not None:
        kind, other = found
        days = {"first": other.first_on, "last": other.last_on}
        if kind == "leave":
            raise Invalid("leave_overlap", "first_on", **days)
        raise Invalid("leave_waits", "first_on", **days)


def shown(span: Span, kind: str) -> dict[str, Any]:
    """For the audit trail."""
    halves = {"starts_half": span.starts_half or None, "ends_half": span.ends_half or None}
    return {"first_on": span.first_on, "last_on": span.last_on, "kind": kind, **halves}


def _person(by: SignedIn | None, employee_id: int) -> Employee:
    someone = db.session.get(Employee, employee_id, with_for_update=True)
    if someone is None:
        raise NotFound("not_found")
    office(by, someone.branch_id)
    if by is not None and by.id == employee_id:
        raise Forbidden("forbidden")
    return someone


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
    person_changed(someone, span_of(leave).dates(), at)
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
