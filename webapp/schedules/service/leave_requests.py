"""Leave somebody asks for: asked, answered step by step, withdrawn; and approved leave given back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.people.models import Employee
from webapp.schedules import policy
from webapp.schedules.models import Leave, LeaveRequest, LeaveType
from webapp.schedules.queries.leave import balances, leave_policy, leave_type, working_dates
from webapp.schedules.queries.leave_requests import leave_overlap
from webapp.schedules.queries.periods import check_open
from webapp.schedules.rules import (
    Balance,
    Span,
    check_balance,
    check_span,
    check_when,
    halves_by_year,
    span_of,
    step_after,
    steps_of,
)
from webapp.schedules.service import leave_notices as notices
from webapp.schedules.service.common import check_reason, today
from webapp.schedules.service.leave import add_leave, check_free, end_leave, shown
from webapp.schedules.service.leave_decisions import note_decision


@dataclass(frozen=True, slots=True)
class Looked:
    """What asking would mean: working half days by year, what is left of each, who answers."""

    halves: dict[int, int]
    balances: dict[int, Balance]
    steps: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.halves.values())


def look_at_leave(*, rep: SignedIn, kind: str, span: Span, note: str, at: datetime) -> Looked:
    """Everything that is looked at before leave is asked for. Raises Invalid with the field."""
    check_span(span)
    _check_kind(leave_type(rep.branch_id, kind), span, note)
    rules, on = leave_policy(rep.branch_id), today(rep.branch_id, at)
    check_when(span, kind, rules, on)
    try:
        check_open(rep.branch_id, [day for day in span.dates() if day < on])
    except Conflict as closed:
        raise Invalid(closed.code, "first_on", **closed.params) from None
    check_free(rep.id, span)
    working = working_dates(rep.id, span, rep.branch)
    halves = halves_by_year(span, working)
    if not sum(halves.values()):
        raise Invalid("leave_no_work", "first_on")
    left = {year: balances([rep.id], rep.branch, year, today=on)[rep.id, kind] for year in halves}
    for year, wanted in halves.items():
        until = left[year].valid_until
        early = halves_by_year(span, working, until).get(year, 0) if until else 0
        check_balance(left[year], wanted, year, early)
    supervised = bool(conn().scalar(select(policy.supervised(rep.id, on))))
    return Looked(halves, left, steps_of(rules, sum(halves.values()), supervised=supervised))


def ask_leave(*, rep: SignedIn, client_id: str, kind: str, span: Span, note: str = "", at: datetime) -> int:
    """Its id; the same request sent again is the same one. Raises Invalid, Conflict."""
    db.session.get_one(Employee, rep.id, with_for_update=True)
    same = (LeaveRequest.employee_id == rep.id, LeaveRequest.client_id == client_id)
    if (known := db.session.scalar(select(LeaveRequest).where(*same))) is not None:
        if (known.kind, span_of(known), known.note) != (kind, span, note):
            raise Conflict("conflict")
        return known.id
    found = look_at_leave(rep=rep, kind=kind, span=span, note=note, at=at)
    request = LeaveRequest(
        client_id=client_id, employee_id=rep.id, branch_id=rep.branch_id, kind=kind, first_on=span.first_on,
        last_on=span.last_on, starts_half=span.starts_half, ends_half=span.ends_half, halves=found.total, note=note,
        state="open", steps=list(found.steps), step=0, asked_at=at, version=1,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    audit.record(
        actor_id=rep.id, action="leave_request.asked", object_type="leave_request",
        object_id=f"{rep.id}|{span.first_on}", branch_id=rep.branch_id, after=shown(span, kind), at=at,
    )  # fmt: skip
    notices.tell_waiting(request, at)
    return request.id


def answer_leave(
    *, by: SignedIn, request_id: int, decision: str, version: int, reason: str = "", at: datetime
) -> str:  # fmt: skip
    """approved or rejected; the state it has now. Raises NotFound, Forbidden, Invalid, Conflict (answered before)."""
    request = _seen(by, request_id, at)
    if request.state != "open" or request.version != version:
        raise Conflict("leave_decided")
    on = today(request.branch_id, at)
    if not policy.may_answer(by, request, on):
        raise Forbidden("forbidden")
    if decision not in ("approved", "rejected"):
        raise Invalid("not_a_choice", "decision")
    check_reason(decision, reason)
    theirs = request.steps[request.step] == "supervisor"
    standing = policy.stands_for(by, request.employee_id, on) if theirs else None
    if request.leave_id is not None:
        _answer_cancelling(request, decision, by, standing, reason, at)
    elif decision == "rejected":
        note_decision(request, "rejected", by, at, reason, standing)
        _finish(request, "rejected", at)
        notices.tell_answered(request, reason, at)
    else:
        _approve(request, by, standing, reason, at)
    return request.state


def withdraw_leave(*, rep: SignedIn, request_id: int, at: datetime) -> None:
    """A request nobody has answered to the end, or the wish to give approved leave back. Raises NotFound, Conflict."""
    request = _own(rep, request_id)
    if request.state == "withdrawn":
        return
    if request.state != "open":
        raise Conflict("leave_decided")
    note_decision(request, "withdrawn", rep, at)
    _finish(request, "withdrawn" if request.leave_id is None else "approved", at)
    notices.done_with(request, at)


def ask_cancelling(*, rep: SignedIn, request_id: int, reason: str, at: datetime) -> None:
    """Ask to give approved leave back; whoever had the last word answers. Raises NotFound, Invalid, Conflict."""
    request = _own(rep, request_id)
    if request.state == "open" and request.leave_id is not None:
        return
    if request.state != "approved" or request.leave_id is None:
        raise Conflict("leave_decided")
    if not reason:
        raise Invalid("required", "reason")
    last = len(request.steps) - 1
    request.state, request.step, request.decided_at, request.version = "open", last, None, request.version + 1
    note_decision(request, "cancel_ask", rep, at, reason)
    notices.tell_waiting(request, at)


def _approve(request: LeaveRequest, by: SignedIn, standing: int | None, reason: str, at: datetime) -> None:
    note_decision(request, "approved", by, at, reason, standing)
    in_place = by.role in OFFICE and (standing is None or not notices.next_office(request, at))
    request.step = step_after(request.steps, request.step, by_office=in_place)
    if request.step < len(request.steps):
        request.version += 1
        db.session.flush()
        notices.tell_waiting(request, at)
        return
    span, someone = span_of(request), db.session.get_one(Employee, request.employee_id, with_for_update=True)
    if (other := leave_overlap(request.employee_id, span, without_request=request.id)) is not None:
        raise Conflict("leave_overlap", first=other[1].first_on, last=other[1].last_on)
    request.leave_id = add_leave(by=by, someone=someone, span=span, kind=request.kind, note=request.note, at=at).id
    _finish(request, "approved", at)
    notices.tell_answered(request, reason, at)


def _answer_cancelling(
    request: LeaveRequest, decision: str, by: SignedIn, standing: int | None, reason: str, at: datetime
) -> None:
    if decision == "rejected":
        note_decision(request, "kept", by, at, reason, standing)
        _finish(request, "approved", at)
        notices.tell_kept(request, reason, at)
        return
    leave = db.session.get_one(Leave, request.leave_id, with_for_update=True)
    someone = db.session.get_one(Employee, request.employee_id)
    note_decision(request, "cancelled", by, at, reason, standing)
    end_leave(by=by, leave=leave, someone=someone, reason=reason, at=at)
    _finish(request, "cancelled", at)
    notices.tell_cancelled(request, reason, at)


def _finish(request: LeaveRequest, state: str, at: datetime) -> None:
    request.state, request.decided_at, request.version = state, at, request.version + 1
    request.step = min(request.step, len(request.steps) - 1)
    db.session.flush()


def _check_kind(kind: LeaveType | None, span: Span, note: str) -> None:
    if kind is None or kind.archived_at is not None:
        raise Invalid("not_a_choice", "kind")
    if (span.starts_half or span.ends_half) and not kind.half_days:
        raise Invalid("leave_no_halves", "ends_half" if span.ends_half else "starts_half")
    if kind.note_needed and not note:
        raise Invalid("required", "note")


def _seen(by: SignedIn, request_id: int, at: datetime) -> LeaveRequest:
    on = at.astimezone(by.branch.zone).date()
    asked = select(LeaveRequest).where(LeaveRequest.id == request_id, policy.leave_seen_by(by, on))
    found = db.session.scalar(asked.with_for_update(of=LeaveRequest))
    if found is None:
        raise NotFound("not_found")
    return found


def _own(rep: SignedIn, request_id: int) -> LeaveRequest:
    asked = select(LeaveRequest).where(LeaveRequest.id == request_id, LeaveRequest.employee_id == rep.id)
    found = db.session.scalar(asked.with_for_update())
    if found is None:
        raise NotFound("not_found")
    return found
