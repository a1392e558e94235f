"""Punches of devices as facts about people's days: made anew whenever whose they are, or when, turns out different."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rq.timeouts import BaseTimeoutException
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from webapp.attendance.models import DeviceHeard, Punch
from webapp.attendance.queries import days_and_branches, policy_of
from webapp.attendance.queries.facts import BranchOf, Pair
from webapp.attendance.queries.heard import heard_rows
from webapp.attendance.rules import Stamp, day_bounds, repeats
from webapp.attendance.service.days import lock_people, rebuild_days
from webapp.core import outbox
from webapp.core.db import conn, is_postgres
from webapp.core.prepared import Prepared
from webapp.people.models import Employee
from webapp.schedules.models import PlanStop
from webapp.schedules.queries import work_dates

log = logging.getLogger("onsite.attendance")
_punch = Punch.__table__.c
_FEW = 20
"""So few days at once are settled at once: somebody may be looking."""


@dataclass(frozen=True, slots=True)
class Given:
    """One punch of a person. `sites`: the shops whose people used the device at that moment."""

    raw_id: int
    terminal_id: int
    employee_id: int
    at: datetime
    sites: tuple[int, ...] = ()
    key: Literal["in", "out"] | None = None


def record_punches(*, given: Sequence[Given], gone: Collection[int] = (), at: datetime, apart: bool = False) -> int:
    """These punches are these people's, those of the raw ids `gone` are nobody's any more; how many rows changed.

    The days of the people before and after are built anew. A constant number of statements, and two for each day
    that comes out different. `apart`: something is wrong with one of the days. The punches are kept all the same, and
    each day is asked for by itself, so that the one is tried again and stays to be seen, and the others are built.
    """
    raw_ids = sorted({one.raw_id for one in given} | set(gone))
    if not raw_ids:
        return 0
    people = {one.employee_id for one in given} | {row.employee_id for row in _known(raw_ids).values()}
    lock_people(ids=people)
    known = _known(raw_ids)
    dated = partial(_dated_apart, known) if apart else work_dates
    rows = _rows([_kept(one, known.get(one.raw_id)) for one in given], at, dated)
    new = [row for row in rows if _differs(known.get(row["raw_id"]), row)]
    lost = sorted(set(gone) & known.keys())
    touched = {(row["employee_id"], row["work_date"]) for row in new}
    touched |= {(known[raw].employee_id, known[raw].work_date) for raw in lost}
    touched |= {(was.employee_id, was.work_date) for row in new if (was := known.get(row["raw_id"]))}
    if new:
        _upsert(is_postgres()).run(new)
    if lost:
        conn().execute(delete(Punch).where(_punch.raw_id.in_(lost)))
    _look_again(touched, at, apart)
    return len(new) + len(lost)


def date_punches(*, pairs: Collection[Pair], at: datetime) -> None:
    """Hours of these days, or what repeats what, changed: punches near them may belong to another work date now, and
    those days follow.
    """
    people = {who for who, _ in pairs}
    lock_people(ids=people)
    _, branches = days_and_branches(pairs)
    spans = [(who, *day_bounds(on, ZoneInfo(branches[who, on].timezone))) for who, on in pairs if (who, on) in branches]
    if not spans:
        return
    first, last = min(span[1] for span in spans), max(span[2] for span in spans)
    near = conn().execute(_NEAR, {"people": sorted(people), "first": first, "last": last}).all()
    rows = [row for row in near if any(who == row.employee_id and a <= row.at <= b for who, a, b in spans)]
    given = [Given(row.raw_id, row.terminal_id, row.employee_id, row.at, _one(row.site_id), row.key) for row in rows]
    record_punches(given=given, at=at)
    _mark_repeats(pairs)


def set_heard(*, through: Mapping[tuple[int, int], datetime | None]) -> None:
    """{(terminal, site): up to when it was heard}; what is not named counts no more."""
    known = heard_rows()
    changed = [
        {"terminal_id": key[0], "site_id": key[1], "through": moment}
        for key, moment in through.items()
        if key not in known or known[key] != moment
    ]
    for terminal_id, site_id in known.keys() - through.keys():
        heard = DeviceHeard.terminal_id == terminal_id, DeviceHeard.site_id == site_id
        conn().execute(delete(DeviceHeard).where(*heard))
    if changed:
        _hear(is_postgres()).run(changed)


def _kept(one: Given, was: Any) -> Given:
    """A punch stays with the key, and with the one of several shops, its device had when it was first looked at.

    Whatever the device may do now, and whoever is planned elsewhere since: unless it was not there at all then.
    """
    if was is None or was.terminal_id != one.terminal_id or was.site_id is None:
        return one
    return replace(one, sites=_one(was.site_id) if was.site_id in one.sites else one.sites, key=was.key)


def _known(raw_ids: Sequence[int]) -> dict[int, Any]:
    return {row.raw_id: row for row in conn().execute(_BY_RAW, {"ids": list(raw_ids)})}


def _rows(given: Sequence[Given], at: datetime, dated: Callable[..., list[date]]) -> list[dict[str, Any]]:
    """Rows as they are stored: with branch, shop and work date."""
    homes = _homes(given)
    sites = _sites(given, homes)
    rows: list[dict[str, Any]] = []
    by_branch: dict[BranchOf, list[Given]] = defaultdict(list)
    for one in given:
        if one.raw_id in homes:
            by_branch[homes[one.raw_id]].append(one)
    for branch, mine in by_branch.items():
        dates = dated([(one.employee_id, one.at, sites[one.raw_id]) for one in mine], branch)
        rows += [_row(one, branch.id, sites[one.raw_id], on, at) for one, on in zip(mine, dates, strict=True)]
    return rows


def _row(one: Given, branch_id: int, site_id: int | None, on: date, at: datetime) -> dict[str, Any]:
    return {"raw_id": one.raw_id, "terminal_id": one.terminal_id, "employee_id": one.employee_id,
            "branch_id": branch_id, "site_id": site_id, "work_date": on, "at": one.at, "key": one.key,
            "state": "counted", "recorded_at": at}  # fmt: skip


def _dated_apart(
    known: Mapping[int, Any], moments: Sequence[tuple[int, datetime, int | None]], branch: BranchOf
) -> list[date]:
    """Each person's alone. Where there is no saying: as before, else by the clock, until the day can be built."""
    before = {(was.employee_id, was.at): was.work_date for was in known.values()}
    found: dict[int, list[date]] = {}
    for who in {one[0] for one in moments}:
        mine = [one for one in moments if one[0] == who]
        try:
            with conn().begin_nested():
                found[who] = work_dates(mine, branch)
        except (OperationalError, BaseTimeoutException):
            raise
        except Exception:  # noqa: BLE001 - whatever it was, it belongs to one person
            log.exception("punches of somebody cannot be dated", extra={"employee": who})
            found[who] = [before.get((who, at)) or at.astimezone(ZoneInfo(branch.timezone)).date() for _, at, _ in mine]
    return [found[who].pop(0) for who, _, _ in moments]


def _homes(given: Sequence[Given]) -> dict[int, BranchOf]:
    """The branch each punch belongs to: that of the person on its date in UTC, which is near enough to a move."""
    pairs = {one.raw_id: (one.employee_id, one.at.date()) for one in given}
    _, branches = days_and_branches(set(pairs.values()))
    return {raw_id: branches[pair] for raw_id, pair in pairs.items() if pair in branches}


def _sites(given: Sequence[Given], homes: Mapping[int, BranchOf]) -> dict[int, int | None]:
    """The shop of each punch: the device's only one, else the planned one of that date, else the first."""
    several = [one for one in given if len(one.sites) > 1 and one.raw_id in homes]
    pairs = {one.raw_id: (one.employee_id, _local(one.at, homes[one.raw_id])) for one in several}
    planned = _planned(pairs.values())
    found: dict[int, int | None] = {one.raw_id: min(one.sites, default=None) for one in given}
    for one in several:
        found[one.raw_id] = next((site for site in planned[pairs[one.raw_id]] if site in one.sites), min(one.sites))
    return found


def _planned(pairs: Iterable[Pair]) -> dict[Pair, list[int]]:
    wanted = set(pairs)
    asked = {"people": sorted({who for who, _ in wanted}), "dates": sorted({on for _, on in wanted})}
    found: dict[Pair, list[int]] = defaultdict(list)
    for row in conn().execute(_STOPS, asked) if wanted else ():
        found[row.employee_id, row.work_date].append(row.site_id)
    return found


def _look_again(touched: Collection[Pair], at: datetime, apart: bool) -> None:
    """What repeats what on these days, and the days of those who are paid for them."""
    if not touched:
        return
    _mark_repeats(touched)
    people = {"people": sorted({who for who, _ in touched})}
    reps = set(conn().scalars(_REPS, people))
    pairs = [pair for pair in sorted(touched) if pair[0] in reps]
    if apart:
        for who, on in pairs:
            payload = {"employee_id": who, "work_date": on.isoformat()}
            outbox.put("schedule_changed", f"{who}|{on}", payload, at, bulk=len(pairs) > _FEW)
    elif pairs:
        rebuild_days(pairs=pairs, at=at, bulk=len(pairs) > _FEW)


def _mark_repeats(touched: Collection[Pair]) -> None:
    asked = {"people": sorted({who for who, _ in touched}), "dates": sorted({on for _, on in touched})}
    by_day: dict[Pair, list[Any]] = defaultdict(list)
    for row in conn().execute(_DAYS, asked):
        if (pair := (row.employee_id, row.work_date)) in touched:
            by_day[pair].append(row)
    window = {branch: policy_of(branch).repeat_seconds for branch in {rows[0].branch_id for rows in by_day.values()}}
    changed = []
    for rows in by_day.values():
        seconds = timedelta(seconds=window[rows[0].branch_id])
        again = repeats([Stamp(row.raw_id, row.at, row.site_id) for row in rows], seconds)
        changed += [_state(row, again.get(row.raw_id)) for row in rows]
    writes = [row for row in changed if row is not None]
    if writes:
        conn().execute(_STATE, writes)


def _state(row: Any, repeat_of: int | None) -> dict[str, Any] | None:
    state = "repeat" if repeat_of else "counted"
    if (row.state, row.repeat_of) == (state, repeat_of):
        return None
    return {"raw": row.raw_id, "to_state": state, "of": repeat_of}


def _differs(known: Any, row: Mapping[str, Any]) -> bool:
    names = ("employee_id", "branch_id", "site_id", "work_date", "at", "key")
    return known is None or any(getattr(known, name) != row[name] for name in names)


def _one(site_id: int | None) -> tuple[int, ...]:
    return () if site_id is None else (site_id,)


def _local(at: datetime, branch: BranchOf) -> date:
    return at.astimezone(ZoneInfo(branch.timezone)).date()


_PEOPLE: Any = bindparam("people", expanding=True)
_DATES: Any = bindparam("dates", expanding=True)
_BY_RAW = select(Punch.__table__).where(_punch.raw_id.in_(bindparam("ids", expanding=True)))
_DAYS = select(Punch.__table__).where(
    _punch.employee_id.in_(_PEOPLE), _punch.work_date.in_(_DATES), _punch.state != "ignored"
)
_NEAR = select(Punch.__table__).where(
    _punch.employee_id.in_(_PEOPLE), _punch.at >= bindparam("first"), _punch.at <= bindparam("last")
)
_STOPS = (
    select(PlanStop.employee_id, PlanStop.work_date, PlanStop.site_id)
    .where(PlanStop.employee_id.in_(_PEOPLE), PlanStop.work_date.in_(_DATES))
    .order_by(PlanStop.seq)
)
_REPS = select(Employee.id).where(Employee.id.in_(_PEOPLE), Employee.role == "rep")
_STATE = (
    update(Punch.__table__)
    .where(_punch.raw_id == bindparam("raw"))
    .values(state=bindparam("to_state"), repeat_of=bindparam("of"))
)


@cache
def _upsert(postgres: bool) -> Prepared:
    query = (postgresql if postgres else sqlite).insert(Punch)
    names = ("employee_id", "branch_id", "site_id", "work_date", "at", "key", "recorded_at")
    kept = query.on_conflict_do_update(
        index_elements=[Punch.raw_id], set_={name: query.excluded[name] for name in names}
    )
    return Prepared(kept.inline())


@cache
def _hear(postgres: bool) -> Prepared:
    query = (postgresql if postgres else sqlite).insert(DeviceHeard)
    kept = query.on_conflict_do_update(
        index_elements=[DeviceHeard.terminal_id, DeviceHeard.site_id], set_={"through": query.excluded.through}
    )
    return Prepared(kept.inline())
