"""Leave requests and swaps that wait for somebody: keys for a list of all that waits, and the rows of it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.merged import Narrow, before, key, narrowed
from webapp.people.models import Branch, Employee
from webapp.schedules import policy
from webapp.schedules.models import LeaveDecision, LeaveRequest, SwapRequest

_Other = aliased(Employee)
_LAST_WORD = select(func.max(LeaveDecision.at)).where(LeaveDecision.request_id == LeaveRequest.id).scalar_subquery()
_LEAVE_SINCE: ColumnElement[datetime] = func.coalesce(_LAST_WORD, LeaveRequest.asked_at)
"""An open request waits for whoever is next since the step before, or since leave was to be given back."""
_SWAP_SINCE: ColumnElement[datetime] = func.coalesce(SwapRequest.answered_at, SwapRequest.asked_at)
"""Nobody can approve a swap before the colleague has agreed."""


def leave_keys(user: SignedIn, on: date, to: Narrow, *, rank: int) -> Select[Any]:
    """Requests this person answers, or their own."""
    late = before(to.late, LeaveRequest.branch_id, _LEAVE_SINCE)
    where: dict[str, Any] = {"branch_id": LeaveRequest.branch_id, "opened_at": _LEAVE_SINCE, "late": late}
    where |= {"day": LeaveRequest.first_on}
    columns = key("leave_request", id=LeaveRequest.id, person=Employee.name, rank=rank, **where)
    found = select(*columns).join(Employee, Employee.id == LeaveRequest.employee_id)
    found = found.where(policy.leave_own(user) if to.own else policy.leave_answered_by(user, on))
    return narrowed(found, to, spots=(Employee.name, Employee.staff_no), within=_leave_touches, **where)


def swap_keys(user: SignedIn, on: date, to: Narrow, *, rank: int) -> Select[Any]:
    """Swaps both want, which this person approves, or their own. The row is of whoever asked; both are found."""
    late = before(to.late, SwapRequest.branch_id, _SWAP_SINCE)
    where: dict[str, Any] = {"branch_id": SwapRequest.branch_id, "opened_at": _SWAP_SINCE, "late": late}
    where |= {"day": SwapRequest.asker_on}
    columns = key("swap", id=SwapRequest.id, person=Employee.name, rank=rank, **where)
    spots = (Employee.name, Employee.staff_no, _Other.name, _Other.staff_no)
    found = _swappers(select(*columns))
    found = found.where(policy.swaps_own(user) if to.own else policy.swaps_answered_by(user, on))
    return narrowed(found, to, spots=spots, within=_swap_touches, **where)


def leave_some(user: SignedIn, ids: Collection[int], on: date) -> list[Row[Any]]:
    """These, as far as the person sees them. `waits`: for this person."""
    about = LeaveRequest
    found = select(
        about.id, about.branch_id, about.kind, about.first_on, about.last_on, about.starts_half, about.ends_half,
        about.halves, about.note, about.state, _LEAVE_SINCE.label("since"), about.leave_id, about.version,
        Employee.name, Employee.staff_no, *_of_branch(policy.leave_answered_by(user, on)),
    )  # fmt: skip
    found = found.join(Employee, Employee.id == about.employee_id).join(Branch, Branch.id == about.branch_id)
    return list(conn().execute(found.where(about.id.in_(list(ids)), policy.leave_seen_by(user, on))))


def swap_some(user: SignedIn, ids: Collection[int], on: date) -> list[Row[Any]]:
    """These, as far as the person sees them. `name` asks `other`; `waits`: for this person."""
    about = SwapRequest
    found = select(
        about.id, about.branch_id, about.asker_on, about.other_on, about.note, about.state,
        _SWAP_SINCE.label("since"), about.version, Employee.name, Employee.staff_no, _Other.name.label("other"),
        *_of_branch(policy.swaps_answered_by(user, on)),
    )  # fmt: skip
    found = _swappers(found).join(Branch, Branch.id == about.branch_id)
    return list(conn().execute(found.where(about.id.in_(list(ids)), policy.swaps_seen_by(user, on))))


def _leave_touches(first: date, last: date) -> ColumnElement[bool]:
    return and_(LeaveRequest.first_on <= last, LeaveRequest.last_on >= first)


def _swap_touches(first: date, last: date) -> ColumnElement[bool]:
    return or_(SwapRequest.asker_on.between(first, last), SwapRequest.other_on.between(first, last))


def _of_branch(waits: ColumnElement[bool]) -> tuple[Any, ...]:
    return Branch.name.label("branch"), Branch.timezone, waits.label("waits")


def _swappers(found: Select[Any]) -> Select[Any]:
    found = found.join(Employee, Employee.id == SwapRequest.asker_id)
    return found.join(_Other, _Other.id == SwapRequest.other_id)
