"""Building attendance days from their facts and keeping them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance.models import AttendanceDay
from webapp.attendance.queries import days_and_branches, load_facts
from webapp.attendance.queries.facts import RESULT_COLUMNS, Pair
from webapp.attendance.queries.heard import silences, unheard_days
from webapp.attendance.queries.months import in_closed_months, not_held
from webapp.attendance.rules import (
    HOLD,
    UNHEARD,
    DayFacts,
    DayResult,
    build_day,
    first_site,
    may_wait,
    silent,
    still_counts,
)
from webapp.attendance.service.held import hold_days
from webapp.core import outbox
from webapp.core.db import conn, is_postgres, together
from webapp.core.prepared import Prepared
from webapp.people.models import Branch, Employee
from webapp.people.queries import belonged
from webapp.schedules.queries import expectations
from webapp.schedules.rules import Expectation

BATCH = 100
START: Pair = (0, date.min)
_DUE = select(AttendanceDay.employee_id, AttendanceDay.work_date).where(
    AttendanceDay.branch_id == bindparam("branch"),
    AttendanceDay.final_at <= bindparam("at"),
    not_held(AttendanceDay.employee_id, AttendanceDay.work_date),
)


def rebuild_day(*, employee_id: int, work_date: date, at: datetime, tell: bool = False) -> DayResult:
    """Build one day anew; when it comes out different (or with `tell`), say so to whoever pays for it."""
    return rebuild_days(pairs=[(employee_id, work_date)], at=at, tell=tell)[employee_id, work_date]


def rebuild_days(
    *, pairs: Collection[Pair], at: datetime, tell: bool = False, bulk: bool = False, anew: Collection[Pair] = ()
) -> dict[Pair, DayResult]:
    """The same for many; a few statements however many they are, plus two for each day that changed.

    `bulk`: nobody waits for what these days are worth, so whatever somebody waits for is settled before them.
    `anew`: what the branch decided since about devices that speak alone holds for these, see rules.still_counts.
    A day of a closed month stays as it is; that it would come out different is noted. A date somebody did not work
    for the company has no day unless something happened on it.
    """
    lock_people(ids={person for person, _ in pairs})
    before, branches = days_and_branches(pairs)
    closed = in_closed_months(branches, at)
    facts = load_facts(pairs, {pair[0]: branch.timezone for pair, branch in branches.items()})
    facts = {pair: told if pair in anew else still_counts(told, before.get(pair)) for pair, told in facts.items()}
    found: dict[Pair, DayResult] = {}
    nobodys: set[Pair] = set()
    for branch in set(branches.values()):
        mine = [pair for pair in facts if branches[pair] == branch]
        expected = expectations(mine, branch, default_site=_first_sites(mine, facts))
        found |= _built(mine, facts, expected, at)
        nobodys |= {pair for pair in mine if pair not in before and _nobodys(facts[pair], expected[pair])}
    waiting = {pair for pair in closed if pair in found.keys() - nobodys and (tell or before.get(pair) != found[pair])}
    hold_days(pairs={pair: branches[pair].id for pair in waiting}, at=at)
    for pair, day in found.items():
        if pair in nobodys:
            continue
        if pair in closed:
            found[pair] = before.get(pair, day)
            continue
        if changed := before.get(pair) != day:
            keep(pair=pair, branch_id=branches[pair].id, day=day, at=at)
        if changed or tell:
            announce(pair=pair, at=at, bulk=bulk)
    return found


def heard_days(
    *, branch_id: int, at: datetime, after: Pair = START, limit: int = BATCH
) -> tuple[list[Pair], Pair | None]:
    """Of the days that wait for devices, from behind `after` on, those whose devices were heard since or that have
    waited long enough; and the last one looked at, None at the end.
    """
    waiting = unheard_days(branch_id, after=after, limit=limit)
    devices = silences(waiting.keys())
    ready = [
        pair
        for pair, (start, end) in waiting.items()
        if not end or at >= end + HOLD or not silent(devices[pair], start, end)
    ]
    return ready, list(waiting)[-1] if len(waiting) == limit else None


def due_days(*, branch_id: int, at: datetime, limit: int = BATCH) -> list[Pair]:
    """Days to be closed, and those of people who never came."""
    pairs = [(row.employee_id, row.work_date) for row in conn().execute(_DUE.limit(limit), _asked(branch_id, at))]
    return pairs + (_nobody_yet(branch_id, at, limit - len(pairs)) if len(pairs) < limit else [])


def lock_people(*, ids: Collection[int]) -> None:
    """One change of a person's days at a time; SQLite has one writer anyway."""
    if is_postgres() and ids:
        with together():  # travels with BEGIN
            conn().execute(_LOCK, {"ids": sorted(ids)})


def keep(*, pair: Pair, branch_id: int, day: DayResult, at: datetime) -> None:
    """Store a built day. It stays with the branch it was first stored for, wherever the person goes later."""
    values = {name: getattr(day, name) for name in RESULT_COLUMNS}
    identity = {"employee_id": pair[0], "work_date": pair[1], "branch_id": branch_id}
    _upsert(is_postgres()).run({**identity, **values, "rebuilt_at": at})


def announce(*, pair: Pair, at: datetime, bulk: bool = False) -> None:
    """The day changed: settlement and whoever shows it must look again."""
    employee_id, on = pair[0], pair[1].isoformat()
    payload = {"employee_id": employee_id, "work_date": on}
    outbox.put("day_changed", f"{employee_id}|{on}", payload, at, bulk=bulk)


def _built(
    pairs: Collection[Pair], facts: Mapping[Pair, DayFacts], expected: Mapping[Pair, Expectation], at: datetime
) -> dict[Pair, DayResult]:
    """Devices are asked about, in one more statement, only where it would make a difference that they are silent."""
    found = {pair: build_day(facts[pair], expected[pair], at) for pair in pairs}
    doubtful = [
        pair
        for pair in pairs
        if may_wait(found[pair], at)
        and build_day(replace(facts[pair], silences=(UNHEARD,)), expected[pair], at).status == "unheard"
    ]
    for pair, devices in silences(doubtful).items():
        if devices:
            found[pair] = build_day(replace(facts[pair], silences=devices), expected[pair], at)
    return found


def _nobodys(told: DayFacts, expected: Expectation) -> bool:
    happened = told.marks or told.issues or told.word or told.punches
    return expected.source == "employment" and not happened


_LOCK = text("SELECT pg_advisory_xact_lock(7301, who) FROM unnest(CAST(:ids AS integer[])) AS who")


@cache
def _upsert(postgres: bool) -> Prepared:
    query = (postgresql if postgres else sqlite).insert(AttendanceDay)
    names = [*RESULT_COLUMNS, "rebuilt_at"]
    kept = query.on_conflict_do_update(
        index_elements=[AttendanceDay.employee_id, AttendanceDay.work_date],
        set_={name: query.excluded[name] for name in names},
    )
    return Prepared(kept.inline())


def _first_sites(pairs: Collection[Pair], facts: Mapping[Pair, DayFacts]) -> dict[Pair, int]:
    sites = {pair: first_site(facts[pair]) for pair in pairs}
    return {pair: site for pair, site in sites.items() if site is not None}


def _asked(branch_id: int, at: datetime) -> dict[str, Any]:
    return {"branch": branch_id, "at": at}


def unbuilt(*, branch_id: int, through: date, at: datetime) -> int:
    """How many recent days up to a date nobody has built yet; at most BATCH are counted."""
    return sum(on <= through for _, on in _nobody_yet(branch_id, at, BATCH))


def _nobody_yet(branch_id: int, at: datetime, limit: int) -> list[Pair]:
    """Recent (person, date) without a row whose date is over everywhere in the branch."""
    branch = conn().execute(_BRANCH, {"branch": branch_id}).one()
    today = at.astimezone(ZoneInfo(branch.timezone)).date()
    start = max(branch.settled_from, (branch.settled_through or branch.settled_from) - timedelta(days=3))
    pairs: list[Pair] = []
    on = start
    while on < today and len(pairs) < limit:
        rows = conn().execute(_WITHOUT.limit(limit - len(pairs)), {"branches": [branch_id], "on": on})
        pairs += [(row.id, on) for row in rows]
        on += timedelta(days=1)
    return pairs


_BRANCH = select(Branch.timezone, Branch.settled_from, Branch.settled_through).where(Branch.id == bindparam("branch"))
_WITHOUT: Select[Any] = (
    select(Employee.id)
    .outerjoin(
        AttendanceDay,
        (AttendanceDay.employee_id == Employee.id) & (AttendanceDay.work_date == bindparam("on")),
    )
    .where(
        belonged(bindparam("branches", expanding=True), bindparam("on")),
        Employee.role == "rep",
        Employee.joined_on <= bindparam("on"),
        (Employee.left_on.is_(None)) | (Employee.left_on >= bindparam("on")),
        AttendanceDay.employee_id.is_(None),
        not_held(Employee.id, bindparam("on")),
    )
    .order_by(Employee.id)
)
