"""Devices that report by themselves to an address of their own."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from webapp.core import audit
from webapp.core.db import UTCDateTime, conn
from webapp.core.errors import N_, NotFound, words
from webapp.devices.models import Terminal, TerminalState
from webapp.devices.queries import Caller
from webapp.devices.rules import Call, key_mark
from webapp.devices.service.store import insert_once, store_request


def new_key(*, by: int, terminal_id: int, at: datetime) -> str:
    """The secret part of the address a device reports to, shown this once; an earlier one is no longer heard."""
    row = conn().execute(select(Terminal.branch_id).where(Terminal.id == terminal_id)).first()
    if row is None:
        raise NotFound("not_found")
    key = secrets.token_urlsafe(18)
    conn().execute(update(Terminal).where(Terminal.id == terminal_id).values(comm_key_hash=key_mark(key)))
    known = {"object_type": "terminal", "object_id": terminal_id, "branch_id": row.branch_id, "at": at}
    audit.record(actor_id=by, action="terminal.listener", **known)
    return key


def take_events(*, caller: Caller, events: Sequence[str], live: bool, call: Call, at: datetime) -> bool:
    """Keep events, one a line, and that the device was heard; False when exactly these are kept already.

    That it reports is no proof that it has reported everything: only a pull says that.
    """
    insert_once(TerminalState).run({"terminal_id": caller.terminal_id, "send_again": False})
    first = func.coalesce(TerminalState.first_seen_at, bindparam(None, at, UTCDateTime))
    values = {"seen_at": at, "first_seen_at": first, "silent_told_at": None, "ip": call.ip}
    if call.ip != caller.ip and caller.ip is not None:
        values |= {"earlier_ip": caller.ip, "ip_changed_at": at}
    conn().execute(update(TerminalState).where(TerminalState.terminal_id == caller.terminal_id).values(values))
    if not events:
        return False
    return store_request(
        terminal_id=caller.terminal_id, source="push", kind="event", body="\n".join(events).encode(),
        params={"live": True} if live else None, ip=call.ip, zone=caller.zone, at=at,
    )  # fmt: skip


words(
    {
        "terminal.listener": N_("Gave a device a new address to report to"),
        "object_terminal": N_("Attendance device"),
    }
)
