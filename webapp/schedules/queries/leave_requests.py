"""Leave people ask for: lists by who looks, one request with everything somebody needs to answer it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Employee
from webapp.schedules import policy
from webapp.schedules.models import Leave, LeaveDecision, LeaveRequest
from webapp.schedules.rules import Span, span_of

PAGE = 50
STATES = ("open", "approved", "rejected", "withdrawn", "cancelled")
_For = aliased(Employee)
_COLUMNS = (
    LeaveRequest.id, LeaveRequest.employee_id, LeaveRequest.branch_id, LeaveRequest.kind, LeaveRequest.first_on,
    LeaveRequest.last_on, LeaveRequest.starts_half, LeaveRequest.ends_half, LeaveRequest.halves, LeaveRequest.note,
    LeaveRequest.state, LeaveRequest.steps, LeaveRequest.step, LeaveRequest.asked_at, LeaveRequest.decided_at,
    LeaveRequest.leave_id, LeaveRequest.version, Employee.name, Employee.staff_no, Employee.team_id,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeaveFilter:
    """`state`: one of STATES, "mine" for what waits for whoever looks, "" for all."""

    state: str = "mine"
    branch_id: int | None = None
    kind: str = ""
    q: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class LeavePage:
    rows: Sequence[Row[Any]]
    total: int
    page: int
    pages: int


def own_leave_requests(employee_id: int, limit: int = 50) -> list[Row[Any]]:
    """Newest first."""
    mine = _requests().where(LeaveRequest.employee_id == employee_id)
    return list(conn().execute(mine.order_by(LeaveRequest.first_on.desc(), LeaveRequest.id.desc()).limit(limit)))


def leave_request(user: SignedIn, request_id: int, on: date) -> Row[Any]:
    """Raises NotFound."""
    found = conn().execute(_requests().where(LeaveRequest.id == request_id, policy.leave_seen_by(user, on))).first()
    if found is None:
        raise NotFound("not_found")
    return found


def leave_decisions(request_id: int) -> list[Row[Any]]:
    """What was said, in order: decision, step, at, reason, name, standing_for (a name)."""
    query = (
        select(LeaveDecision.decision, LeaveDecision.step, LeaveDecision.at, LeaveDecision.reason, Employee.name,
               _For.name.label("standing_for"))
        .join(Employee, Employee.id == LeaveDecision.by)
        .outerjoin(_For, _For.id == LeaveDecision.standing_for)
        .where(LeaveDecision.request_id == request_id)
    )  # fmt: skip
    return list(conn().execute(query.order_by(LeaveDecision.seq)))


def leave_waiting(user: SignedIn, on: date, limit: int = 100, *, only: int | None = None) -> list[Row[Any]]:
    """What waits for this person, the earliest leave first; `only`: whether this one does."""
    mine = _requests().where(policy.leave_answered_by(user, on))
    if only is not None:
        mine = mine.where(LeaveRequest.id == only)
    return list(conn().execute(mine.order_by(LeaveRequest.first_on, LeaveRequest.id).limit(limit)))


def leave_waiting_count(user: SignedIn, on: date) -> int:
    return conn().scalar(select(func.count()).select_from(LeaveRequest).where(policy.leave_answered_by(user, on))) or 0


def undecided_leave(branch_ids: Collection[int], first: date, last: date) -> int:
    """How many requests about days of a span nobody has answered to the end."""
    inside = (LeaveRequest.first_on <= last, LeaveRequest.last_on >= first)
    here = (LeaveRequest.branch_id.in_(branch_ids), LeaveRequest.state == "open")
    return conn().scalar(select(func.count()).select_from(LeaveRequest).where(*here, *inside)) or 0


def find_leave(user: SignedIn, wanted: LeaveFilter, on: date) -> LeavePage:
    """A page of the office's table, newest request first; what waits comes earliest leave first."""
    matching = _requests().where(*_conditions(user, wanted, on))
    total = conn().scalar(select(func.count()).select_from(matching.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, wanted.page), pages)
    waits = wanted.state in ("mine", "open")
    order = (LeaveRequest.first_on, LeaveRequest.id) if waits else (LeaveRequest.id.desc(),)
    rows = conn().execute(matching.order_by(*order).offset((page - 1) * PAGE).limit(PAGE)).all()
    return LeavePage(rows, total, page, pages)


def away(row: Any, limit: int = 20) -> list[Row[Any]]:
    """Others of the person's team (of the branch, for whoever has none) who are on leave on these days."""
    span = (Leave.first_on <= row.last_on, Leave.last_on >= row.first_on, Leave.cancelled_at.is_(None))
    near = Employee.team_id == row.team_id if row.team_id else Employee.branch_id == row.branch_id
    query = (
        select(Employee.name, Leave.first_on, Leave.last_on, Leave.starts_half, Leave.ends_half)
        .join(Employee, Employee.id == Leave.employee_id)
        .where(near, Leave.employee_id != row.employee_id, *span)
    )
    return list(conn().execute(query.order_by(Leave.first_on, Employee.name).limit(limit)))


def leave_overlap(employee_id: int, span: Span, *, without_request: int = 0) -> tuple[str, Span] | None:
    """("leave" or "request", its days) of something of the person that is there already; None where all is free."""
    for kind, model, open_one in (
        ("leave", Leave, (Leave.cancelled_at.is_(None),)),
        ("request", LeaveRequest, (LeaveRequest.state == "open", LeaveRequest.leave_id.is_(None),
                                   LeaveRequest.id != without_request)),
    ):  # fmt: skip
        columns = (model.first_on, model.last_on, model.starts_half, model.ends_half)  # type: ignore[attr-defined]
        near = (model.first_on <= span.last_on, model.last_on >= span.first_on)  # type: ignore[attr-defined]
        rows = conn().execute(select(*columns).where(model.employee_id == employee_id, *near, *open_one))  # type: ignore[attr-defined]
        for row in rows.all():
            if span.overlaps(span_of(row)):
                return kind, span_of(row)
    return None


def _requests() -> Select[Any]:
    return select(*_COLUMNS).join(Employee, Employee.id == LeaveRequest.employee_id)


def _conditions(user: SignedIn, wanted: LeaveFilter, on: date) -> list[ColumnElement[bool]]:
    found = [policy.leave_seen_by(user, on)]
    if wanted.state == "mine":
        found.append(policy.leave_answered_by(user, on))
    elif wanted.state:
        found.append(LeaveRequest.state == wanted.state)
    if wanted.branch_id:
        found.append(LeaveRequest.branch_id == wanted.branch_id)
    if wanted.kind:
        found.append(LeaveRequest.kind == wanted.kind)
    if wanted.q:
        named = Employee.name.icontains(wanted.q, autoescape=True)
        found.append(named | Employee.staff_no.icontains(wanted.q, autoescape=True))
    return found
