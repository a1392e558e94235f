"""Deciding exceptions. Decisions are added, never edited; the newest counts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, select, update

from webapp.attendance import policy
from webapp.attendance.models import AttendanceException, Decision
from webapp.attendance.queries import branches_of
from webapp.attendance.rules import day_bounds
from webapp.attendance.service.corrected_leave import leave_follows
from webapp.attendance.service.days import lock_people, rebuild_day
from webapp.attendance.service.held import check_month
from webapp.attendance.service.telling import close_waiting, tell_decided
from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.people.models import Employee
from webapp.sites.queries import fences

LONGEST = 500
_TIMED = frozenset({"forgot_in", "forgot_out", "wrong_time"})
_STAYS_OPEN = frozenset({"reopened", "passed_on"})
_ONE = (
    select(AttendanceException.__table__, Employee.name.label("decider"))
    .outerjoin(Employee, Employee.id == AttendanceException.decided_by)
    .where(AttendanceException.id == bindparam("id"))
)


def decide(
    *,
    by: SignedIn,
    exception_id: int,
    decision: str,
    reason: str = "",
    expected_seq: int | None = None,
    params: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Approve or reject, with a reason the person will read. `params` may give "at" (ISO) and "site_id".

    Raises NotFound, Forbidden (their own, not theirs to decide), Conflict (decided since `expected_seq`), Invalid.
    """
    if decision not in ("approved", "rejected"):
        raise Invalid("not_a_choice", "decision")
    reason = spoken(reason, "reason")
    if decision == "rejected" and not reason:
        raise Invalid("reason_needed", "reason")
    row = _locked(by, exception_id)
    if _is_repeated(row, by, decision, expected_seq):
        return
    check_month(employee_id=row.employee_id, work_date=row.work_date, at=at)
    _check_seq(row, expected_seq)
    if row.state != "open" and row.decided_by is None:
        raise Conflict("conflict")  # the store's code was faster than the page
    granted = _granted(row, params or {}) if decision == "approved" else None
    write_decision(by=by, exception=row, decision=decision, reason=reason, params=granted, at=at)
    leave_follows(by=by, exception=row, decision=decision, reason=reason, at=at)
    tell_decided(by=by, exception=row, decision=decision, reason=reason, at=at)
    rebuild_day(employee_id=row.employee_id, work_date=row.work_date, at=at, tell=True)


def reopen(*, by: SignedIn, exception_id: int, reason: str, expected_seq: int | None = None, at: datetime) -> None:
    """Make a decided exception open again. Raises NotFound, Forbidden, Conflict, Invalid."""
    reason = spoken(reason, "reason")
    if not reason:
        raise Invalid("reason_needed", "reason")
    row = _locked(by, exception_id)
    if row.state == "open":
        return
    check_month(employee_id=row.employee_id, work_date=row.work_date, at=at)
    _check_seq(row, expected_seq)
    write_decision(by=by, exception=row, decision="reopened", reason=reason, params=None, at=at)
    leave_follows(by=by, exception=row, decision="reopened", reason=reason, at=at)
    tell_decided(by=by, exception=row, decision="reopened", reason=reason, at=at)
    rebuild_day(employee_id=row.employee_id, work_date=row.work_date, at=at, tell=True)


def write_decision(
    *, by: SignedIn, exception: Any, decision: str, reason: str, params: Mapping[str, Any] | None, at: datetime
) -> None:
    """Add a decision and move the exception to its state; the caller rebuilds the day."""
    seq, state = exception.state_seq + 1, "open" if decision in _STAYS_OPEN else decision
    row = {
        "exception_id": exception.id,
        "seq": seq,
        "decision": decision,
        "by_id": by.id,
        "at": at,
        "reason": reason,
        "params": dict(params) if params else None,
    }
    conn().execute(insert(Decision), row)
    changes = {"state": state, "state_seq": seq, "decided_by": by.id, "decided_at": at}
    conn().execute(update(AttendanceException).where(AttendanceException.id == exception.id).values(changes))
    if state != "open":
        close_waiting(exception_id=exception.id, at=at)
    audit.record(
        actor_id=by.id,
        action=f"exception.{decision}",
        object_type="attendance_exception",
        object_id=exception.id,
        branch_id=exception.branch_id,
        before={"state": exception.state},
        after={"state": state, **({"granted": dict(params)} if params else {}), **policy.deciding_for(by, exception)},
        reason=reason or None,
        at=at,
    )


def spoken(text: str, field: str) -> str:
    """What somebody wrote, trimmed. Raises Invalid when there is more than is kept."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid("too_long", field, limit=LONGEST)
    return text


def _locked(by: SignedIn, exception_id: int) -> Any:
    """The row as it stands now; two people deciding wait for each other here."""
    found = conn().execute(policy.visible_to(by).where(AttendanceException.id == exception_id)).first()
    if found is None:
        raise NotFound("not_found")
    row = conn().execute(_ONE, {"id": exception_id}).one()
    lock_people(ids=[row.employee_id])
    row = conn().execute(_ONE, {"id": exception_id}).one()
    if row.employee_id == by.id:
        raise Forbidden("own_decision")
    if not policy.can_decide(by, row):
        raise Forbidden("forbidden")
    if row.state == "withdrawn":
        raise Conflict("exception_withdrawn")
    return row


def _is_repeated(row: Any, by: SignedIn, decision: str, expected_seq: int | None) -> bool:
    """The same person pressed the same button again."""
    return row.state == decision and row.decided_by == by.id and expected_seq == row.state_seq - 1


def _check_seq(row: Any, expected_seq: int | None) -> None:
    if expected_seq is None or expected_seq == row.state_seq:
        return
    zone = ZoneInfo(branches_of([row.employee_id])[row.employee_id].timezone)
    when = row.decided_at.astimezone(zone) if row.decided_at else ""
    raise Conflict("already_decided", name=row.decider or "", at=when)


def _granted(row: Any, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the decider grants: a time that belongs to the day, a site of the branch."""
    granted: dict[str, Any] = {}
    asked = row.params or {}
    time = params.get("at") or asked.get("at")
    if time is None and (row.kind == "missing_out" or asked.get("category") in _TIMED):
        raise Invalid("time_needed", "at")
    if params.get("at"):
        granted["at"] = _within_day(row, params["at"])
    elif row.kind == "missing_out":
        granted["at"] = time
    if params.get("site_id"):
        site = fences([int(params["site_id"])]).get(int(params["site_id"]))
        if site is None or site.branch_id != row.branch_id:
            raise Invalid("not_a_choice", "site_id")
        granted["site_id"] = site.site_id
    return granted or None


def _within_day(row: Any, text: str) -> str:
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("not_a_time", "at") from None
    first, last = day_bounds(row.work_date, ZoneInfo(branches_of([row.employee_id])[row.employee_id].timezone))
    if not first <= moment <= last:
        raise Invalid("time_outside_day", "at")
    return moment.isoformat()
