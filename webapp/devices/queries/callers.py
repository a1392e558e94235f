"""The device behind a call, in one read: what it may do and how it was last heard."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select

from webapp.core.db import UTCDateTime, conn
from webapp.devices.models import DeviceCommand, Terminal, TerminalState

RESEND_AFTER = timedelta(minutes=2)
"""A command that was handed out and not answered is handed out again."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A registered device. `due`: a command waits to be handed out."""

    terminal_id: int
    serial: str
    kind: str
    state: str
    zone: str
    tz_form: str
    key_hash: str | None
    secret: str | None
    networks: Any
    seen_at: datetime | None
    ip: str | None
    stamps: Any
    send_again: bool
    info: Any
    last_error: str | None
    heard_through: datetime | None
    due: bool


def caller(serial: str, *, at: datetime) -> Caller | None:
    """Whose serial that is."""
    row = conn().execute(_CALLER, {"serial": serial, "stale": at - RESEND_AFTER}).first()
    return Caller(*row[:12], bool(row[12]), *row[13:]) if row else None


_waits = (
    select(DeviceCommand.id)
    .where(
        DeviceCommand.terminal_id == Terminal.id,
        DeviceCommand.done_at.is_(None),
        or_(DeviceCommand.sent_at.is_(None), DeviceCommand.sent_at < bindparam("stale", type_=UTCDateTime)),
    )
    .exists()
)
_CALLER = (
    select(
        Terminal.id,
        Terminal.serial,
        Terminal.kind,
        Terminal.state,
        Terminal.timezone,
        Terminal.tz_form,
        Terminal.comm_key_hash,
        Terminal.secret,
        Terminal.networks,
        TerminalState.seen_at,
        TerminalState.ip,
        TerminalState.stamps,
        TerminalState.send_again,
        TerminalState.info,
        TerminalState.last_error,
        TerminalState.heard_through,
        _waits,
    )
    .outerjoin(TerminalState, TerminalState.terminal_id == Terminal.id)
    .where(Terminal.serial == bindparam("serial"))
)
