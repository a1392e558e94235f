"""Ids and times as devices write them, and when a time is believed."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.devices.rules import Arrival, moment, pin_of, printable, quality, wall_time

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "pin"),
    [
        ("  1156", "1156"), ("00001156", "1156"), ("1156\x00\x00", "1156"), ("A01", "A01"), ("0A1", "0A1"),
        ("00000000", ""), ("0", ""), ("", None), ("12 34", None), ("1" * 25, None), ("张三", None), ("１２", None),
    ],
)  # fmt: skip
def test_ids(raw: str, pin: str | None) -> None:
    assert pin_of(raw) == pin


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2026-03-02 08:55:01", "2026-03-02 08:55:01"),
        ("2018/10/8  7:14:47", "2018-10-08 07:14:47"),
        ("2026-03-02T08:55", "2026-03-02 08:55:00"),
        ("2047-02-30 10:00:00", "2047-02-30 10:00:00"),
        ("1971--10--29 -23:-22:-52", None),
        ("1990-00--8 00:00:00", None),
        ("03/02/2026 08:55", None),
    ],
)
def test_times(text: str, wall: str | None) -> None:
    assert wall_time(text) == wall


def test_a_moment_is_that_of_the_devices_zone() -> None:
    assert moment("2026-03-02 09:00:00", "Asia/Shanghai") == NOW
    assert moment("2026-03-02 06:45:00", "Asia/Kathmandu") == NOW
    assert moment("2047-02-30 10:00:00", "Asia/Shanghai") is None
    assert moment("0001-01-01 00:00:00", "Asia/Shanghai") is None


def test_clock_changes() -> None:
    assert moment("2026-03-29 02:30:00", "Europe/Berlin") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment("2026-10-25 02:30:00", "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_quality() -> None:
    def word(at: datetime | None, **known: object) -> str:
        return quality(at, Arrival(NOW, **known))  # type: ignore[arg-type]

    seen = NOW - timedelta(days=100)
    assert word(NOW) == "ok"
    assert word(None) == "impossible"
    assert word(NOW + timedelta(minutes=10)) == "ok"
    assert word(NOW + timedelta(minutes=10, seconds=1)) == "future"
    assert word(datetime(2000, 1, 1, tzinfo=UTC)) == "reset"
    assert word(seen - timedelta(days=300), first_seen_at=seen, live=True) == "reset"
    assert word(seen - timedelta(days=300), first_seen_at=seen) == "ok", "a backlog is older than the device's pairing"
    assert word(NOW - timedelta(hours=2), newest_live=NOW, live=True) == "backward"
    assert word(NOW - timedelta(hours=2), newest_live=NOW) == "ok", "order alone is no proof of a bad clock"
    assert word(NOW, skew_s=-121, live=True) == "skewed"
    assert word(NOW, skew_s=-120, live=True) == "ok"


def test_what_is_shown_of_a_line() -> None:
    assert printable("a\tb\x00\x5a" + "x" * 500) == "a\tb\N{REPLACEMENT CHARACTER}Z" + "x" * 295
