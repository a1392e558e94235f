"""What comparing a device with what we have of it looks at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from webapp.core.db import conn
from webapp.devices.models import DeviceCommand, DeviceRequest, RawPunch, Terminal, TerminalDay, TerminalState
from webapp.devices.rules.reconcile import LOOK_BACK

HEARD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """The days of a device as last compared, newest first, and how many punches of them are missing here."""

    days: list[Row[Any]]
    """on, ours, theirs, settled, asked_at, compared_at"""
    missing: int


def comparable(kinds: Collection[str], at: datetime) -> list[int]:
    """Devices of these kinds that can be asked now: in use, and heard within a day."""
    query = (
        select(Terminal.id)
        .join(TerminalState, TerminalState.terminal_id == Terminal.id)
        .where(Terminal.state == "active", Terminal.kind.in_(kinds), TerminalState.seen_at >= at - HEARD)
        .order_by(Terminal.id)
    )
    return list(conn().scalars(query))


def compared_days(terminal_id: int) -> Compared:
    query = (
        select(TerminalDay.__table__.c.on_date.label("on"), *(TerminalDay.__table__.c[name] for name in _SHOWN))
        .where(TerminalDay.terminal_id == terminal_id)
        .order_by(TerminalDay.on.desc())
        .limit(LOOK_BACK)
    )
    days = list(conn().execute(query))
    return Compared(days, sum(missing(day) for day in days))


def missing(day: Any) -> int:
    """Punches the device has of a day and we have not, as far as is known; 0 when asking again brought nothing."""
    return 0 if day.theirs is None or day.theirs == day.settled else max(0, day.theirs - day.ours)


def zones_read(terminal_id: int, zone: str) -> str | None:
    """Another time zone the newest punches of the device were read with, or would be; None: all with this one."""
    newest = select(RawPunch.id, RawPunch.zone).where(RawPunch.terminal_id == terminal_id)
    last = newest.order_by(RawPunch.id.desc()).limit(50).subquery()
    read = select(last.c.zone).where(last.c.zone != zone).order_by(last.c.id.desc()).limit(1)
    unread = select(DeviceRequest.zone).where(
        DeviceRequest.terminal_id == terminal_id, DeviceRequest.read_at.is_(None), DeviceRequest.zone != zone
    )
    return conn().scalar(select(func.coalesce(read.scalar_subquery(), unread.limit(1).scalar_subquery())))


def standing(terminal_id: int) -> Row[Any] | None:
    """timezone, device_count, counted_at of a device in use."""
    query = select(Terminal.timezone, TerminalState.device_count, TerminalState.counted_at)
    query = query.join(TerminalState, TerminalState.terminal_id == Terminal.id)
    return conn().execute(query.where(Terminal.id == terminal_id, Terminal.state == "active")).first()


def kept_in_all(terminal_id: int) -> int:
    return conn().scalar(select(func.count()).where(RawPunch.terminal_id == terminal_id)) or 0


def kept_by_day(terminal_id: int, days: Collection[date]) -> dict[date, int]:
    """Raw punches whose clock showed one of these dates; one statement."""
    if not days:
        return {}
    on = func.substr(RawPunch.device_time, 1, 10)
    first, last = f"{min(days)} 00:00:00", f"{max(days)} 23:59:59"
    query = select(on, func.count()).where(
        RawPunch.terminal_id == terminal_id, RawPunch.device_time.between(first, last)
    )
    found = dict(conn().execute(query.group_by(on)).all())
    return {day: found.get(f"{day}", 0) for day in days}


def known_days(terminal_id: int) -> dict[date, Row[Any]]:
    table = TerminalDay.__table__
    return {row.on_date: row for row in conn().execute(table.select().where(table.c.terminal_id == terminal_id))}


def commands_since(terminal_id: int, moment: datetime) -> list[Row[Any]]:
    """verb, params, created_at, created_by, done_at, returned, answer of counting and sending again, oldest first."""
    of = DeviceCommand
    query = select(of.verb, of.params, of.created_at, of.created_by, of.done_at, of.returned, of.answer)
    mine = of.terminal_id == terminal_id, of.created_at >= moment, of.verb.in_(("info", "verify", "query"))
    return list(conn().execute(query.where(*mine).order_by(of.id)))


def has_unread(terminal_id: int) -> bool:
    unread = DeviceRequest.terminal_id == terminal_id, DeviceRequest.read_at.is_(None)
    return conn().execute(select(DeviceRequest.id).where(*unread).limit(1)).first() is not None


_SHOWN = ("ours", "theirs", "settled", "asked_at", "compared_at")
