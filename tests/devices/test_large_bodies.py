"""However much one post holds, it is read in pieces that keep nobody waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from jobs import devices as jobs
from tests import factories
from webapp.core.db import db, do
from webapp.core.outbox import Item
from webapp.devices import service
from webapp.devices.adapters import zk_push, zk_push_wire
from webapp.devices.models import BadLine, DeviceCommand, DeviceEvent, DeviceRequest, RawPunch, Terminal
from webapp.devices.rules import BAD_KEPT

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def door(app: Any) -> Terminal:
    return factories.terminal(factories.branch())


def bring(door: Terminal, body: bytes, kind: str = "attlog") -> None:
    known = {"source": "push", "params": None, "ip": None, "zone": "UTC", "at": NOW}
    do(service.store_request, terminal_id=door.id, kind=kind, body=body, **known)
    jobs.device_request([Item(0, "device_request", str(door.id), {"terminal_id": door.id}, 1)])
    db.session.remove()


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("kind", ["attlog", "operlog", "rtlog"])
def test_unreadable_lines_are_all_counted_and_the_first_kept(kind: str) -> None:
    parsed = zk_push.parse(kind, b"OPLOG x\n" * (BAD_KEPT + 40), {})
    assert (len(parsed.bad), parsed.bad[-1].n, parsed.bad_lines) == (BAD_KEPT, BAD_KEPT, BAD_KEPT + 40)


def test_thousands_of_unreadable_lines(door: Terminal) -> None:
    bring(door, b"x\n" * 3000 + b"7\t2026-03-02 08:55:00\n")
    assert (count(BadLine), count(RawPunch)) == (BAD_KEPT, 1)
    read = db.session.execute(select(DeviceRequest.lines, DeviceRequest.bad)).one()
    assert tuple(read) == (1, 3000)


def test_thousands_of_events_are_stored_in_pieces(door: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 10)
    sizes = []
    store = service.store_lines

    def noted(**known: Any) -> Any:
        sizes.append((len(known["lines"]), len(known["events"])))
        return store(**known)

    monkeypatch.setattr(service, "store_lines", noted)
    bring(door, b"".join(b"OPLOG 0\t0\t2026-03-02 07:58:%02d\t0\n" % n for n in range(25)), "operlog")
    assert sizes == [(0, 10), (0, 10), (0, 5)]
    assert count(DeviceEvent) == 25
    assert db.session.scalar(select(DeviceRequest.read_at)) is not None


def test_no_more_results_are_noted_than_commands_are_handed_out(door: Terminal, queries: Callable[..., Any]) -> None:
    factories.save(DeviceCommand(terminal_id=door.id, verb="check", created_at=NOW, sent_at=NOW, sends=1))
    number = db.session.scalar(select(DeviceCommand.id))
    body = f"ID={number}&Return=0&CMD=CHECK\n".encode() + b"ID=999999&Return=0&CMD=LOG\n" * 5000
    with queries() as asked:
        assert do(service.note_results, terminal_id=door.id, body=body, at=NOW) == 1
    assert len(asked) <= zk_push_wire.COMMANDS_AT_ONCE + 5
    assert len(list(zk_push_wire.results(b"ID=1\n" * 300_000))) < 60_000
