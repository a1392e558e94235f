"""What signals came to: how often each fired, how often it was wrong, and one person's history."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select

from webapp.attendance.models import AttendanceException, CheckIn, CheckInSignals, CheckInVoid, FiredSignal
from webapp.attendance.queries.signals import asked_about
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.people.models import Employee
from webapp.sites.models import Site

HISTORY_PAGE = 50


@dataclass(frozen=True, slots=True)
class SignalCount:
    """How often one signal fired, and what people decided about the check-ins it spoke against."""

    fired: int = 0
    approved: int = 0
    rejected: int = 0
    waiting: int = 0

    @property
    def decided(self) -> int:
        return self.approved + self.rejected

    @property
    def false_alarms(self) -> float | None:
        """The share of decided check-ins that were approved after all."""
        return self.approved / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One check-in with signals. `state` None: too few to ask anybody."""

    check_in_id: int
    work_date: date
    at: datetime
    site: str | None
    score: int
    signals: list[dict[str, Any]]
    exception_id: int | None
    state: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class SignalPage:
    rows: list[SignalRow]
    total: int
    page: int
    pages: int


def signals_of(check_in_id: int) -> list[dict[str, Any]]:
    """What speaks against one check-in, as it was weighed last."""
    found = select(CheckInSignals.signals).where(CheckInSignals.check_in_id == check_in_id)
    return conn().scalar(found) or []


def signal_counts(branch_id: int, first: date, last: date) -> dict[str, SignalCount]:
    """{signal: counts} over work dates, both included; one statement."""
    states = [func.sum(case((AttendanceException.state == state, 1), else_=0)) for state in _STATES]
    found = (
        select(FiredSignal.code, func.count(), *states)
        .outerjoin(AttendanceException, asked_about(FiredSignal.check_in_id))
        .outerjoin(CheckInVoid, CheckInVoid.check_in_id == FiredSignal.check_in_id)
        .where(FiredSignal.branch_id == branch_id, FiredSignal.work_date.between(first, last))
        .where(CheckInVoid.check_in_id.is_(None))
        .group_by(FiredSignal.code)
    )
    return {code: SignalCount(*counts) for code, *counts in conn().execute(found)}


def signal_history(user: SignedIn, employee_id: int, page: int) -> SignalPage:
    """One person's check-ins with signals in the reader's branches, newest first; a number beyond the end: the last."""
    mine = (
        CheckInSignals.employee_id == employee_id,
        CheckInSignals.branch_id.in_(user.branch_ids),
        CheckInSignals.score > 0,
        CheckInVoid.check_in_id.is_(None),
    )
    total = conn().scalar(_voids(select(func.count()).select_from(CheckInSignals)).where(*mine)) or 0
    pages = max(1, -(-total // HISTORY_PAGE))
    page = min(max(1, page), pages)
    found = (
        _voids(select(*_COLUMNS).select_from(CheckInSignals))
        .join(CheckIn, CheckIn.id == CheckInSignals.check_in_id)
        .outerjoin(AttendanceException, asked_about(CheckInSignals.check_in_id))
        .outerjoin(Site, Site.id == CheckIn.site_id)
        .outerjoin(Employee, Employee.id == AttendanceException.decided_by)
        .where(*mine)
        .order_by(CheckInSignals.work_date.desc(), CheckInSignals.at.desc())
    )
    rows = conn().execute(found.offset((page - 1) * HISTORY_PAGE).limit(HISTORY_PAGE))
    return SignalPage([SignalRow(*row) for row in rows], total, page, pages)


def _voids(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckInSignals.check_in_id)


_STATES = ("approved", "rejected", "open")
_COLUMNS = (
    CheckInSignals.check_in_id, CheckInSignals.work_date, CheckInSignals.at, Site.name, CheckInSignals.score,
    CheckInSignals.signals, AttendanceException.id, AttendanceException.state, Employee.name,
)  # fmt: skip
