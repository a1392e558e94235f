"""What pushing devices are asked to do: queued, handed out when they call, and what came of it."""

import re
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import or_, select, update

from webapp.core.db import conn, db
from webapp.core.errors import N_, Invalid, words
from webapp.devices.adapters import zk_push_wire as wire
from webapp.devices.models import DeviceCommand, TerminalState
from webapp.devices.queries.callers import RESEND_AFTER
from webapp.devices.rules import moment, pin_of
from webapp.devices.service.calls import remember

VERBS = ("check", "log", "info", "reboot", "query", "verify", "user_add", "user_delete")
"""What there is; nothing that erases, runs programs or moves files."""
TRIES = {"reboot": 1}
TRIES_OF_OTHERS = 5
_WALL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def ask(*, terminal_id: int, verb: str, params: dict[str, Any] | None = None, by: int | None, at: datetime) -> int:
    """Queue a command; its id. The same one that nobody has been handed yet is not queued twice. Raises Invalid."""
    params = _checked(verb, params or {})
    mine = (DeviceCommand.terminal_id == terminal_id, DeviceCommand.verb == verb, DeviceCommand.done_at.is_(None))
    query = select(DeviceCommand.id, DeviceCommand.params).where(*mine, DeviceCommand.sent_at.is_(None))
    for row in conn().execute(query):
        if (row.params or {}) == params:
            return row.id
    made = DeviceCommand(
        terminal_id=terminal_id, verb=verb, params=params or None, created_at=at, created_by=by, sends=0
    )
    db.session.add(made)
    db.session.flush()
    return made.id


def ask_for_everything(*, terminal_id: int, by: int | None, at: datetime) -> None:
    """At its next handshake the device is asked for all it has in memory; what is known already changes nothing."""
    remember(terminal_id=terminal_id, told={}, at=at)
    conn().execute(update(TerminalState).where(TerminalState.terminal_id == terminal_id).values(send_again=True))
    ask(terminal_id=terminal_id, verb="check", by=by, at=at)


def greet_anew(*, terminal_id: int, at: datetime) -> None:
    """The offset it was told is no longer that of its zone, and its clock is only set when it starts: it is restarted,
    once, whatever it makes of it."""
    remember(terminal_id=terminal_id, told={"offset": None}, at=at)
    ask(terminal_id=terminal_id, verb="reboot", by=None, at=at)


def hand_out(*, terminal_id: int, at: datetime, charset: str = "utf-8") -> bytes:
    """The commands that wait, oldest first, as the device reads them. Those that were never answered are given up."""
    stale = at - RESEND_AFTER
    waits = or_(DeviceCommand.sent_at.is_(None), DeviceCommand.sent_at < stale)
    query = (
        select(DeviceCommand.id, DeviceCommand.verb, DeviceCommand.params, DeviceCommand.sends)
        .where(DeviceCommand.terminal_id == terminal_id, DeviceCommand.done_at.is_(None), waits)
        .order_by(DeviceCommand.id)
        .limit(wire.COMMANDS_AT_ONCE)
        .with_for_update()
    )
    rows = conn().execute(query).all()
    tired = [row.id for row in rows if row.sends >= TRIES.get(row.verb, TRIES_OF_OTHERS)]
    if tired:
        conn().execute(update(DeviceCommand).where(DeviceCommand.id.in_(tired)).values(done_at=at))
    said, ids = wire.commands([(row.id, row.verb, row.params or {}) for row in rows if row.id not in tired], charset)
    if ids:
        sent = {"sent_at": at, "sends": DeviceCommand.sends + 1}
        conn().execute(update(DeviceCommand).where(DeviceCommand.id.in_(ids)).values(sent))
    return said


def note_results(*, terminal_id: int, body: bytes, at: datetime) -> int:
    """What came of commands of this device; how many. Those of other devices are not looked at.

    No more than are handed out at once: each is a statement while the device waits. Others are handed out again.
    """
    noted = 0
    for number, returned, answer in islice(wire.results(body), wire.COMMANDS_AT_ONCE):
        mine = (DeviceCommand.id == number, DeviceCommand.terminal_id == terminal_id, DeviceCommand.sends > 0)
        values = {"done_at": at, "returned": returned, "answer": answer or None}
        noted += conn().execute(update(DeviceCommand).where(*mine).values(values)).rowcount
        told = {key: value for key, value in answer.items() if key not in {"cmd", "attlogsum"}}
        if told:
            remember(terminal_id=terminal_id, told=told, at=at, count=wire.record_count(told))
    return noted


def _checked(verb: str, params: dict[str, Any]) -> dict[str, Any]:
    """Only what the command needs, in a form that cannot become another command. Raises Invalid."""
    if verb not in VERBS:
        raise Invalid("not_a_choice", field="verb")
    if verb in {"query", "verify"}:
        start, end = str(params.get("start", "")), str(params.get("end", ""))
        for name, text in (("start", start), ("end", end)):
            if not _WALL.fullmatch(text) or moment(text, "UTC") is None:
                raise Invalid("not_a_date", field=name)
        if end < start:
            raise Invalid("command_span", field="end")
        return {"start": start, "end": end}
    if verb in {"user_add", "user_delete"}:
        pin = pin_of(str(params.get("pin", "")))
        if not pin:
            raise Invalid("command_pin", field="pin")
        name = " ".join(str(params.get("name") or "").split())[:24]
        return {"pin": pin, **({"name": name} if name and verb == "user_add" else {})}
    return {}


words(
    {
        "command_span": N_("The end lies before the start."),
        "command_pin": N_("An id on a device has up to 24 letters, digits, - or _, and is not all zeros."),
        "push_too_large": N_("The device sends more at once than 8 MB. Import a file of it instead."),
    }
)
