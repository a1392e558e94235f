"""Recording what was sold."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, insert, select

from webapp.core import audit, outbox
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn
from webapp.core.errors import Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.people.queries import branch_on
from webapp.sales.models import SalesFigure
from webapp.sales.queries import latest
from webapp.sales.rules import check_figure


def record_figure(
    *,
    by: SignedIn | None,
    employee_id: int,
    work_date: date,
    amount: int,
    target: int | None,
    source: str,
    at: datetime,
) -> bool:
    """What a person sold on a work date; a correction is a new revision. False when it was known already.

    Minor units of the branch's currency. `by` None is the operator. Raises Invalid with the field.
    """
    check_figure(amount, target)
    currency, branch_id = _check_person(by, employee_id, work_date, at)
    before = latest(employee_id, work_date)
    if before is not None and (before.amount, before.target) == (amount, target):
        return False
    revision = before.revision + 1 if before else 1
    conn().execute(
        insert(SalesFigure).values(
            employee_id=employee_id,
            work_date=work_date,
            revision=revision,
            amount=amount,
            target=target,
            currency=currency,
            source=source,
            recorded_by=by.id if by else None,
            recorded_at=at,
        )  # fmt: skip
    )
    if before is not None:
        _note(by, branch_id, before, {"amount": amount, "target": target}, at)
    day = work_date.isoformat()
    payload = {"employee_id": employee_id, "work_date": day}
    outbox.put("day_changed", f"{employee_id}|{day}", payload, at, bulk=source == "import")
    return True


def _note(by: SignedIn | None, branch_id: int, before: Row[Any], after: dict[str, Any], at: datetime) -> None:
    audit.record(
        actor_id=by.id if by else None,
        action="sales.corrected",
        object_type="sales",
        object_id=f"{before.employee_id}|{before.work_date}",
        branch_id=branch_id,
        before={"amount": before.amount, "target": before.target},
        after=after,
        at=at,
    )


def _check_person(by: SignedIn | None, employee_id: int, work_date: date, at: datetime) -> tuple[str, int]:
    """(currency, branch_id) of somebody `by` may record sales for."""
    home = branch_on(work_date)
    query = select(home.label("branch_id"), Employee.joined_on, Branch.currency, Branch.timezone)
    row = conn().execute(query.join(Branch, Branch.id == home).where(Employee.id == employee_id)).first()
    if row is None or (by is not None and (by.role not in OFFICE or row.branch_id not in by.branch_ids)):
        raise NotFound("not_found")
    if work_date > at.astimezone(ZoneInfo(row.timezone)).date():
        raise Invalid("sales_future", "work_date")
    if work_date < row.joined_on:
        raise Invalid("sales_before_joining", "work_date")
    return row.currency, row.branch_id
