"""Devices that call us: who is heard, what is noted of a call, and what they send, kept before they hear OK."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import conn, is_postgres
from webapp.devices.models import PairingWindow, Terminal, TerminalState, UnknownSerial
from webapp.devices.queries import Caller
from webapp.devices.rules import Call, is_live, key_mark, refusal
from webapp.devices.service.store import SEEN_EVERY, heard, insert_once, store_request

UNKNOWN_KEPT = 500
WAITING_MOST = 200
"""So many serials may wait that called in one pairing window: anybody can invent them."""
MEMORY_LASTS = timedelta(hours=1)
"""So long after it was asked for everything again, what a device sends may still come from its memory."""
TOO_LARGE = "push_too_large"
_NO_STAMP = {"", "0", "None"}
_PUNCHES = {"attlog", "rtlog"}
_TABLES = ("ATTLOG", "OPERLOG")
log = logging.getLogger("onsite.devices")


def refused(caller: Caller, *, kinds: tuple[str, ...], call: Call) -> str | None:
    """Why a device is not heard; None when it is. For the log: the device never learns which."""
    if caller.kind not in kinds:
        return "kind"
    always = bool((caller.info or {}).get("key_always"))
    networks = caller.networks or ()
    return refusal(state=caller.state, networks=networks, key_hash=caller.key_hash, always_key=always, call=call)


def is_news(caller: Caller, *, call: Call, at: datetime) -> bool:
    """Is there anything to write down about this call? Most polls leave nothing."""
    if caller.seen_at is None or at - caller.seen_at >= SEEN_EVERY or (call.ip is not None and call.ip != caller.ip):
        return True
    return _pins(caller, call) or _key_is_new_here(caller, call)


def note_call(*, caller: Caller, call: Call, at: datetime) -> None:
    """A device that is heard was here; the key it shows when it first shakes hands is its own from now on."""
    heard(terminal_id=caller.terminal_id, at=at, ip=call.ip)
    if _pins(caller, call):
        mine = (Terminal.id == caller.terminal_id, Terminal.comm_key_hash.is_(None))
        conn().execute(update(Terminal).where(*mine).values(comm_key_hash=key_mark(call.key)))
    if _key_is_new_here(caller, call):
        remember(terminal_id=caller.terminal_id, told={"key_always": True}, at=at)
    if call.handshake and (caller.info or {}).get("key_free"):
        remember(terminal_id=caller.terminal_id, told={"key_free": None}, at=at)


def free_key(*, terminal_id: int, at: datetime) -> None:
    """Its key was forgotten: the next handshake says what it is from now on, and whether there is one."""
    remember(terminal_id=terminal_id, told={"key_free": True, "key_always": None}, at=at)


def note_unknown(*, serial: str, ip: str | None, told: Mapping[str, str], at: datetime) -> None:
    """Nobody's serial called: counted, and shown to the branch that is looking for one."""
    branch_id = _looked_for_by(serial, at)
    row = {"serial": serial, "branch_id": branch_id, "first_seen_at": at, "seen_at": at, "calls": 1, "ip": ip}
    query = (postgresql if is_postgres() else sqlite).insert(UnknownSerial).values({**row, "told": dict(told) or None})
    changed: dict[str, Any] = {"seen_at": at, "calls": UnknownSerial.calls + 1, "ip": ip}
    changed |= {"branch_id": branch_id} if branch_id is not None else {}
    changed |= {"told": dict(told)} if told else {}
    conn().execute(query.on_conflict_do_update(index_elements=[UnknownSerial.serial], set_=changed))
    _forget_the_oldest()


def take_in(
    *, caller: Caller, kind: str, body: bytes, params: dict[str, Any], stamp: tuple[str, str] | None, call: Call,
    at: datetime, source: str = "push",
) -> bool:  # fmt: skip
    """Keep what a device sent, and its stamp; False when exactly these bytes are kept already.

    `params` lack secrets; whether it was sent as it happened is decided here, and kept with them.
    """
    stamps, asked_again = _locked(caller)
    again = asked_again or _from_memory(stamps, stamp, at)
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    live = source == "push" and is_live(lines=lines, heard_through=caller.heard_through, again=again, at=at)
    new = store_request(
        terminal_id=caller.terminal_id, source=source, kind=kind, body=body,
        params={**params, **({"live": True} if live else {})}, ip=call.ip, zone=caller.zone, at=at,
    )  # fmt: skip
    if is_news(caller, call=call, at=at):
        note_call(caller=caller, call=call, at=at)
    mine = stamp if _is_where_it_shook_hands(caller, call) else None
    values = _stamped(caller, stamps, asked_again, mine, kind, at)
    if values:
        conn().execute(update(TerminalState).where(TerminalState.terminal_id == caller.terminal_id).values(values))
    return new


def greet(*, caller: Caller, call: Call, told: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """A device shakes hands: the stamps it is to be told. 0, when it was to send everything again.

    From another address, and without a key, it may not be who told the stamps we keep: then it is told none, and sends
    rather too much.
    """
    note_call(caller=caller, call=call, at=at)
    told = {**told, "greeted_ip": call.ip}
    if any((caller.info or {}).get(name) != value for name, value in told.items()):
        remember(terminal_id=caller.terminal_id, told=told, at=at)
    trusted = bool(call.key and caller.key_hash) or _is_where_it_shook_hands(caller, call)
    as_read = (dict(caller.stamps or {}), False)
    before, asked_again = _locked(caller) if caller.send_again or not trusted else as_read
    stamps = {name: value for name, value in before.items() if trusted or name not in _TABLES}
    kept = {table: stamps[table] for table in _TABLES if table in stamps}
    if asked_again:
        stamps["asked_at"] = at.isoformat()
    if stamps != before:
        mine = TerminalState.terminal_id == caller.terminal_id
        conn().execute(update(TerminalState).where(mine).values(stamps=stamps))
    return {**kept, "ATTLOG": "0"} if asked_again else kept


def remember(*, terminal_id: int, told: Mapping[str, Any], at: datetime, count: int | None = None) -> None:
    """What a device says about itself, beside what it said before; and how many punches it holds."""
    insert_once(TerminalState).run({"terminal_id": terminal_id, "send_again": False})
    mine = TerminalState.terminal_id == terminal_id
    info = conn().scalar(select(TerminalState.info).where(mine).with_for_update()) or {}
    values: dict[str, Any] = {"info": {**info, **told}}
    if count is not None:
        values |= {"device_count": count, "counted_at": at}
    conn().execute(update(TerminalState).where(mine).values(values))


def note_too_large(*, terminal_id: int, at: datetime) -> None:
    """Something was too large to be kept, and not acknowledged; the device tries it again and again.

    It is over when punches of the device are kept again.
    """
    insert_once(TerminalState).run({"terminal_id": terminal_id, "send_again": False})
    values = {"last_error": TOO_LARGE, "last_error_at": at}
    conn().execute(update(TerminalState).where(TerminalState.terminal_id == terminal_id).values(values))


def _locked(caller: Caller) -> tuple[dict[str, str], bool]:
    """Its stamps and whether it is to send everything again, as they are now and for nobody else to change."""
    query = select(TerminalState.stamps, TerminalState.send_again)
    row = conn().execute(query.where(TerminalState.terminal_id == caller.terminal_id).with_for_update()).first()
    return (dict(row.stamps or {}), row.send_again) if row else ({}, False)


def _key_is_new_here(caller: Caller, call: Call) -> bool:
    """It shows its key outside a handshake, which it was not known to do."""
    shown = bool(call.key) and caller.key_hash is not None and not call.handshake
    return shown and not (caller.info or {}).get("key_always")


def _pins(caller: Caller, call: Call) -> bool:
    """It shows a key the first time it is heard, or the first time since its key was forgotten. Any later one may be
    somebody's who wants to keep the device out."""
    first = caller.seen_at is None or bool((caller.info or {}).get("key_free"))
    return bool(call.key) and call.handshake and caller.key_hash is None and first


def _is_where_it_shook_hands(caller: Caller, call: Call) -> bool:
    info = caller.info or {}
    return "greeted_ip" in info and info["greeted_ip"] == call.ip


def _from_memory(stamps: Mapping[str, str], stamp: tuple[str, str] | None, at: datetime) -> bool:
    """A device asked for what it has in memory says stamp 0; not all do, so an hour of distrust follows as well."""
    again_at = stamps.get("again_at")
    recently = again_at is not None and at - datetime.fromisoformat(again_at) < MEMORY_LASTS
    return recently or (stamp is not None and stamp[1] == "0")


def _stamped(
    caller: Caller, stamps: dict[str, str], asked_again: bool, stamp: tuple[str, str] | None, kind: str, at: datetime
) -> dict[str, Any]:
    """Changes of the device's state that come with what it sent."""
    before = dict(stamps)
    values: dict[str, Any] = {}
    if caller.last_error == TOO_LARGE and kind in _PUNCHES:
        values |= {"last_error": None, "last_error_at": None}
    if stamp is not None and stamp[1] not in _NO_STAMP:
        stamps[stamp[0]] = stamp[1][:40]
    if asked_again and kind == "attlog" and "asked_at" in stamps:
        values["send_again"] = False
        del stamps["asked_at"]
        stamps["again_at"] = at.isoformat()
    return {**values, **({"stamps": stamps} if stamps != before else {})}


def _looked_for_by(serial: str, at: datetime) -> int | None:
    """The branch with the newest open window; nobody once it has as many waiting as anybody can look through."""
    window = select(PairingWindow).where(PairingWindow.opened_at <= at, PairingWindow.until > at)
    newest = window.order_by(PairingWindow.opened_at.desc(), PairingWindow.id.desc()).limit(1)
    row = conn().execute(newest.with_only_columns(PairingWindow.branch_id, PairingWindow.opened_at)).first()
    if row is None:
        return None
    branch_id: int = row.branch_id
    came = (UnknownSerial.branch_id == branch_id, UnknownSerial.seen_at >= row.opened_at)
    others = select(func.count()).select_from(UnknownSerial).where(*came, UnknownSerial.serial != serial)
    return branch_id if (conn().scalar(others) or 0) < WAITING_MOST else None


def _forget_the_oldest() -> None:
    """Anybody can invent serials: those nobody waits for are kept up to a number."""
    idle = UnknownSerial.branch_id.is_(None)
    count = conn().scalar(select(func.count()).select_from(UnknownSerial).where(idle)) or 0
    if count > UNKNOWN_KEPT:
        oldest = select(UnknownSerial.serial).where(idle).order_by(UnknownSerial.seen_at).limit(count - UNKNOWN_KEPT)
        conn().execute(delete(UnknownSerial).where(UnknownSerial.serial.in_(oldest)))
