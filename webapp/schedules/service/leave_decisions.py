"""What somebody said about a request: kept beside it, and in the audit trail."""

from datetime import datetime

from sqlalchemy import func, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.schedules.models import LeaveDecision, LeaveRequest


def note_decision(
    request: LeaveRequest, decision: str, by: SignedIn, at: datetime, reason: str = "", standing_for: int | None = None
) -> None:
    """approved | rejected | withdrawn | cancelled | cancel_ask | kept, at the step that is next."""
    last = conn().scalar(select(func.max(LeaveDecision.seq)).where(LeaveDecision.request_id == request.id)) or 0
    db.session.add(
        LeaveDecision(
            request_id=request.id, seq=last + 1, step=request.step, decision=decision, by=by.id, at=at, reason=reason,
            standing_for=standing_for,
        )
    )  # fmt: skip
    db.session.flush()
    step = request.steps[request.step] if request.step < len(request.steps) else None
    audit.record(
        actor_id=by.id,
        action=f"leave_request.{decision}",
        object_type="leave_request",
        object_id=f"{request.employee_id}|{request.first_on}",
        branch_id=request.branch_id,
        after={"step": step, "standing_for": standing_for},
        reason=reason or None,
        at=at,
    )
