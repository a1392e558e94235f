"""Closing the attendance of a month, and opening it again. What was done is added, never edited."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text

from webapp.core import audit, outbox
from webapp.core.authz import SignedIn
from webapp.core.db import conn, is_postgres
from webapp.core.errors import Conflict, Invalid
from webapp.people.models import Branch
from webapp.schedules.models import PeriodLock
from webapp.schedules.queries.periods import Step, steps
from webapp.schedules.rules.periods import closes_from
from webapp.schedules.service.common import office, today
from webapp.wallet.rules import month_span

LONGEST = 300
_lock = PeriodLock.__table__


def close(*, by: SignedIn, branch_id: int, month: str, at: datetime, reason: str = "") -> bool:
    """Nobody changes the month's attendance any more, and what devices and phones still send waits.

    False: the same person closed it before. Raises NotFound, Forbidden, Invalid, Conflict (somebody else did).
    """
    office(by, branch_id)
    _check_month(branch_id, month, at)
    last = _last(branch_id, month)
    if last is not None and last.action == "closed":
        if last.by_id == by.id:
            return False
        raise Conflict("month_closed_already", name=last.by, day=_day(branch_id, last.at))
    _write(by, branch_id, month, last, "closed", _spoken(reason), at)
    return True


def reopen(*, by: SignedIn, branch_id: int, month: str, reason: str, at: datetime) -> bool:
    """The month may be changed again; days that waited are built anew by a job, and paid for what they are now.

    False: the same person opened it before. Raises NotFound, Forbidden, Invalid with the field, Conflict.
    """
    office(by, branch_id)
    reason = _spoken(reason)
    if not reason:
        raise Invalid("month_reason_needed", "reason")
    month_span(month)
    last = _last(branch_id, month)
    if last is None or last.action != "closed":
        if last is not None and last.by_id == by.id:
            return False
        raise Conflict("month_not_closed")
    _write(by, branch_id, month, last, "reopened", reason, at)
    payload = {"branch_id": branch_id, "month": month}
    outbox.put("month_reopened", f"{branch_id}|{month}", payload, at, bulk=True)
    return True


def _check_month(branch_id: int, month: str, at: datetime) -> None:
    _, last = month_span(month)
    first_day = closes_from(month)
    if today(branch_id, at) < first_day:
        raise Invalid("month_running", "month", day=first_day)
    start = conn().scalar(select(Branch.settled_from).where(Branch.id == branch_id))
    if start is not None and last < start:
        raise Invalid("month_before_start", "month", day=start)


def _last(branch_id: int, month: str) -> Step | None:
    """The newest step, once everybody who goes by it or adds to it has finished."""
    if is_postgres():
        conn().execute(_ALONE, {"branch": branch_id})
    return next(iter(steps([branch_id], month)), None)


def _day(branch_id: int, at: datetime) -> date:
    zone = conn().scalar(select(Branch.timezone).where(Branch.id == branch_id))
    return at.astimezone(ZoneInfo(str(zone))).date()


def _spoken(reason: str) -> str:
    reason = reason.strip()
    if len(reason) > LONGEST:
        raise Invalid("too_long", "reason", limit=LONGEST)
    return reason


def _write(by: SignedIn, branch_id: int, month: str, last: Step | None, action: str, reason: str, at: datetime) -> None:
    row: dict[str, Any] = {"branch_id": branch_id, "month": month, "seq": last.seq + 1 if last else 1}
    conn().execute(insert(_lock), {**row, "action": action, "by_id": by.id, "at": at, "reason": reason})
    audit.record(
        actor_id=by.id, action="month.closed" if action == "closed" else "month.reopened", object_type="month",
        object_id=f"{branch_id}|{month}", branch_id=branch_id, after={"month": month}, reason=reason or None, at=at,
    )  # fmt: skip


_ALONE = text("SELECT pg_advisory_xact_lock(7302, :branch)")
