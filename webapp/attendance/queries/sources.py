"""What comparing the sources of days needs: a constant number of statements, two where nothing can disagree."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, select

from webapp.attendance.models import AttendanceDay, CheckIn, Confirmation, DeviceHeard, Punch, TerminalStay
from webapp.attendance.queries.facts import RESULT_COLUMNS, Pair, expectation_of, load_facts, result_of
from webapp.attendance.queries.heard import STAYS
from webapp.attendance.rules import DayFacts, DayResult, Silence, still_counts
from webapp.attendance.rules.doubt import USES, Doubt, Known, doubt_of
from webapp.core.authz import OFFICE
from webapp.core.db import conn
from webapp.people.models import Branch, Employee
from webapp.sites.queries import fences

Span = tuple[date, date | None]
Enrolled = Callable[[Collection[int], Collection[int]], Mapping[tuple[int, int], Sequence[Span]]]
"""(devices, people) -> {(device, person): when an id on that device was theirs}."""
Registered = Callable[[Collection[int]], Mapping[int, date]]
"""devices -> {device: the date it was registered}."""
Uses = dict[tuple[int, int], list[date]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One stored day, what it says of its sources, and what they say. `silent`: its branch opens no exception."""

    pair: Pair
    branch_id: int
    timezone: str
    stored: str
    doubt: Doubt | None
    silent: bool


def compared(
    pairs: Collection[Pair], enrolled: Enrolled | None = None, registered: Registered | None = None
) -> list[Compared]:
    """Pairs without a stored day are left out."""
    rows = _rows(pairs)
    facts = load_facts(rows.keys(), {who: "UTC" for who, _ in rows})
    known = _known({pair: facts[pair] for pair in rows if _may_differ(facts[pair])}, enrolled, registered)
    found = []
    for pair, row in rows.items():
        day = result_of(row)
        doubt = None
        if pair in known:
            facts[pair] = still_counts(facts[pair], day)
            doubt = doubt_of(facts[pair], expectation_of(day), known[pair], over=day.over)
        silent = (row.attendance or {}).get("disagreement") == "silent" and not _waits(day, facts[pair], doubt)
        found.append(Compared(pair, row.branch_id, row.timezone, row.doubt, doubt, silent))
    return found


def to_compare(branch_id: int, *, since: date, after: Pair, limit: int) -> list[Pair]:
    """Days whose phone was at a shop with a device, in order of (date, person) behind `after`."""
    at_device = exists().where(
        CheckIn.employee_id == AttendanceDay.employee_id, CheckIn.work_date == AttendanceDay.work_date,
        CheckIn.site_id == DeviceHeard.site_id,
    )  # fmt: skip
    who, on = AttendanceDay.employee_id, AttendanceDay.work_date
    days = (
        select(who, on)
        .where(AttendanceDay.branch_id == branch_id, on >= max(since, after[1]), AttendanceDay.over.is_(True))
        .where((on > after[1]) | (who > after[0]), at_device)
        .order_by(on, who)
    )
    return [(row[0], row[1]) for row in conn().execute(days.limit(limit))]


def _rows(pairs: Collection[Pair]) -> dict[Pair, Any]:
    wanted = set(pairs)
    asked = {"people": sorted({who for who, _ in wanted}), "dates": sorted({on for _, on in wanted})}
    rows = conn().execute(_STORED, asked) if wanted else ()
    return {pair: row for row in rows if (pair := (row.employee_id, row.work_date)) in wanted}


def _waits(day: DayResult, facts: DayFacts, doubt: Doubt | None) -> bool:
    """The day has no answer until somebody gives one, so somebody is asked in every branch."""
    alone = facts.alone_waits and day.status == "pending" and day.sources == "device"
    return alone and doubt is not None and doubt.code == "device_only"


def _may_differ(facts: DayFacts) -> bool:
    """A first look, before anything else is asked."""
    return bool(facts.punches or facts.word or any(mark.site_id for mark in facts.marks))


def _known(
    facts: Mapping[Pair, DayFacts], enrolled: Enrolled | None, registered: Registered | None
) -> dict[Pair, Known]:
    if not facts:
        return {}
    there = _devices(facts.keys(), registered)
    uses = _uses(facts.keys(), there, enrolled)
    phones = _phones([pair for pair, one in facts.items() if one.punches and not one.marks])
    office = _office([pair for pair, one in facts.items() if one.word is not None])
    places = _places([one for one in facts.values() if one.punches and one.marks])
    return {
        pair: Known(
            {site: devices for site, devices in there[pair].items() if _is_used(uses, pair, site, devices)},
            pair in phones,
            places,
            pair in office,
        )
        for pair in facts
    }


def _devices(pairs: Collection[Pair], registered: Registered | None) -> dict[Pair, dict[int, list[Silence]]]:
    """One that was registered on the date or later says nothing of it: it may have hung there for a part of it."""
    found: dict[Pair, dict[int, list[Silence]]] = defaultdict(lambda: defaultdict(list))
    rows = conn().execute(_AT, _span(pairs)).all()
    since = registered({row.terminal_id for row in rows}) if registered and rows else {}
    for row in rows:
        if registered is None or since.get(row.terminal_id, date.max) < row.work_date:
            found[row.employee_id, row.work_date][row.site_id].append(Silence(*row[3:]))
    return found


def _uses(pairs: Collection[Pair], there: Mapping[Pair, Any], enrolled: Enrolled | None) -> tuple[Uses, Any]:
    """When people punched at those shops, and whose ids are on those devices."""
    people = {pair[0] for pair in pairs if there.get(pair)}
    if not people:
        return {}, {}
    punched: Uses = defaultdict(list)
    dates = [on for _, on in pairs]
    span = {"people": sorted(people), "first": min(dates) - USES, "last": max(dates)}
    for row in conn().execute(_PUNCHED, span):
        punched[row.employee_id, row.site_id].append(row.work_date)
    terminals = {one.terminal_id for sites in there.values() for devices in sites.values() for one in devices}
    return punched, enrolled(terminals, people) if enrolled else {}


def _is_used(uses: tuple[Uses, Any], pair: Pair, site_id: int, devices: Collection[Silence]) -> bool:
    who, on = pair
    if any(on - USES <= day <= on for day in uses[0].get((who, site_id), ())):
        return True
    spans = [span for one in devices for span in uses[1].get((one.terminal_id, who), ())]
    return any(first <= on and (last is None or on <= last) for first, last in spans)


def _phones(pairs: Collection[Pair]) -> set[Pair]:
    """Whose phone checked in somewhere in the weeks before."""
    if not pairs:
        return set()
    dates = [on for _, on in pairs]
    asked = {"people": sorted({who for who, _ in pairs}), "first": min(dates) - USES, "last": max(dates)}
    tapped: dict[int, list[date]] = defaultdict(list)
    for row in conn().execute(_TAPPED, asked):
        tapped[row.employee_id].append(row.work_date)
    return {(who, on) for who, on in pairs if any(on - USES <= day < on for day in tapped[who])}


def _office(pairs: Collection[Pair]) -> set[Pair]:
    """Where the last word is HR's own."""
    if not pairs:
        return set()
    last: dict[Pair, str] = {}
    for row in conn().execute(_WORDS, _span(pairs)):
        last[row.employee_id, row.work_date] = row.role
    return {pair for pair, role in last.items() if role in {str(one) for one in OFFICE}}


def _places(facts: Collection[DayFacts]) -> dict[int, tuple[float, float]]:
    """Of shops of days that were spent at more than one."""
    sites: set[int] = set()
    for one in facts:
        seen = {mark.site_id for mark in one.marks} | {stamp.site_id for stamp in one.punches}
        sites |= {site for site in seen if site} if len(seen - {None}) > 1 else set()
    return {site: (info.lat, info.lng) for site, info in fences(sites).items() if info.placed}  # type: ignore[misc]


def _span(pairs: Collection[Pair]) -> dict[str, Any]:
    return {"people": sorted({who for who, _ in pairs}), "dates": sorted({on for _, on in pairs})}


RECENT = timedelta(days=4)
"""So long after a date a device that was not heard may still be heard; see rules.HOLD."""
_PEOPLE, _DATES = bindparam("people", expanding=True), bindparam("dates", expanding=True)
_day = AttendanceDay.__table__.c
_STORED = (
    select(_day.employee_id, _day.work_date, _day.branch_id, _day.doubt, Branch.attendance, Branch.timezone)
    .add_columns(*(_day[name] for name in RESULT_COLUMNS))
    .join(Branch, Branch.id == _day.branch_id)
    .where(_day.employee_id.in_(_PEOPLE), _day.work_date.in_(_DATES))
)
_AT = (
    select(CheckIn.employee_id, CheckIn.work_date, CheckIn.site_id, DeviceHeard.terminal_id, DeviceHeard.through)
    .add_columns(TerminalStay.from_at, TerminalStay.until_at)
    .join(DeviceHeard, DeviceHeard.site_id == CheckIn.site_id)
    .outerjoin(TerminalStay, STAYS)
    .where(CheckIn.employee_id.in_(_PEOPLE), CheckIn.work_date.in_(_DATES), CheckIn.kind == "in")
    .distinct()
)
_BETWEEN = {"first": bindparam("first"), "last": bindparam("last")}
_PUNCHED = (
    select(Punch.employee_id, Punch.site_id, Punch.work_date)
    .where(Punch.employee_id.in_(_PEOPLE), Punch.work_date.between(_BETWEEN["first"], _BETWEEN["last"]))
    .where(Punch.site_id.is_not(None))
    .distinct()
)
_TAPPED = (
    select(CheckIn.employee_id, CheckIn.work_date)
    .where(CheckIn.employee_id.in_(_PEOPLE), CheckIn.work_date.between(_BETWEEN["first"], _BETWEEN["last"]))
    .where(CheckIn.kind == "in")
    .distinct()
)
_WORDS = (
    select(Confirmation.employee_id, Confirmation.work_date, Employee.role)
    .join(Employee, Employee.id == Confirmation.by)
    .where(Confirmation.employee_id.in_(_PEOPLE), Confirmation.work_date.in_(_DATES))
    .order_by(Confirmation.seq)
)
