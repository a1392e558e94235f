"""Which months of which branches are closed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select, text

from webapp.core.db import conn, is_postgres
from webapp.core.errors import Conflict
from webapp.people.models import Employee
from webapp.schedules.models import PeriodLock
from webapp.wallet.rules import month_of


@dataclass(frozen=True, slots=True)
class Step:
    """A month was closed or opened again."""

    branch_id: int
    month: str
    seq: int
    action: str
    """closed | reopened"""
    by_id: int
    by: str
    at: datetime
    reason: str


def closed_months(branch_ids: Collection[int], *, hold: bool = False) -> set[tuple[int, str]]:
    """(branch, "2026-11") of all that are closed now.

    hold: nobody closes one of them, or opens it again, before the caller's unit of work has ended.
    """
    if not branch_ids:
        return set()
    if hold and is_postgres():
        conn().execute(_HOLD, {"branches": sorted(set(branch_ids))})
    rows = conn().execute(_CLOSED, {"branches": sorted(set(branch_ids))})
    return {(row.branch_id, row.month) for row in rows}


def check_open(branch_id: int, dates: Iterable[date]) -> None:
    """Raises Conflict when a date lies in a closed month of the branch; one statement."""
    months = {month_of(on) for on in dates}
    if not months:
        return
    closed = {month for _, month in closed_months([branch_id], hold=True)} & months
    if closed:
        raise Conflict("month_closed", month=min(closed))


def steps(branch_ids: Collection[int], month: str | None = None) -> list[Step]:
    """What was done, the newest first."""
    found = _STEPS.where(_lock.branch_id.in_(branch_ids))
    if month is not None:
        found = found.where(_lock.month == month)
    return [Step(*row) for row in conn().execute(found)]


_lock = PeriodLock.__table__.c
_newer = PeriodLock.__table__.alias("newer")
_NEWEST = (
    select(func.max(_newer.c.seq))
    .where(_newer.c.branch_id == _lock.branch_id, _newer.c.month == _lock.month)
    .scalar_subquery()
)
_CLOSED = select(_lock.branch_id, _lock.month).where(
    _lock.branch_id.in_(bindparam("branches", expanding=True)), _lock.action == "closed", _lock.seq == _NEWEST
)
_STEPS = (
    select(_lock.branch_id, _lock.month, _lock.seq, _lock.action, _lock.by_id, Employee.name, _lock.at, _lock.reason)
    .join(Employee, Employee.id == _lock.by_id)
    .order_by(_lock.month.desc(), _lock.seq.desc())
)
_HOLD = text("SELECT pg_advisory_xact_lock_shared(7302, who) FROM unnest(CAST(:branches AS integer[])) AS who")
