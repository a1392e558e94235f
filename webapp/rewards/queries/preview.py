"""What is earned and what a decision would change, from the same evaluation that settlement uses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from webapp.attendance import queries as attendance
from webapp.attendance.rules import Assume, DayFacts, as_stored, assumed, build_day, still_counts
from webapp.rewards.queries.days import Pair, branch_facts, days_between, snapshot_of
from webapp.rewards.queries.load import Loaded, load_all
from webapp.rewards.rules import Earned, Preview, Work, walk
from webapp.rewards.rules.plan import outcomes, worth
from webapp.rules.rules import Line, Outcome, RuleInForce, Snapshot, run_after
from webapp.visits.rules import visit_facts

Later = Sequence[tuple[Snapshot, tuple[RuleInForce, ...]]]


def preview(employee_id: int, work_date: date, *, at: datetime, assume: Assume | None = None) -> Preview | None:
    """One rep-day under an assumption; None when nothing is known about the day."""
    return preview_many({(employee_id, work_date): assume or Assume()}, at=at).get((employee_id, work_date))


def preview_many(items: Mapping[Pair, Assume], *, at: datetime) -> dict[Pair, Preview]:
    """{pair: Preview} under each pair's own assumption; a constant number of statements."""
    found = zip(items, preview_each(list(items.items()), at=at), strict=True)
    return {pair: each for pair, each in found if each is not None}


def preview_each(items: Sequence[tuple[Pair, Assume]], *, at: datetime) -> list[Preview | None]:
    """One answer per (pair, assumption), each alone; a pair may come often. A constant number of statements.

    Both sides are built from the facts at the same moment, so that only the assumption makes the difference.
    """
    loaded = load_all({pair for pair, _ in items}, at=at, booking=False, assuming=True)
    if not loaded.works:
        return [None for _ in items]
    later = later_days(loaded)
    now = {pair: assuming(loaded, pair, None, at) for pair in loaded.works}
    return [
        _preview(now[pair], assuming(loaded, pair, said, at), later.get(pair[0], ())) if pair in now else None
        for pair, said in items
    ]


def earned_today(employee_id: int, work_date: date, at: datetime) -> Earned | None:
    """What the rep earned on a work date so far; None while there is no attendance day."""
    work = load_all([(employee_id, work_date)], at=at, look_back=3, booking=False).works.get((employee_id, work_date))
    return None if work is None else _earned(work)


def earned_between(employee_id: int, first: date, last: date, *, at: datetime) -> dict[date, Earned]:
    """{work date: Earned} of one rep's days that have an attendance day, both ends included."""
    span = [(employee_id, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    return {on: _earned(work) for (_, on), work in load_all(span, at=at, booking=False).works.items()}


def assuming(loaded: Loaded, pair: Pair, said: Assume | None, at: datetime) -> Work:
    """The rep-day as it would be; None: as it is, built from its facts at `at`."""
    stored = attendance.result_of(loaded.rows[pair])
    facts = assumed(still_counts(loaded.facts[pair], stored), said)
    return replace(loaded.works[pair], snapshot=_snapshot(loaded, pair, facts, at))


def later_days(loaded: Loaded) -> dict[int, list[tuple[Snapshot, tuple[RuleInForce, ...]]]]:
    """Every later attendance day of the people, in order, with its rules."""
    first = min(on for _, on in loaded.rows)
    rows = days_between({who for who, _ in loaded.rows}, after=first, before=date.max)
    elsewhere = {row.branch_id for row in rows} - loaded.branches.keys()
    branches = loaded.branches | branch_facts(elsewhere, booking=False)
    found: dict[int, list[tuple[Snapshot, tuple[RuleInForce, ...]]]] = {}
    for row in rows:
        branch = branches[row.branch_id]
        snapshot = snapshot_of((row.employee_id, row.work_date), row, branch)
        found.setdefault(row.employee_id, []).append((snapshot, branch.rules.on(row.work_date)))
    return found


def _snapshot(loaded: Loaded, pair: Pair, facts: DayFacts, at: datetime) -> Snapshot:
    """The snapshot of the day these facts make."""
    row = loaded.rows[pair]
    return snapshot_of(
        pair,
        build_day(as_stored(facts, row.status), attendance.expectation_of(attendance.result_of(row)), at),
        loaded.branches[row.branch_id],
        visits=visit_facts(loaded.visits.get(pair, ()), facts),
        store_type_id=loaded.shops.get(pair),
        figure=(row.sales, row.target),
        run_before=loaded.works[pair].snapshot.run_before,
    )


def _preview(now: Work, after: Work, days: Later) -> Preview:
    found, assumed_found = list(outcomes(now)), list(outcomes(after))
    run_now, run_assumed = (run_after(work.snapshot.run_before, work.snapshot) for work in (now, after))
    later = [day for day in days if day[0].work_date > now.work_date]
    return Preview(
        currency=now.snapshot.currency,
        posted=now.before.posted,
        now=worth(found),
        after=worth(assumed_found),
        lines=_lines(assumed_found),
        now_lines=_lines(found),
        days=tuple(walk(run_now, run_assumed, later)),
        slots=tuple(
            (rule.kind, before.amount, outcome.amount)
            for (rule, before), (_, outcome) in zip(found, assumed_found, strict=True)
        ),
        days_seen=(now.snapshot, after.snapshot),
        runs=(run_now, run_assumed),
    )


def _earned(work: Work) -> Earned:
    found = list(outcomes(work))
    waiting = any(outcome.pending for _, outcome in found)
    return Earned(work.snapshot.currency, work.before.posted, worth(found) - work.before.posted, _lines(found), waiting)


def _lines(found: Sequence[tuple[RuleInForce, Outcome]]) -> tuple[Line, ...]:
    return tuple(line for _, outcome in found for line in outcome.lines)
