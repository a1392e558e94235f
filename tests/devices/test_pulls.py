"""One pull from the first word to the last row: under a lease, once however often, and honest about what it knows."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import func, select

from jobs import pulls as jobs
from jobs.schedule import SCHEDULE
from jobs.sweep import drain
from tests import factories
from tests.support import forks
from tests.support.clockwork import Frozen
from tests.support.terminals.digest import WebFaults
from tests.support.terminals.hikvision import Hikvision, event
from tests.support.terminals.zk4370 import Faults, Record, Terminal
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.errors import DomainError
from webapp.core.outbox import OutboxRow
from webapp.core.queue import nudge
from webapp.core.secrets import seal
from webapp.devices import models, queries
from webapp.devices.models import BadLine, DeviceRequest, RawPunch, TerminalState
from webapp.devices.rules import pulls as rules
from webapp.devices.service import pulls

RECORDS = [Record(str(n % 9 + 1), f"2026-03-{n % 28 + 1:02} 08:{n // 60 % 60:02}:{n % 60:02}") for n in range(4500)]
NOW = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def device() -> Iterator[Terminal]:
    with Terminal(list(RECORDS), password=77) as running:
        yield running


@pytest.fixture
def door(app: Any, device: Terminal) -> models.Terminal:
    known = {"kind": "zk_pull", "serial": device.serial, "host": "127.0.0.1", "port": device.port}
    return factories.terminal(factories.branch(), secret=seal("77"), timezone="Asia/Shanghai", **known)


def state(door: models.Terminal) -> Any:
    db.session.remove()
    return db.session.execute(select(TerminalState).where(TerminalState.terminal_id == door.id)).scalar_one()


def rows(door: models.Terminal) -> list[tuple[str, str]]:
    db.session.remove()
    query = select(RawPunch.pin, RawPunch.device_time).where(RawPunch.terminal_id == door.id)
    return sorted(tuple(row) for row in db.session.execute(query))


def held(device: Terminal) -> list[tuple[str, str]]:
    return sorted({(one.pin, one.at) for one in device.records})


def test_everything_is_read_once(door: models.Terminal, device: Terminal, freeze: Frozen) -> None:
    freeze(NOW.isoformat())
    first = jobs.pull(terminal_id=door.id)
    assert first == {"records": 4500, "new": 4500, "unread": 0, "count": 4500, "complete": True}
    assert rows(door) == held(device)
    kept = state(door)
    assert (kept.device_count, kept.heard_through, kept.seen_at) == (4500, NOW, NOW)
    assert kept.last_error is None
    assert kept.info["capacity"] == 100_000
    assert db.session.get(models.Terminal, door.id).layout == 40
    device.records.append(Record("5", "2026-04-02 08:59:00"))
    freeze((NOW + timedelta(minutes=10)).isoformat())
    assert jobs.pull(terminal_id=door.id)["new"] == 1
    assert rows(door) == held(device)
    assert {row.source for row in db.session.execute(select(RawPunch.source))} == {"pull"}


def test_the_clock_is_compared_with_ours(door: models.Terminal, device: Terminal) -> None:
    device.skew_s = 180
    jobs.pull(terminal_id=door.id)
    assert 178 <= state(door).skew_s <= 181


def test_what_a_wrong_clock_recorded_since_it_was_last_asked_is_held(door: models.Terminal, device: Terminal) -> None:
    """What is older was recorded by a clock nobody compared."""
    jobs.pull(terminal_id=door.id)
    through = state(door).heard_through
    do(lambda: db.session.execute(TerminalState.__table__.update().values(info={})))
    device.skew_s = 300
    shown = (through + timedelta(seconds=301)).astimezone(ZoneInfo("Asia/Shanghai"))
    device.records.append(Record("5", f"{shown:%Y-%m-%d %H:%M:%S}"))
    device.records.append(Record("6", f"{shown - timedelta(seconds=60):%Y-%m-%d %H:%M:%S}"))
    assert jobs.pull(terminal_id=door.id)["new"] == 2
    db.session.remove()
    query = select(RawPunch.pin, RawPunch.quality, RawPunch.state).order_by(RawPunch.id.desc()).limit(2)
    assert sorted(tuple(row) for row in db.session.execute(query)) == [("5", "skewed", "held"), ("6", "ok", "new")]


def test_a_worker_does_it(door: models.Terminal, device: Terminal, redis_url: str, worker: Any) -> None:
    """From the button to the rows, and Redis may forget everything in between."""
    do(pulls.ask, by=None, terminal_id=door.id, at=clock.now())
    Redis.from_url(redis_url).flushall()
    nudge()
    worker()
    assert rows(door) == held(device)


def test_another_device_at_the_address_is_refused(door: models.Terminal, device: Terminal) -> None:
    device.serial = "ZK9999999999"
    assert jobs.pull(terminal_id=door.id) == {"error": "pull_other_device", "serial": "ZK9999999999"}
    assert rows(door) == []
    assert (state(door).last_error, state(door).heard_through) == ("pull_other_device", None)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"cut_after": 70_000}, "pull_cut"),
        ({"count_off": 1}, "pull_ambiguous"),
        ({"bad_checksum_on": 1501}, "pull_damaged"),
    ],
)
def test_what_went_wrong_is_remembered_and_then_forgotten(
    door: models.Terminal, device: Terminal, freeze: Frozen, fault: dict[str, int], code: str
) -> None:
    freeze(NOW.isoformat())
    device.faults = Faults(**fault)  # type: ignore[arg-type]
    assert jobs.pull(terminal_id=door.id) == {"error": code}
    assert (state(door).last_error, state(door).last_error_at, state(door).heard_through) == (code, NOW, None)
    device.faults = Faults()
    freeze((NOW + timedelta(minutes=1)).isoformat())
    assert jobs.pull(terminal_id=door.id)["complete"]
    assert state(door).last_error is None
    assert rows(door) == held(device)


def test_fewer_records_than_it_says_is_not_everything(door: models.Terminal, device: Terminal) -> None:
    do(lambda: db.session.execute(models.Terminal.__table__.update().values(layout=40)))
    device.faults = Faults(count_off=1)
    assert not jobs.pull(terminal_id=door.id)["complete"]
    assert rows(door) == held(device)
    assert (state(door).device_count, state(door).heard_through) == (4501, None)


def test_a_counter_that_is_too_high_for_good(door: models.Terminal, device: Terminal, freeze: Frozen) -> None:
    """It was never complete, so the days of its people waited for ever."""
    do(lambda: db.session.execute(models.Terminal.__table__.update().values(layout=40)))
    device.records[:], device.faults = RECORDS[:2500], Faults(count_off=1)
    freeze(NOW.isoformat())
    assert not jobs.pull(terminal_id=door.id)["complete"]
    freeze.forward(minutes=10)
    assert jobs.pull(terminal_id=door.id)["complete"]
    assert state(door).heard_through == NOW + timedelta(minutes=10)


def test_only_the_same_twice_in_a_row_is_everything(door: models.Terminal, freeze: Frozen) -> None:
    freeze(NOW.isoformat())

    def brought(short: int, *marks: str, whole: bool = True) -> bool:
        freeze.forward(minutes=10)
        begun = do(pulls.begin, terminal_id=door.id, at=clock.now())
        return do(pulls.ended, begun=begun, result=pulls.Ended(short, whole=whole, marks=marks), at=clock.now())

    assert [brought(2, "a"), brought(1, "a"), brought(1, "b"), brought(1, "b")] == [False, False, False, True]
    assert state(door).heard_through == NOW + timedelta(minutes=40)
    assert [brought(1, whole=False), brought(2, "b"), brought(0, "b"), brought(2, "b")] == [False, False, True, False]


def test_one_at_a_time_and_not_at_once_again(door: models.Terminal, freeze: Frozen) -> None:
    freeze(NOW.isoformat())
    begun = do(pulls.begin, terminal_id=door.id, at=NOW)
    assert begun is not None
    assert jobs.pull(terminal_id=door.id) is None, "somebody is asking"
    do(pulls.failed, begun=begun, code="pull_cut", at=NOW)
    assert jobs.pull(terminal_id=door.id) is None, "it was asked a moment ago"
    freeze((NOW + rules.PAUSE).isoformat())
    assert jobs.pull(terminal_id=door.id)["complete"]


def test_a_lease_ends_with_its_process_or_with_its_time(door: models.Terminal) -> None:
    def taken_by(who: str) -> None:
        kept = {"pull": rules.Attempt(who, NOW).written()}
        do(lambda: db.session.execute(TerminalState.__table__.update().values(info=kept)))

    assert do(pulls.begin, terminal_id=door.id, at=NOW)
    taken_by("elsewhere:1")
    assert do(pulls.begin, terminal_id=door.id, at=NOW + timedelta(minutes=19)) is None
    assert do(pulls.begin, terminal_id=door.id, at=NOW + timedelta(minutes=20)) is not None
    dead = os.fork()
    if not dead:
        os._exit(0)
    os.waitpid(dead, 0)
    taken_by(pulls._me().rpartition(":")[0] + f":{dead}")
    assert do(pulls.begin, terminal_id=door.id, at=NOW + timedelta(seconds=1)) is not None


def test_devices_that_are_due_are_asked(door: models.Terminal, freeze: Frozen) -> None:
    assert any(item.job == "jobs.pulls.due" for item in SCHEDULE)
    branch = db.session.get(models.Terminal, door.id).branch_id
    kinds = ["zk_pull"]
    for known in ({"state": "paused"}, {"host": None}, {"kind": "zk_push"}):
        values = {"kind": "zk_pull", "host": "127.0.0.1", "port": 1, **known}
        factories.save(models.Terminal(serial=f"X{known}"[:30], name="x", branch_id=branch, timezone="Asia/Shanghai",
                                       created_at=NOW, **values))  # fmt: skip
    assert queries.pulls_due(kinds, NOW) == [door.id]
    freeze(NOW.isoformat())
    assert jobs.due() == 1
    keys = list(db.session.scalars(select(OutboxRow.key).where(OutboxRow.topic == "run")))
    assert keys == [f"jobs.pulls.pull#{door.id}"]
    jobs.pull(terminal_id=door.id)
    assert queries.pulls_due(kinds, NOW + timedelta(minutes=9)) == []
    assert queries.pulls_due(kinds, NOW + timedelta(minutes=10)) == [door.id]
    do(lambda: db.session.execute(TerminalState.__table__.update().values(last_error="pull_refused")))
    assert queries.pulls_due(kinds, NOW + timedelta(minutes=59)) == [], "devices lock out who tries too often"
    assert queries.pulls_due(kinds, NOW + timedelta(minutes=60)) == [door.id]


def test_pull_now_is_asked_once_and_keeps_the_pause(door: models.Terminal, freeze: Frozen) -> None:
    freeze(NOW.isoformat())
    jobs.pull(terminal_id=door.id)
    for _ in range(3):
        assert do(pulls.ask, by=None, terminal_id=door.id, at=NOW) == NOW + rules.PAUSE
    waiting = select(OutboxRow.available_at).where(OutboxRow.topic == "run")
    assert list(db.session.scalars(waiting)) == [NOW + rules.PAUSE]
    do(lambda: db.session.execute(models.Terminal.__table__.update().values(state="retired")))
    with pytest.raises(DomainError, match="device_not_asked"):
        do(pulls.ask, by=None, terminal_id=door.id, at=NOW)
    with pytest.raises(DomainError, match="not_found"):
        do(pulls.ask, by=None, terminal_id=0, at=NOW)


def test_records_nobody_can_read_are_kept_once(door: models.Terminal, device: Terminal, freeze: Frozen) -> None:
    good = b"\1\0" + b"7".ljust(24, b"\0") + b"\1" + bytes(13)
    odd = b"\2\0" + b"\xff\xfe\xff".ljust(24, b"\0") + bytes(14)
    device.raw = (80).to_bytes(4, "little") + good + odd
    device.records = [Record("7", "2026-03-01 08:00:00"), Record("8", "2026-03-01 08:00:00")]
    for minutes in (0, 10):
        freeze((NOW + timedelta(minutes=minutes)).isoformat())
        assert jobs.pull(terminal_id=door.id)["unread"] == 1
        drain()
    db.session.remove()
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 1
    assert list(db.session.execute(select(BadLine.line, BadLine.reason))) == [(odd.hex(), "pin")]


def test_what_was_stored_before_is_not_stored_again(
    door: models.Terminal, device: Terminal, freeze: Frozen, queries: Any
) -> None:
    """A full terminal gives its hundred thousand records every ten minutes."""

    def written(minutes: int) -> int:
        freeze((NOW + timedelta(minutes=minutes)).isoformat())
        with queries() as seen:
            assert jobs.pull(terminal_id=door.id)["complete"]
        return sum("INTO raw_punch" in text for text in seen.writes())

    assert written(0) == 3
    assert written(10) == 1, "only the piece that is not full"
    device.records.insert(0, Record("77", "2026-03-01 07:00:00"))
    assert written(20) == 3, "another order is other pieces"
    assert rows(door) == held(device)


def test_others_are_served_while_a_device_is_slow(
    door: models.Terminal, device: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = []
    monkeypatch.setattr("jobs.asking.let_pass", lambda: passed.append(1))
    device.faults = Faults(slow_s=0.6)
    assert jobs.pull(terminal_id=door.id)["complete"]
    assert len(passed) >= 2


def test_an_adapter_that_stumbles_ends_only_its_own_pull(door: models.Terminal, device: Terminal) -> None:
    device.raw = b"\1"
    assert jobs.pull(terminal_id=door.id) == {"error": "pull_cut"}
    do(lambda: db.session.execute(models.Terminal.__table__.update().values(timezone="No/Where", kind="hikvision")))
    with Hikvision(serial=door.serial) as other:
        do(
            lambda: db.session.execute(
                models.Terminal.__table__.update().values(port=other.port, secret=seal("admin:pass:word1"))
            )
        )
        do(lambda: db.session.execute(TerminalState.__table__.update().values(info=None)))
        assert jobs.pull(terminal_id=door.id) == {"error": "pull_not_understood"}


def test_what_came_before_a_cut_is_kept_and_the_rest_comes_later(app: Any, freeze: Frozen) -> None:
    freeze(NOW.isoformat())
    start = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    events = [event("7", (start + timedelta(minutes=n)).isoformat(), n) for n in range(95)]
    with Hikvision(events=events) as device:
        known = {"kind": "hikvision", "serial": device.serial[-9:], "host": "127.0.0.1", "port": device.port}
        door = factories.terminal(factories.branch(), secret=seal("admin:pass:word1"), **known)
        device.faults = WebFaults(cut_after=5)
        assert jobs.pull(terminal_id=door.id) == {"error": "pull_cut"}
        assert len(rows(door)) == 60, "two pages were whole"
        device.faults = WebFaults()
        freeze((NOW + timedelta(minutes=10)).isoformat())
        assert jobs.pull(terminal_id=door.id)["new"] == 35
        freeze((NOW + timedelta(minutes=20)).isoformat())
        device.events.append(event("8", (NOW + timedelta(minutes=11)).isoformat(), 1))
        told = jobs.pull(terminal_id=door.id)
        assert (told["records"], told["new"]) == (1, 1), "only what came since two days before"
        assert (state(door).device_count, state(door).heard_through) == (95, NOW + timedelta(minutes=20))
        freeze((NOW + timedelta(hours=21)).isoformat())
        assert jobs.pull(terminal_id=door.id)["records"] == 96, "everything once a day"


@pytest.mark.crash
def test_killed_in_the_middle_the_next_pull_makes_it_whole(
    door: models.Terminal, device: Terminal, tmp_path: Path
) -> None:
    """With kill -9, while the first rows are stored and the last are not."""
    stored = select(func.count()).select_from(RawPunch)

    def slowly() -> None:
        real = jobs._store
        jobs._store = lambda *args: (real(*args), time.sleep(1))[0]  # type: ignore[func-returns-value]
        from webapp.core.db import dispose

        dispose(close=False)
        jobs.pull(terminal_id=door.id)

    db.session.remove()
    child = forks.Forked(slowly, tmp_path / "log")
    until = time.monotonic() + 20
    while not db.session.scalar(stored) and time.monotonic() < until:
        db.session.remove()
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait(5)
    db.session.remove()
    assert 0 < (db.session.scalar(stored) or 0) < 4500, (tmp_path / "log").read_text()
    assert jobs.pull(terminal_id=door.id)["complete"], "the lease of the dead is free at once"
    assert rows(door) == held(device)
