"""What one device sent and was asked, newest first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from webapp.core.db import conn
from webapp.devices.models import BadLine, DeviceCommand, DeviceEvent, DeviceRequest, RawPunch, Terminal, TerminalSite
from webapp.people.models import Employee

RECENT = 20
BAD_LINES = 100


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest of everything; the caller has made sure that the device is theirs."""

    requests: list[Row[Any]]
    """id, source, kind, received_at, read_at, lines, new, bad, skipped, ip, params, size"""
    punches: list[Row[Any]]
    """id, pin, device_time, received_at, source, live, quality, state, status, verify"""
    events: list[Row[Any]]
    """device_time, at, code, detail, received_at"""
    commands: list[Row[Any]]
    """id, verb, params, created_at, by, sent_at, sends, done_at, returned, answer"""
    bad: int
    """Lines nobody could read."""


def recent(terminal_id: int) -> Recent:
    return Recent(
        _some(_REQUESTS.where(DeviceRequest.terminal_id == terminal_id)),
        _some(_PUNCHES.where(RawPunch.terminal_id == terminal_id)),
        _some(_EVENTS.where(DeviceEvent.terminal_id == terminal_id)),
        _some(_COMMANDS.where(DeviceCommand.terminal_id == terminal_id)),
        conn().scalar(select(func.count()).where(BadLine.terminal_id == terminal_id)) or 0,
    )


def names(ids: Collection[int]) -> dict[int, str]:
    query = select(Terminal.id, Terminal.name).where(Terminal.id.in_(ids))
    return {row.id: row.name for row in conn().execute(query)} if ids else {}


def site_ids(terminal_id: int) -> list[int]:
    return sorted(conn().scalars(select(TerminalSite.site_id).where(TerminalSite.terminal_id == terminal_id)))


def bad_lines(terminal_id: int, before: int | None = None) -> list[Row[Any]]:
    """id, n, line, reason, received_at, source, kind, kept (its body is still there); BAD_LINES of them."""
    query = (
        select(
            BadLine.id, BadLine.n, BadLine.line, BadLine.reason, BadLine.received_at, BadLine.request_id,
            DeviceRequest.source, DeviceRequest.kind, (func.length(DeviceRequest.body) > 0).label("kept"),
        )
        .outerjoin(DeviceRequest, DeviceRequest.id == BadLine.request_id)
        .where(BadLine.terminal_id == terminal_id)
        .order_by(BadLine.id.desc())
        .limit(BAD_LINES)
    )  # fmt: skip
    return list(conn().execute(query if before is None else query.where(BadLine.id < before)))


def events_around(terminal_id: int, first: datetime, last: datetime) -> list[Row[Any]]:
    """What the device noted about itself between two arrivals, oldest first."""
    between = DeviceEvent.received_at.between(first, last)
    query = select(DeviceEvent.device_time, DeviceEvent.code, DeviceEvent.detail, DeviceEvent.received_at)
    return list(
        conn().execute(
            query.where(DeviceEvent.terminal_id == terminal_id, between).order_by(DeviceEvent.id).limit(RECENT)
        )
    )


def _some(query: Any) -> list[Row[Any]]:
    return list(conn().execute(query.limit(RECENT)))


_REQUESTS = select(
    DeviceRequest.id, DeviceRequest.source, DeviceRequest.kind, DeviceRequest.received_at, DeviceRequest.read_at,
    DeviceRequest.lines, DeviceRequest.new, DeviceRequest.bad, DeviceRequest.skipped, DeviceRequest.ip,
).order_by(DeviceRequest.received_at.desc(), DeviceRequest.id.desc())  # fmt: skip
_PUNCHES = select(
    RawPunch.id, RawPunch.pin, RawPunch.device_time, RawPunch.received_at, RawPunch.source, RawPunch.live,
    RawPunch.quality, RawPunch.state, RawPunch.status, RawPunch.verify,
).order_by(RawPunch.id.desc())  # fmt: skip
_EVENTS = select(
    DeviceEvent.device_time, DeviceEvent.at, DeviceEvent.code, DeviceEvent.detail, DeviceEvent.received_at
).order_by(DeviceEvent.device_time.desc())
_COMMANDS = (
    select(
        DeviceCommand.id, DeviceCommand.verb, DeviceCommand.params, DeviceCommand.created_at,
        Employee.name.label("by"), DeviceCommand.sent_at, DeviceCommand.sends, DeviceCommand.done_at,
        DeviceCommand.returned, DeviceCommand.answer,
    )
    .outerjoin(Employee, Employee.id == DeviceCommand.created_by)
    .order_by(DeviceCommand.created_at.desc(), DeviceCommand.id.desc())
)  # fmt: skip
