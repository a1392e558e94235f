"""Requests that are kept and not read yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.core.db import conn
from webapp.devices.models import DeviceRequest, Terminal


@dataclass(frozen=True, slots=True)
class Unread:
    """One request to be read. `adapter` is the code of the terminal's adapter."""

    id: int
    terminal_id: int
    adapter: str
    source: str
    kind: str
    params: Any
    body: bytes
    zone: str
    received_at: datetime


def next_unread(terminal_id: int) -> Unread | None:
    """The oldest one of a terminal."""
    query = (
        select(
            DeviceRequest.id,
            DeviceRequest.terminal_id,
            Terminal.kind.label("adapter"),
            DeviceRequest.source,
            DeviceRequest.kind,
            DeviceRequest.params,
            DeviceRequest.body,
            DeviceRequest.zone,
            DeviceRequest.received_at,
        )
        .join(Terminal, Terminal.id == DeviceRequest.terminal_id)
        .where(DeviceRequest.terminal_id == terminal_id, DeviceRequest.read_at.is_(None))
        .order_by(DeviceRequest.id)
        .limit(1)
    )
    row = conn().execute(query).first()
    return Unread(*row) if row else None
