"""Hikvision and Dahua terminals asked over HTTP, on a server that behaves as theirs were seen to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.support.terminals.dahua import Dahua, record
from tests.support.terminals.digest import WebDevice, WebFaults
from tests.support.terminals.hikvision import Hikvision, event
from webapp.devices.adapters import CannotPull, Pulled, Target, adapters, dahua, hikvision, lan_http
from webapp.devices.rules import Bad, Line

CN = timezone(timedelta(hours=8))
START = datetime(2026, 3, 2, 8, 0, tzinfo=CN)
BRANDS = [
    lambda n: Hikvision(events=[event(str(i % 50 + 1), moment(i).isoformat(), i % 1000) for i in range(n)]),
    lambda n: Dahua(records=[record(str(i % 50 + 1), moment(i), i) for i in range(n)]),
]


def moment(number: int) -> datetime:
    return START + timedelta(seconds=17 * number)


def expected(number: int) -> list[tuple[str, str, datetime]]:
    return [(str(i % 50 + 1), f"{moment(i):%Y-%m-%d %H:%M:%S}", moment(i).astimezone(UTC)) for i in range(number)]


def ask(device: WebDevice, **known: Any) -> Pulled:
    values = {"user": "admin", "password": "pass:word1", "zone": "Asia/Shanghai", "layout": None, "deadline_s": 20.0}
    pull = adapters()["hikvision" if isinstance(device, Hikvision) else "dahua"].pull
    assert pull is not None
    return pull(Target("127.0.0.1", device.port, **{**values, **known}))


def told(pulled: Pulled) -> list[tuple[str, str, datetime]]:
    lines = [line for line in pulled.lines if isinstance(line, Line)]
    return [(line.pin, line.time, line.at.astimezone(UTC)) for line in lines if line.at]


def refused(device: WebDevice, **known: Any) -> str:
    with pytest.raises(CannotPull) as error:
        list(ask(device, **known).lines)
    return error.value.code


@pytest.mark.parametrize("make", BRANDS)
@pytest.mark.parametrize("number", [0, 1, 30, 31, 95])
def test_everything_is_read(make: Any, number: int) -> None:
    with make(number) as device:
        assert told(ask(device)) == expected(number)


@pytest.mark.parametrize("make", BRANDS)
@pytest.mark.parametrize(
    "faults",
    [
        {"nonce_uses": 1}, {"nonce_uses": 2, "says_stale": False}, {"algorithm": "SHA-256"}, {"qop": False},
        {"closes": True},
    ],
)  # fmt: skip
def test_every_way_to_sign_in(make: Any, faults: dict[str, Any]) -> None:
    with make(95) as device:
        device.faults = WebFaults(**faults)
        assert told(ask(device)) == expected(95)


@pytest.mark.parametrize("make", BRANDS)
def test_what_goes_wrong_is_said(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan_http, "PATIENCE", 0.3)
    with make(95) as device:
        assert refused(device, password="other") == "pull_refused"
        assert device.wrong == 1, "a wrong password is shown once"
        device.faults = WebFaults(redirect="http://127.0.0.1:1/")
        assert refused(device) == "pull_not_understood"
        device.faults, device._answers = WebFaults(cut_after=3), 0
        assert refused(device) == "pull_cut"
        device.faults = WebFaults(silent=True)
        assert refused(device) == "pull_no_answer"
        assert refused(device, deadline_s=0.0) == "pull_too_slow"
        port = device.port
    device.port = port
    assert refused(device) == "pull_no_answer"


@pytest.mark.parametrize("make", BRANDS)
def test_only_a_part_is_asked_for(make: Any) -> None:
    with make(95) as device:
        pulled = ask(device, since=moment(90))
        assert told(pulled) == expected(95)[90:]
        assert not pulled.whole


def test_who_and_when_it_is() -> None:
    with Hikvision(skew_s=90, offset=timedelta(0)) as one, Dahua(skew_s=90) as other:
        for device in (one, other):
            pulled = ask(device)
            assert pulled.serial == device.serial
            assert pulled.clock
            assert pulled.clock_at
            shown = datetime.fromisoformat(pulled.clock).replace(tzinfo=CN)
            assert 88 <= (shown - pulled.clock_at).total_seconds() <= 91, "in the device's zone, whatever its offset"
        assert ask(one).info == {"model": "DS-K1T342", "firmwareVersion": "V4.48.40"}


def test_hikvision_pages_are_of_thirty_and_counted() -> None:
    with BRANDS[0](95) as device:
        pulled = ask(device)
        assert len(list(pulled.lines)) == pulled.count == 95
        assert sum("AcsEvent" in path for path in device.asked) == 4


def test_hikvision_events_of_nobody_and_refusals_are_no_punches() -> None:
    at = START.isoformat()
    events = [
        event("", at, 1, 21),
        event("7", at, 2, 76),
        event("7", at, 3, 39),
        event("0", at, 4),
        event("8", at, 5, 38),
    ]
    with Hikvision(events=events) as device:
        found = list(ask(device).lines)
    assert [line and line.pin for line in found] == [None, None, None, None, "8"]  # type: ignore[union-attr]


def test_hikvision_offset_serial_and_privacy() -> None:
    wraps = [event("7", "2026-03-02T02:00:00+02:00", 7, attendanceStatus="checkIn"), event("7", START.isoformat(), 7)]
    with Hikvision(events=wraps) as device:
        first, second = (line for line in ask(device).lines if isinstance(line, Line))
    assert (first.time, first.at) == ("2026-03-02 02:00:00", datetime(2026, 3, 2, tzinfo=UTC))
    assert (first.status, first.vendor_key, second.vendor_key) == ("checkIn", "7", "7"), "a serial number comes again"
    assert "张三" not in first.text
    assert "pic" not in first.text


def test_hikvision_unread_events_are_read_again() -> None:
    odd = [event("7", "yesterday", 1), event("一", START.isoformat(), 2)]
    with Hikvision(events=odd) as device:
        found = [line for line in ask(device).lines if isinstance(line, Bad)]
    assert [bad.reason for bad in found] == ["time", "pin"]
    again = hikvision.parse("unread", "\n".join(bad.text for bad in found).encode(), {})
    assert [bad.reason for bad in again.bad] == ["time", "pin"]


def test_hikvision_that_promises_more_and_gives_nothing_is_left() -> None:
    with Hikvision(lies=True) as device:
        assert refused(device) == "pull_not_understood"


@pytest.mark.parametrize("known", [{}, {"newest_first": True}, {"limit": 40}, {"limit": 7, "open_ends": True}])
def test_dahua_gives_everything_however_little_it_gives_at_once(
    known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dahua, "PAGE", 50)
    with Dahua(records=[record(str(i % 50 + 1), moment(i), i) for i in range(400)], **known) as device:
        assert sorted(told(ask(device)), key=lambda one: one[2]) == expected(400)


def test_dahua_keeps_the_record_number_and_drops_refusals_and_names() -> None:
    records = [record("7", START, 41), record("8", START, 42, Status="0", ErrorCode="16"), record("", START, 43)]
    with Dahua(records=records) as device:
        found = list(ask(device).lines)
    line = found[0]
    assert isinstance(line, Line)
    assert (line.vendor_key, line.verify, found[1:]) == ("41", "15", [None, None])
    assert "张三" not in line.text


def test_dahua_unread_records_are_read_again_in_their_zone() -> None:
    bad = dahua.line(record("a b", START, 1), 1, "Asia/Shanghai")
    assert isinstance(bad, Bad)
    assert dahua.parse("unread", bad.text.encode(), {"zone": "Asia/Shanghai"}).bad == [bad]
    mended = bad.text.replace("a b", "7").encode()
    assert dahua.parse("unread", mended, {"zone": "Asia/Shanghai"}).lines[0].time == "2026-03-02 08:00:00"
