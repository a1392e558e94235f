"""Two people swap days: one asks, the colleague agrees, a supervisor approves; then both rosters change at once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.schedules import policy
from webapp.schedules.models import PlanStop, RosterDay, SwapRequest
from webapp.schedules.queries.swaps import colleague, swap_days, swap_of
from webapp.schedules.rules import OPEN_SWAPS, Swap, SwapDay, check_swap, check_unchanged, exchanged, seen
from webapp.schedules.service import swap_notices as notices
from webapp.schedules.service.common import check_reason, lock, person_changed, today
from webapp.schedules.service.marks import marks_of, remember


def look_at_swap(*, rep: SignedIn, swap: Swap, at: datetime) -> dict[tuple[int, date], SwapDay]:
    """The days of both, after everything that is looked at before a swap is asked for. Raises Invalid."""
    if colleague(rep, swap.other, today(rep.branch_id, at)) is None:
        raise Invalid("swap_colleague", "other_id")
    days = swap_days(swap, rep.branch)
    check_swap(swap, days, at)
    dates, people = swap.dates, (swap.asker, swap.other)
    involved = or_(SwapRequest.asker_id.in_(people), SwapRequest.other_id.in_(people))
    about = or_(SwapRequest.asker_on.in_(dates), SwapRequest.other_on.in_(dates))
    waiting = select(SwapRequest.id).where(
        SwapRequest.branch_id == rep.branch_id, SwapRequest.state.in_(OPEN_SWAPS), involved, about
    )
    if conn().execute(waiting.limit(1)).first() is not None:
        raise Invalid("swap_open", "asker_on")
    return days


def ask_swap(*, rep: SignedIn, client_id: str, swap: Swap, note: str = "", at: datetime) -> int:
    """Its id; the same request sent again is the same one. Raises Invalid, Conflict."""
    _lock(swap)
    same = (SwapRequest.asker_id == rep.id, SwapRequest.client_id == client_id)
    if (known := db.session.scalar(select(SwapRequest).where(*same))) is not None:
        if (swap_of(known), known.note) != (swap, note):
            raise Conflict("conflict")
        return known.id
    days = look_at_swap(rep=rep, swap=swap, at=at)
    request = SwapRequest(
        client_id=client_id, branch_id=rep.branch_id, asker_id=rep.id, other_id=swap.other, asker_on=swap.asker_on,
        other_on=swap.other_on, note=note, seen=seen(days), state="asked", asked_at=at, reason="", version=1,
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    _record(request, "swap.asked", rep, at)
    notices.tell_colleague(request, at)
    return request.id


def answer_swap(*, rep: SignedIn, swap_id: int, agrees: bool, at: datetime) -> str:
    """The colleague's answer; the state it has now. Raises NotFound, Invalid, Conflict."""
    request = _find(select(SwapRequest).where(SwapRequest.id == swap_id, SwapRequest.other_id == rep.id))
    wanted = "accepted" if agrees else "refused"
    if request.state == wanted:
        return wanted
    if request.state != "asked":
        raise Conflict("swap_decided")
    if agrees:
        _check_still(request, at)
    request.state, request.answered_at, request.version = wanted, at, request.version + 1
    db.session.flush()
    _record(request, f"swap.{wanted}", rep, at)
    if agrees:
        notices.tell_deciders(request, at)
    else:
        notices.tell_both(request, "notice_swap_refused", at, to=[request.asker_id])
    return wanted


def withdraw_swap(*, rep: SignedIn, swap_id: int, at: datetime) -> None:
    """By whoever asked, until somebody has decided. Raises NotFound, Conflict."""
    request = _find(select(SwapRequest).where(SwapRequest.id == swap_id, SwapRequest.asker_id == rep.id))
    if request.state == "withdrawn":
        return
    if request.state not in OPEN_SWAPS:
        raise Conflict("swap_decided")
    _finish(request, "withdrawn", rep, "", at)
    notices.tell_both(request, "notice_swap_withdrawn", at, to=[request.other_id])


def decide_swap(
    *, by: SignedIn, swap_id: int, decision: str, version: int, reason: str = "", at: datetime
) -> str:  # fmt: skip
    """approved or rejected; approving swaps the days of both. Raises NotFound, Forbidden, Invalid, Conflict."""
    on = at.astimezone(by.branch.zone).date()
    request = _find(select(SwapRequest).where(SwapRequest.id == swap_id, policy.swaps_seen_by(by, on)))
    if request.state != "accepted" or request.version != version:
        raise Conflict("swap_decided")
    if not policy.may_answer(by, request, on):
        raise Forbidden("forbidden")
    if decision not in ("approved", "rejected"):
        raise Invalid("not_a_choice", "decision")
    check_reason(decision, reason)
    if decision == "approved":
        _exchange(request, by, at)
    _finish(request, decision, by, reason, at)
    notices.tell_both(request, f"notice_swap_{decision}", at, to=[request.asker_id, request.other_id], note=reason)
    return decision


def _exchange(request: SwapRequest, by: SignedIn, at: datetime) -> None:
    _lock(swap_of(request))
    days = _check_still(request, at)
    people = {one.id: one for one in (_person(request.asker_id), _person(request.other_id))}
    after, acting = exchanged(swap_of(request), days), policy.standing_for(by, request.asker_id)
    for who, on in after:
        for model in (RosterDay, PlanStop):
            conn().execute(delete(model).where(model.employee_id == who, model.work_date == on))
    for (who, on), (kind, shift_id, stops) in after.items():
        _write(people[who], on, kind, shift_id, stops)
        before = days[who, on]
        audit.record(
            actor_id=by.id, action="roster.swapped", object_type="schedule", object_id=f"{who}|{on}",
            branch_id=request.branch_id, before={"kind": before.kind, "shift_id": before.shift_id,
                                                 "stops": [list(stop) for stop in before.stops]},
            after={"kind": kind, "shift_id": shift_id, "stops": [list(stop) for stop in stops], **acting}, at=at,
        )  # fmt: skip
    for who, someone in people.items():
        person_changed(someone, [on for one, on in after if one == who], at, tell=False)
    # Both saw the days, and hear in the same unit of work that they have swapped them.
    now = marks_of(people, swap_of(request).dates, db.session.get_one(Branch, request.branch_id))
    remember(by, {pair: now[pair] for pair in after}, at)


def _write(someone: Employee, on: date, kind: str | None, shift_id: int | None, stops: Sequence[Any]) -> None:
    known = {"employee_id": someone.id, "work_date": on}
    if kind is not None:
        conn().execute(insert(RosterDay), {**known, "branch_id": someone.branch_id, "kind": kind, "shift_id": shift_id})
    rows = [
        {**known, "seq": seq, "site_id": site, "starts": starts, "ends": ends}
        for seq, (site, starts, ends) in enumerate(stops, 1)
    ]
    if rows:
        conn().execute(insert(PlanStop), rows)


def _check_still(request: SwapRequest, at: datetime) -> dict[tuple[int, date], SwapDay]:
    """The days, when they are as both saw them and can still be swapped. Raises Conflict, Invalid."""
    days = swap_days(swap_of(request), db.session.get_one(Branch, request.branch_id))
    check_swap(swap_of(request), days, at)
    check_unchanged(days, request.seen)
    return days


def _finish(request: SwapRequest, state: str, by: SignedIn, reason: str, at: datetime) -> None:
    request.state, request.reason, request.version = state, reason, request.version + 1
    request.decided_at = at
    if state != "withdrawn":
        request.decided_by = by.id
    db.session.flush()
    _record(request, f"swap.{state}", by, at, reason)


def _lock(swap: Swap) -> None:
    """Both people, so that two swaps of one day come one after the other."""
    lock((swap.asker, swap.other))


def _person(employee_id: int) -> Employee:
    return db.session.get_one(Employee, employee_id)


def _find(asked: Any) -> SwapRequest:
    found = db.session.scalar(asked.with_for_update(of=SwapRequest))
    if found is None:
        raise NotFound("not_found")
    return found


def _record(request: SwapRequest, action: str, by: SignedIn, at: datetime, reason: str = "") -> None:
    acting = policy.standing_for(by, request.asker_id)
    audit.record(
        actor_id=by.id, action=action, object_type="swap", object_id=f"{request.asker_id}|{request.asker_on}",
        branch_id=request.branch_id, after={"colleague": request.other_id, "other_on": request.other_on, **acting},
        reason=reason or None, at=at,
    )  # fmt: skip
