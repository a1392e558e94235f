"""Swaps: the days of both, and lists by who looks."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import aliased

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Employee
from webapp.schedules import policy
from webapp.schedules.models import Leave, PlanStop, RosterDay, SwapRequest
from webapp.schedules.queries.days import HasZone, expectations
from webapp.schedules.rules import Swap, SwapDay

_Asker, _Other, _Decider = aliased(Employee), aliased(Employee), aliased(Employee)
_COLUMNS = (
    SwapRequest.id, SwapRequest.branch_id, SwapRequest.asker_id, SwapRequest.other_id, SwapRequest.asker_on,
    SwapRequest.other_on, SwapRequest.note, SwapRequest.seen, SwapRequest.state, SwapRequest.asked_at,
    SwapRequest.answered_at, SwapRequest.decided_at, SwapRequest.reason, SwapRequest.version,
    _Asker.name.label("asker"), _Other.name.label("other"), _Decider.name.label("decider"),
)  # fmt: skip


def swap_of(request: Any) -> Swap:
    return Swap(request.asker_id, request.other_id, request.asker_on, request.other_on)


def swap_days(swap: Swap, branch: HasZone) -> dict[tuple[int, date], SwapDay]:
    """Both people's days on every date of the swap."""
    pairs = swap.pairs
    span = {"people": (swap.asker, swap.other), "dates": swap.dates}
    expected = expectations(pairs, branch)
    rostered = select(RosterDay).where(
        RosterDay.employee_id.in_(span["people"]), RosterDay.work_date.in_(span["dates"])
    )
    shifts = {(row.employee_id, row.work_date): row.shift_id for row in conn().execute(rostered)}
    stops, off = _stops(span["people"], span["dates"]), _on_leave(pairs)
    return {
        pair: SwapDay(
            expected[pair].kind, pair in shifts, shifts.get(pair), expected[pair].starts_at, expected[pair].ends_at,
            tuple(stops.get(pair, ())), expected[pair].source != "employment", pair in off,
        )
        for pair in pairs
    }  # fmt: skip


def colleagues(user: SignedIn, on: date) -> list[Row[Any]]:
    """(id, staff_no, name) of the reps of the branch that days can be swapped with, by name."""
    query = select(Employee.id, Employee.staff_no, Employee.name).where(*_colleague(user, on))
    return list(conn().execute(query.order_by(Employee.name, Employee.id)))


def colleague(user: SignedIn, employee_id: int, on: date) -> Row[Any] | None:
    query = select(Employee.id, Employee.staff_no, Employee.name).where(*_colleague(user, on))
    return conn().execute(query.where(Employee.id == employee_id)).first()


def own_swaps(employee_id: int, limit: int = 50) -> list[Row[Any]]:
    """Asked by this person or of them, newest first."""
    mine = or_(SwapRequest.asker_id == employee_id, SwapRequest.other_id == employee_id)
    return list(conn().execute(_swaps().where(mine).order_by(SwapRequest.id.desc()).limit(limit)))


def swap(user: SignedIn, swap_id: int, on: date) -> Row[Any]:
    """Raises NotFound."""
    found = conn().execute(_swaps().where(SwapRequest.id == swap_id, policy.swaps_seen_by(user, on))).first()
    if found is None:
        raise NotFound("not_found")
    return found


def swaps_waiting(user: SignedIn, on: date, limit: int = 100, *, only: int | None = None) -> list[Row[Any]]:
    """What both want and this person may approve, the earliest day first; `only`: whether this one does."""
    mine = _swaps().where(policy.swaps_answered_by(user, on))
    if only is not None:
        mine = mine.where(SwapRequest.id == only)
    return list(conn().execute(mine.order_by(SwapRequest.asker_on, SwapRequest.id).limit(limit)))


def swaps_waiting_count(user: SignedIn, on: date) -> int:
    return conn().scalar(select(func.count()).select_from(SwapRequest).where(policy.swaps_answered_by(user, on))) or 0


def swaps_asked_of(employee_id: int) -> int:
    """How many swaps wait for this person's own yes or no."""
    mine = (SwapRequest.other_id == employee_id, SwapRequest.state == "asked")
    return conn().scalar(select(func.count()).select_from(SwapRequest).where(*mine)) or 0


def find_swaps(user: SignedIn, on: date, limit: int = 100) -> list[Row[Any]]:
    """All of the branches, newest first."""
    mine = _swaps().where(policy.swaps_seen_by(user, on))
    return list(conn().execute(mine.order_by(SwapRequest.id.desc()).limit(limit)))


def _swaps() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(_Asker, _Asker.id == SwapRequest.asker_id)
        .join(_Other, _Other.id == SwapRequest.other_id)
        .outerjoin(_Decider, _Decider.id == SwapRequest.decided_by)
    )


def _colleague(user: SignedIn, on: date) -> tuple[ColumnElement[bool], ...]:
    here = Employee.left_on.is_(None) | (Employee.left_on >= on)
    return Employee.branch_id == user.branch_id, Employee.role == "rep", Employee.id != user.id, here


def _on_leave(pairs: list[tuple[int, date]]) -> set[tuple[int, date]]:
    """Half a day counts, and so does leave of a day that is free anyhow."""
    people, dates = {who for who, _ in pairs}, {on for _, on in pairs}
    query = select(Leave.employee_id, Leave.first_on, Leave.last_on).where(
        Leave.employee_id.in_(people), Leave.first_on <= max(dates), Leave.last_on >= min(dates),
        Leave.cancelled_at.is_(None),
    )  # fmt: skip
    rows = conn().execute(query).all()
    return {(who, on) for who, on in pairs if any(row[0] == who and row[1] <= on <= row[2] for row in rows)}


def _stops(people: Any, dates: Any) -> dict[tuple[int, date], list[tuple[int, str | None, str | None]]]:
    query = select(PlanStop.employee_id, PlanStop.work_date, PlanStop.site_id, PlanStop.starts, PlanStop.ends).where(
        PlanStop.employee_id.in_(people), PlanStop.work_date.in_(dates)
    )
    found: dict[tuple[int, date], list[tuple[int, str | None, str | None]]] = {}
    for who, on, *stop in conn().execute(query.order_by(PlanStop.seq)):
        found.setdefault((who, on), []).append((stop[0], stop[1], stop[2]))
    return found
