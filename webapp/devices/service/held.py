"""A person's decision on a punch whose time is not believed. The punch itself is never edited."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from webapp.attendance import queries as attendance_queries
from webapp.attendance import service as attendance
from webapp.core import audit
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.devices.models import HeldDecision, RawPunch, Terminal
from webapp.devices.rules import holders_on
from webapp.devices.service.digest import holders_of, look_again
from webapp.schedules import queries as schedules

DECISIONS = {"accept": "held.accepted", "ignore": "held.ignored", "reopen": "held.reopened"}
"""What may be decided, and how the audit trail calls it."""
REASON_MOST = 300
GRANTED_BEFORE = timedelta(days=400)
"""A punch counts at most so long before it arrived; anything earlier is a slip of the hand."""
_said = HeldDecision.__table__.c


def decide(
    *,
    by: SignedIn,
    raw_punch_id: int,
    decision: str,
    granted_at: datetime | None,
    reason: str,
    at: datetime,
    seen: int | None = None,
) -> int:
    """Accept a held punch at a moment, ignore it, or open it again; the number of the decision.

    `seen`: the newest decision that was on the screen (0: none). Raises NotFound, Forbidden, Invalid with the field,
    Conflict when somebody decided meanwhile.
    """
    row = _raw(by, raw_punch_id)
    if decision not in DECISIONS:
        raise Invalid("not_a_choice", "decision")
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_needed", "reason")
    if len(reason) > REASON_MOST:
        raise Invalid("too_long", "reason", limit=REASON_MOST)
    granted = _granted(row, granted_at, at) if decision == "accept" else None
    _check_not_own(by, row, granted or row.at)
    last = _last(raw_punch_id)
    if seen is not None and seen != last[0]:
        raise Conflict("conflict")
    _check_months(row, {moment for moment in (granted, last[2]) if moment}, at)
    seq = last[0] + 1
    values = {"raw_punch_id": raw_punch_id, "seq": seq, "decision": decision, "granted_at": granted,
              "by_id": by.id, "decided_at": at, "reason": reason}  # fmt: skip
    conn().execute(insert(HeldDecision.__table__), values)
    audit.record(
        actor_id=by.id, action=DECISIONS[decision], object_type="raw_punch", object_id=raw_punch_id,
        branch_id=row.branch_id, before={"decision": last[1]} if last[1] else None,
        after={"decision": decision, "granted_at": granted}, reason=reason, at=at,
    )  # fmt: skip
    look_again(terminal_ids=[row.terminal_id], which=RawPunch.__table__.c.id == raw_punch_id, at=at)
    return seq


def _raw(by: SignedIn, raw_punch_id: int) -> Any:
    about = (
        select(RawPunch.__table__, Terminal.branch_id)
        .join(Terminal, Terminal.id == RawPunch.terminal_id)
        .where(RawPunch.id == raw_punch_id)
    )
    row = conn().execute(about).first()
    if row is None or row.branch_id not in by.branch_ids:
        raise NotFound("not_found")
    if by.role not in OFFICE:
        raise Forbidden("forbidden")
    if row.quality == "ok":
        raise Invalid("held_not")
    return row


def _granted(row: Any, granted_at: datetime | None, at: datetime) -> datetime:
    """The moment it counts at: one a person gives, never one that has not come."""
    if granted_at is None:
        raise Invalid("held_time_needed", "granted_at")
    if granted_at > at + timedelta(minutes=1):
        raise Invalid("held_ahead", "granted_at")
    if granted_at < row.received_at - GRANTED_BEFORE:
        raise Invalid("held_long_ago", "granted_at", days=GRANTED_BEFORE.days)
    return granted_at


def _check_not_own(by: SignedIn, row: Any, moment: datetime | None) -> None:
    """Nobody decides about a punch with an id of their own, whenever it was theirs when no moment is known."""
    holders = holders_of(branch_id=row.branch_id, terminal_id=row.terminal_id, pins=[row.pin])
    if moment is None:
        own = any(one.employee_id == by.id for one in holders)
    else:
        own = by.id in holders_on(row.pin, row.terminal_id, moment.astimezone(ZoneInfo(row.zone)).date(), holders)
    if own:
        raise Invalid("own_decision")


def _check_months(row: Any, moments: set[datetime], at: datetime) -> None:
    """Neither the day it counted for nor the one it will count for may be closed. Raises Conflict."""
    if not moments:
        return
    holders = holders_of(branch_id=row.branch_id, terminal_id=row.terminal_id, pins=[row.pin])
    for moment in moments:
        local = moment.astimezone(ZoneInfo(row.zone)).date()
        for who in holders_on(row.pin, row.terminal_id, local, holders):
            home = attendance_queries.branches_of([who])[who]
            attendance.check_month(employee_id=who, work_date=schedules.work_date(who, moment, home), at=at)


def _last(raw_punch_id: int) -> tuple[int, str | None, datetime | None]:
    """Number, decision and moment of the newest decision."""
    newest = select(_said.seq, _said.decision, _said.granted_at).where(_said.raw_punch_id == raw_punch_id)
    row = conn().execute(newest.order_by(_said.seq.desc()).limit(1)).first()
    return (row.seq, row.decision, row.granted_at) if row else (0, None, None)
