"""Settling one rep-day after another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.rewards.world import MONDAY, World
from webapp.core.db import conn, db, do, is_postgres, transaction
from webapp.rewards import service
from webapp.rewards.models import RepDay, SettlementLine
from webapp.rules import queries as rules_queries
from webapp.rules import service as rules
from webapp.sales import service as sales
from webapp.wallet import queries as wallet


def settle(world: World, on: date, **more: Any) -> service.Tally:
    pairs = [(rep.id, on) for rep in world.reps]
    return service.settle_many(pairs=pairs, at=world.morning_after(on), cause="due", **more)


def available(world: World, rep: int = 0) -> int:
    db.session.remove()
    found = wallet.balances(world.reps[rep].id, world.branch.currency).available
    db.session.remove()
    return found


def lines(world: World) -> list[tuple[str, int, int, int]]:
    """(work date, revision, amount, delta) of every line, oldest first."""
    query = select(
        SettlementLine.work_date, SettlementLine.revision, SettlementLine.amount, SettlementLine.delta
    ).order_by(SettlementLine.posted_at, SettlementLine.rule_id, SettlementLine.revision)
    found = [(str(row[0]), *row[1:]) for row in db.session.execute(query)]
    db.session.remove()
    return found


def test_a_late_day_with_two_visits(app: Flask) -> None:
    world = World()
    world.works(MONDAY, late=7, visits=2)
    tally = settle(world, MONDAY)
    assert (tally.done, tally.posted, tally.set_aside, tally.amount) == (1, 1, 0, 9000 + 2 * 5000)
    assert available(world) == 19000
    assert sorted(lines(world)) == [(str(MONDAY), 1, 9000, 9000), (str(MONDAY), 1, 10000, 10000)]


def test_settling_again_writes_nothing(app: Flask, queries: Callable[..., Any]) -> None:
    """T28: run twice, posted once."""
    world = World(reps=3)
    world.works(MONDAY, visits=1)
    settle(world, MONDAY)
    with queries() as asked:
        again = settle(world, MONDAY)
    assert asked.writes() == []
    assert (again.done, again.posted, again.amount) == (3, 0, 0)
    assert available(world, 2) == 15000


def test_statements_of_a_first_settlement(app: Flask, queries: Callable[..., Any]) -> None:
    """Facts of a batch are read together; what remains is the rep-day's own transaction."""
    world = World(reps=10)
    world.works(MONDAY, visits=4)
    with queries() as asked:
        settle(world, MONDAY)
    assert len(asked) <= 10 + 10 * 11, asked


def test_correction_after_settlement_posts_the_difference(app: Flask) -> None:
    """T29: never edited; the wallet gets a second entry."""
    world = World()
    world.works(MONDAY, late=7)
    settle(world, MONDAY)
    world.works(MONDAY, late=-5)
    settle(world, MONDAY)
    assert available(world) == 10000
    assert lines(world) == [(str(MONDAY), 1, 9000, 9000), (str(MONDAY), 2, 10000, 1000)]


def test_another_reason_for_the_same_amount_is_kept_without_posting(app: Flask) -> None:
    world = World()
    world.works(MONDAY, late=7)
    settle(world, MONDAY)
    world.works(MONDAY, late=5)
    tally = settle(world, MONDAY)
    assert (tally.posted, tally.amount) == (0, 0)
    assert lines(world) == [(str(MONDAY), 1, 9000, 9000), (str(MONDAY), 2, 9000, 0)]


def test_absent_earns_nothing_and_leaves_no_line(app: Flask) -> None:
    world = World()
    world.stays_away(MONDAY)
    assert settle(world, MONDAY).done == 1
    assert (lines(world), available(world)) == ([], 0)


def test_instant_rule_is_posted_at_once_and_the_rest_with_the_day(app: Flask) -> None:
    world = World()
    world.works(MONDAY)
    figure = {"employee_id": world.rep.id, "work_date": MONDAY, "target": 100, "source": "api"}
    evening = world.at(MONDAY, 19)
    do(sales.record_figure, by=None, amount=100, at=evening, **figure)
    pair = [(world.rep.id, MONDAY)]
    service.settle_many(pairs=pair, at=evening, cause="changed", instant_only=True)
    assert available(world) == 5000
    settle(world, MONDAY)
    assert available(world) == 15000
    do(sales.record_figure, by=None, amount=99, at=world.at(MONDAY, 11, days=1), **figure)
    settle(world, MONDAY)
    assert available(world) == 10000


def test_version_approved_retroactively_corrects_and_never_pays_twice(app: Flask) -> None:
    """The slot belongs to the rule, not to its version (MONEY 1.4)."""
    world = World()
    world.works(MONDAY)
    settle(world, MONDAY)
    at = world.morning_after(MONDAY)
    rule = rules_queries.in_force(world.branch.id, MONDAY)[0]
    db.session.remove()
    draft = do(
        rules.propose_version, by=None, rule_id=rule.rule_id, params={"amount": 12000}, effective_from=MONDAY, at=at
    )
    do(rules.approve_version, by=None, version_id=draft, at=at)
    settle(world, MONDAY)
    assert available(world) == 12000


def test_streak_pays_the_tenth_day_once_and_is_taken_back_when_day_five_flips(app: Flask) -> None:
    """T31: a past day changes; later days are settled again until the run is the same."""
    world = World()
    days = [MONDAY + timedelta(days=n) for n in range(12)]
    for on in days:
        world.works(on)
        settle(world, on)
    assert available(world) == 12 * 10000 + 5000
    world.forget(days[4])
    world.works(days[4], until=17)
    settle(world, days[4])
    assert available(world) == 12 * 10000
    runs = dict(db.session.execute(select(RepDay.work_date, RepDay.run_after)).all())
    assert [runs[on] for on in days] == [1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 7]


def test_changes_of_a_run_stop_where_it_is_the_same_again(app: Flask) -> None:
    """Work is proportional to the change: a day after a break is not touched."""
    world = World()
    days = [MONDAY + timedelta(days=n) for n in range(6)]
    for n, on in enumerate(days):
        world.works(on, late=10 if n == 3 else 0)
        settle(world, on)
    before = versions(world)
    world.forget(days[1])
    world.works(days[1], late=3)
    settle(world, days[1])
    after = versions(world)
    assert [on for on in days if before[on] != after[on]] == [days[1], days[2], days[3]]


def test_rest_and_leave_are_neutral(app: Flask) -> None:
    """T31: a weekend lies between two good weeks."""
    world = World(workdays=[1, 2, 3, 4, 5])
    for n in range(14):
        on = MONDAY + timedelta(days=n)
        world.works(on) if on.isoweekday() <= 5 else world.stays_away(on)
        settle(world, on)
    assert available(world) == 10 * 10000 + 5000


def test_order_of_settling_does_not_matter(app: Flask) -> None:
    """T28: back-dated days give the same money."""
    world = World()
    days = [MONDAY + timedelta(days=n) for n in range(10)]
    for on in days:
        world.works(on)
    for on in (days[9], days[0], days[5], *days):
        settle(world, on)
    assert available(world) == 10 * 10000 + 5000


def test_one_bad_rep_day_is_set_aside_and_the_others_go_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(reps=3)
    world.works(MONDAY)
    real = service.settle_work

    def fails(*, work: Any, **more: Any) -> Any:
        if work.employee_id == world.reps[1].id:
            raise ValueError("a broken figure")
        return real(work=work, **more)

    with monkeypatch.context() as patch:
        patch.setattr("webapp.rewards.service.batch.settle_work", fails)
        tally = settle(world, MONDAY)
    assert (tally.posted, tally.set_aside) == (2, 1)
    row = db.session.get(RepDay, (world.reps[1].id, MONDAY))
    assert (row.state, row.problem) == ("set_aside", "ValueError: a broken figure")
    settle(world, MONDAY)
    assert available(world, 1) == 10000


def test_facts_read_before_somebody_settled_are_read_again(app: Flask) -> None:
    """A batch read early must not overwrite a newer settlement."""
    from webapp.rewards.queries.load import load

    world = World()
    world.works(MONDAY, late=7)
    at = world.morning_after(MONDAY)
    stale = load([(world.rep.id, MONDAY)], at=at)[world.rep.id, MONDAY]
    db.session.remove()
    world.works(MONDAY, late=-1)
    settle(world, MONDAY)
    do(service.settle_work, work=stale, at=at, cause="due")
    assert available(world) == 10000


def test_mark_between_reading_and_settling_is_not_lost(app: Flask) -> None:
    from webapp.rewards.queries.load import load

    world = World()
    world.works(MONDAY, late=7)
    at = world.morning_after(MONDAY)
    pair = (world.rep.id, MONDAY)
    stale = load([pair], at=at)[pair]
    db.session.remove()
    world.works(MONDAY, late=-1)
    do(service.mark_changed, branches={pair: world.branch.id}, at=at)
    do(service.settle_work, work=stale, at=at, cause="due")
    assert available(world) == 10000


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_a_day_and_the_one_after_it_settled_at_once_do_not_lock_each_other_out(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world, tuesday = World(), MONDAY + timedelta(days=1)
    for on in (MONDAY, tuesday):
        world.works(on)
        settle(world, on)
        world.forget(on)
    world.stays_away(MONDAY)
    world.works(tuesday, late=7)
    settling = import_module("webapp.rewards.service.settle")
    at, real, others = world.morning_after(tuesday), settling._mark_next, []

    def later() -> None:
        with app.app_context():
            do(service.settle, employee_id=world.rep.id, work_date=tuesday, at=at, cause="changed")

    def meets(*known: Any) -> Any:
        if not others:
            others.append(Thread(target=later))
            others[0].start()
            others[0].join(0.5)
        return real(*known)

    monkeypatch.setattr(settling, "_mark_next", meets)
    with caplog.at_level("INFO", "onsite.db"):
        do(service.settle, employee_id=world.rep.id, work_date=MONDAY, at=at, cause="changed")
        others[0].join()
    assert "retrying" not in caplog.text
    assert available(world) == 9000


def test_settled_lines_cannot_be_edited(app: Flask) -> None:
    world = World()
    world.works(MONDAY)
    settle(world, MONDAY)
    changes: list[Any] = [update(SettlementLine).values(amount=1), delete(SettlementLine)]
    if not is_postgres():
        changes.append(text("INSERT OR REPLACE INTO settlement_line SELECT * FROM settlement_line"))
    for change in changes:
        with pytest.raises(DBAPIError, match="immutable"), transaction():
            conn().execute(change)
    assert db.session.scalar(select(func.count()).select_from(SettlementLine)) == 1


def versions(world: World) -> dict[date, int]:
    found = dict(db.session.execute(select(RepDay.work_date, RepDay.version)).all())
    db.session.remove()
    return found
