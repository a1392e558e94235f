"""Punches whose time is not believed, with what stands around them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.devices import policy
from webapp.devices.models import HeldDecision, PinHolder, RawPunch, Terminal
from webapp.devices.queries.health import HELD
from webapp.devices.queries.one import events_around
from webapp.people.models import Employee

PAGE = 50
NEARBY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class HeldPage:
    rows: list[Row[Any]]
    """id, terminal_id, terminal, timezone, pin, device_time, at, received_at, quality, source, line"""
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Around:
    """What bounds the true time: the arrivals before and after, and what the device noted about itself."""

    before: Row[Any] | None
    after: Row[Any] | None
    events: list[Row[Any]]
    decisions: list[Row[Any]]
    """decision, granted_at, decided_at, reason, by; oldest first"""
    people: list[str]
    """Whose the id is or was."""


def held(user: SignedIn, *, terminal_id: int | None = None, quality: str = "", page: int = 1) -> HeldPage:
    """Those nobody has decided about, the newest arrival first."""
    found = _punches(user).where(HELD)
    if terminal_id is not None:
        found = found.where(RawPunch.terminal_id == terminal_id)
    if quality:
        found = found.where(RawPunch.quality == quality)
    total = conn().scalar(select(func.count()).select_from(found.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, page), pages)
    rows = conn().execute(found.order_by(RawPunch.id.desc()).offset((number - 1) * PAGE).limit(PAGE))
    return HeldPage(list(rows), total, number, pages)


def held_count(user: SignedIn) -> int:
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    where = (HELD, RawPunch.terminal_id.in_(mine))
    return conn().scalar(select(func.count()).select_from(RawPunch).where(*where)) or 0


def held_one(user: SignedIn, raw_punch_id: int) -> Row[Any]:
    """Decided or not. Raises NotFound: not theirs, or its time was never in doubt."""
    row = conn().execute(_punches(user).where(RawPunch.id == raw_punch_id, RawPunch.quality != "ok")).first()
    if row is None:
        raise NotFound("not_found")
    return row


def around(punch: Row[Any]) -> Around:
    here = RawPunch.terminal_id == punch.terminal_id
    before = conn().execute(
        _NEIGHBOUR.where(here, RawPunch.id < punch.id).order_by(RawPunch.id.desc()).limit(1)
    ).first()  # fmt: skip
    after = conn().execute(_NEIGHBOUR.where(here, RawPunch.id > punch.id).order_by(RawPunch.id).limit(1)).first()
    first = before.received_at if before else punch.received_at
    last = after.received_at if after else punch.received_at
    return Around(before, after, _events(punch.terminal_id, first, last), decisions(punch.id), _people(punch))


def decisions(raw_punch_id: int) -> list[Row[Any]]:
    query = (
        select(
            HeldDecision.seq, HeldDecision.decision, HeldDecision.granted_at, HeldDecision.decided_at,
            HeldDecision.reason, Employee.name.label("by"),
        )
        .join(Employee, Employee.id == HeldDecision.by)
        .where(HeldDecision.raw_punch_id == raw_punch_id)
        .order_by(HeldDecision.seq)
    )  # fmt: skip
    return list(conn().execute(query))


def _punches(user: SignedIn) -> Select[Any]:
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    return (
        select(
            RawPunch.id, RawPunch.terminal_id, Terminal.name.label("terminal"), Terminal.branch_id, RawPunch.zone,
            RawPunch.pin, RawPunch.device_time, RawPunch.at, RawPunch.received_at, RawPunch.quality, RawPunch.source,
            RawPunch.line, RawPunch.state,
        )
        .join(Terminal, Terminal.id == RawPunch.terminal_id)
        .where(RawPunch.terminal_id.in_(mine))
    )  # fmt: skip


def _events(terminal_id: int, first: datetime, last: datetime) -> list[Row[Any]]:
    return events_around(terminal_id, min(first, last) - NEARBY, max(first, last) + NEARBY)


def _people(punch: Row[Any]) -> list[str]:
    query = (
        select(Employee.name)
        .join(PinHolder, PinHolder.employee_id == Employee.id)
        .where(PinHolder.branch_id == punch.branch_id, PinHolder.pin == punch.pin)
        .where(PinHolder.terminal_id.is_(None) | (PinHolder.terminal_id == punch.terminal_id))
        .order_by(PinHolder.first_on)
    )
    return list(dict.fromkeys(conn().scalars(query)))


_NEIGHBOUR = select(
    RawPunch.id, RawPunch.pin, RawPunch.device_time, RawPunch.received_at, RawPunch.quality, RawPunch.at
)
