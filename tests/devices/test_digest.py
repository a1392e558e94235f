"""From raw punches to punches of people and their days: whose, when, once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from jobs.attendance import schedule_changed
from tests import factories
from tests.devices.world import LATER, ON, World, day_of, punches, states, world
from webapp.attendance.models import Punch
from webapp.core.db import conn, db, do, transaction
from webapp.core.outbox import Item, OutboxRow
from webapp.devices import service
from webapp.schedules.models import PlanStop, RosterDay, Shift


@pytest.fixture
def w(app: Any) -> World:
    return world()


def test_a_punch_makes_the_day(w: World) -> None:
    rep = w.rep("7")
    w.send("08:55", "18:02")
    day = day_of(rep)
    assert day is not None
    assert (day.status, day.sources, day.present, day.complete) == ("normal", "device", True, True)
    assert (day.first_in, day.last_out) == (w.moment("08:55"), w.moment("18:02"))
    assert [row[3:] for row in punches(rep)] == [(w.shop.id, "counted")] * 2


def test_an_unknown_id_waits_and_nobody_gets_a_day(w: World) -> None:
    w.send("08:55", pin="99")
    assert (states(), punches()) == (["unmapped"], [])


def test_a_reused_id_is_whose_it_was_then(w: World) -> None:
    """F-uF302: codes are given to others."""
    before, after = w.rep(), w.rep()
    w.hold("7", before, date(2026, 1, 1), ON)
    w.hold("7", after, ON + timedelta(days=1))
    w.send("08:55", "2026-03-03 08:56:00")
    assert [(row[0], row[1]) for row in punches()] == [(before.id, ON), (after.id, ON + timedelta(days=1))]


def test_the_device_comes_before_the_branch(w: World) -> None:
    usual, there = w.rep("7"), w.rep()
    w.hold("7", there, date(2026, 1, 1), door=w.door)
    w.send("08:55")
    assert [row[0] for row in punches()] == [there.id]
    assert day_of(usual) is None


def test_leading_zeros_are_one_id_and_a_collision_is_never_guessed(w: World) -> None:
    w.rep("7")
    w.send("08:55", pin="7")
    w.rep("7")
    w.send("09:00", pin="7")
    assert states() == ["mapped", "unmapped"]


def test_a_leaver_holds_nothing(w: World) -> None:
    w.rep("7", left_on=ON - timedelta(days=1))
    w.send("08:55")
    assert states() == ["unmapped"]


def test_digesting_again_changes_nothing(w: World) -> None:
    rep = w.rep("7")
    w.send("08:55", "08:55:20", "18:02")
    before, day = punches(), day_of(rep)
    assert [row[4] for row in before] == ["counted", "repeat", "counted"]
    assert do(service.rebuild, terminal_id=w.door.id, first=ON, last=ON, at=LATER) == 3
    assert states() == ["new"] * 3
    w.digest(limit=1)
    assert (punches(), day_of(rep), states()) == (before, day, ["mapped"] * 3)


def test_t14_a_night_shift_keeps_both_ends(w: World) -> None:
    rep = w.rep("7")
    night = factories.save(Shift(branch_id=w.branch.id, name="night", start="22:00", end="06:00", grace_minutes=10))
    for on in (ON, ON + timedelta(days=1)):
        roster(w, rep, on, night)
    w.send("21:55", "2026-03-03 06:02:00", "2026-03-03 21:58:00", "2026-03-04 07:10:00")
    assert [row[1] for row in punches(rep)] == [ON, ON, ON + timedelta(days=1), ON + timedelta(days=1)]
    assert [day_of(rep, on).status for on in (ON, ON + timedelta(days=1))] == ["normal", "normal"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("clock", "on"), [("23:59:59", 2), ("2026-03-03 00:00:00", 3), ("2026-03-03 00:00:01", 3)])
def test_t14_midnight_without_a_shift_near_it(w: World, clock: str, on: int) -> None:
    rep = w.rep("7")
    for day in (ON, ON + timedelta(days=1)):
        roster(w, rep, day, None)
    w.send(clock)
    assert [row[1] for row in punches(rep)] == [date(2026, 3, on)]


def test_t15_a_device_in_another_zone_than_the_branch(w: World) -> None:
    """Its clock shows Kathmandu's time (+5:45) on the wall of a shop that works by Shanghai's."""
    rep, door = w.rep("7"), factories.terminal(w.branch, w.shop, timezone="Asia/Kathmandu")
    w.send("06:40", "15:47", door=door)
    day = day_of(rep)
    assert day is not None
    assert (day.first_in, day.last_out) == (w.moment("08:55"), w.moment("18:02"))


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 3, 29), 8), (date(2026, 10, 25), 10)])
def test_t15_the_night_the_clocks_change(app: Any, on: date, hours: int) -> None:
    """22:00 to 07:00 over a change: each time is the moment the wall showed it."""
    w = world(timezone="Europe/Berlin")
    rep, start = w.rep("7"), on - timedelta(days=1)
    roster(w, rep, start, factories.save(Shift(branch_id=w.branch.id, name="n", start="22:00", end="07:00")))
    w.send(f"{start} 22:00:00", f"{on} 07:00:00", at=w.moment("12:00", on + timedelta(days=3)))
    day = day_of(rep, start)
    assert day is not None
    assert day.first_in is not None
    assert day.last_out is not None
    assert (day.status, day.last_out - day.first_in) == ("normal", timedelta(hours=hours))


def test_t20_out_of_order_and_from_two_devices(w: World) -> None:
    rep, back = w.rep("7"), factories.terminal(w.branch, w.shop)
    w.send("18:02")
    assert day_of(rep).status == "missing_in"  # type: ignore[union-attr]
    w.send("12:00", "08:58", door=back)
    w.send("08:58:10")
    assert (day_of(rep).first_in, day_of(rep).last_out) == (w.moment("08:58"), w.moment("18:02"))  # type: ignore[union-attr]
    assert [row[4] for row in punches(rep)] == ["counted", "counted", "counted", "repeat"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_split_order_and_repetition_of_an_export_gives_the_same_days(w: World, seed: int) -> None:
    chance = random.Random(seed)
    moments = [datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(seconds=chance.randrange(4 * 86400)) for _ in range(25)]
    moments += [moment + timedelta(seconds=chance.randrange(90)) for moment in moments[:10]]
    whole = sorted({f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments})
    straight, shuffled = w.rep("7"), w.rep("8")
    w.send(*whole, pin="7")
    pieces = [*whole, *chance.sample(whole, 10)]
    chance.shuffle(pieces)
    while pieces:
        some, pieces = pieces[: chance.randrange(1, 9)], pieces[8:]
        w.send(*some, pin="8", digest=chance.random() < 0.7)
    w.send(*chance.sample(whole, len(whole)), pin="8")

    def said(rep: Any) -> list[Any]:
        return sorted(row[1:] for row in punches(rep))

    assert said(straight) == said(shuffled)
    for step in range(-1, 6):
        on = ON + timedelta(days=step)
        assert day_of(straight, on) == day_of(shuffled, on)


def test_the_key_is_kept_where_people_are_trained(w: World) -> None:
    rep, trained = w.rep("7"), factories.terminal(w.branch, w.shop, trusts_keys=True)
    w.send("12:00", status="1")
    assert day_of(rep).status == "missing_out"  # type: ignore[union-attr]
    other = w.rep("8")
    w.send("12:00", pin="8", status="1", door=trained)
    assert day_of(other).status == "missing_in"  # type: ignore[union-attr]


def test_several_shops_on_one_device_take_the_planned_one(w: World) -> None:
    second, rep, stranger = factories.site(w.kind), w.rep("7"), w.rep("8")
    door = factories.terminal(w.branch, w.shop, second)
    factories.save(PlanStop(employee_id=rep.id, work_date=ON, seq=1, site_id=second.id))
    w.send("08:55", pin="7", door=door)
    w.send("08:55", pin="8", door=door)
    assert [row[3] for row in punches(rep)] == [second.id]
    assert [row[3] for row in punches(stranger)] == [w.shop.id]


def test_changed_hours_move_punches_to_the_date_they_belong_to(w: World) -> None:
    rep = w.rep("7")
    for on in (ON, ON + timedelta(days=1)):
        roster(w, rep, on, None)
    w.send("21:55", "2026-03-03 06:02:00")
    assert [row[1] for row in punches(rep)] == [ON, ON + timedelta(days=1)]
    night = factories.save(Shift(branch_id=w.branch.id, name="night", start="22:00", end="06:00"))
    with transaction():
        conn().execute(
            RosterDay.__table__.update().values(kind="work", shift_id=night.id).where(RosterDay.work_date == ON)
        )
    schedule_changed([Item(1, "schedule_changed", "x", {"employee_id": rep.id, "work_date": f"{ON}"}, 1)])
    assert [row[1] for row in punches(rep)] == [ON, ON]
    assert day_of(rep).status == "normal"  # type: ignore[union-attr]
    assert day_of(rep, ON + timedelta(days=1)).status == "rest"  # type: ignore[union-attr]


def test_punches_of_others_are_kept_and_make_no_paid_day(w: World) -> None:
    supervisor = factories.employee(w.branch, role="supervisor")
    w.hold("7", supervisor, date(2026, 1, 1))
    w.send("08:55")
    assert len(punches(supervisor)) == 1
    assert day_of(supervisor) is None


def test_settlement_hears_of_it_once(w: World) -> None:
    rep = w.rep("7")
    w.send("08:55", "08:55:30")
    keys = list(db.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "day_changed")))
    assert keys == [f"{rep.id}|{ON}"]


def test_two_workers_at_once_and_one_killed_between(w: World) -> None:
    """Batches of two and three over the same punches, by two threads, after a first one that was rolled back."""
    rep = w.rep("7")
    clocks = [f"{hour:02}:{minute:02}" for hour in (8, 12, 18) for minute in range(0, 60, 9)]
    w.send(*clocks, digest=False)

    def killed() -> None:
        service.digest(terminal_id=w.door.id, at=LATER, limit=5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do(killed)
    assert (punches(), set(states())) == ([], {"new"})
    flask, problems = current_app._get_current_object(), []  # type: ignore[attr-defined]

    def work(limit: int) -> None:
        try:
            with flask.app_context():
                w.digest(limit=limit)
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            problems.append(error)

    threads = [threading.Thread(target=work, args=(limit,)) for limit in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(punches(rep)) == len(clocks)
    assert set(states()) == {"mapped"}
    assert (day_of(rep).first_in, day_of(rep).last_out) == (w.moment("08:00"), w.moment("18:54"))  # type: ignore[union-attr]


def test_a_batch_costs_the_same_however_many_are_in_it(w: World, queries: Callable[..., Any]) -> None:
    reps = [w.rep(str(pin)) for pin in range(100, 130)]
    w.send("08:55", pin="100")
    costs = []
    for some in (reps[1:3], reps[3:30]):
        for rep in some:
            pin = str(100 + reps.index(rep))
            w.send("2026-03-03 08:55:00", pin=pin, digest=False)
        with queries() as asked:
            w.digest()
        # one for the day and one that tells settlement of each person
        costs.append(len(asked) - 2 * len(some))
    assert costs[0] == costs[1], costs
    assert costs[0] <= 24


def test_the_command_builds_it_again(w: World, app: Any) -> None:
    rep = w.rep("7")
    w.send("08:55", "18:01")
    before = punches(rep)
    with transaction():
        conn().execute(Punch.__table__.delete())
    done = app.test_cli_runner().invoke(
        args=["rebuild-punches", w.door.serial, "--first", "2026-03-02", "--last", "2026-03-02"]
    )
    assert done.output == f"{w.door.serial}: 2 looked at, 2 of people, 0 with unknown ids, 0 held\n"
    assert punches(rep) == before


def roster(w: World, rep: Any, on: date, shift: Shift | None) -> None:
    kind = "work" if shift else "rest"
    row = {"employee_id": rep.id, "work_date": on, "branch_id": w.branch.id, "kind": kind}
    factories.save(RosterDay(**row, shift_id=shift.id if shift else None))
