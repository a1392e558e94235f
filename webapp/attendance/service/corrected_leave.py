"""A day that is corrected to leave takes it from what the person has left, and gives it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.attendance.models import AttendanceException, Decision
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Invalid
from webapp.schedules import service as schedules
from webapp.schedules.queries import leave_types

LONGEST = 300


def kind_of_leave(branch_id: int, wanted: str) -> str:
    """The code of what was chosen, else of the branch's first kind. Raises Invalid."""
    known = [one.code for one in leave_types(branch_id)]
    if wanted and wanted not in known:
        raise Invalid("not_a_choice", "leave_kind")
    return wanted or next(iter(known), "")


def leave_follows(*, by: SignedIn, exception: Any, decision: str, reason: str, at: datetime) -> None:
    """After a decision about an exception as it was before it. Requests that name no kind of leave take none."""
    asked = exception.params or {}
    kind = asked.get("leave_kind")
    if exception.kind != "mistake" or asked.get("category") != "leave" or not kind:
        return
    known = {"by": by, "employee_id": exception.employee_id, "on": exception.work_date, "at": at}
    if decision == "approved":
        schedules.take_corrected_leave(kind=kind, note=asked.get("note", "")[:LONGEST], **known)
    elif (taken := _taken(exception)) is not None:
        schedules.return_corrected_leave(taken=taken, reason=reason, **known)


def _taken(exception: Any) -> Sequence[datetime] | None:
    """When corrections of that day to leave were approved; None while one of them still is, and keeps the day."""
    issue = AttendanceException
    same = (issue.employee_id == exception.employee_id, issue.work_date == exception.work_date, issue.kind == "mistake")
    rows = conn().execute(select(issue.id, issue.state, issue.params).where(*same)).all()
    alike = {row.id: row.state for row in rows if (row.params or {}).get("category") == "leave"}
    if "approved" in alike.values():
        return None
    approved = select(Decision.at).where(Decision.exception_id.in_(alike), Decision.decision == "approved")
    return conn().scalars(approved).all()
