"""The road of an imported file, from the bytes to the raw punches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from jobs import devices as jobs
from webapp.core import clock, outbox
from webapp.core.db import db, do
from webapp.core.outbox import Item, OutboxRow
from webapp.devices import service
from webapp.devices.adapters.file import detect
from webapp.devices.models import RawPunch, Terminal


def bring(door: Terminal, body: bytes, **known: Any) -> tuple[int, bool]:
    """Import and read; (the request, whether there was something to read)."""
    given = {"by": None, "name": "x.dat", "kind": detect(body), "answers": {}, "machine": None, "at": clock.now()}
    done = do(service.import_file, terminal_id=door.id, body=body, **{**given, **known})
    work()
    return done


def work() -> None:
    """What the drain does with the rows of this topic."""
    rows = db.session.scalars(select(OutboxRow).where(OutboxRow.topic == "device_request")).all()
    items = [Item(row.id, row.topic, row.key, row.payload, 1) for row in rows]
    do(outbox.forget, topic="device_request")
    jobs.device_request(items)


def punches(door: Terminal) -> set[tuple[str, str]]:
    query = select(RawPunch.pin, RawPunch.device_time).where(RawPunch.terminal_id == door.id)
    return {(row.pin, row.device_time) for row in db.session.execute(query)}
