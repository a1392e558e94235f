"""Leave, and days of leave given to people, from a table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.core.cells import Cells
from webapp.core.db import conn
from webapp.core.errors import N_, DomainError, Invalid, words
from webapp.core.imports import Ask, Column, ImportKind, Parsed
from webapp.people.models import Employee
from webapp.schedules import service
from webapp.schedules.adapters.imports_common import STAFF, named, people_of
from webapp.schedules.models import Leave, LeaveGrant, LeaveRequest, LeaveType
from webapp.schedules.queries.leave import leave_types
from webapp.schedules.queries.periods import closed_months
from webapp.schedules.rules import Span, check_span, day_in_reach, months_between, span_of
from webapp.schedules.service.common import today

_YES = dict.fromkeys(("yes", "y", "1", "x", "true", "是", "√", "✓"), "1") | dict.fromkeys(
    ("no", "0", "false", "否"), ""
)
_KIND = Column("kind", N_("Kind"), True, ("假期类型", "假别", "type"), "annual", N_("By name or code"))


@dataclass(frozen=True, slots=True)
class KnownLeave:
    people: Mapping[str, int]
    kinds: Mapping[str, LeaveType]
    today: date
    closed: set[str]
    taken: dict[int, list[tuple[str, str, Span]]] = field(default_factory=lambda: defaultdict(list))
    """("leave" or "request", kind, days) of each person, earlier good rows of the file among them."""


class LeaveImport(ImportKind):
    """One row per approved leave. The same leave again is nothing new; another one on the same days is refused."""

    code = "leave"
    columns = (
        STAFF,
        _KIND,
        Column("first_on", N_("First date"), True, ("开始日期", "from"), "2026-11-23"),
        Column("last_on", N_("Last date"), False, ("结束日期", "until"), "2026-11-24", N_("Empty: one day")),
        Column("starts_half", N_("Begins at noon"), False, ("下午开始",), "yes", N_("yes or no")),
        Column("ends_half", N_("Ends at noon"), False, ("中午结束",), "no", N_("yes or no")),
        Column("note", N_("Note"), False, ("备注",), "Wedding"),
    )

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> KnownLeave:
        closed = {month for _, month in closed_months([ask.branch_id])}
        known = KnownLeave(people_of(ask.branch_id), _kinds(ask.branch_id), today(ask.branch_id, ask.at), closed)
        dates = [on for row in rows for name in ("first_on", "last_on") if (on := Cells(row).day(name))]
        if dates:
            _load_taken(known, ask.branch_id, min(dates), max(dates))
        return known

    def parse_row(self, cells: Cells, known: KnownLeave, ask: Ask) -> Parsed:
        person = named(cells, "staff_no", known.people, "unknown_staff")
        kind = named(cells, "kind", known.kinds, "unknown_leave_kind")
        span, note = _span(cells), cells.text("note", limit=300) or ""
        if not cells.ok or person is None or kind is None or span is None:
            return Parsed("create", "")
        data = {
            "person": person, "kind": kind.code, "first_on": span.first_on.isoformat(), "note": note,
            "last_on": span.last_on.isoformat(), "starts_half": span.starts_half, "ends_half": span.ends_half,
        }  # fmt: skip
        key = f"{person}|{kind.code}|{span}"
        mine = known.taken[person]
        if ("leave", kind.code, span) in mine:
            return Parsed("skip", key, data)
        _check(cells, kind, span, known, mine)
        if cells.ok:
            mine.append(("leave", kind.code, span))
        return Parsed("create", key, data)

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        values = {name: data[name] for name in ("kind", "note", "starts_half", "ends_half")}
        first, last = (date.fromisoformat(data[name]) for name in ("first_on", "last_on"))
        known: dict[str, Any] = {"by": ask.by, "employee_id": data["person"], "at": ask.at}
        service.record_leave(first_on=first, last_on=last, **known, **values)


@dataclass(frozen=True, slots=True)
class KnownGrants:
    people: Mapping[str, int]
    kinds: Mapping[str, LeaveType]
    year: int
    given: set[tuple[int, str, int, int, str]]


class LeaveDaysImport(ImportKind):
    """One row per person, kind and year: days on top of what the kind gives everybody. The same row again, in this
    file or another, gives nothing more."""

    code = "leave_days"
    columns = (
        STAFF,
        _KIND,
        Column("year", N_("Year"), True, ("年份", "年度"), "2026"),
        Column(
            "days", N_("Number of days"), True, ("天数", "days"), "2.5",
            N_("On top of what the kind gives everybody; below zero takes days away"),
        ),
        Column("note", N_("Note"), False, ("备注", "why"), "Left over from the old system"),
    )  # fmt: skip

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> KnownGrants:
        kinds = {name: one for name, one in _kinds(ask.branch_id).items() if one.yearly_halves is not None}
        columns = (LeaveGrant.employee_id, LeaveGrant.kind, LeaveGrant.year, LeaveGrant.halves, LeaveGrant.note)
        here = select(*columns).join(Employee, Employee.id == LeaveGrant.employee_id)
        found = conn().execute(here.where(Employee.branch_id == ask.branch_id, LeaveGrant.source == "import"))
        year = today(ask.branch_id, ask.at).year
        given = {(who, kind, its_year, halves, note) for who, kind, its_year, halves, note in found}
        return KnownGrants(people_of(ask.branch_id), kinds, year, given)

    def parse_row(self, cells: Cells, known: KnownGrants, ask: Ask) -> Parsed:
        person = named(cells, "staff_no", known.people, "unknown_staff")
        kind = named(cells, "kind", known.kinds, "uncounted_leave_kind")
        year = cells.whole("year", low=known.year - 2, high=known.year + 2)
        days, note = cells.number("days", low=-366, high=366), cells.text("note", limit=300) or ""
        if days is not None and (days * 2 != int(days * 2) or not days):
            cells.fail("days", Invalid("leave_half_steps" if days else "leave_no_days", "days"))
        if not cells.ok or person is None or kind is None or year is None or days is None:
            return Parsed("create", "")
        given = (person, kind.code, year, int(days * 2), note)
        data = dict(zip(("person", "kind", "year", "halves", "note"), given, strict=True))
        return Parsed("skip" if given in known.given else "create", "|".join(str(part) for part in given), data)

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        values = {name: data[name] for name in ("kind", "year", "halves", "note")}
        service.grant_leave(by=ask.by, employee_id=data["person"], source="import", at=ask.at, **values)


def _kinds(branch_id: int) -> dict[str, LeaveType]:
    """Those in use, by code and by both names; a name that is another one's code means what is called so."""
    found: dict[str, LeaveType] = {}
    for spelling in ("code", "name_en", "name_zh"):
        found |= {getattr(one, spelling).casefold(): one for one in leave_types(branch_id)}
    return found


def _load_taken(known: KnownLeave, branch_id: int, first: date, last: date) -> None:
    sources: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
        ("leave", Leave, (Leave.cancelled_at.is_(None),)),
        ("request", LeaveRequest, (LeaveRequest.state == "open", LeaveRequest.leave_id.is_(None))),
    )
    for name, model, still in sources:
        here = select(model).join(Employee, Employee.id == model.employee_id)
        near = (model.first_on <= last, model.last_on >= first)
        columns = (model.employee_id, model.kind, model.first_on, model.last_on, model.starts_half, model.ends_half)
        rows = conn().execute(here.with_only_columns(*columns).where(Employee.branch_id == branch_id, *near, *still))
        for row in rows:
            known.taken[row.employee_id].append((name, row.kind, span_of(row)))


def _span(cells: Cells) -> Span | None:
    """The days of a row; what is wrong with them is left in the cells."""
    first = cells.day("first_on")
    last = cells.day("last_on") or first
    halves = [bool(cells.choice(name, _YES)) for name in ("starts_half", "ends_half")]
    if first is None or last is None:
        return None
    for name, on in (("first_on", first), ("last_on", last)):
        if cells.has(name) and day_in_reach(on.isoformat()) is None:
            cells.fail(name, Invalid("not_a_date", name))
    span = Span(first, last, *halves)
    try:
        check_span(span)
    except DomainError as error:
        cells.fail(error.field or "first_on", error)
    return span


def _check(
    cells: Cells, kind: LeaveType, span: Span, known: KnownLeave, mine: Sequence[tuple[str, str, Span]]
) -> None:  # fmt: skip
    if (span.starts_half or span.ends_half) and not kind.half_days:
        name = "ends_half" if span.ends_half else "starts_half"
        cells.fail(name, Invalid("leave_no_halves", name))
    for what, _, other in mine:
        if span.overlaps(other):
            days = {"first": other.first_on, "last": other.last_on}
            cells.fail("first_on", Invalid("leave_overlap" if what == "leave" else "leave_waits", "first_on", **days))
    shut = known.closed.intersection(months_between(span.first_on, min(span.last_on, known.today)))
    if shut:
        cells.fail("first_on", Invalid("month_closed", "first_on", month=min(shut)))


KINDS = (LeaveImport(), LeaveDaysImport())

words(
    {
        "unknown_leave_kind": N_("There is no kind of leave called %(written)s in this branch."),
        "uncounted_leave_kind": N_("No kind of leave called %(written)s is counted in this branch."),
        "leave_no_days": N_("Write how many days, more or less than 0."),
    }
)
