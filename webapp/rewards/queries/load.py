"""Reading many rep-days at once: a constant number of statements for any number of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select

from webapp.attendance.models import AttendanceDay
from webapp.attendance.queries import load_facts
from webapp.attendance.rules import DayFacts
from webapp.core.db import conn
from webapp.rewards.models import RepDay, SettlementLine
from webapp.rewards.queries.days import DAY_COLUMNS, BranchFacts, Pair, branch_facts, days_between, snapshot_of
from webapp.rewards.queries.shops import store_types
from webapp.rewards.rules import Latest, RepDayState, Work
from webapp.rewards.rules.chain import run_before
from webapp.rules.rules import Snapshot
from webapp.sales.models import SalesFigure
from webapp.visits.queries.facts import visit_rows
from webapp.visits.rules import VisitRow, visit_facts

# Plain tables: a statement of mapped attributes takes ten times as long to find in the cache of compiled ones.
_day, _rep_day, _figure = AttendanceDay.__table__, RepDay.__table__, SalesFigure.__table__
_ids = bindparam("ids", expanding=True)
_dates = bindparam("dates", expanding=True)
_previous = RepDay.__table__.alias("previous")
_earlier = RepDay.__table__.alias("earlier")
_last_run = (
    select(_earlier.c.work_date)
    .where(
        _earlier.c.employee_id == _day.c.employee_id,
        _earlier.c.work_date < _day.c.work_date,
        _earlier.c.run_after.is_not(None),
    )
    .order_by(_earlier.c.work_date.desc())
    .limit(1)
    .correlate(_day)
    .scalar_subquery()
)
_any = RepDay.__table__.alias("any_day")
_last_settled = (
    select(_any.c.work_date)
    .where(_any.c.employee_id == _day.c.employee_id, _any.c.run_after.is_not(None))
    .order_by(_any.c.work_date.desc())
    .limit(1)
    .correlate(_day)
    .scalar_subquery()
)
_newer = SalesFigure.__table__.alias("newer")
_last_figure = (
    select(func.max(_newer.c.revision))
    .where(_newer.c.employee_id == _day.c.employee_id, _newer.c.work_date == _day.c.work_date)
    .correlate(_day)
    .scalar_subquery()
)
_EVERY_DAY = (
    select(
        *DAY_COLUMNS,
        _figure.c.amount.label("sales"),
        _figure.c.target,
        _rep_day.c.state,
        _rep_day.c.changed_at,
        _rep_day.c.run_after,
        _rep_day.c.posted,
        _rep_day.c.version,
        _previous.c.work_date.label("base_date"),
        _previous.c.run_after.label("base_run"),
        (func.coalesce(_last_settled, _day.c.work_date) > _day.c.work_date).label("followed"),
    )
    .select_from(_day)
    .outerjoin(_rep_day, and_(_rep_day.c.employee_id == _day.c.employee_id, _rep_day.c.work_date == _day.c.work_date))
    .outerjoin(
        _figure,
        and_(
            _figure.c.employee_id == _day.c.employee_id,
            _figure.c.work_date == _day.c.work_date,
            _figure.c.revision == _last_figure,
        ),
    )
    .outerjoin(_previous, and_(_previous.c.employee_id == _day.c.employee_id, _previous.c.work_date == _last_run))
)
_DAYS = _EVERY_DAY.where(_day.c.employee_id.in_(_ids), _day.c.work_date.in_(_dates))
ONE_DAY = _EVERY_DAY.where(_day.c.employee_id == bindparam("who"), _day.c.work_date == bindparam("on"))
_line = SettlementLine.__table__
_LATEST = (
    select(
        _line.c.employee_id,
        _line.c.work_date,
        _line.c.rule_id,
        _line.c.rule_version_id,
        _line.c.revision,
        _line.c.amount,
        _line.c.inputs_hash,
    )
    .where(_line.c.employee_id.in_(_ids), _line.c.work_date.in_(_dates))
    .order_by(_line.c.revision)
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rep-days as they were read, with what they were made of."""

    works: dict[Pair, Work]
    rows: dict[Pair, Row[Any]]
    branches: dict[int, BranchFacts]
    shops: dict[Pair, int]
    visits: dict[Pair, list[VisitRow]]
    facts: dict[Pair, DayFacts]


def load(pairs: Collection[Pair], *, at: datetime) -> dict[Pair, Work]:
    """What settling each pair needs, read together. A pair without an attendance day is left out."""
    return load_all(pairs, at=at).works


def load_all(
    pairs: Collection[Pair], *, at: datetime, look_back: int = 0, booking: bool = True, assuming: bool = False
) -> Loaded:
    """The same with its sources.

    `look_back`: read as many days before along, which saves a statement for few pairs. `booking`: the newest
    revisions and closed months too. `assuming`: the facts of every day, for building it differently.
    """
    wanted, keys = set(pairs), _keys(pairs, look_back)
    rows = {(row.employee_id, row.work_date): row for row in conn().execute(_DAYS, keys)} if wanted else {}
    mine = {pair: row for pair, row in rows.items() if pair in wanted}
    branches = branch_facts({row.branch_id for row in mine.values()}, booking=booking)
    latest = latest_slots(wanted) if booking and mine else {}
    shops = store_types(wanted) if any(branch.is_scoped for branch in branches.values()) else {}
    seen = visit_rows(mine.keys())
    zones = {pair[0]: branches[row.branch_id].rules.timezone for pair, row in mine.items()}
    facts = load_facts(mine.keys() if assuming else seen.keys(), zones)
    before = _runs(mine, rows, set(keys["dates"]), branches)
    works: dict[Pair, Work] = {}
    for pair, row in mine.items():
        snapshot = snapshot_of(
            pair,
            row,
            branches[row.branch_id],
            visits=visit_facts(seen[pair], facts[pair]) if pair in seen else (),
            store_type_id=shops.get(pair),
            figure=(row.sales, row.target),
            run_before=before[pair],
        )
        works[pair] = _work(row, snapshot, branches[row.branch_id], latest.get(pair, {}), at)
    return Loaded(works, mine, branches, shops, seen, facts)


def latest_slots(pairs: Collection[Pair]) -> dict[Pair, dict[int, Latest]]:
    """{pair: {rule_id: newest revision}}; one statement."""
    found: dict[Pair, dict[int, Latest]] = {}
    for row in conn().execute(_LATEST, _keys(pairs)):
        slot = Latest(row.rule_id, row.rule_version_id, row.revision, row.amount, row.inputs_hash)
        found.setdefault((row.employee_id, row.work_date), {})[row.rule_id] = slot
    return found


def _keys(pairs: Collection[Pair], look_back: int = 0) -> dict[str, list[Any]]:
    dates = {on - timedelta(days=back) for _, on in pairs for back in range(look_back + 1)}
    return {"ids": sorted({who for who, _ in pairs}), "dates": sorted(dates)}


def _work(row: Row[Any], snapshot: Snapshot, branch: BranchFacts, latest: Mapping[int, Latest], at: datetime) -> Work:
    before = RepDayState(followed=row.followed)
    if row.version is not None:
        marked = row.changed_at is not None
        before = RepDayState(row.state, marked, row.run_after, row.version, row.posted, row.followed)
    return Work(
        employee_id=row.employee_id,
        work_date=row.work_date,
        branch_id=row.branch_id,
        snapshot=snapshot,
        rules=branch.rules.on(row.work_date),
        effective_on=branch.booked_on(row.work_date, at),
        before=before,
        latest=latest,
    )


def _runs(
    mine: Mapping[Pair, Row[Any]], known: Mapping[Pair, Row[Any]], read: set[date], branches: Mapping[int, BranchFacts]
) -> dict[Pair, int]:
    """The run before each day. Days after the last known run are not settled yet, so they are walked."""
    spans = {pair: _gap(row, branches[row.branch_id]) for pair, row in mine.items()}
    unread = {pair: gap for pair, gap in spans.items() if not read.issuperset(gap)}
    days: dict[Pair, Row[Any]] = dict(known)
    if unread:
        after = min(gap[0] for gap in unread.values()) - timedelta(days=1)
        before = max(on for _, on in unread)
        found = days_between({who for who, _ in unread}, after=after, before=before)
        days |= {(day.employee_id, day.work_date): day for day in found}
    runs: dict[Pair, int] = {}
    for pair, row in mine.items():
        between = [days[pair[0], on] for on in spans[pair] if (pair[0], on) in days]
        walked = [snapshot_of((pair[0], day.work_date), day, branches[row.branch_id]) for day in between]
        runs[pair] = run_before(row.base_run or 0, walked)
    return runs


def _gap(row: Row[Any], branch: BranchFacts) -> list[date]:
    """The dates between the last known run and this day."""
    first = (row.base_date or branch.rules.settled_from - timedelta(days=1)) + timedelta(days=1)
    return [first + timedelta(days=n) for n in range((row.work_date - first).days)]
