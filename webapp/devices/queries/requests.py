"""Requests that are kept and not read yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from webapp.attendance.rules import read_policy
from webapp.core.db import conn
from webapp.devices.models import DeviceRequest, Terminal
from webapp.people.models import Branch

AT_ONCE = 20
BYTES_AT_ONCE = 200_000


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


def unread(terminal_id: int) -> list[Unread]:
    """The oldest ones of a terminal: one, or several that are short."""
    waits = (DeviceRequest.terminal_id == terminal_id, DeviceRequest.read_at.is_(None))
    sizes = select(DeviceRequest.id, func.length(DeviceRequest.body)).where(*waits).order_by(DeviceRequest.id)
    ids, size = [], 0
    for row in conn().execute(sizes.limit(AT_ONCE)):
        size += row[1]
        if ids and size > BYTES_AT_ONCE:
            break
        ids.append(row.id)
    return [Unread(*row) for row in conn().execute(_with_bodies(ids))] if ids else []


def bodies_kept_from(at: datetime) -> list[tuple[int, datetime]]:
    """(terminal, from when on its requests are kept), by the policy of its branch."""
    query = select(Terminal.id, Branch.attendance).join(Branch, Branch.id == Terminal.branch_id).order_by(Terminal.id)
    return [(row.id, at - timedelta(days=read_policy(row.attendance).raw_days)) for row in conn().execute(query)]


def _with_bodies(ids: Sequence[int]) -> Select[Any]:
    return (
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
        .where(DeviceRequest.id.in_(ids))
        .order_by(DeviceRequest.id)
    )
