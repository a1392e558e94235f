"""Reading sales figures; the newest revision of a day counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.people.models import Branch, Employee
from webapp.sales.models import SalesFigure
from webapp.sales.rules import Figure

Pair = tuple[int, date]
PAGE = 50


@dataclass(frozen=True, slots=True)
class SalesRow:
    """One line of the list."""

    employee_id: int
    staff_no: str
    name: str
    work_date: date
    amount: int
    target: int | None
    currency: str
    source: str
    revision: int
    recorded_at: datetime

    @property
    def met(self) -> bool:
        return bool(self.target) and self.amount >= (self.target or 0)


@dataclass(frozen=True, slots=True)
class SalesPage:
    rows: list[SalesRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


_newer = SalesFigure.__table__.alias("newer")
_IS_LAST = (
    SalesFigure.revision
    == select(func.max(_newer.c.revision))
    .where(_newer.c.employee_id == SalesFigure.employee_id, _newer.c.work_date == SalesFigure.work_date)
    .scalar_subquery()
)
_FIGURES = select(SalesFigure.__table__).where(
    SalesFigure.employee_id.in_(bindparam("ids", expanding=True)),
    SalesFigure.work_date.in_(bindparam("dates", expanding=True)),
    _IS_LAST,
)


def figures(pairs: Collection[Pair]) -> dict[Pair, Figure]:
    """{(employee_id, work_date): Figure}; one statement."""
    if not pairs:
        return {}
    keys = {"ids": sorted({who for who, _ in pairs}), "dates": sorted({on for _, on in pairs})}
    rows = {(row.employee_id, row.work_date): row for row in conn().execute(_FIGURES, keys)}
    return {p: Figure(row.amount, row.target, row.currency) for p, row in rows.items() if p in set(pairs)}


def latest(employee_id: int, work_date: date) -> Row[Any] | None:
    return conn().execute(_FIGURES, {"ids": [employee_id], "dates": [work_date]}).first()


def find(user: SignedIn, *, q: str = "", branch_id: int | None, on: date | None, page: int = 1) -> SalesPage:
    """Figures of the branches `user` works in, newest day first."""
    listed = _visible(user, q, branch_id, on)
    total = conn().scalar(select(func.count()).select_from(listed.subquery())) or 0
    number = min(max(1, page), max(1, -(-total // PAGE)))
    ordered = listed.order_by(SalesFigure.work_date.desc(), Employee.staff_no).limit(PAGE).offset((number - 1) * PAGE)
    return SalesPage([SalesRow(*row) for row in conn().execute(ordered)], total, number)


def _visible(user: SignedIn, q: str, branch_id: int | None, on: date | None) -> Select[Any]:
    query = (
        select(
            SalesFigure.employee_id,
            Employee.staff_no,
            Employee.name,
            SalesFigure.work_date,
            SalesFigure.amount,
            SalesFigure.target,
            SalesFigure.currency,
            SalesFigure.source,
            SalesFigure.revision,
            SalesFigure.recorded_at,
        )
        .join(Employee, Employee.id == SalesFigure.employee_id)
        .join(Branch, and_(Branch.id == Employee.branch_id, Branch.id.in_(user.branch_ids)))
        .where(_IS_LAST)
    )
    if q:
        query = query.where(
            Employee.name.icontains(q, autoescape=True) | Employee.staff_no.icontains(q, autoescape=True)
        )
    if branch_id:
        query = query.where(Employee.branch_id == branch_id)
    return query.where(SalesFigure.work_date == on) if on else query
