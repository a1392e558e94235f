"""The facts of days, and the days made of them. One statement each, however many people and dates."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.engine import Row

from webapp.attendance.models import (
    AttendanceDay,
    AttendanceException,
    CheckIn,
    CheckInVoid,
    Confirmation,
    Decision,
    Punch,
    Verdict,
)
from webapp.attendance.queries.said import Said
from webapp.attendance.rules import (
    USUAL_POLICY,
    AttendancePolicy,
    DayFacts,
    DayResult,
    read_policy,
)
from webapp.core.db import UTCDateTime, conn
from webapp.people.models import Branch, BranchMove, Employee
from webapp.schedules.rules import Expectation, read_demand

Pair = tuple[int, date]
"""(employee_id, work_date)"""
RESULT_COLUMNS = tuple(DayResult.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class BranchOf:
    """The branch a rep-day belongs to: id, time zone."""

    id: int
    timezone: str


@dataclass(frozen=True, slots=True)
class _Home:
    """A person's branch, and the moves that led there: (first date after it, branch before it), in order."""

    branch_id: int
    timezone: str
    moves: list[tuple[date, int]]

    def on(self, day: date) -> int:
        return next((branch_id for moved_on, branch_id in self.moves if day < moved_on), self.branch_id)


def load_facts(pairs: Collection[Pair], zones: Mapping[int, str] | None = None) -> dict[Pair, DayFacts]:
    """Every pair's facts. `zones` names time zones by employee when the caller knows them already."""
    if not pairs:
        return {}
    wanted = set(pairs)
    known = zones or {person: branch.timezone for person, branch in branches_of({p for p, _ in wanted}).items()}
    said: dict[Pair, Said] = defaultdict(Said)
    policies: dict[tuple[int, date | None], AttendancePolicy] = {}
    for row in conn().execute(_FACTS, _span(wanted)):
        if row.tag == "policy":
            policies[row.person, row.on] = read_policy(json.loads(row.asked))
        else:
            said[row.person, row.on].add(row)
    return {
        pair: said[pair].facts(
            midnight(pair[1], known[pair[0]]), policies.get(pair) or policies.get((pair[0], None), USUAL_POLICY)
        )
        for pair in wanted
        if pair[0] in known
    }


def days(pairs: Collection[Pair]) -> dict[Pair, DayResult]:
    """The stored days; pairs nobody has built yet are left out."""
    return {pair: result_of(row) for pair, row in _stored(pairs).items()}


def days_and_branches(pairs: Collection[Pair]) -> tuple[dict[Pair, DayResult], dict[Pair, BranchOf]]:
    """The stored days, and where every pair belongs: as stored, else where the person was on that date."""
    stored, homes = _stored(pairs), _homes({person for person, _ in pairs})
    found = {}
    for pair in pairs:
        if home := homes.get(pair[0]):
            branch_id = stored[pair].branch_id if pair in stored else home.on(pair[1])
            found[pair] = BranchOf(branch_id, home.timezone)
    return {pair: result_of(row) for pair, row in stored.items()}, found


def branches_of(people: Collection[int]) -> dict[int, BranchOf]:
    """Where people belong today."""
    return {person: BranchOf(home.branch_id, home.timezone) for person, home in _homes(people).items()}


def branch_ids() -> list[int]:
    return list(conn().scalars(select(Branch.id).order_by(Branch.id)))


def people_with_a_day(branch_id: int, on: date) -> list[int]:
    """Whose day of this date is stored."""
    days_of = select(AttendanceDay.employee_id).where(
        AttendanceDay.branch_id == branch_id, AttendanceDay.work_date == on
    )
    return list(conn().scalars(days_of.order_by(AttendanceDay.employee_id)))


def dates_of(employee_id: int, first: date, last: date) -> list[date]:
    """Of one person's stored days, both ends included."""
    span = AttendanceDay.employee_id == employee_id, AttendanceDay.work_date.between(first, last)
    return list(conn().scalars(select(AttendanceDay.work_date).where(*span).order_by(AttendanceDay.work_date)))


def expectation_of(day: DayResult | Row[Any]) -> Expectation:
    """What the day was built with."""
    kind: Any = day.expected
    demand = read_demand(day.terms, day.starts_at)
    return Expectation(kind, day.starts_at, day.ends_at, day.grace_minutes, day.scheduled, "stored", demand)


def result_of(row: Row[Any]) -> DayResult:
    """A stored day as build_day made it."""
    return DayResult(*(getattr(row, name) for name in RESULT_COLUMNS))


def midnight(on: date, timezone: str) -> datetime:
    """The end of a local date."""
    return datetime.combine(on + timedelta(days=1), datetime.min.time(), ZoneInfo(timezone))


def _stored(pairs: Collection[Pair]) -> dict[Pair, Row[Any]]:
    wanted = set(pairs)
    rows = conn().execute(_DAYS, _span(wanted)) if wanted else ()
    found = {(row.employee_id, row.work_date): row for row in rows}
    return {pair: row for pair, row in found.items() if pair in wanted}


def _homes(people: Collection[int]) -> dict[int, _Home]:
    homes: dict[int, _Home] = {}
    for row in conn().execute(_BRANCHES, {"people": sorted(people)}) if people else ():
        home = homes.setdefault(row.id, _Home(row.branch_id, row.timezone, []))
        if row.moved_on is not None:
            home.moves.append((row.moved_on, row.from_branch_id))
    return homes


def _span(pairs: Collection[Pair]) -> dict[str, Any]:
    return {"people": sorted({person for person, _ in pairs}), "dates": sorted({on for _, on in pairs})}


_PEOPLE, _DATES = bindparam("people", expanding=True), bindparam("dates", expanding=True)
_DAYS = select(AttendanceDay.__table__).where(
    AttendanceDay.employee_id.in_(_PEOPLE), AttendanceDay.work_date.in_(_DATES)
)
_BRANCHES = (
    select(Employee.id, Employee.branch_id, Branch.timezone, BranchMove.moved_on, BranchMove.from_branch_id)
    .join(Branch, Branch.id == Employee.branch_id)
    .outerjoin(BranchMove, BranchMove.employee_id == Employee.id)
    .where(Employee.id.in_(_PEOPLE))
    .order_by(Employee.id, BranchMove.moved_on)
)
# The first part of the union names the columns and their types; JSON travels as text.
_TYPES = {
    "id": Integer,
    "kind": String,
    "at": UTCDateTime,
    "ref": Integer,
    "word": String,
    "asked": String,
    "granted": String,
}


def _part(tag: str, owner: Any, **columns: Any) -> Select[Any]:
    def column(name: str, kind: Any) -> ColumnElement[Any]:
        return columns.get(name, cast(null(), kind)).label(name)

    head = (
        literal_column(f"'{tag}'", String).label("tag"),
        owner.employee_id.label("person"),
        owner.work_date.label("on"),
    )
    body = select(*head, *(column(*item) for item in _TYPES.items()))
    return body.where(owner.employee_id.in_(_PEOPLE), owner.work_date.in_(_DATES))


_LATEST = (
    select(func.max(Confirmation.seq))
    .where(Confirmation.employee_id == (_c := Confirmation.__table__.alias("said")).c.employee_id)
    .where(Confirmation.work_date == _c.c.work_date)
    .scalar_subquery()
)
_FACTS = union_all(
    _part(
        "mark",
        CheckIn,
        id=CheckIn.id,
        kind=CheckIn.kind,
        at=CheckIn.counted_at,
        ref=CheckIn.site_id,
        word=Verdict.verdict,
    )
    .join(Verdict, Verdict.check_in_id == CheckIn.id)
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .where(CheckInVoid.check_in_id.is_(None)),
    _part(
        "issue",
        AttendanceException,
        id=AttendanceException.id,
        kind=AttendanceException.kind,
        at=Decision.at,
        ref=AttendanceException.check_in_id,
        word=AttendanceException.state,
        asked=cast(AttendanceException.params, String),
        granted=cast(Decision.params, String),
    ).outerjoin(
        Decision,
        and_(Decision.exception_id == AttendanceException.id, Decision.seq == AttendanceException.state_seq),
    ),
    _part("word", _c.c, id=_c.c.seq, kind=_c.c.word, word=_c.c.reason).where(_c.c.seq == _LATEST),
    _part("punch", Punch, id=Punch.raw_id, kind=Punch.key, at=Punch.at, ref=Punch.site_id).where(
        Punch.state != "ignored"
    ),
    # What differs in a person's branch; and, for days that stayed with another branch, what that one says.
    select(
        literal_column("'policy'", String),
        Employee.id,
        cast(null(), Date),
        *(cast(null(), kind) for name, kind in _TYPES.items() if name not in ("asked", "granted")),
        cast(Branch.attendance, String),
        cast(null(), String),
    )
    .join(Branch, Branch.id == Employee.branch_id)
    .where(Employee.id.in_(_PEOPLE), cast(Branch.attendance, String) != "{}"),
    select(
        literal_column("'policy'", String),
        AttendanceDay.employee_id,
        AttendanceDay.work_date,
        *(cast(null(), kind) for name, kind in _TYPES.items() if name not in ("asked", "granted")),
        cast(Branch.attendance, String),
        cast(null(), String),
    )
    .join(Employee, Employee.id == AttendanceDay.employee_id)
    .join(Branch, Branch.id == AttendanceDay.branch_id)
    .where(
        AttendanceDay.employee_id.in_(_PEOPLE),
        AttendanceDay.work_date.in_(_DATES),
        AttendanceDay.branch_id != Employee.branch_id,
    ),
)
