"""Withdrawals as lists and one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Branch, Employee
from webapp.people.queries import branch_at
from webapp.wallet import rules
from webapp.wallet.models import Account, MonthClose, Txn, Withdrawal, WithdrawalTerms
from webapp.wallet.policy import visible_to
from webapp.wallet.rules import Terms

SIZE = 50
STATES = ("requested", "approved", "refused", "cancelled")


@dataclass(frozen=True, slots=True)
class WithdrawalFilters:
    """`state` "" shows all, `q` searches name and staff number."""

    state: str = "requested"
    branch_id: int | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawalRow:
    id: int
    employee_id: int
    staff_no: str
    name: str
    branch_id: int
    branch: str
    timezone: str
    amount: int
    currency: str
    state: str
    requested_at: datetime
    decided_by: int | None
    decided_by_name: str | None
    decided_at: datetime | None
    reason: str | None
    reserve_txn_id: int

    @property
    def reference(self) -> str:
        return f"W{self.id:06}"


@dataclass(frozen=True, slots=True)
class WithdrawalPage:
    rows: Sequence[WithdrawalRow]
    page: int
    pages: int
    total: int
    sums: Sequence[tuple[str, int]]
    """Total per currency of everything that matches."""


_decider = aliased(Employee)
_OWN_FIELDS = tuple(
    getattr(Withdrawal, name)
    for name in ("id", "employee_id", "branch_id", "amount", "currency", "state")
    + ("requested_at", "decided_by", "decided_at", "reason", "reserve_txn_id")
)
_ROWS = (
    select(
        *_OWN_FIELDS,
        Employee.staff_no,
        Employee.name,
        Branch.name.label("branch"),
        Branch.timezone,
        _decider.name.label("decided_by_name"),
    )
    .join(Employee, Employee.id == Withdrawal.employee_id)
    .join(Branch, Branch.id == Withdrawal.branch_id)
    .outerjoin(_decider, _decider.id == Withdrawal.decided_by)
)


def withdrawals(user: SignedIn, filters: WithdrawalFilters, page: int = 1) -> WithdrawalPage:
    """What finance has to decide and has decided; the longest waiting first, else the newest."""
    query = _filtered(_ROWS.where(visible_to(user)), filters)
    matched = query.with_only_columns(Withdrawal.currency, func.count(), func.sum(Withdrawal.amount))
    sums = conn().execute(matched.group_by(Withdrawal.currency).order_by(Withdrawal.currency)).all()
    total = sum(count for _, count, _ in sums)
    pages = max(1, -(-total // SIZE))
    page = min(max(1, page), pages)
    order = Withdrawal.id if filters.state == "requested" else Withdrawal.id.desc()
    rows = conn().execute(query.order_by(order).limit(SIZE).offset((page - 1) * SIZE)).mappings()
    shown = [WithdrawalRow(**row) for row in rows]
    return WithdrawalPage(shown, page, pages, total, [(currency, int(amount)) for currency, _, amount in sums])


def own_withdrawals(user: SignedIn, limit: int = 20) -> list[WithdrawalRow]:
    """The person's latest, newest first."""
    return withdrawals_of(user.id, limit)


def withdrawals_of(employee_id: int, limit: int = 20) -> list[WithdrawalRow]:
    query = _ROWS.where(Withdrawal.employee_id == employee_id).order_by(Withdrawal.id.desc()).limit(limit)
    return [WithdrawalRow(**row) for row in conn().execute(query).mappings()]


def withdrawal(user: SignedIn, withdrawal_id: int) -> WithdrawalRow:
    """One that the person may see. Raises NotFound."""
    row = conn().execute(_ROWS.where(Withdrawal.id == withdrawal_id, visible_to(user))).mappings().first()
    if row is None:
        raise NotFound("not_found")
    return WithdrawalRow(**row)


def requested(branch_id: int) -> int:
    """How many withdrawals of a branch wait for finance."""
    waiting = (Withdrawal.branch_id == branch_id, Withdrawal.state == "requested")
    return conn().scalar(select(func.count()).select_from(Withdrawal).where(*waiting)) or 0


def terms(branch_id: int, currency: str) -> Terms:
    """The branch's terms for withdrawals, or the defaults."""
    query = select(WithdrawalTerms.minimum, WithdrawalTerms.daily_limit, WithdrawalTerms.share_bp)
    row = conn().execute(query.where(WithdrawalTerms.branch_id == branch_id)).first()
    return Terms(*row) if row else rules.default_terms(currency)


def asked_today(employee_id: int, zone: ZoneInfo, at: datetime) -> int:
    """What was asked for since the person's midnight and not refused or cancelled."""
    start = datetime.combine(at.astimezone(zone).date(), time(), zone)
    query = select(func.coalesce(func.sum(Withdrawal.amount), 0)).where(
        Withdrawal.employee_id == employee_id,
        Withdrawal.state.in_(("requested", "approved")),
        Withdrawal.requested_at >= start,
        Withdrawal.requested_at < datetime.combine(start.date() + timedelta(days=1), time(), zone),
    )
    return int(conn().scalar(query) or 0)


def taken(employee_id: int, currency: str) -> int:
    """Withdrawals asked for since the last payslip, held or paid out; that payslip counted those before it."""
    mine = (Txn.employee_id == employee_id, Txn.currency == currency, Txn.kind == "sweep")
    last = func.coalesce(select(func.max(Txn.id)).where(*mine).scalar_subquery(), 0)
    query = select(func.coalesce(func.sum(Withdrawal.amount), 0)).where(
        Withdrawal.employee_id == employee_id,
        Withdrawal.currency == currency,
        Withdrawal.state.in_(("requested", "approved")),
        Withdrawal.reserve_txn_id > last,
    )
    if closed := _closed(employee_id, currency):
        query = query.where(Withdrawal.requested_at > closed)
    return int(conn().scalar(query) or 0)


def _closed(employee_id: int, currency: str) -> datetime | None:
    """When the month of the last payslip was closed: one that found nothing to take leaves no other trace here."""
    mine = (Account.employee_id == employee_id, Account.currency == currency)
    through = conn().scalar(select(func.max(Account.closed_through)).where(*mine))
    if through is None:
        return None
    month = (MonthClose.branch_id == branch_at(employee_id, through), MonthClose.month == rules.month_of(through))
    return conn().scalar(select(MonthClose.closed_at).where(*month))


def branches_of(user: SignedIn) -> list[tuple[int, str, str]]:
    """(id, name, currency) of the branches the person works in."""
    query = select(Branch.id, Branch.name, Branch.currency).where(Branch.id.in_(user.branch_ids)).order_by(Branch.id)
    return [tuple(row) for row in conn().execute(query)]


def _filtered(query: Select[Any], filters: WithdrawalFilters) -> Select[Any]:
    if filters.state in STATES:
        query = query.where(Withdrawal.state == filters.state)
    if filters.branch_id is not None:
        query = query.where(Withdrawal.branch_id == filters.branch_id)
    if filters.q:
        query = query.where(
            or_(
                Employee.name.icontains(filters.q, autoescape=True),
                Employee.staff_no.icontains(filters.q, autoescape=True),
            )
        )
    return query
