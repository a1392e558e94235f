"""Kinds of leave, and how much of each a person has left."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import select

from webapp.core.db import conn, db
from webapp.people.models import Branch, Employee
from webapp.schedules.models import Leave, LeaveGrant, LeaveRequest, LeaveType
from webapp.schedules.queries.days import HasZone, worked
from webapp.schedules.rules import (
    Balance,
    LeavePolicy,
    Span,
    carried_until,
    halves_by_year,
    prorated,
    read_leave_policy,
    span_of,
)

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
    return halves_by_year(span, working_dates(employee_id, span, branch))


def working_dates(employee_id: int, span: Span, branch: HasZone) -> set[date]:
    """The dates of a span somebody would work."""
    return {on for _, on in worked([(employee_id, on) for on in span.dates()], branch)}


def balances(
    people: Collection[int], branch: HasZone, year: int, *, today: date, without: int | None = None
) -> dict[tuple[int, str], Balance]:
    """Every kind of every person in a calendar year, in five statements, one more where a kind is given in
    proportion; all people belong to `branch`.

    today: whether what was carried over has lapsed.
    without: a request that is not counted as asked for, because it is being answered.
    """
    types = leave_types(branch.id, archived=True)
    yearly, given, used, asked = _entitled(people, types, year), _granted(people, year), _Taken(), _Taken()
    for row in _overlapping(Leave, people, year, Leave.cancelled_at.is_(None)):
        used.add(row)
    waiting = (LeaveRequest.state == "open", LeaveRequest.leave_id.is_(None), LeaveRequest.id != (without or 0))
    for row in _overlapping(LeaveRequest, people, year, *waiting):
        asked.add(row)
    days = worked(used.pairs | asked.pairs, branch)
    ends = {key: until for key, (_, _, until) in given.items() if until is not None}
    taken, wanted = used.halves(days, year), asked.halves(days, year)
    early = Counter(used.halves(days, year, ends))
    early.update(asked.halves(days, year, ends))
    found = {}
    for who, one in product(people, types):
        key = (who, one.code)
        granted, carried, until = given.get(key, (0, 0, None))
        found[key] = Balance(
            one.code, yearly[key], granted, taken.get(key, 0), wanted.get(key, 0), carried, until, early[key],
            until is not None and until < today,
        )  # fmt: skip
    return found


def carried_into(people: Collection[int], year: int) -> dict[tuple[int, str], tuple[int, int]]:
    """(half days carried over into a year, half days given by hand since) of those for whom that was done."""
    query = select(LeaveGrant.employee_id, LeaveGrant.kind, LeaveGrant.halves, LeaveGrant.source).where(
        LeaveGrant.employee_id.in_(people), LeaveGrant.year == year
    )
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for who, kind, halves, source in conn().execute(query.order_by(LeaveGrant.id)):
        if source == "carry":
            found[who, kind] = (halves, 0)
        elif (before := found.get((who, kind))) is not None:
            found[who, kind] = (before[0], before[1] + halves)
    return found


def _entitled(people: Collection[int], types: list[LeaveType], year: int) -> dict[tuple[int, str], int | None]:
    """What the kinds give each person in a year."""
    times: dict[int, Any] = {}
    if any(one.prorated and one.yearly_halves for one in types):
        query = select(Employee.id, Employee.joined_on, Employee.left_on).where(Employee.id.in_(people))
        times = {row.id: row for row in conn().execute(query)}
    found = {(who, one.code): one.yearly_halves for who, one in product(people, types)}
    for one in types:
        if one.prorated and one.yearly_halves:
            found |= {
                (who, one.code): prorated(one.yearly_halves, year, row.joined_on, row.left_on)
                for who, row in times.items()
            }
    return found


def _granted(people: Collection[int], year: int) -> dict[tuple[int, str], tuple[int, int, date | None]]:
    """(given, carried over, until when that can be used) by person and kind."""
    query = select(
        LeaveGrant.employee_id, LeaveGrant.kind, LeaveGrant.halves, LeaveGrant.source, LeaveGrant.valid_until
    )
    found: dict[tuple[int, str], tuple[int, int, date | None]] = {}
    for who, kind, halves, source, until in conn().execute(
        query.where(LeaveGrant.employee_id.in_(people), LeaveGrant.year == year)
    ):
        granted, carried, ends = found.get((who, kind), (0, 0, None))
        if source == "carry":
            found[who, kind] = (granted, carried + halves, until or carried_until(year, None))
        else:
            found[who, kind] = (granted + halves, carried, ends)
    return found


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

    def halves(
        self, days: Collection[tuple[int, date]], year: int, ends: Mapping[tuple[int, str], date] | None = None
    ) -> dict[tuple[int, str], int]:
        """ends: only those that have an end, and only days up to it."""
        found: dict[tuple[int, str], int] = defaultdict(int)
        for who, kind, span in self._spans:
            if ends is not None and (who, kind) not in ends:
                continue
            mine = {on for on in span.dates() if (who, on) in days}
            found[who, kind] += halves_by_year(span, mine, ends and ends[who, kind]).get(year, 0)
        return found
