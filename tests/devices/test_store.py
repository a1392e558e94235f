"""The bytes first, then the punches in them, each once however often it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from tests import factories
from webapp.core.db import conn, db, do
from webapp.core.outbox import OutboxRow
from webapp.devices import queries, service
from webapp.devices.models import BadLine, DeviceEvent, DeviceRequest, RawPunch, Terminal, TerminalState
from webapp.devices.rules import Bad, Event, Line
from webapp.devices.service.store import Coming

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LINES = [Line("7", "2026-03-02 08:55:00", "7\t2026-03-02 08:55:00"), Line("8", "2026-03-02 08:56:00", "8\t…")]


@pytest.fixture
def door(app: Any) -> Terminal:
    return factories.terminal(factories.branch())


def coming(door: Terminal, **known: Any) -> Coming:
    return Coming(door.id, door.timezone, **{"source": "push", "received_at": NOW, **known})


def test_the_same_punch_by_three_ways_is_one(door: Terminal) -> None:
    first = do(service.store_lines, lines=LINES, coming=coming(door))
    again = do(service.store_lines, lines=LINES[::-1], coming=coming(door, source="pull"))
    third = do(service.store_lines, lines=[*LINES, *LINES], coming=coming(door, source="file"))
    assert (first.new, again.new, third.new) == (2, 0, 0)
    assert set(db.session.scalars(select(RawPunch.source))) == {"push"}
    assert db.session.scalars(select(RawPunch.at).order_by(RawPunch.id)).first() == NOW - timedelta(minutes=5)


def test_another_device_has_its_own(door: Terminal) -> None:
    other = factories.terminal(factories.branch())
    for each in (door, other):
        assert do(service.store_lines, lines=LINES, coming=coming(each)).new == 2


def test_what_is_not_believed_is_held(door: Terminal) -> None:
    lines = [*LINES, Line("7", "2063-01-01 00:00:00", "x"), Line("7", "2047-02-30 00:00:00", "y")]
    assert do(service.store_lines, lines=lines, coming=coming(door)).held == 2
    rows = db.session.execute(select(RawPunch.quality, RawPunch.state).order_by(RawPunch.id))
    assert [tuple(row) for row in rows] == [("ok", "new"), ("ok", "new"), ("future", "held"), ("impossible", "held")]
    assert db.session.scalar(select(TerminalState.punched_at)) == NOW - timedelta(minutes=4)


def test_unreadable_lines_and_events_are_kept_once(door: Terminal) -> None:
    _request(door)
    request = db.session.scalar(select(DeviceRequest.id))
    extra = {"bad": [Bad(3, "ZZ\x01", "time")], "events": [Event("2026-03-02 08:00:00", "time_set", "1")]}
    for _ in range(2):
        do(service.store_lines, lines=[], coming=coming(door, request_id=request), **extra)
    assert db.session.scalar(select(func.count()).select_from(BadLine)) == 1
    assert db.session.scalar(select(DeviceEvent.at)) == NOW - timedelta(hours=1)


def test_a_request_is_kept_once_and_read_once(door: Terminal) -> None:
    assert _request(door)
    assert not _request(door), "exactly these bytes are kept already"
    (unread,) = queries.unread(door.id)
    assert (unread.body, unread.adapter, unread.kind) == (b"7\t2026-03-02 08:55:00\n", "zk_push", "attlog")
    assert db.session.scalar(select(OutboxRow.topic)) == "device_request"
    counts = {"lines": 1, "new": 1, "bad": 0, "skipped": 0}
    do(service.mark_read, request_id=unread.id, reader=1, at=NOW, **counts)
    assert queries.unread(door.id) == []


def test_evidence_is_not_rewritten(door: Terminal) -> None:
    _request(door)
    do(service.store_lines, lines=LINES, coming=coming(door))
    for change in (
        RawPunch.__table__.update().values(device_time="2026-03-02 08:00:00"),
        RawPunch.__table__.delete(),
        DeviceRequest.__table__.update().values(body=b"forged"),
    ):
        with pytest.raises(DBAPIError, match="is evidence"):
            do(lambda change=change: conn().execute(change))
    do(lambda: conn().execute(DeviceRequest.__table__.update().values(body=b"")))


def test_being_heard_is_written_down_twice_a_minute(door: Terminal) -> None:
    def seen() -> Any:
        return db.session.execute(select(TerminalState.seen_at, TerminalState.earlier_ip)).one()

    for seconds, ip in ((0, "10.0.0.7"), (29, "10.0.0.7")):
        do(service.heard, terminal_id=door.id, at=NOW + timedelta(seconds=seconds), ip=ip)
    assert tuple(seen()) == (NOW, None)
    do(service.heard, terminal_id=door.id, at=NOW + timedelta(seconds=29), ip="10.0.0.8")
    assert tuple(seen()) == (NOW + timedelta(seconds=29), "10.0.0.7")
    do(service.heard, terminal_id=door.id, at=NOW + timedelta(seconds=60), ip="10.0.0.8")
    assert tuple(seen()) == (NOW + timedelta(seconds=60), "10.0.0.7")


def _request(door: Terminal) -> bool:
    return do(
        service.store_request,
        terminal_id=door.id,
        source="push",
        kind="attlog",
        body=b"7\t2026-03-02 08:55:00\n",
        params={"Stamp": "1"},
        ip="10.0.0.7",
        zone=door.timezone,
        at=NOW,
    )
