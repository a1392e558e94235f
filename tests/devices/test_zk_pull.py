"""Reading a ZKTeco terminal over TCP 4370: every layout, every fault that was seen, and never a wrong row."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import pytest

from tests.support.terminals.zk4370 import Faults, Record, Terminal
from webapp.devices.adapters import CannotPull, Pulled, Target, adapters
from webapp.devices.adapters.zk_pull import PORT, parse, pull, records, wire
from webapp.devices.rules import Bad, Line


def some(number: int) -> list[Record]:
    return [Record(str(n % 37 + 1), f"2026-03-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:{n // 60 % 60:02}", n % 4, n % 2)
            for n in range(number)]  # fmt: skip


def ask(device: Terminal, **known: Any) -> Pulled:
    values = {"user": "", "password": "", "zone": "Asia/Shanghai", "layout": None, "deadline_s": 10.0, **known}
    return pull(Target("127.0.0.1", device.port, **values))


def told(pulled: Pulled) -> list[tuple[str, str, str | None, str | None]]:
    lines = list(pulled.lines)
    assert all(isinstance(line, Line) for line in lines)
    return [(line.pin, line.time, line.verify, line.status) for line in lines]  # type: ignore[union-attr]


def held(device: Terminal) -> list[tuple[str, str, str, str]]:
    return [(one.pin, one.at, str(one.verify), str(one.state)) for one in device.records]


def refused(device: Terminal, **known: Any) -> str:
    with pytest.raises(CannotPull) as error:
        list(ask(device, **known).lines)
    return error.value.code


@pytest.mark.parametrize("password", [0, 123456])
@pytest.mark.parametrize("layout", [8, 16, 40, 49])
@pytest.mark.parametrize("number", [3, 500, 4000])
def test_every_layout(layout: int, number: int, password: int) -> None:
    with Terminal(some(number), layout=layout, password=password) as device:
        pulled = ask(device, password=str(password))
        assert told(pulled) == held(device)
        assert (pulled.count, pulled.layout, pulled.serial) == (number, layout, device.serial)
        assert pulled.info == {"capacity": 100_000}


@pytest.mark.parametrize("layout", [8, 40])
def test_answers_that_stream(layout: int) -> None:
    with Terminal(some(5000), layout=layout, faults=Faults(streams=True, events=True)) as device:
        assert told(ask(device)) == held(device)


@pytest.mark.parametrize("unanswered", [False, True])
def test_an_empty_device(unanswered: bool) -> None:
    with Terminal([], faults=Faults(empty_unanswered=unanswered)) as device:
        pulled = ask(device)
        assert (list(pulled.lines), pulled.count) == ([], 0)


def test_a_device_that_says_it_is_empty_is_looked_at_all_the_same() -> None:
    with Terminal(some(1), faults=Faults(count_off=-1)) as device:
        assert refused(device) == "pull_ambiguous"
        assert told(ask(device, layout=40)) == held(device)


@pytest.mark.parametrize(("number", "layout"), [(39, 40), (2000, 40), (2000, 16), (39, 8), (39, 49)])
def test_a_punch_lands_during_the_read(number: int, layout: int) -> None:
    landing = [Record("7", "2026-03-29 09:00:00")]
    with Terminal(some(number), layout=layout, faults=Faults(lands_during_read=landing)) as device:
        assert told(ask(device)) == held(device)
        assert len(device.records) == number + 1


@pytest.mark.parametrize("number", [39, 2000])
def test_a_count_that_is_always_off_is_not_guessed_at(number: int) -> None:
    """39 records of 40 bytes counted as 38 could be anything; with the layout known it is what it is."""
    for off in (-1, 1):
        with Terminal(some(number), layout=40, faults=Faults(count_off=off)) as device:
            assert refused(device) in {"pull_ambiguous", "pull_not_understood"}
            assert told(ask(device, layout=40)) == held(device)
            assert refused(device, layout=16) in {"pull_ambiguous", "pull_not_understood"}


def test_a_layout_nobody_knows_is_not_understood() -> None:
    with Terminal(some(100), layout=53) as device:
        assert refused(device) == "pull_not_understood"


def test_two_counts_two_layouts_no_guess() -> None:
    with pytest.raises(CannotPull, match="pull_ambiguous"):
        records.layout_of(160, {10, 20}, None)
    assert records.layout_of(160, {10, 20}, 16) == 16


@pytest.mark.parametrize("after", [0, 1000, 70_000])
def test_a_connection_cut_in_the_middle(after: int) -> None:
    with Terminal(some(4000), faults=Faults(cut_after=after)) as device:
        began = time.monotonic()
        assert refused(device) == "pull_cut"
        assert time.monotonic() - began < 3
        assert device.commands[-3:] == [wire.CONNECT, wire.ENABLE, wire.EXIT], "people must be able to punch again"
        assert not device.disabled


@pytest.mark.parametrize("command", [wire.CONNECT, wire.OPTIONS, wire.FREE_SIZES, wire.READ_BUFFER])
def test_a_silent_device(command: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.2)
    monkeypatch.setattr(wire, "CONNECT_S", 0.5)
    with Terminal(some(4000), faults=Faults(silent_on=command)) as device:
        assert refused(device) == ("pull_no_answer" if command == wire.CONNECT else "pull_too_slow")


def test_a_device_that_falls_silent_around_the_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it was disabled nobody knows, so it is told that people may punch; what was read is kept."""
    monkeypatch.setattr(wire, "PATIENCE", 0.2)
    with Terminal(some(5), faults=Faults(silent_once_on=wire.DISABLE)) as device:
        assert refused(device) == "pull_too_slow"
        assert device.commands[-2:] == [wire.ENABLE, wire.EXIT]
    with Terminal(some(5), faults=Faults(silent_once_on=wire.ENABLE)) as device:
        assert told(ask(device)) == held(device)
        assert device.commands[-2:] == [wire.ENABLE, wire.EXIT]
        assert not device.disabled


def test_the_deadline_is_absolute() -> None:
    """Each piece comes in time, all together they do not."""
    with Terminal(some(9000), faults=Faults(slow_s=0.15)) as device:
        began = time.monotonic()
        assert refused(device, deadline_s=0.4) == "pull_too_slow"
        assert time.monotonic() - began < 4
        assert not device.disabled


def test_a_device_that_talks_to_somebody_else() -> None:
    with Terminal(some(5)) as device:
        other = wire.Wire("127.0.0.1", device.port, time.monotonic() + 5)
        other.open("")
        assert refused(device) == "pull_busy"
        other.ask(wire.EXIT)
        other.close()


def test_nobody_there() -> None:
    with Terminal([]) as device:
        port = device.port
    with pytest.raises(CannotPull, match="pull_no_answer"):
        pull(Target("127.0.0.1", port, "", "", "Asia/Shanghai", None, 5.0))


@pytest.mark.parametrize("code", [2000, 1501])
def test_a_bad_checksum_is_refused(code: int) -> None:
    with Terminal(some(4000), faults=Faults(bad_checksum_on=code)) as device:
        assert refused(device) == "pull_damaged"


def test_but_not_on_the_announcement_of_data() -> None:
    """A real device sends it so."""
    with Terminal(some(4000), faults=Faults(bad_checksum_on=1500, streams=True)) as device:
        assert told(ask(device)) == held(device)


@pytest.mark.parametrize("password", ["", "1", "124"])
def test_a_wrong_password(password: str) -> None:
    with Terminal(some(5), password=123) as device:
        assert refused(device, password=password) == "pull_refused"


def test_something_else_answers() -> None:
    with Terminal(some(4000), faults=Faults(garbage=True)) as device:
        assert refused(device) == "pull_not_understood"


def test_the_clock_is_told() -> None:
    with Terminal([], skew_s=-90) as device:
        pulled = ask(device)
        assert pulled.clock
        assert len(pulled.clock) == 19


def test_nothing_is_ever_cleared_or_set() -> None:
    with Terminal(some(4000), layout=8, password=5) as device:
        ask(device, password="5")
        assert set(device.commands) <= {1000, 1001, 1002, 1003, 1102, 11, 50, 201, 1502, 1503, 1504}
        assert [code for code in device.commands if code in (1002, 1003)] == [1003, 1002]


def test_impossible_times_and_damaged_ids_are_told_as_they_are() -> None:
    with Terminal([Record("7", "2047-02-30 10:00:00"), Record("0", "2026-03-01 08:00:00")]) as device:
        assert [line and line.time for line in ask(device).lines] == ["2047-02-30 10:00:00", None]  # type: ignore[union-attr]
        row = b"\1\0" + b"\xff\xfe".ljust(24, b"\0") + bytes(14)
        device.raw = len(row * 2).to_bytes(4, "little") + row * 2
        found = list(ask(device).lines)
    assert found == [Bad(1, row.hex(), "pin"), Bad(2, row.hex(), "pin")]
    again = parse("unread", "\n".join(bad.text for bad in found).encode(), {})
    assert [bad.reason for bad in again.bad] == ["pin", "pin"]


def test_a_number_whose_user_is_gone_is_nobody_elses() -> None:
    users = {1: "100"}
    row = b"\2\0\1" + records.stamp("2026-03-01 08:00:00").to_bytes(4, "little") + b"\0"
    assert records.line(row, 1, users) == Bad(1, row.hex(), "pin")


@pytest.mark.parametrize("layout", [28, 72])
def test_users_are_read_in_both_layouts(layout: int) -> None:
    with Terminal(some(200), layout=8, users_layout=layout) as device:
        assert told(ask(device)) == held(device)


@pytest.mark.parametrize(
    ("key", "session", "sent"),
    [(12, 0x45CF, "614d323c"), (45, 0x45CF, "61c9323c"), (0, 4242, "617d3269"), (123456, 4242, "267f32e9")],
)
def test_the_password_as_devices_were_seen_to_take_it(key: int, session: int, sent: str) -> None:
    assert wire.scrambled(key, session).hex() == sent


@pytest.mark.parametrize("frame", ["d5075bb2cf450000", "d0075fb2cf450100", "4e044e2ccf450100614d323c"])
def test_checksums_of_captured_frames(frame: str) -> None:
    packet = bytes.fromhex(frame)
    bare = packet[:2] + b"\0\0" + packet[4:]
    assert wire.checksum(bare) == int.from_bytes(packet[2:4], "little")


def test_times_there_and_back() -> None:
    for time_ in ("2000-01-01 00:00:00", "2026-12-31 23:59:59", "2047-02-30 10:00:00"):
        assert records.when(records.stamp(time_)) == time_
    assert adapters()["zk_pull"].port == PORT


def test_whatever_goes_wrong_the_rows_are_right_or_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred devices with faults drawn by lot."""
    monkeypatch.setattr(wire, "CONNECT_S", 0.5)
    lot, ends = random.Random(4370), Counter[str]()
    for _ in range(100):
        number, layout = lot.choice((1, 2, 38, 39, 40, 200, 2500)), lot.choice((8, 16, 40, 49))
        faults = Faults(
            count_off=lot.choice((0, 0, 0, -1, 1, 7)),
            lands_during_read=[Record("7", "2026-03-29 09:00:00")] * lot.choice((0, 0, 1, 2)),
            cut_after=lot.choice((None, None, None, 100, 66_000)),
            bad_checksum_on=lot.choice((None, None, None, 1501)),
            streams=lot.random() < 0.3,
            events=lot.random() < 0.3,
        )
        with Terminal(some(number), layout=layout, faults=faults) as device:
            try:
                found = told(ask(device, layout=lot.choice((None, layout)), deadline_s=5.0))
            except CannotPull as error:
                ends[error.code] += 1
            else:
                ends["read"] += 1
                assert found in (held(device), held(device)[: len(found)])
                assert len(found) >= number
    assert ends["read"] > 30, ends
    assert len(ends) > 3, ends
