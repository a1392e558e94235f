"""What people's work dates should look like. One statement, however many people and dates."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.engine import Row

from webapp.core.db import conn
from webapp.people.models import Branch, Employee
from webapp.schedules.models import CalendarDay, EarlierTimes, Leave, PlanStop, RosterDay, Shift
from webapp.schedules.rules import (
    NO_TERMS,
    USUAL,
    DayWords,
    Expectation,
    Half,
    ShiftTimes,
    decide,
    read_terms,
    work_date_of,
)
from webapp.schedules.rules import expectation as expect
from webapp.sites.models import EarlierStoreType, Site, StoreType

Pair = tuple[int, date]
"""(employee_id, work_date)"""


class HasZone(Protocol):
    """A Branch or a BranchInfo."""

    @property
    def id(self) -> int: ...
    @property
    def timezone(self) -> str: ...


def expectations(
    pairs: Collection[Pair], branch: HasZone, *, default_site: Mapping[Pair, int] | None = None
) -> dict[Pair, Expectation]:
    """Every pair's expectation; all people belong to `branch`.

    default_site: the first checked-in site of a pair; its store type's hours count when nothing else says them.
    """
    if not pairs:
        return {}
    sites, zone = default_site or {}, ZoneInfo(branch.timezone)
    known = _load(pairs, branch.id, set(sites.values()))
    return {pair: expect(known.words(pair), known.shift(pair, sites.get(pair)), pair[1], zone) for pair in set(pairs)}


def worked(pairs: Collection[Pair], branch: HasZone) -> set[Pair]:
    """The pairs that would be worked if nobody were on leave."""
    if not pairs:
        return set()
    known = _load(pairs, branch.id, ())
    return {pair for pair in set(pairs) if decide(replace(known.words(pair), on_leave=False), pair[1])[0] == "work"}


def expectation(employee_id: int, work_date: date, branch: HasZone, *, site_id: int | None = None) -> Expectation:
    pair = (employee_id, work_date)
    return expectations([pair], branch, default_site=None if site_id is None else {pair: site_id})[pair]


def work_date(employee_id: int, at: datetime, branch: HasZone, *, site_id: int | None = None) -> date:
    """The work date a moment of this person belongs to."""
    return work_day(employee_id, at, branch, site_id=site_id)[0]


def work_day(
    employee_id: int, at: datetime, branch: HasZone, *, site_id: int | None = None
) -> tuple[date, Expectation]:
    """The work date of a moment and what is expected of it, in one statement."""
    zone = ZoneInfo(branch.timezone)
    local = at.astimezone(zone).date()
    pairs = [(employee_id, local + timedelta(days=step)) for step in (-1, 0, 1)]
    known = _load(pairs, branch.id, set() if site_id is None else {site_id})
    shifts = {pair[1]: known.shift(pair, site_id) for pair in pairs}
    days = {pair[1]: expect(known.words(pair), shifts[pair[1]], pair[1], zone) for pair in pairs}
    on = work_date_of(at, zone, lambda day: shifts[day] if days[day].scheduled else None)
    return on, days[on]


def work_dates(moments: Collection[tuple[int, datetime, int | None]], branch: HasZone) -> list[date]:
    """The work date of each moment (employee, when, site); one statement however many they are."""
    if not moments:
        return []
    zone, near = ZoneInfo(branch.timezone), (-1, 0, 1)
    days = {(who, at.astimezone(zone).date() + timedelta(days=step)) for who, at, _ in moments for step in near}
    known = _load(days, branch.id, {site for _, _, site in moments if site is not None})
    return [work_date_of(at, zone, known.scheduled(who, site_id)) for who, at, site_id in moments]


class _Known:
    """Everything said about some people's dates, ready to be asked per pair."""

    def __init__(self, rows: Iterable[Row]) -> None:
        parts: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            parts[row.tag].append(row)
        self.employed = {row.key: (row.day, row.until) for row in parts["person"]}
        self.leaves: dict[int, list[Row]] = {row.key: [] for row in parts["leave"]}
        for row in parts["leave"]:
            self.leaves[row.key].append(row)
        self.roster = {(row.key, row.day): row for row in parts["roster"]}
        self.calendar = {row.day: row.word for row in parts["calendar"]}
        # written last to first, so that the first stop of a day stays
        stops = sorted(parts["plan"], key=lambda row: -row.seq)
        self.planned = {(row.key, row.day): row for row in stops}
        self.sites = {row.key: row for row in parts["site"]}
        self.first_shift = next(iter(parts["shift"]), None)
        self.week, self.earlier_weeks = [], []
        for row in parts["week"]:
            self.week, self.earlier_weeks = json.loads(row.word), json.loads(row.start)
        self.earlier_types = parts["was_type"]
        self.earlier = {tag: parts[tag] for tag in ("old_shift", "old_type")}

    def words(self, pair: Pair) -> DayWords:
        employee_id, on = pair
        joined, left = self.employed.get(employee_id, (date.min, None))
        roster, off = self.roster.get(pair), self._off(pair)
        return DayWords(
            employed=joined <= on and (left is None or on <= left),
            on_leave=len(off) == 2,
            roster=roster.word if roster else None,
            calendar=self.calendar.get(on),
            workdays=self._week(on),
            half_off=off.pop() if len(off) == 1 else "",
        )

    def shift(self, pair: Pair, site_id: int | None) -> ShiftTimes:
        """Roster's shift, else the store type of the first planned or checked-in site, else the branch's first."""
        roster, on = self.roster.get(pair), pair[1]
        if roster is not None and roster.ref is not None:
            return self._on("old_shift", roster, on)
        place = self.planned.get(pair) or (self.sites.get(site_id) if site_id is not None else None)
        if place is not None:
            return self._on("old_type", self._then(place, on), on)
        return USUAL if self.first_shift is None else self._on("old_shift", self.first_shift, on)

    def scheduled(self, employee_id: int, site_id: int | None) -> Callable[[date], ShiftTimes | None]:
        """What somebody works on a date, asked by date."""

        def shift_on(on: date) -> ShiftTimes | None:
            pair = (employee_id, on)
            return self.shift(pair, site_id) if decide(self.words(pair), on)[0] == "work" else None

        return shift_on

    def _off(self, pair: Pair) -> set[Half]:
        """The halves of a date that are leave."""
        halves: set[Half] = set()
        for row in self.leaves.get(pair[0], ()):
            if row.day <= pair[1] <= row.until:
                from_middle, to_middle = bool(row.seq) and pair[1] == row.day, bool(row.grace) and pair[1] == row.until
                if from_middle == to_middle:
                    return {"first", "second"}
                halves.add("second" if from_middle else "first")
        return halves

    def _week(self, on: date) -> tuple[int, ...]:
        """Weekdays worked by the rule in force on a date."""
        return tuple(next((days for until, days in self.earlier_weeks if on.isoformat() < until), self.week))

    def _then(self, place: Row, on: date) -> Row:
        """The store's type on a date."""
        changes = [old for old in self.earlier_types if old.word == place.word and old.until > on]
        return min(changes, key=lambda old: old.until, default=place)

    def _on(self, kind: str, row: Row, on: date) -> ShiftTimes:
        """The hours in force on a date: the earliest change after it tells what was before."""
        changes = [old for old in self.earlier[kind] if old.ref == row.ref and old.until > on]
        return _times(min(changes, key=lambda old: old.until, default=row))


def _load(pairs: Collection[Pair], branch_id: int, sites: Collection[int]) -> _Known:
    dates = sorted({on for _, on in pairs})
    asked = {
        "branch": branch_id,
        "people": sorted({employee_id for employee_id, _ in pairs}),
        "dates": dates,
        "first": dates[0],
        "last": dates[-1],
        "sites": sorted(sites),
    }
    return _Known(conn().execute(_EVERYTHING, asked))


def _times(row: Row) -> ShiftTimes:
    terms = NO_TERMS if row.terms in ("{}", None) else read_terms(json.loads(row.terms))
    return ShiftTimes(row.start, row.end, row.grace, terms)


# Plain tables: a statement of mapped attributes takes ten times as long to find in the cache of compiled ones.
_branch, _person, _calendar = Branch.__table__.c, Employee.__table__.c, CalendarDay.__table__.c
_earlier, _leave = EarlierTimes.__table__.c, Leave.__table__.c
_was = EarlierStoreType.__table__.c
_plan, _roster = PlanStop.__table__.c, RosterDay.__table__.c
_shift, _site, _type = Shift.__table__.c, Site.__table__.c, StoreType.__table__.c

# The first part of the union names the columns and their types.
_TYPES = {
    "key": Integer, "day": Date, "until": Date, "ref": Integer, "seq": Integer,
    "start": String, "end": String, "grace": Integer, "word": String, "terms": String,
}  # fmt: skip


def _part(tag: str, **columns: Any) -> Select[Any]:
    def column(name: str, kind: Any) -> ColumnElement[Any]:
        return columns.get(name, cast(null(), kind)).label(name)

    return select(literal_column(f"'{tag}'", String).label("tag"), *(column(*item) for item in _TYPES.items()))


def _hours(source: Any) -> dict[str, Any]:
    return {
        "start": source.start,
        "end": source.end,
        "grace": source.grace_minutes,
        "terms": cast(source.terms, String),
    }


_STORE = {
    "word": cast(_site.id, String), "ref": _type.id, "start": _type.shift_start, "end": _type.shift_end,
    "grace": _type.grace_minutes, "terms": cast(_type.terms, String),
}  # fmt: skip
_PEOPLE, _DATES = bindparam("people", expanding=True), bindparam("dates", expanding=True)
_BRANCH, _FIRST, _LAST = bindparam("branch"), bindparam("first"), bindparam("last")
_SHIFT = _hours(_shift)
_FIRST_SHIFT = select(func.min(_shift.id)).where(_shift.branch_id == _BRANCH, _shift.archived_at.is_(None))

_EVERYTHING = union_all(
    _part("person", key=_person.id, day=_person.joined_on, until=_person.left_on).where(_person.id.in_(_PEOPLE)),
    _part(
        "leave",
        key=_leave.employee_id,
        day=_leave.first_on,
        until=_leave.last_on,
        seq=cast(_leave.starts_half, Integer),
        grace=cast(_leave.ends_half, Integer),
    ).where(
        _leave.employee_id.in_(_PEOPLE),
        _leave.cancelled_at.is_(None),
        _leave.first_on <= _LAST,
        _leave.last_on >= _FIRST,
    ),
    _part("roster", key=_roster.employee_id, day=_roster.work_date, ref=_shift.id, word=_roster.kind, **_hours(_shift))
    .select_from(RosterDay.__table__)
    .outerjoin(Shift.__table__, _shift.id == _roster.shift_id)
    .where(_roster.employee_id.in_(_PEOPLE), _roster.work_date.in_(_DATES)),
    _part("calendar", day=_calendar.on_date, word=_calendar.kind).where(
        _calendar.branch_id == _BRANCH, _calendar.on_date.in_(_DATES), _calendar.kind != "ordinary"
    ),
    _part("plan", key=_plan.employee_id, day=_plan.work_date, seq=_plan.seq, **_STORE)
    .select_from(PlanStop.__table__)
    .join(Site.__table__, _site.id == _plan.site_id)
    .join(StoreType.__table__, _type.id == _site.store_type_id)
    .where(_plan.employee_id.in_(_PEOPLE), _plan.work_date.in_(_DATES)),
    _part("site", key=_site.id, **_STORE)
    .select_from(Site.__table__)
    .join(StoreType.__table__, _type.id == _site.store_type_id)
    .where(_site.id.in_(bindparam("sites", expanding=True))),
    _part("was_type", until=_was.until_on, **{**_STORE, "word": cast(_was.site_id, String)})
    .select_from(EarlierStoreType.__table__)
    .join(StoreType.__table__, _type.id == _was.store_type_id)
    .where(_was.branch_id == _BRANCH, _was.until_on > _FIRST),
    _part("shift", ref=_shift.id, **_SHIFT).where(_shift.id == _FIRST_SHIFT.scalar_subquery()),
    _part("week", word=cast(_branch.workdays, String), start=cast(_branch.earlier_weeks, String)).where(
        _branch.id == _BRANCH
    ),
    _part("old_shift", until=_earlier.until_on, ref=_earlier.shift_id, **_hours(_earlier)).where(
        _earlier.branch_id == _BRANCH, _earlier.until_on > _FIRST, _earlier.shift_id.is_not(None)
    ),
    _part("old_type", until=_earlier.until_on, ref=_earlier.store_type_id, **_hours(_earlier)).where(
        _earlier.branch_id == _BRANCH, _earlier.until_on > _FIRST, _earlier.store_type_id.is_not(None)
    ),
)
