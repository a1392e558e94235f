"""Values no database takes, and bodies nobody can store: they hold up nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from rq.timeouts import JobTimeoutException
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from jobs import devices as jobs
from tests import factories
from webapp.core.db import db, do
from webapp.core.outbox import Item
from webapp.devices import service
from webapp.devices.adapters import adapters, hikvision
from webapp.devices.models import BadLine, DeviceRequest, RawPunch, Terminal
from webapp.devices.rules import Line, Parsed
from webapp.devices.service import store

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LINE = Line("7", "2026-03-02 08:55:00", "7")
ODD = ["a\x00b", "\ud800"]


@pytest.fixture
def door(app: Any) -> Terminal:
    return factories.terminal(factories.branch())


def send(door: Terminal, *bodies: bytes) -> None:
    known = {"source": "push", "kind": "attlog", "params": None, "ip": None, "zone": "UTC", "at": NOW}
    for body in bodies:
        do(service.store_request, terminal_id=door.id, body=body, **known)


def read(door: Terminal) -> list[str]:
    """The ids of the punches there are after reading."""
    number = door.id
    jobs.device_request([Item(0, "device_request", str(number), {"terminal_id": number}, 1)])
    db.session.remove()
    return list(db.session.scalars(select(RawPunch.pin).order_by(RawPunch.id)))


def given(monkeypatch: pytest.MonkeyPatch, door: Terminal, odd: Line) -> None:
    """The adapter reads `odd` out of the body b"odd"."""
    adapter = adapters()[door.kind]
    assert adapter.parse is not None
    real = adapter.parse
    parse = lambda kind, body, told: Parsed([odd]) if body == b"odd" else real(kind, body, told)  # noqa: E731
    monkeypatch.setitem(adapters(), door.kind, replace(adapter, parse=parse))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["status", "verify", "work_code", "vendor_key", "text"])
@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_a_word_no_database_takes_is_shown_as_far_as_it_goes(
    door: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, odd: str
) -> None:
    given(monkeypatch, door, replace(LINE, **{name: odd}))  # type: ignore[arg-type]
    send(door, b"odd", b"8\t2026-03-02 08:56:00\n")
    assert read(door) == ["7", "8"]
    shown = db.session.execute(select(RawPunch.__table__).where(RawPunch.pin == "7")).one()
    assert getattr(shown, "line" if name == "text" else name) == odd.replace("\x00", "\ufffd").replace(
        "\ud800", "\ufffd"
    )


def test_a_moment_before_all_moments_is_held(door: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, door, replace(LINE, at=datetime.fromisoformat("0001-01-01T00:00:00+08:00")))
    send(door, b"odd", b"8\t2026-03-02 08:56:00\n")
    assert read(door) == ["7", "8"]
    assert db.session.scalar(select(RawPunch.quality).where(RawPunch.pin == "7")) == "impossible"


@pytest.mark.parametrize("at_once", [store.AT_ONCE, 1], ids=["short", "long"])
def test_what_cannot_be_stored_is_left_and_the_next_has_its_turn(
    door: Terminal, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", at_once)
    lines = b"5\t2026-03-02 08:50:00\n" * 2
    real = store._row
    monkeypatch.setattr(store, "_row", lambda line, *rest: 1 / 0 if line.pin == "5" else real(line, *rest))
    send(door, b"7\t2026-03-02 08:55:00\n", lines, b"8\t2026-03-02 08:56:00\n")
    assert read(door) == ["7", "8"]
    assert list(db.session.execute(select(BadLine.n, BadLine.reason))) == [(0, "reader")]
    assert None not in list(db.session.scalars(select(DeviceRequest.read_at)))


@pytest.mark.parametrize("error", [OperationalError("x", {}, Exception()), JobTimeoutException()], ids=repr)
def test_what_passes_is_no_fault_of_the_body(door: Terminal, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def busy(**_: Any) -> None:
        raise error

    monkeypatch.setattr(service, "store_read", busy)
    send(door, b"7\t2026-03-02 08:55:00\n")
    with pytest.raises(type(error)):
        read(door)
    assert db.session.scalar(select(DeviceRequest.read_at)) is None


@pytest.mark.parametrize("minor", [[1], {"a": 1}, "75", True, None], ids=str)
def test_a_hikvision_event_of_no_known_kind_is_no_punch(minor: Any) -> None:
    event = {"employeeNoString": "7", "major": 5, "minor": minor, "time": "2026-03-02T08:55:01+08:00"}
    assert hikvision.line(event, 1) is None
    assert hikvision.line({**event, "minor": 75}, 1) is not None
