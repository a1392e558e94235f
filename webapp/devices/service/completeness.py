"""Up to when each device was heard, told to attendance: before that nobody is absent for want of a punch."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, literal_column, select

from webapp.attendance import queries
from webapp.attendance import service as attendance
from webapp.attendance.models import TerminalStay
from webapp.core.db import conn
from webapp.devices.models import DeviceRequest, RawPunch, Terminal, TerminalState
from webapp.devices.service.calls import TOO_LARGE

_raw = RawPunch.__table__.c


def note_heard() -> None:
    """Of every active device, for each shop it is or was used at; two statements that read, few that write."""
    known = queries.heard_rows()
    through = {}
    for row in conn().execute(_DEVICES):
        before = known.get((row.id, row.site_id))
        through[row.id, row.site_id] = _later(before, heard_through(row)) or row.created_at
    attendance.set_heard(through=through)


def heard_through(row: Any) -> datetime | None:
    """As far as can be known. None: no further than before.

    A device that is asked says so itself, and one that calls all the time is known by its calls (store.heard), unless
    something it sent still waits to be read, it was told to send everything again, or it holds more than could be
    taken at once. A sender of webhooks calls only when there is something to tell. A file tells nothing beyond its
    newest punch.
    """
    if row.waiting or row.unread or row.send_again or row.last_error == TOO_LARGE:
        return None
    beyond = {"file": row.punched_at, "webhook": row.seen_at}.get(row.kind)
    return _later(row.heard_through, beyond)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


_UNREAD = exists().where(
    DeviceRequest.terminal_id == Terminal.id,
    DeviceRequest.read_at.is_(None),
)
_WAITING = exists().where(_raw.terminal_id == Terminal.id, _raw.state == literal_column("'new'"))
_PLACES = select(TerminalStay.terminal_id, TerminalStay.site_id).distinct().subquery()
_DEVICES = (
    select(Terminal.id, Terminal.kind, Terminal.created_at, _PLACES.c.site_id)
    .add_columns(TerminalState.heard_through, TerminalState.seen_at, TerminalState.punched_at)
    .add_columns(TerminalState.last_error)
    .add_columns(TerminalState.send_again, _UNREAD.label("unread"), _WAITING.label("waiting"))
    .join(_PLACES, _PLACES.c.terminal_id == Terminal.id)
    .outerjoin(TerminalState, TerminalState.terminal_id == Terminal.id)
    .where(Terminal.state == "active")
    .order_by(Terminal.id, _PLACES.c.site_id)
)
