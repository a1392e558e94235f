"""Which terminals are heard; everybody else gets one and the same answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.support.clockwork import Frozen
from tests.support.terminals import push
from webapp.api import iclock_calls
from webapp.core import clock
from webapp.core.db import conn, db, do
from webapp.core.rates import Rate
from webapp.devices.models import DeviceCommand, DeviceRequest, PairingWindow, TerminalState, UnknownSerial
from webapp.devices.models import Terminal as Registered
from webapp.devices.service.calls import free_key

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LINE = b"7\t2026-03-02 08:55:00\t0\t1\n"
Calls = Callable[..., push.Terminal]


@pytest.fixture
def door(app: Any, freeze: Frozen) -> Registered:
    freeze(NOW.isoformat())
    return factories.terminal(factories.branch(timezone="Asia/Shanghai"))


@pytest.fixture
def terminal(door: Registered, client: Any) -> push.Terminal:
    return push.Terminal(door.serial, push.by_client(client))


def change(door: Registered, **values: Any) -> None:
    do(lambda: conn().execute(Registered.__table__.update().where(Registered.id == door.id).values(values)))


def state(door: Registered) -> TerminalState:
    db.session.remove()
    found = db.session.get(TerminalState, door.id)
    assert found is not None
    return found


def answers(terminal: push.Terminal) -> set[push.Answer]:
    """Everything a terminal may say."""
    return {
        terminal.shake_hands(),
        terminal.call("GET", "getrequest"),
        terminal.post("ATTLOG", LINE, Stamp="1"),
        terminal.post("BIODATA", b"x"),
        terminal.post("options", b"TransactionCount=1"),
        terminal.call("POST", "fdata", b"x"),
        terminal.call("POST", "registry", b"x"),
        terminal.call("GET", "push"),
        terminal.call("GET", "ping"),
        terminal.call("GET", "rtdata", type="time"),
        terminal.report("ID=1&Return=0&CMD=CHECK"),
    }


@pytest.mark.parametrize(
    "refused",
    [
        {"serial": "ELSEWHERE1"}, {"state": "paused"}, {"state": "retired"}, {"networks": ["10.1.0.0/16"]},
        {"kind": "webhook"}, {"comm_key_hash": "0" * 64},
    ],
    ids=str,
)  # fmt: skip
def test_refused_is_403_without_a_word_for_every_reason(
    terminal: push.Terminal, door: Registered, refused: dict[str, Any]
) -> None:
    change(door, **refused)
    assert terminal.shake_hands(pushcommkey="wrong") == (403, "")
    if "comm_key_hash" not in refused:
        assert answers(terminal) == {(403, "")}
    assert db.session.scalar(select(func.count()).select_from(DeviceRequest)) == 0
    assert db.session.scalar(select(func.count()).select_from(TerminalState)) == 0


@pytest.mark.parametrize("serial", ["", "abc", "x" * 33, "a b c d", "..%2f..%2f", "张三张三"])
def test_what_is_no_serial(terminal: push.Terminal, serial: str) -> None:
    terminal.serial = serial
    assert terminal.shake_hands() == (403, "")
    assert db.session.scalar(select(func.count()).select_from(UnknownSerial)) == 0


def test_a_terminal_in_its_network_is_heard(terminal: push.Terminal, door: Registered) -> None:
    change(door, networks=["10.1.0.0/16", "127.0.0.0/8"])
    assert terminal.shake_hands()[0] == 200


def test_unknown_serials_are_counted_and_wait_while_a_window_is_open(
    terminal: push.Terminal, door: Registered, freeze: Frozen
) -> None:
    terminal.serial = "NEWDOOR1"
    terminal.shake_hands(pushcommkey="secret")
    terminal.call("GET", "getrequest")
    row = db.session.execute(select(UnknownSerial.calls, UnknownSerial.branch_id, UnknownSerial.told)).one()
    assert tuple(row) == (2, None, {"pushver": "2.4.1", "language": "83", "devicetype": "att"})
    opener = factories.employee(db.session.get(factories.Branch, door.branch_id))
    factories.save(
        PairingWindow(branch_id=door.branch_id, opened_by=opener.id, opened_at=NOW, until=NOW + timedelta(minutes=10))
    )
    freeze.forward(minutes=9)
    terminal.call("GET", "getrequest")
    assert db.session.scalar(select(UnknownSerial.branch_id)) == door.branch_id
    freeze.forward(minutes=2)
    terminal.serial = "NEWDOOR2"
    terminal.call("GET", "getrequest")
    assert db.session.scalar(select(UnknownSerial.branch_id).where(UnknownSerial.serial == "NEWDOOR2")) is None


def test_invented_serials_do_not_pile_up(terminal: push.Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.devices.service.calls.UNKNOWN_KEPT", 3)
    for n in range(6):
        terminal.serial = f"INVENTED{n}"
        terminal.shake_hands()
    assert db.session.scalar(select(func.count()).select_from(UnknownSerial)) == 3


def test_a_window_full_of_invented_serials_takes_no_more(
    terminal: push.Terminal, door: Registered, freeze: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.devices.service.calls.WAITING_MOST", 3)
    opener = factories.employee(db.session.get(factories.Branch, door.branch_id))

    def open_and_call(*names: str) -> set[str]:
        span = {"opened_at": clock.now(), "until": clock.now() + timedelta(minutes=10)}
        factories.save(PairingWindow(branch_id=door.branch_id, opened_by=opener.id, **span))
        for terminal.serial in names:
            terminal.shake_hands()
        waits = select(UnknownSerial.serial).where(UnknownSerial.branch_id.is_not(None))
        return set(db.session.scalars(waits))

    first = [f"INVENTED{n}" for n in range(5)]
    assert open_and_call(*first, first[0]) == set(first[:3])
    assert db.session.scalar(select(func.count()).select_from(UnknownSerial)) == 5, "the others are counted"
    freeze.forward(minutes=11)
    assert open_and_call("NEWDOOR1") == {*first[:3], "NEWDOOR1"}, "the next window has room again"


def test_a_key_is_pinned_when_it_is_first_shown(terminal: push.Terminal, door: Registered) -> None:
    assert terminal.shake_hands(pushcommkey="k1")[0] == 200
    assert terminal.shake_hands(pushcommkey="k2") == (403, "")
    assert terminal.shake_hands() == (403, "")
    assert terminal.post("ATTLOG", LINE)[0] == 200, "a bind secret is shown in handshakes only"
    assert terminal.post("ATTLOG", LINE, ComKey="k2") == (403, "")
    assert "k1" not in str(db.session.scalar(select(DeviceRequest.params)))


def test_a_key_that_comes_with_every_request_must(terminal: push.Terminal, door: Registered) -> None:
    assert terminal.shake_hands(ComKey="88888888")[0] == 200
    assert not (state(door).info or {}).get("key_always"), "that was a handshake"
    assert terminal.post("ATTLOG", LINE, comkey="88888888")[0] == 200
    assert terminal.post("ATTLOG", LINE) == (403, "")
    assert "88888888" not in str(db.session.scalar(select(DeviceRequest.params)))


def test_a_key_nobody_showed_at_first_locks_nobody_out(
    terminal: push.Terminal, door: Registered, freeze: Frozen, queries: Any
) -> None:
    """Whoever knows the serial could show one of his own, after which the terminal itself were refused."""
    assert terminal.shake_hands()[0] == 200
    assert terminal.shake_hands(pushcommkey="forged")[0] == 200
    assert terminal.post("ATTLOG", LINE, ComKey="forged")[0] == 200
    with queries() as asked:
        assert terminal.call("GET", "getrequest", ComKey="forged")[0] == 200
    assert not asked.writes()
    assert answers(terminal) & {(403, "")} == set()


def test_a_key_before_the_first_handshake_is_nobodys(terminal: push.Terminal, door: Registered) -> None:
    assert terminal.post("ATTLOG", LINE, ComKey="forged")[0] == 200
    assert terminal.shake_hands()[0] == 200


@pytest.mark.parametrize("shown", [{"pushcommkey": "k2"}, {}], ids=str)
def test_a_forgotten_key_is_the_next_one_or_none(
    terminal: push.Terminal, door: Registered, shown: dict[str, str]
) -> None:
    terminal.shake_hands(ComKey="k1")
    terminal.post("ATTLOG", LINE, ComKey="k1")
    assert terminal.call("GET", "ping") == (403, "")
    change(door, comm_key_hash=None)
    do(free_key, terminal_id=door.id, at=NOW)
    assert terminal.shake_hands(**shown)[0] == 200
    assert terminal.call("GET", "ping")[0] == 200
    assert terminal.shake_hands(pushcommkey="forged")[0] == (403 if shown else 200)
    assert terminal.shake_hands(**shown)[0] == 200


def elsewhere(terminal: push.Terminal, app: Any) -> push.Terminal:
    """Somebody who gives himself out for the terminal."""
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    return push.Terminal(terminal.serial, push.by_client(other))


def test_a_stamp_from_elsewhere_is_never_told(terminal: push.Terminal, door: Registered, app: Any) -> None:
    terminal.shake_hands()
    terminal.post("ATTLOG", LINE, Stamp="5")
    forger = elsewhere(terminal, app)
    assert forger.post("ATTLOG", LINE + b"\n", Stamp="999999999")[0] == 200
    terminal.shake_hands()
    assert terminal.options["ATTLOGStamp"] == "5"
    forger.shake_hands()
    assert forger.options["ATTLOGStamp"] == "None"
    forger.post("ATTLOG", LINE + b"\n\n", Stamp="999999999")
    terminal.shake_hands()
    assert terminal.options["ATTLOGStamp"] == "None"


def test_a_terminal_with_a_key_keeps_its_stamp_when_it_moves(
    terminal: push.Terminal, door: Registered, app: Any
) -> None:
    terminal.shake_hands(pushcommkey="k1")
    terminal.post("ATTLOG", LINE, Stamp="5")
    moved = elsewhere(terminal, app)
    moved.shake_hands(pushcommkey="k1")
    assert moved.options["ATTLOGStamp"] == "5"
    moved.post("ATTLOG", LINE + b"\n", Stamp="6")
    assert (state(door).stamps or {})["ATTLOG"] == "6"


def test_a_poll_reads_once_and_writes_twice_a_minute(
    terminal: push.Terminal, door: Registered, freeze: Frozen, queries: Any
) -> None:
    terminal.shake_hands()
    for seconds in (10, 10, 9):
        freeze.forward(seconds=seconds)
        with queries() as asked:
            assert terminal.call("GET", "getrequest") == (200, "OK")
        assert len([text for text in asked if "SELECT" in text]) == 1, asked
        assert not asked.writes()
    freeze.forward(seconds=1)
    with queries() as asked:
        terminal.call("GET", "getrequest")
    assert asked.writes()
    assert state(door).seen_at == NOW + timedelta(seconds=30)


def test_heard_through(terminal: push.Terminal, door: Registered, freeze: Frozen) -> None:
    terminal.shake_hands()
    assert state(door).heard_through is None
    freeze.forward(seconds=40)
    terminal.poll()
    assert state(door).heard_through == NOW
    freeze.forward(hours=20)
    terminal.poll()
    assert state(door).heard_through == NOW, "what happened in twenty hours may still come"
    freeze.forward(seconds=60)
    terminal.poll()
    assert state(door).heard_through == NOW + timedelta(hours=20, seconds=40)


def test_rates(make_app: Any, freeze: Frozen, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze(NOW.isoformat())
    app = make_app(RATELIMIT_ENABLED=True)
    monkeypatch.setattr(iclock_calls, "_known", Rate(5))
    monkeypatch.setattr(iclock_calls, "_unknown", Rate(3))
    with app.app_context():
        serial = factories.terminal(factories.branch()).serial
        client = push.by_client(app.test_client())
        known, other = push.Terminal(serial, client), push.Terminal("UNKNOWN1", client)
        assert [known.call("GET", "ping")[0] for _ in range(7)] == [200] * 5 + [429] * 2
        assert {other.call("GET", "ping") for _ in range(6)} == {(403, "")}
        assert db.session.scalar(select(UnknownSerial.calls)) == 3, "counted no further, answered the same"


@pytest.mark.parametrize(
    ("zone", "form", "told"),
    [
        ("Asia/Shanghai", "auto", "8"), ("Asia/Shanghai", "minutes", "480"), ("Asia/Shanghai", "hhmm", "+08:00"),
        ("Asia/Kolkata", "auto", "330"), ("Asia/Kolkata", "hours", "330"), ("Asia/Kathmandu", "auto", "345"),
        ("America/St_Johns", "hhmm", "-03:30"), ("America/St_Johns", "auto", "-210"), ("Europe/London", "auto", "0"),
        ("Europe/Berlin", "auto", "1"), ("Europe/Berlin", "minutes", "1"), ("Pacific/Auckland", "auto", "780"),
    ],
)  # fmt: skip
def test_time_zones(terminal: push.Terminal, door: Registered, zone: str, form: str, told: str) -> None:
    """Half hours never as a fraction; the offset is that of today."""
    change(door, timezone=zone, tz_form=form)
    terminal.shake_hands()
    assert terminal.options["TimeZone"] == told


def test_daylight_saving(terminal: push.Terminal, door: Registered, freeze: Frozen) -> None:
    change(door, timezone="Europe/Berlin")
    freeze("2026-07-01T08:00+02:00")
    terminal.shake_hands()
    assert terminal.options["TimeZone"] == "2"


def test_a_clock_change_restarts_a_terminal_once(
    terminal: push.Terminal, door: Registered, freeze: Frozen, queries: Any
) -> None:
    """Its clock is set when it starts; a handshake in between tells the new offset and sets nothing."""
    change(door, timezone="Europe/Berlin")
    freeze("2026-03-29T01:59:50+01:00")
    terminal.shake_hands()
    assert (terminal.options["TimeZone"], terminal.poll()) == ("1", [])
    freeze("2026-03-29T03:00:00+02:00")
    terminal.shake_hands()
    ((number, said),) = terminal.poll()
    assert said == "REBOOT"
    freeze.forward(seconds=10)
    assert terminal.poll() == [], "once, even when it does not answer"
    terminal.report(f"ID={number}&Return=0&CMD=REBOOT")
    freeze.forward(seconds=60)
    terminal.shake_hands()
    assert (terminal.options["TimeZone"], terminal.poll()) == ("2", [])
    freeze.forward(seconds=10)
    with queries() as asked:
        assert terminal.poll() == []
    assert not asked.writes()
    assert len([text for text in asked if "SELECT" in text]) == 1


def test_a_terminal_that_does_not_restart_is_asked_once(
    terminal: push.Terminal, door: Registered, freeze: Frozen
) -> None:
    terminal.shake_hands()
    change(door, timezone="Asia/Tokyo")
    assert [said for _, said in terminal.poll()] == ["REBOOT"]
    for _ in range(20):
        freeze.forward(seconds=30)
        assert terminal.poll() == []


@pytest.mark.parametrize(
    ("values", "said"), [({"tz_form": "minutes"}, ["REBOOT"]), ({"tz_form": "hours"}, [])], ids=str
)
def test_another_form_of_the_offset_restarts_it_where_it_reads_otherwise(
    terminal: push.Terminal, door: Registered, values: dict[str, Any], said: list[str]
) -> None:
    terminal.shake_hands()
    change(door, **values)
    assert [word for _, word in terminal.poll()] == said


def test_a_terminal_that_asks_for_the_time_is_not_restarted(terminal: push.Terminal, door: Registered) -> None:
    terminal.shake_hands(DeviceType="acc")
    change(door, timezone="Asia/Tokyo")
    assert terminal.poll() == []


def test_results_count_only_for_commands_of_the_same_terminal(terminal: push.Terminal, door: Registered) -> None:
    other = factories.terminal(factories.branch())
    factories.save(DeviceCommand(terminal_id=other.id, verb="check", created_at=NOW, sent_at=NOW, sends=1))
    number = db.session.scalar(select(DeviceCommand.id))
    assert terminal.report(f"ID={number}&Return=0&CMD=CHECK") == (200, "OK")
    assert db.session.scalar(select(DeviceCommand.done_at)) is None
