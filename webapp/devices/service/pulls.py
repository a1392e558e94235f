"""Asking devices for what they hold: who may ask now, and how it ended."""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, false, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core import outbox
from webapp.core.db import UTCDateTime, conn, is_postgres
from webapp.core.errors import N_, Invalid, NotFound, words
from webapp.core.process import is_alive
from webapp.devices.models import Terminal, TerminalState
from webapp.devices.rules import pulls as rules
from webapp.devices.rules.pulls import Attempt

JOB = "jobs.pulls.pull"


@dataclass(frozen=True, slots=True)
class Begun:
    """A device that is being asked by this process, from `began` on."""

    terminal_id: int
    kind: str
    serial: str
    host: str
    port: int | None
    secret: str | None
    zone: str
    layout: int | None
    since: datetime | None
    began: datetime
    marks: frozenset[str] = frozenset()
    """Of pieces that were read and stored before: a device gives the same again each time."""
    heard_through: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a pull brought. `short`: how many records the device says it holds beyond those."""

    short: int
    whole: bool = True
    count: int | None = None
    skew_s: int | None = None
    layout: int | None = None
    info: Mapping[str, Any] | None = None
    marks: Sequence[str] = ()


def begin(*, terminal_id: int, at: datetime) -> Begun | None:
    """Take the device for this process. None: it is not to be asked, is being asked, or was a moment ago."""
    conn().execute(_first(terminal_id))
    query = (
        select(Terminal, TerminalState.info, TerminalState.heard_through)
        .join(TerminalState, TerminalState.terminal_id == Terminal.id)
        .where(Terminal.id == terminal_id)
        .with_for_update(of=TerminalState)
    )
    row = conn().execute(query).first()
    if row is None or row.state != "active" or not row.host:
        return None
    last = rules.attempt((row.info or {}).get("pull"))
    if at < rules.free_from(last, lives=_lives(last), at=at):
        return None
    _note(terminal_id, row.info, replace(last, by=_me(), began=at, ended=None) if last else Attempt(_me(), at))
    return Begun(
        terminal_id, row.kind, row.serial, row.host, row.port, row.secret, row.timezone, row.layout,
        rules.since(last, row.heard_through, at), at, frozenset((row.info or {}).get("marks") or ()),
        row.heard_through,
    )  # fmt: skip


def ended(*, begun: Begun, result: Ended, at: datetime) -> bool:
    """The device gave what it was asked for; whether that is everything it holds.

    The counter of some devices is too high for good: whoever twice in a row gives the same records, and as many fewer
    than it says, has no more.
    """
    info, last = _mine(begun)
    same = result.whole and last.short == result.short and begun.marks == frozenset(result.marks)
    complete = not result.short or same
    first = func.coalesce(TerminalState.first_seen_at, bindparam(None, at, UTCDateTime))
    values: dict[str, Any] = {"seen_at": at, "first_seen_at": first, "silent_told_at": None}
    values |= {"last_error": None, "last_error_at": None}
    if result.count is not None and result.whole:
        values |= {"device_count": result.count, "counted_at": begun.began}
    if result.skew_s is not None:
        values |= {"skew_s": result.skew_s, "skew_at": begun.began}
    if complete:
        values["heard_through"] = begun.began
    last = replace(last, ended=at)
    if result.whole:
        last = replace(last, short=result.short, whole=begun.began if complete else last.whole)
    told = {**(info or {}), **(result.info or {})} | ({"marks": list(result.marks)} if result.whole else {})
    _note(begun.terminal_id, told, last, **values)
    if result.layout and result.layout != begun.layout:
        conn().execute(update(Terminal).where(Terminal.id == begun.terminal_id).values(layout=result.layout))
    return complete


def failed(*, begun: Begun, code: str, at: datetime) -> None:
    """It did not; what was read before that is kept."""
    info, last = _mine(begun)
    _note(begun.terminal_id, info, replace(last, ended=at), last_error=code, last_error_at=at)


def ask(*, by: int | None, terminal_id: int, at: datetime) -> datetime:
    """Ask the device as soon as may be; when that is. Raises NotFound, Invalid."""
    query = select(Terminal.state, Terminal.host, TerminalState.info)
    query = query.outerjoin(TerminalState, TerminalState.terminal_id == Terminal.id).where(Terminal.id == terminal_id)
    row = conn().execute(query).first()
    if row is None:
        raise NotFound("not_found")
    if row.state != "active" or not row.host:
        raise Invalid("device_not_asked")
    last = rules.attempt((row.info or {}).get("pull"))
    start = max(at, rules.free_from(last, lives=_lives(last), at=at))
    outbox.put("run", f"{JOB}#{terminal_id}", {"terminal_id": terminal_id, "by": by}, start)
    return start


def _mine(begun: Begun) -> tuple[Any, Attempt]:
    query = select(TerminalState.info).where(TerminalState.terminal_id == begun.terminal_id).with_for_update()
    info = conn().execute(query).scalar_one()
    return info, rules.attempt((info or {}).get("pull")) or Attempt(_me(), begun.began)


def _note(terminal_id: int, info: Any, last: Attempt, **values: Any) -> None:
    mine = TerminalState.terminal_id == terminal_id
    kept = {**(info or {}), "pull": last.written()}
    conn().execute(update(TerminalState).where(mine).values(info=kept, **values))


def _first(terminal_id: int) -> Any:
    """The row that is locked has to be there."""
    query = (postgresql if is_postgres() else sqlite).insert(TerminalState)
    exists = select(Terminal.id, false()).where(Terminal.id == terminal_id)
    return query.from_select(["terminal_id", "send_again"], exists).on_conflict_do_nothing()


def _me() -> str:
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def _lives(last: Attempt | None) -> bool:
    """A process of this machine is known; one of another is believed to live until the lease ends."""
    host, _, number = (last.by if last else "").rpartition(":")
    return host != socket.gethostname()[:60] or not number.isdigit() or is_alive(int(number))


words({"device_not_asked": N_("This device is not asked over the network. Give it an address and switch it on.")})
