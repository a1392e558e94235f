"""Devices are moved: every punch is of the shop of its moment, and nobody waits for a device that was elsewhere."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from jobs import attendance as closing
from jobs import device_watch, sweep
from jobs import devices as jobs
from tests import factories
from tests.attendance import months
from tests.devices.world import ON, World, day_of, punches, world
from webapp.attendance.models import TerminalStay
from webapp.attendance.service import days
from webapp.core import clock, outbox
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.core.errors import Conflict, Invalid
from webapp.devices import queries, service
from webapp.devices.models import RawPunch, Terminal, TerminalState
from webapp.devices.queries.stays import stays_of
from webapp.devices.rules import Fields
from webapp.devices.rules.stays import Stay, last_move, move_before, moved, redated, sites_at
from webapp.schedules.models import PlanStop

Freeze = Callable[..., Any]
HOUR = timedelta(hours=1)
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def w(app: Any, freeze: Freeze) -> World:
    freeze("2026-03-20T10:00+08:00")
    return world(settled_from=ON)


def move(w: World, *shops: Any, since: datetime | None = None) -> None:
    db.session.remove()
    row = db.session.get_one(Terminal, w.door.id)
    fields = Fields(row.serial, row.name, row.kind, tuple(shop.id for shop in shops), row.timezone, sites_since=since)
    do(service.change, by=w.hr, terminal_id=row.id, version=row.version, fields=fields, at=clock.now())


def redate(w: World, since: datetime) -> None:
    version = db.session.get_one(Terminal, w.door.id).version
    db.session.remove()
    do(service.redate, by=w.hr, terminal_id=w.door.id, version=version, since=since, at=clock.now())


def shops_of(rep: Any) -> list[int | None]:
    """The shop of each punch, in order of time."""
    return [row[3] for row in sorted(punches(rep), key=lambda row: row[2])]


def work() -> None:
    """What the drain does, and the jobs it queues, until nothing is left."""
    while items := do(outbox.claim, at=clock.now()):
        asked = [item for item in items if item.topic == "run"]
        sweep._work([item for item in items if item.topic != "run"])
        for item in asked:
            assert item.key.startswith("jobs.devices.moved#")
            jobs.moved(**item.payload)
            do(outbox.finish, ids=[item.id], at=clock.now())


steps = st.lists(st.tuples(st.integers(0, 40), st.sets(st.integers(1, 3), min_size=1)), max_size=8)


@given(first=st.sets(st.integers(1, 3), min_size=1), moves=steps, to=st.integers(1, 39))
def test_stays_say_for_every_moment_what_the_moves_said(first: set[int], moves: Any, to: int) -> None:
    stays, told = moved([], first, START), dict[datetime, set[int]]()
    for hours, sites in sorted(moves, key=lambda one: one[0]):
        stays = moved(stays, sites, START + hours * HOUR)
        told[START + hours * HOUR] = sites
    before_it = [first, *told.values()]
    real = [one for one, was in zip(told.items(), before_it, strict=False) if one[1] != was]

    def said(at: datetime, moves: Any) -> tuple[int, ...]:
        return tuple(sorted([first, *(sites for since, sites in moves if since <= at)][-1]))

    for half in range(-1, 84):
        at = START + half * HOUR / 2
        assert sites_at(stays, at) == said(at, real)
    last, before = last_move(stays), move_before(stays)
    since = START + to * HOUR + HOUR / 2
    if last is None or (before is not None and since <= before):
        return
    for half in range(-1, 84):
        at = START + half * HOUR / 2 + timedelta(minutes=1)
        assert sites_at(redated(stays, since), at) == said(at, [*real[:-1], (since, real[-1][1])])
    assert (last, before) == (real[-1][0], real[-2][0] if len(real) > 1 else None)


def test_a_late_punch_of_an_earlier_day_is_of_the_shop_it_hung_in(w: World) -> None:
    rep, next_shop = w.rep("7"), factories.site(w.kind)
    w.send("08:55")
    move(w, next_shop, since=w.moment("12:00"))
    w.send("18:02", "2026-02-27 08:55:00")
    w.send("11:59:59", "12:00:00")
    assert shops_of(rep) == [w.shop.id, w.shop.id, w.shop.id, next_shop.id, next_shop.id]


def test_a_move_that_is_told_late_gives_punches_their_shop_anew(w: World) -> None:
    rep, next_shop = w.rep("7"), factories.site(w.kind)
    w.send("08:55", "18:02", "2026-03-03 08:55:00", "2026-03-03 18:02:00")
    work()
    assert set(shops_of(rep)) == {w.shop.id}
    move(w, next_shop, since=w.moment("12:00"))
    work()
    assert shops_of(rep) == [w.shop.id, next_shop.id, next_shop.id, next_shop.id]
    redate(w, w.moment("06:00", date(2026, 3, 3)))
    work()
    assert shops_of(rep) == [w.shop.id, w.shop.id, next_shop.id, next_shop.id]
    assert [row.after for row in trail("terminal.redated")] == [{"since": "2026-03-02T22:00:00+00:00"}]


def test_the_day_follows_its_punches_to_the_other_shops_hours(w: World) -> None:
    """The shop the device had been moved to opens an hour later: whoever was late there was not."""
    rep = w.rep("7")
    later = factories.site(factories.store_type(w.branch, shift_start="10:00", shift_end="19:00"))
    w.send("09:55", "19:02")
    work()
    before = day_of(rep)
    move(w, later, since=w.moment("08:00"))
    work()
    after = day_of(rep)
    assert (before.status, after.status, after.minutes_late) == ("late", "normal", 0)  # type: ignore[union-attr]


def test_an_accepted_punch_is_of_the_shop_of_the_moment_it_counts_at(w: World) -> None:
    from webapp.devices.service.held import decide  # noqa: PLC0415 - only here

    rep, next_shop = w.rep("7"), factories.site(w.kind)
    w.send("2000-01-01 00:10:00")
    raw = db.session.scalars(select(RawPunch.id)).one()
    db.session.remove()
    said = {"by": w.hr, "raw_punch_id": raw, "decision": "accept", "reason": "clock was reset", "at": clock.now()}
    do(decide, **said, granted_at=w.moment("13:00"))
    work()
    assert shops_of(rep) == [w.shop.id]
    move(w, next_shop, since=w.moment("12:00"))
    work()
    assert shops_of(rep) == [next_shop.id]


def test_days_of_a_closed_month_are_noted_and_stay(app: Any, freeze: Freeze) -> None:
    one = months.branch()
    months.over([one], freeze)
    later = factories.site(factories.store_type(one.w.branch, shift_start="12:00", shift_end="19:00"))
    one.close()

    def rows() -> list[Any]:
        return [row for row in one.rows() if row.work_date in months.DAYS]

    before = rows()
    move(one.w, later, since=one.w.moment("00:00", months.DAYS[0]))
    work()
    assert rows() == before
    assert {on for _, on in one.held()} >= {months.DAYS[0], months.DAYS[1], months.DAYS[3]}
    one.reopen()
    months.work()
    assert one.held() == []
    assert [row for row in one.rows() if row.minutes_early]  # left at 18:02, and the shop closes at 19:00


@pytest.mark.parametrize("seed", range(6))
def test_any_moves_and_late_punches_in_any_order(w: World, seed: int) -> None:
    chance = random.Random(seed)
    rep, shops = w.rep("7"), [w.shop, factories.site(w.kind), factories.site(w.kind)]
    times = [START + timedelta(minutes=chance.randrange(10 * 24 * 60)) for _ in range(24)]
    told = [(datetime.min.replace(tzinfo=UTC), w.shop)]
    for _ in range(5):
        since = max(told[-1][0], START) + timedelta(minutes=chance.randrange(1, 48 * 60))
        told.append((since, chance.choice([shop for shop in shops if shop is not told[-1][1]])))
    waiting, coming = told[1:], [*times, *chance.sample(times, 5)]
    chance.shuffle(coming)
    while waiting or coming:
        if waiting and chance.random() < 0.4:
            since, shop = waiting.pop(0)
            wrong = since + timedelta(hours=chance.randrange(1, 30)) if chance.random() < 0.5 else since
            move(w, shop, since=wrong)
            if wrong != since:
                redate(w, since)
        elif coming:
            some, coming = coming[:4], coming[4:]
            shown = [f"{one.astimezone(w.branch.zone):%Y-%m-%d %H:%M:%S}" for one in some]
            w.send(*shown, digest=chance.random() < 0.5)
        if chance.random() < 0.3:
            work()
    work()
    w.digest()
    found = {row[2]: row[3] for row in punches(rep)}
    assert found == {at: [shop.id for since, shop in told if since <= at][-1] for at in times}


def test_a_move_while_punches_are_looked_at(w: World) -> None:
    rep, next_shop = w.rep("7"), factories.site(w.kind)
    w.send(*(f"{hour:02}:{minute:02}" for hour in range(8, 20) for minute in (0, 30)), digest=False)
    flask, problems = current_app._get_current_object(), []  # type: ignore[attr-defined]

    def run(done: Callable[[], None]) -> None:
        try:
            with flask.app_context():
                done()
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            problems.append(error)

    jobs_at_once = [lambda: w.digest(limit=2), lambda: move(w, next_shop, since=w.moment("12:00"))]
    threads = [threading.Thread(target=run, args=(one,)) for one in jobs_at_once]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    work()
    assert shops_of(rep) == [w.shop.id] * 8 + [next_shop.id] * 16


def plan(rep: Any, shop: Any) -> None:
    factories.save(PlanStop(employee_id=rep.id, work_date=ON, seq=1, site_id=shop.id))


def status(rep: Any) -> str:
    day = day_of(rep)
    assert day is not None
    return day.status


def test_nobody_waits_for_a_device_that_had_left_or_had_not_come(w: World, freeze: Freeze) -> None:
    """Silent since the day before; moved that night, from one shop to the other."""
    old, new = w.rep("7"), w.rep("8")
    elsewhere = factories.site(w.kind)
    plan(old, w.shop)
    plan(new, elsewhere)
    for clock_, on in (("20:00", ON - timedelta(days=1)), ("20:01", ON - timedelta(days=1))):
        do(service.heard, terminal_id=w.door.id, at=w.moment(clock_, on))
    freeze(w.moment("00:30", ON + timedelta(days=1)))
    jobs.listen()
    closing.close_days()
    assert (status(old), status(new)) == ("unheard", "absent")
    move(w, elsewhere, since=w.moment("22:00", ON - timedelta(days=1)))
    work()
    assert (status(old), status(new)) == ("absent", "unheard")
    redate(w, w.moment("00:00", ON + timedelta(days=1)))
    work()
    assert (status(old), status(new)) == ("unheard", "absent")


def test_a_day_that_cannot_be_built_lets_the_others_follow_the_move(
    w: World, freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [w.rep("7"), w.rep("8"), w.rep("9")]
    for rep in people:
        plan(rep, w.shop)
    do(service.heard, terminal_id=w.door.id, at=w.moment("20:00", ON - timedelta(days=1)))
    freeze(w.moment("00:30", ON + timedelta(days=1)))
    jobs.listen()
    closing.close_days()
    assert {status(rep) for rep in people} == {"unheard"}
    move(w, factories.site(w.kind), since=w.moment("22:00", ON - timedelta(days=1)))
    load = days.load_facts

    def broken(pairs: Any, zones: Any) -> Any:
        if any(who == people[0].id for who, _ in pairs):
            raise ValueError("odd")
        return load(pairs, zones)

    monkeypatch.setattr(days, "load_facts", broken)
    with pytest.raises(RuntimeError, match="1 days"):
        work()
    assert [status(rep) for rep in people] == ["unheard", "absent", "absent"]


def test_what_it_could_say_of_a_shop_is_heard_when_it_was_heard_past_its_leaving(w: World, freeze: Freeze) -> None:
    rep = w.rep("7")
    plan(rep, w.shop)
    for at in ("14:00", "14:01"):
        do(service.heard, terminal_id=w.door.id, at=w.moment(at))
    freeze(w.moment("00:30", ON + timedelta(days=1)))
    jobs.listen()
    closing.close_days()
    assert status(rep) == "unheard"
    move(w, factories.site(w.kind), since=w.moment("13:00"))
    work()
    assert status(rep) == "absent"


def test_a_shift_that_began_elsewhere_raises_no_alarm(w: World, freeze: Freeze) -> None:
    rep, next_shop = w.rep(), factories.site(w.kind)
    plan(rep, next_shop)
    now = w.moment("10:30")
    factories.save(TerminalState(terminal_id=w.door.id, first_seen_at=now, seen_at=now))
    freeze(now)
    move(w, next_shop)
    assert device_watch.look(now, shifts=True) == 0
    redate(w, w.moment("08:00"))
    assert device_watch.look(now + timedelta(minutes=5), shifts=True) == 1


def test_a_moment_that_cannot_be_is_refused(w: World) -> None:
    next_shop = factories.site(w.kind)
    with pytest.raises(Invalid, match="device_never_moved"):
        redate(w, w.moment("12:00"))
    with pytest.raises(Invalid, match="device_since_alone"):
        move(w, w.shop, since=w.moment("12:00"))
    with pytest.raises(Invalid, match="device_since_ahead"):
        move(w, next_shop, since=clock.now() + timedelta(minutes=1))
    with pytest.raises(Invalid, match="device_since_long_ago"):
        move(w, next_shop, since=datetime(1, 1, 1, tzinfo=w.branch.zone))
    move(w, next_shop, since=w.moment("12:00"))
    with pytest.raises(Invalid, match="device_since_early"):
        move(w, w.shop, since=w.moment("11:59"))
    with pytest.raises(Invalid, match="device_since_ahead"):
        redate(w, clock.now() + timedelta(minutes=1))
    with pytest.raises(Conflict, match="device_changed"):
        do(service.redate, by=w.hr, terminal_id=w.door.id, version=1, since=w.moment("11:00"), at=clock.now())
    assert stays_of(w.door.id) == [Stay(w.shop.id, None, w.moment("12:00")), Stay(next_shop.id, w.moment("12:00"))]
    db.session.remove()


def test_a_wrong_shop_is_mended_as_if_it_had_never_been(w: World) -> None:
    wrong, right = factories.site(w.kind), factories.site(w.kind)
    move(w, wrong)
    move(w, right)
    assert [(one.site_id, one.until_at) for one in stays_of(w.door.id)][1:] == [(right.id, None)]
    move(w, w.shop)
    assert stays_of(w.door.id) == [Stay(w.shop.id)]
    db.session.remove()


def test_a_new_device_always_hung_there(w: World) -> None:
    made = do(
        service.register, by=w.hr, branch_id=w.branch.id, at=clock.now(),
        fields=Fields("NEW-1", "New", "zk_push", (w.shop.id,), "Asia/Shanghai"),
    )  # fmt: skip
    rows = db.session.execute(select(TerminalStay.site_id, TerminalStay.from_at, TerminalStay.until_at).where(
        TerminalStay.terminal_id == made
    )).all()  # fmt: skip
    db.session.remove()
    assert [tuple(row) for row in rows] == [(w.shop.id, None, None)]
    assert [one.site for one in queries.places(made)] == [w.shop.name]
    db.session.remove()


def trail(action: str) -> list[AuditEntry]:
    db.session.remove()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))
