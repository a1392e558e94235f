"""Kinds of leave, and how much of each a person has left."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import func, select

from webapp.core.db import conn, db
from webapp.people.models import Branch
from webapp.schedules.models import Leave, LeaveGrant, LeaveRequest, LeaveType
from webapp.schedules.queries.days import HasZone, worked
from webapp.schedules.rules import Balance, LeavePolicy, Span, halves_by_year, read_leave_policy, span_of

Names = tuple[str, str]
"""English, Chinese."""


def leave_types(branch_id: int, *, archived: bool = False) -> list[LeaveType]:
    """In their order, archived ones last."""
    query = select(LeaveType).where(LeaveType.branch_id == branch_id)
    if not archived:
        query = query.where(LeaveType.archived_at.is_(None))
    return list(
        db.session.scalars(query.order_by(LeaveType.archived_at.is_not(None), LeaveType.position, LeaveType.id))
    )


def leave_type(branch_id: int, code: str) -> LeaveType | None:
    return db.session.scalar(select(LeaveType).where(LeaveType.branch_id == branch_id, LeaveType.code == code))


def all_leave_types(branch_ids: Collection[int]) -> list[LeaveType]:
    return list(db.session.scalars(select(LeaveType).where(LeaveType.branch_id.in_(branch_ids))))


def leave_names(branch_ids: Collection[int]) -> dict[tuple[int, str], Names]:
    """What each branch calls its kinds, archived ones too."""
    query = select(LeaveType.branch_id, LeaveType.code, LeaveType.name_en, LeaveType.name_zh)
    rows = conn().execute(query.where(LeaveType.branch_id.in_(branch_ids)))
    return {(branch_id, code): (name_en, name_zh) for branch_id, code, name_en, name_zh in rows}


def leave_policy(branch_id: int) -> LeavePolicy:
    return read_leave_policy(conn().scalar(select(Branch.leave_policy).where(Branch.id == branch_id)))


def halves_wanted(employee_id: int, span: Span, branch: HasZone) -> dict[int, int]:
    """Half working days a span takes from each year."""
    found = worked([(employee_id, on) for on in span.dates()], branch)
    return halves_by_year(span, {on for _, on in found})


def balances(
    people: Collection[int], branch: HasZone, year: int, *, without: int | None = None
) -> dict[tuple[int, str], Balance]:
    """Every kind of every person in a calendar year, in five statements; all people belong to `branch`.

    without: a request that is not counted as asked for, because it is being answered.
    """
    types = leave_types(branch.id, archived=True)
    granted, used, asked = _granted(people, year), _Taken(), _Taken()
    for row in _overlapping(Leave, people, year, Leave.cancelled_at.is_(None)):
        used.add(row)
    waiting = (LeaveRequest.state == "open", LeaveRequest.leave_id.is_(None), LeaveRequest.id != (without or 0))
    for row in _overlapping(LeaveRequest, people, year, *waiting):
        asked.add(row)
    days = worked(used.pairs | asked.pairs, branch)
    taken, wanted = used.halves(days, year), asked.halves(days, year)
    return {
        (who, one.code): Balance(
            one.code, one.yearly_halves, granted.get((who, one.code), 0), taken.get((who, one.code), 0),
            wanted.get((who, one.code), 0),
        )
        for who in people
        for one in types
    }  # fmt: skip


def _granted(people: Collection[int], year: int) -> dict[tuple[int, str], int]:
    query = select(LeaveGrant.employee_id, LeaveGrant.kind, func.sum(LeaveGrant.halves)).where(
        LeaveGrant.employee_id.in_(people), LeaveGrant.year == year
    )
    rows = conn().execute(query.group_by(LeaveGrant.employee_id, LeaveGrant.kind))
    return {(who, kind): int(halves) for who, kind, halves in rows}


def _overlapping(model: Any, people: Collection[int], year: int, *more: Any) -> list[Any]:
    columns = (model.employee_id, model.kind, model.first_on, model.last_on, model.starts_half, model.ends_half)
    inside = (model.first_on <= date(year, 12, 31), model.last_on >= date(year, 1, 1))
    return list(conn().execute(select(*columns).where(model.employee_id.in_(people), *inside, *more)))


class _Taken:
    """Spans of leave by person and kind, to be counted once the working days are known."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, str, Span]] = []
        self.pairs: set[tuple[int, date]] = set()

    def add(self, row: Any) -> None:
        span = span_of(row)
        self._spans.append((row.employee_id, row.kind, span))
        self.pairs |= {(row.employee_id, on) for on in span.dates()}

    def halves(self, days: Collection[tuple[int, date]], year: int) -> dict[tuple[int, str], int]:
        found: dict[tuple[int, str], int] = defaultdict(int)
        for who, kind, span in self._spans:
            mine = {on for on in span.dates() if (who, on) in days}
            found[who, kind] += halves_by_year(span, mine).get(year, 0)
        return found
