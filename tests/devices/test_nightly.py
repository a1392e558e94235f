"""Every night a device is compared with what we have of it; its bytes go in time; a wrong time zone is mended."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import func, select, update

from jobs import reconcile as jobs
from tests import factories
from tests.devices import road
from tests.devices.world import ON, World, day_of, punches, signed_in, world
from tests.support.clockwork import Frozen
from tests.support.terminals import push
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.core.outbox import OutboxRow
from webapp.devices import queries, service
from webapp.devices.models import DeviceCommand, DeviceRequest, RawPunch, Terminal, TerminalDay
from webapp.devices.queries import reconcile as known
from webapp.people.models import Branch

NIGHT = "2026-03-03T02:00+08:00"


@pytest.fixture
def place(app: Any, freeze: Frozen) -> World:
    freeze("2026-03-02T20:00+08:00")
    return world(timezone="Asia/Shanghai")


@pytest.fixture
def terminal(place: World, client: Any) -> push.Terminal:
    """It holds five punches of yesterday, of which two never came."""
    made = push.Terminal(place.door.serial, push.by_client(client))
    made.shake_hands()
    made.memory = [("7", f"{ON} 0{hour}:00:00") for hour in range(1, 6)]
    made.post("ATTLOG", made.lines(made.memory[:3]), Stamp="1")
    road.work()
    return made


def night(terminal: push.Terminal, freeze: Frozen, *, at: str = NIGHT, looks: int = 8, **how: Any) -> list[str]:
    """Every ten minutes a look, and the device does what it is asked; everything it was asked."""
    done: list[str] = []
    moment = datetime.fromisoformat(at)
    for n in range(looks):
        freeze((moment + timedelta(minutes=11 * n)).isoformat())
        terminal.call("GET", "ping")
        jobs.reconcile()
        done += terminal.obey(**how)
        road.work()
    return done


def day(place: World, on: date = ON) -> Any:
    db.session.remove()
    return known.known_days(place.door.id).get(on)


def hang(place: World, zone: str) -> None:
    with transaction():
        db.session.execute(update(Terminal).values(timezone=zone))
    place.door.timezone = zone


def kept() -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(RawPunch)) or 0


def test_what_is_missing_comes_by_itself(place: World, terminal: push.Terminal, freeze: Frozen) -> None:
    assert kept() == 3
    done = night(terminal, freeze)
    assert kept() == 5
    assert sum(one.startswith("DATA QUERY") for one in done) == 1, "only the day that lacks something"
    found = day(place)
    assert (found.ours, found.theirs, found.settled, found.asked_at) == (5, 5, None, None)
    assert queries.compared_days(place.door.id).missing == 0


def test_by_day_nothing_is_asked(place: World, terminal: push.Terminal, freeze: Frozen) -> None:
    assert night(terminal, freeze, at="2026-03-03T14:00+08:00", looks=3) == []


def test_a_missing_punch_shows_though_the_device_holds_fewer_in_all(
    place: World, terminal: push.Terminal, freeze: Frozen
) -> None:
    """It has forgotten the old ones, we have not."""
    place.send(*(f"2026-01-{n:02} 08:00:00" for n in range(1, 20)), digest=False)
    night(terminal, freeze)
    assert day(place).ours == 5


def test_a_device_that_counts_too_much_is_believed_only_once(
    place: World, terminal: push.Terminal, freeze: Frozen
) -> None:
    done = night(terminal, freeze, extra=1, looks=10)
    assert kept() == 5
    found = day(place)
    assert (found.ours, found.theirs, found.settled) == (5, 6, 6)
    again = night(terminal, freeze, extra=1, at="2026-03-04T02:00+08:00")
    assert sum(one.startswith("VERIFY") for one in done) == 31
    assert sum(one.startswith("VERIFY") for one in again) == 3, "the difference is explained"
    assert not any(one.startswith("DATA") for one in again)
    assert queries.compared_days(place.door.id).missing == 0


def test_what_was_never_sent_is_not_given_up(place: World, terminal: push.Terminal, freeze: Frozen) -> None:
    night(terminal, freeze, mute=["DATA"], looks=20)
    assert day(place).settled is None
    assert queries.compared_days(place.door.id).missing == 2
    night(terminal, freeze, at="2026-03-06T02:00+08:00")
    assert day(place).ours == 5


def test_looking_twice_asks_once(place: World, terminal: push.Terminal, freeze: Frozen) -> None:
    freeze(NIGHT)
    terminal.call("GET", "ping")
    for _ in range(3):
        jobs.reconcile()
    assert db.session.scalar(select(func.count()).select_from(DeviceCommand)) == 1
    terminal.obey()
    jobs.reconcile()
    queued = db.session.scalar(select(func.count()).select_from(DeviceCommand))
    jobs.reconcile()
    assert db.session.scalar(select(func.count()).select_from(DeviceCommand)) == queued


def test_compared_by_hand_at_any_time(place: World, terminal: push.Terminal, freeze: Frozen, client_as: Any) -> None:
    desk = client_as(factories.employee(place.branch, "hr"))
    assert "Not compared yet" in desk.get(f"/hr/devices/{place.door.id}").text
    assert desk.post(f"/hr/devices/{place.door.id}/compare").status_code == 303
    night(terminal, freeze, at="2026-03-03T12:00+08:00", looks=4)
    shown = desk.get(f"/hr/devices/{place.door.id}").text
    assert "Complete" in shown
    assert kept() == 5


def test_bytes_go_in_time_and_punches_stay(place: World, terminal: push.Terminal, freeze: Frozen) -> None:
    body = terminal.lines(terminal.memory[:3])
    freeze("2027-04-05T20:00+08:00")
    assert jobs.forget_bodies() == 0, "kept for 400 days"
    with transaction():
        db.session.execute(update(Branch).values(attendance={"raw_days": 30}))
    assert jobs.forget_bodies() == 1
    assert jobs.forget_bodies() == 0
    db.session.remove()
    row = db.session.scalars(select(DeviceRequest)).one()
    assert (row.body, row.new, kept()) == (b"", 3, 3)
    terminal.post("ATTLOG", body, Stamp="1")
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 1, "known again without its bytes"


def test_unread_bytes_stay(place: World, freeze: Frozen) -> None:
    do(
        service.store_request, terminal_id=place.door.id, source="push", kind="attlog", body=b"x", params=None,
        ip=None, zone="Asia/Shanghai", at=clock.now(),
    )  # fmt: skip
    freeze("2028-04-05T20:00+08:00")
    assert jobs.forget_bodies() == 0


def test_a_wrong_time_zone_is_mended(place: World, freeze: Frozen) -> None:
    """Its clock showed Shanghai's time and it was registered in Tokyo: an hour too early, and late is not late."""
    person = place.rep("7")
    hang(place, "Asia/Tokyo")
    place.send("09:45", "18:00", "2026-02-27 08:55:00", at=clock.now())
    before = day_of(person)
    assert before is not None
    hang(place, "Asia/Shanghai")
    assert queries.zones_read(place.door.id, "Asia/Shanghai") == "Asia/Tokyo"
    count = do(
        service.rezone, by=place.hr, terminal_id=place.door.id, zone="Asia/Shanghai", first=ON, reason="Wrong zone",
        at=clock.now(),
    )  # fmt: skip
    assert count == 2
    assert jobs.rezone(terminal_id=place.door.id, zone="Asia/Shanghai", first=f"{ON}") == 2
    assert jobs.rezone(terminal_id=place.door.id, zone="Asia/Shanghai", first=f"{ON}") == 0
    place.digest()
    after = day_of(person)
    assert after is not None
    assert after.first_in == place.moment("09:45")
    assert (before.minutes_late, after.minutes_late) == (0, 45)
    assert {row[2] for row in punches(person)} == {
        place.moment("09:45"), place.moment("18:00"), datetime(2026, 2, 26, 23, 55, tzinfo=UTC),
    }, "what was before the date stays"  # fmt: skip


def test_a_moment_the_device_wrote_itself_stays(place: World) -> None:
    place.send("09:00", digest=False)
    with transaction():
        db.session.execute(update(RawPunch).values(zone="Asia/Tokyo", at=datetime(2026, 3, 2, 5, tzinfo=UTC)))
    do(service.rezone_some, terminal_id=place.door.id, zone="Asia/Shanghai", first=ON, at=clock.now())
    db.session.remove()
    assert db.session.scalars(select(RawPunch)).one().at == datetime(2026, 3, 2, 5, tzinfo=UTC)


def test_two_readings_asked_for_at_once_are_both_done(place: World) -> None:
    """The first is from an earlier date than the second: neither stands for the other."""
    before = ON - timedelta(days=3)
    hang(place, "Asia/Tokyo")
    place.send(f"{before} 09:00:00", "09:00", at=clock.now(), digest=False)
    for zone, first in (("Asia/Singapore", before), ("Asia/Shanghai", ON), ("Asia/Shanghai", ON)):
        hang(place, zone)
        ask = {"by": place.hr, "terminal_id": place.door.id, "zone": zone, "first": first, "at": clock.now()}
        do(service.rezone, **ask, reason="Wrong zone")
    asked = select(OutboxRow.payload).where(OutboxRow.topic == "run", OutboxRow.key.startswith(jobs.rezone.spec.name))
    waiting = list(db.session.scalars(asked.order_by(OutboxRow.id)))
    db.session.remove()
    assert [(one["zone"], one["first"]) for one in waiting] == [
        ("Asia/Singapore", f"{before}"),
        ("Asia/Shanghai", f"{ON}"),
    ]
    for payload in reversed(waiting):
        jobs.rezone(**payload)
    zones = list(db.session.scalars(select(RawPunch.zone).order_by(RawPunch.device_time)))
    assert zones == ["Asia/Singapore", "Asia/Shanghai"]


def test_two_readings_at_once_on_two_workers_are_done_in_the_order_they_were_asked(place: World) -> None:
    """Both work through the same punches in small pieces; what arrives meanwhile is read as the device has it."""
    hang(place, "Asia/Tokyo")
    times = [f"{ON - timedelta(days=1 - n // 20)} 09:{n % 20:02}:00" for n in range(40)]
    place.send(*times, at=clock.now(), digest=False)
    orders = []
    for zone, first in (("Asia/Singapore", ON - timedelta(days=1)), ("Asia/Shanghai", ON)):
        hang(place, zone)
        ask = {"by": place.hr, "terminal_id": place.door.id, "zone": zone, "first": first, "at": clock.now()}
        do(service.rezone, **ask, reason="Wrong zone")
        order = db.session.scalar(select(func.max(AuditEntry.id)))
        db.session.remove()
        orders.append({"zone": zone, "first": first, "order": order, "until": clock.now()})
    hang(place, "Asia/Kolkata")
    place.send(f"{ON} 18:00:00", at=clock.now() + timedelta(minutes=1), digest=False)
    flask, problems = current_app._get_current_object(), []  # type: ignore[attr-defined]

    def run(order: dict[str, Any]) -> None:
        try:
            with flask.app_context():
                while do(service.rezone_some, terminal_id=place.door.id, at=clock.now(), limit=3, **order):
                    pass
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            problems.append(error)

    threads = [threading.Thread(target=run, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    assert not any(thread.is_alive() for thread in threads)
    read = db.session.execute(select(RawPunch.device_time, RawPunch.zone)).all()
    days = {(row.device_time[:10], row.zone) for row in read if row.device_time[11:13] == "09"}
    assert days == {(f"{ON - timedelta(days=1)}", "Asia/Singapore"), (f"{ON}", "Asia/Shanghai")}
    assert {row.zone for row in read if row.device_time[11:13] == "18"} == {"Asia/Kolkata"}


def test_a_zone_is_mended_by_those_of_the_branch_with_a_reason(place: World, client_as: Any) -> None:
    hang(place, "Asia/Tokyo")
    place.send("09:45", at=clock.now(), digest=False)
    hang(place, "Asia/Shanghai")
    other = signed_in(factories.employee(elsewhere := factories.branch("BJ"), role="hr"), elsewhere)
    asked = {"terminal_id": place.door.id, "zone": "Asia/Shanghai", "reason": "x", "at": clock.now()}
    with pytest.raises(NotFound):
        do(service.rezone, by=other, **asked, first=ON)
    with pytest.raises(Invalid):
        do(service.rezone, by=place.hr, **asked, first=date(2026, 4, 1))
    with pytest.raises(Conflict):
        do(service.rezone, by=place.hr, **{**asked, "zone": "Asia/Tokyo"}, first=ON)
    desk = client_as(factories.employee(place.branch, "hr"))
    page = desk.get(f"/hr/devices/{place.door.id}").text
    assert "Asia/Tokyo" in page
    for reason, status in ((" ", 422), ("Wrong zone", 303)):
        data = {"since": f"{ON}", "reason": reason, "zone": "Asia/Shanghai"}
        assert desk.post(f"/hr/devices/{place.door.id}/rezone", data=data).status_code == status


def test_days_are_kept_by_device(place: World, terminal: push.Terminal, freeze: Frozen) -> None:
    night(terminal, freeze)
    assert set(db.session.scalars(select(TerminalDay.terminal_id))) == {place.door.id}
