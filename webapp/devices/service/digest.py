"""From raw punches to punches of people. Done twice, by two at once or again from the start it gives the same."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rq.timeouts import BaseTimeoutException
from sqlalchemy import and_, bindparam, func, literal_column, or_, select, text, update
from sqlalchemy.exc import OperationalError

from webapp.attendance import service as attendance
from webapp.attendance.models import TerminalStay
from webapp.attendance.service import Given
from webapp.core import outbox
from webapp.core.db import conn, db, do, is_postgres
from webapp.core.errors import NotFound
from webapp.devices.models import HeldDecision, PinHolder, RawPunch, Terminal
from webapp.devices.rules import Holder, holders_on, key_of
from webapp.devices.rules.stays import Stay, sites_at
from webapp.people.models import Employee

BATCH = 500
log = logging.getLogger("onsite.devices")
_raw, _said, _holder = RawPunch.__table__.c, HeldDecision.__table__.c, PinHolder.__table__.c


@dataclass(frozen=True, slots=True)
class Digested:
    """Raw punches looked at, and what became of them."""

    looked_at: int = 0
    mapped: int = 0
    unmapped: int = 0
    held: int = 0


def digest_apart(*, terminal_id: int, at: datetime) -> Digested:
    """The same from outside any unit of work: somebody whose day cannot be built keeps nobody else's from going on."""
    try:
        return do(digest, terminal_id=terminal_id, at=at)
    except (OperationalError, BaseTimeoutException):
        raise
    except Exception:  # noqa: BLE001 - whatever it was, it is met again where each day is built by itself
        log.exception("days of new punches are built one by one", extra={"terminal": terminal_id})
        db.session.remove()
        return do(digest, terminal_id=terminal_id, at=at, apart=True)


def digest(*, terminal_id: int, at: datetime, limit: int = BATCH, apart: bool = False) -> Digested:
    """Look at the oldest new raw punches of a terminal: whose they are, and whether they count at all.

    Call until nothing is left; each call is one unit of work and a constant number of statements. `apart`: as for
    attendance.record_punches.
    """
    lock_terminals([terminal_id])
    rows = conn().execute(_NEW.limit(limit), {"terminal": terminal_id}).all()
    if not rows:
        return Digested()
    terminal, stays = _terminal(terminal_id)
    pins = {row.pin for row in rows}
    holders = holders_of(branch_id=terminal.branch_id, terminal_id=terminal_id, pins=pins)
    states: dict[str, list[int]] = {"mapped": [], "unmapped": [], "held": []}
    given: list[Given] = []
    for row in rows:
        moment = _counts_at(row)
        found = set() if moment is None else holders_on(row.pin, terminal_id, _shown(row, moment), holders)
        state = "held" if moment is None else "mapped" if len(found) == 1 else "unmapped"
        states[state].append(row.id)
        if moment is not None and state == "mapped":
            key = key_of(row.status) if terminal.trusts_keys else None
            given.append(Given(row.id, terminal_id, found.pop(), moment, sites_at(stays, moment), key))
    attendance.record_punches(given=given, gone=[*states["unmapped"], *states["held"]], at=at, apart=apart)
    for state, ids in states.items():
        if ids:
            conn().execute(update(RawPunch).where(_raw.id.in_(ids)).values(state=state))
    return Digested(len(rows), *(len(states[state]) for state in ("mapped", "unmapped", "held")))


def rebuild(*, terminal_id: int, first: date, last: date, at: datetime) -> int:
    """Raw punches of a terminal whose clock showed a date of this span are looked at once more; how many.

    The punches made of them come out the same, whatever happened to those in between.
    """
    if conn().scalar(select(Terminal.id).where(Terminal.id == terminal_id)) is None:
        raise NotFound("not_found")
    span = _raw.device_time >= f"{first}", _raw.device_time < f"{last + timedelta(days=1)}"
    return look_again(terminal_ids=[terminal_id], which=and_(*span), at=at)


def look_again(*, terminal_ids: Sequence[int], which: Any, at: datetime, bulk: bool = False) -> int:
    """Put raw punches of some terminals back to new, and ask for each terminal to be looked at.

    Waits for a digest at work: it goes by what was known when it began, and writes at its end.
    """
    lock_terminals(terminal_ids)
    mine = update(RawPunch).where(_raw.terminal_id.in_(terminal_ids), which).values(state="new")
    found = conn().execute(mine.returning(_raw.terminal_id)).scalars().all()
    for terminal_id in sorted(set(found)):
        outbox.put("raw_punches", str(terminal_id), {"terminal_id": terminal_id}, at, bulk=bulk)
    return len(found)


def lock_terminals(terminal_ids: Collection[int]) -> None:
    """What was made of their raw punches changes one at a time; SQLite has one writer anyway."""
    if is_postgres() and terminal_ids:
        conn().execute(_LOCKS, {"terminals": sorted(set(terminal_ids))})


def holders_of(*, branch_id: int, terminal_id: int, pins: Collection[str]) -> list[Holder]:
    """Everything said about these ids on a terminal; one statement."""
    asked = {"branch": branch_id, "terminal": terminal_id, "pins": sorted(pins)}
    return [Holder(*row) for row in conn().execute(_HOLDERS, asked)]


def _terminal(terminal_id: int) -> tuple[Any, list[Stay]]:
    rows = conn().execute(_TERMINAL, {"terminal": terminal_id}).all()
    return rows[0], [Stay(row.site_id, row.from_at, row.until_at) for row in rows if row.site_id is not None]


def _counts_at(row: Any) -> datetime | None:
    """The moment a raw punch counts at; None while it is held."""
    if row.quality == "ok":
        return row.at
    return (row.granted_at or row.at) if row.decision == "accept" else None


def _shown(row: Any, moment: datetime) -> date:
    """The date on the device's clock, or of the moment that was granted, there."""
    if row.quality == "ok":
        return date.fromisoformat(row.device_time[:10])
    return moment.astimezone(ZoneInfo(row.zone)).date()


_LOCKS = text("SELECT pg_advisory_xact_lock(7303, one) FROM unnest(CAST(:terminals AS integer[])) AS one")
_every = HeldDecision.__table__.alias("every_decision").c
_LAST = select(func.max(_every.seq)).where(_every.raw_punch_id == _raw.id).scalar_subquery()
# the partial index must see its condition as text
_NEW = (
    select(_raw.id, _raw.pin, _raw.device_time, _raw.zone, _raw.at, _raw.status, _raw.quality)
    .add_columns(_said.decision, _said.granted_at)
    .select_from(RawPunch.__table__)
    .outerjoin(HeldDecision.__table__, and_(_said.raw_punch_id == _raw.id, _said.seq == _LAST))
    .where(_raw.terminal_id == bindparam("terminal"), _raw.state == literal_column("'new'"))
    .order_by(_raw.id)
)
_TERMINAL = (
    select(Terminal.branch_id, Terminal.trusts_keys, TerminalStay.site_id, TerminalStay.from_at, TerminalStay.until_at)
    .outerjoin(TerminalStay, TerminalStay.terminal_id == Terminal.id)
    .where(Terminal.id == bindparam("terminal"))
)
_HOLDERS = (
    select(_holder.pin, _holder.employee_id, _holder.terminal_id, _holder.first_on, _holder.last_on)
    .add_columns(Employee.joined_on, Employee.left_on)
    .join(Employee, Employee.id == _holder.employee_id)
    .where(
        _holder.branch_id == bindparam("branch"),
        _holder.pin.in_(bindparam("pins", expanding=True)),
        or_(_holder.terminal_id == bindparam("terminal"), _holder.terminal_id.is_(None)),
    )
)
