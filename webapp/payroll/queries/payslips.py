"""One payslip and what is behind each of its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import Select, func, select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.payroll import rules
from webapp.payroll.models import PayRun, Payslip
from webapp.payroll.policy import own_slips, runs_visible_to
from webapp.people.models import Branch, Employee
from webapp.people.queries import branch_at
from webapp.wallet.rules import month_of, month_span

_FIELDS = tuple(
    getattr(Payslip, name)
    for name in ("id", "run_id", "employee_id", "branch_id", "month", "currency", "scheme", "gross", "advances", "net")
    + ("lines", "inputs", "content_hash", "computed_at", "issued_at")
)


@dataclass(frozen=True, slots=True)
class PayslipRow:
    id: int
    run_id: int
    employee_id: int
    branch_id: int
    month: str
    currency: str
    scheme: str
    gross: int
    advances: int
    net: int
    lines: Sequence[Mapping[str, Any]]
    inputs: Mapping[str, Any]
    content_hash: str
    computed_at: datetime
    issued_at: datetime | None
    name: str
    staff_no: str
    branch: str
    previous: "Previous | None" = None
    ytd_gross: int = 0
    ytd_net: int = 0


@dataclass(frozen=True, slots=True)
class Previous:
    """The slip before this one, for the differences."""

    month: str
    net: int
    lines: Sequence[Mapping[str, Any]]

    def amount(self, line: Mapping[str, Any]) -> int:
        return sum(other["amount"] for other in self.lines if _same(other, line))


@dataclass(frozen=True, slots=True)
class ListedSlip:
    id: int
    month: str
    currency: str
    net: int
    difference: int | None
    issued_at: datetime


def own(user: SignedIn) -> list[ListedSlip]:
    """The person's issued slips, newest first, with the difference to the one before. One statement."""
    query = select(Payslip.id, Payslip.month, Payslip.currency, Payslip.net, Payslip.issued_at)
    rows = conn().execute(query.where(own_slips(user)).order_by(Payslip.month.desc())).all()
    return [
        ListedSlip(
            row.id, row.month, row.currency, row.net, row.net - older.net if older is not None else None, row.issued_at
        )
        for row, older in zip_longest(rows, rows[1:])
    ]


def open_months(user: SignedIn, today: date) -> list[str]:
    """Months to estimate: this one, and the last one while its payslip is being prepared."""
    current, last = month_of(today), month_of(today.replace(day=1) - timedelta(days=1))
    issued = conn().scalar(select(func.max(Payslip.month)).where(own_slips(user)))
    if issued is not None and issued >= last:
        return [current] if current > issued else []
    payer = branch_at(user.id, month_span(last)[1])
    prepared = select(PayRun.id).where(PayRun.branch_id == payer, PayRun.month == last)
    return [last, current] if issued or conn().scalar(prepared) else [current]


def own_payslip(user: SignedIn, slip_id: int) -> PayslipRow:
    """One of the person's issued slips. Raises NotFound."""
    return _payslip(_rows().where(Payslip.id == slip_id, own_slips(user)))


def payslip(user: SignedIn, run_id: int, slip_id: int) -> PayslipRow:
    """A slip of a run the person may see, issued or not. Raises NotFound."""
    query = _rows().join(PayRun, PayRun.id == Payslip.run_id)
    return _payslip(query.where(Payslip.id == slip_id, Payslip.run_id == run_id, runs_visible_to(user)))


def _payslip(query: Select[Any]) -> PayslipRow:
    row = conn().execute(query).mappings().first()
    if row is None:
        raise NotFound("not_found")
    issued = (Payslip.employee_id == row["employee_id"], Payslip.issued_at.is_not(None))
    older = select(Payslip.month, Payslip.net, Payslip.lines).where(*issued, Payslip.month < row["month"])
    before = conn().execute(older.order_by(Payslip.month.desc()).limit(1)).first()
    year = select(func.coalesce(func.sum(Payslip.gross), 0), func.coalesce(func.sum(Payslip.net), 0)).where(
        *issued, Payslip.month >= f"{row['month'][:4]}-01", Payslip.month < row["month"]
    )
    gross, net = conn().execute(year).one()
    sums = {"ytd_gross": int(gross) + row["gross"], "ytd_net": int(net) + row["net"]}
    return PayslipRow(**row, previous=Previous(*before) if before else None, **sums)


def _rows() -> Select[Any]:
    return (
        select(*_FIELDS, Employee.name, Employee.staff_no, Branch.name.label("branch"))
        .join(Employee, Employee.id == Payslip.employee_id)
        .join(Branch, Branch.id == Payslip.branch_id)
    )


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Base salary in parts is compared as a whole; its corrections by month, rewards by rule."""
    if one["code"] in rules.BASE and other["code"] in rules.BASE:
        return True
    mine, theirs = one["source"] or {}, other["source"] or {}
    return one["code"] == other["code"] and all(mine.get(key) == theirs.get(key) for key in ("rule", "base_of"))
