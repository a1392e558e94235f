"""Keeping what devices send: the bytes first, then the punches in them, each once however often it comes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core import outbox
from webapp.core.db import conn, is_postgres
from webapp.core.prepared import Prepared
from webapp.devices.models import BadLine, DeviceEvent, DeviceRequest, RawPunch, TerminalState
from webapp.devices.rules import BAD_KEPT, Arrival, Bad, Event, Line, Parsed, moment, printable, quality
from webapp.devices.rules.calls import STEADY
from webapp.devices.service import zones
from webapp.devices.service.digest import lock_terminals

AT_ONCE = 2000
"""Lines in one unit of work: others who write wait no longer than that takes."""
SEEN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Coming:
    """How lines came: of which terminal, which way, in which request, and whether as they happened."""

    terminal_id: int
    zone: str
    source: str
    received_at: datetime
    request_id: int | None = None
    live: bool = False
    skew_s: int | None = None
    """Of its clock at this moment; None: as it was last known."""
    fresh_from: datetime | None = None
    """What it recorded from then on was by the clock it has now."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Punches nobody had sent before, and those of them whose time is not believed."""

    new: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the version `reader` of an adapter read out of one request."""

    request_id: int
    coming: Coming
    parsed: Parsed
    reader: int
    read_with: Any = None
    """The answers a file was read with, among its other parameters."""


def store_request(
    *,
    terminal_id: int,
    source: str,
    kind: str,
    body: bytes,
    params: dict[str, Any] | None,
    ip: str | None,
    zone: str,
    at: datetime,
) -> bool:
    """Keep the bytes of one request and ask for them to be read; False when exactly they are kept already.

    What a terminal sends from its memory lets everything pass that somebody waits for.
    """
    row = {"terminal_id": terminal_id, "source": source, "kind": kind, "body": body, "params": params, "ip": ip,
           "zone": zone, "received_at": at, "sha256": sha256(body).hexdigest()}  # fmt: skip
    new = bool(insert_once(DeviceRequest).run(row).rowcount)
    if new:
        waits = source != "push" or bool(params and params.get("live"))
        outbox.put("device_request", str(terminal_id), {"terminal_id": terminal_id}, at, bulk=not waits)
    return new


def store_lines(
    *, lines: Sequence[Line], bad: Sequence[Bad] = (), events: Sequence[Event] = (), coming: Coming
) -> Stored:
    """Keep punches, events and the first unreadable lines of one terminal; what is known already changes nothing.

    At most AT_ONCE lines or events at a time (the caller cuts). Asks for the new punches to be looked at.
    """
    lock_terminals([coming.terminal_id])
    judged = _judged(lines, coming)
    new = insert_once(RawPunch).run(judged).rowcount if judged else 0
    if bad:
        insert_once(BadLine).run([_bad(line, coming) for line in bad[:BAD_KEPT]])
    if events:
        insert_once(DeviceEvent).run([_event(event, coming) for event in events])
    if new:
        _remember(judged, coming)
        zones.ask_again(terminal_id=coming.terminal_id, zone=coming.zone, came=coming.received_at)
        payload = {"terminal_id": coming.terminal_id}
        outbox.put("raw_punches", str(coming.terminal_id), payload, coming.received_at, bulk=not coming.live)
    return Stored(new, sum(row["state"] == "held" for row in judged) if new == len(judged) else 0)


def mark_read(
    *, request_id: int, reader: int, lines: int, new: int, bad: int, skipped: int, at: datetime, read_with: Any = None
) -> None:
    """All lines of a request are stored. A file that got other answers meanwhile stays to be read with those."""
    if read_with is not None:
        query = select(DeviceRequest.params, DeviceRequest.read_at).where(DeviceRequest.id == request_id)
        row = conn().execute(query.with_for_update()).one()
        if row.params != read_with:
            if row.read_at is None:
                conn().execute(delete(BadLine).where(BadLine.request_id == request_id))
            return
    values = {"read_at": at, "parser": reader, "lines": lines, "new": new, "bad": bad, "skipped": skipped}
    _READ.run({**values, "request": request_id})


def store_read(*, readings: Sequence[Reading], at: datetime) -> None:
    """Keep what was read out of some short requests, together at most AT_ONCE lines, and that they are read."""
    for one in readings:
        found = one.parsed
        new = store_lines(lines=found.lines, bad=found.bad, events=found.events, coming=one.coming).new
        counts = {"lines": len(found.lines), "bad": found.bad_lines, "skipped": found.skipped}
        mark_read(request_id=one.request_id, reader=one.reader, new=new, **counts, at=at, read_with=one.read_with)


def heard(*, terminal_id: int, at: datetime, ip: str | None = None) -> None:
    """A device called, or answered: written down at most every half minute.

    One that is heard all the time has sent, by now, what it had recorded when it was last heard. After a gap it may
    still be telling what happened meanwhile, so that call proves nothing yet.
    """
    state = conn().execute(_STATE, {"terminal": terminal_id}).first()
    if state is None:
        first = {"terminal_id": terminal_id, "first_seen_at": at, "seen_at": at, "ip": ip, "send_again": False}
        insert_once(TerminalState).run(first)
        return
    moved = ip is not None and state.ip is not None and ip != state.ip
    if not moved and state.seen_at and at - state.seen_at < SEEN_EVERY:
        return
    values: dict[str, Any] = {"seen_at": at, "first_seen_at": state.first_seen_at or at, "silent_told_at": None}
    if state.seen_at and timedelta(0) <= at - state.seen_at <= STEADY:
        values["heard_through"] = state.seen_at
    if ip is not None:
        values |= {"ip": ip} | ({"earlier_ip": state.ip, "ip_changed_at": at} if moved else {})
    conn().execute(update(TerminalState).where(TerminalState.terminal_id == terminal_id).values(values))


def insert_once(model: Any) -> Prepared:
    """Inserts rows, one or many; those that are there already change nothing."""
    return _insert(model, is_postgres())


def _judged(lines: Sequence[Line], coming: Coming) -> list[dict[str, Any]]:
    """Rows as they are stored, in the order they came; each is compared with the believed ones before it."""
    state = conn().execute(_STATE, {"terminal": coming.terminal_id}).first()
    first, skew, newest = (state.first_seen_at, state.skew_s, state.punched_at) if state else (None, None, None)
    skew = skew if coming.skew_s is None else coming.skew_s
    arrival = Arrival(coming.received_at, coming.live, first, skew, newest)
    rows: list[dict[str, Any]] = []
    for line in lines:
        at = _moment(line, coming.zone)
        fresh = coming.fresh_from is not None and at is not None and at >= coming.fresh_from
        word = quality(at, replace(arrival, fresh=True) if fresh else arrival)
        if coming.live and word == "ok" and at is not None and (newest is None or at > newest):
            newest = at
            arrival = replace(arrival, newest_live=at)
        rows.append(_row(line, at, word, coming))
    return rows


def _row(line: Line, at: datetime | None, word: str, coming: Coming) -> dict[str, Any]:
    return {
        "terminal_id": coming.terminal_id, "pin": line.pin, "device_time": line.time, "zone": coming.zone, "at": at,
        "status": _word(line.status, 8), "verify": _word(line.verify, 8), "work_code": _word(line.work_code, 24),
        "line": printable(line.text), "source": coming.source, "request_id": coming.request_id,
        "vendor_key": _word(line.vendor_key, 40), "live": coming.live, "received_at": coming.received_at,
        "quality": word, "state": "new" if word == "ok" else "held",
    }  # fmt: skip


def _moment(line: Line, zone: str) -> datetime | None:
    """None also for a moment before or after everything that can be written."""
    try:
        return line.at.astimezone(UTC) if line.at else moment(line.time, zone)
    except OverflowError:
        return None


def _word(text: str | None, most: int) -> str | None:
    return printable(text)[:most] or None if text else None


def _bad(line: Bad, coming: Coming) -> dict[str, Any]:
    return {"terminal_id": coming.terminal_id, "request_id": coming.request_id, "n": line.n,
            "line": printable(line.text), "reason": line.reason, "received_at": coming.received_at}  # fmt: skip


def _event(event: Event, coming: Coming) -> dict[str, Any]:
    return {"terminal_id": coming.terminal_id, "device_time": event.time, "at": moment(event.time, coming.zone),
            "code": event.code, "detail": printable(event.detail)[:120], "received_at": coming.received_at}  # fmt: skip


def _remember(rows: Sequence[dict[str, Any]], coming: Coming) -> None:
    """The newest believed moment, and that punches came."""
    believed = [row["at"] for row in rows if row["quality"] == "ok"]
    insert_once(TerminalState).run({"terminal_id": coming.terminal_id, "send_again": False})
    _RECEIVED.run({"terminal": coming.terminal_id, "received_at": coming.received_at})
    if believed:
        newest = max(believed)
        _PUNCHED.run({"terminal": coming.terminal_id, "punched_at": newest, "newest": newest})


@cache
def _insert(model: Any, postgres: bool) -> Prepared:
    query = (postgresql if postgres else sqlite).insert(model).inline()
    return Prepared(query.on_conflict_do_nothing())


_STATE = select(
    TerminalState.first_seen_at,
    TerminalState.seen_at,
    TerminalState.punched_at,
    TerminalState.skew_s,
    TerminalState.ip,
).where(TerminalState.terminal_id == bindparam("terminal"))
_READ = Prepared(update(DeviceRequest).where(DeviceRequest.id == bindparam("request")))
_mine = TerminalState.terminal_id == bindparam("terminal")
_RECEIVED = Prepared(update(TerminalState).where(_mine))
_older = TerminalState.punched_at.is_(None) | (TerminalState.punched_at < bindparam("newest"))
_PUNCHED = Prepared(update(TerminalState).where(_mine, _older))
