"""Which branch somebody belonged to on a date: a move to another branch changes no day before it."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from webapp.core.db import conn
from webapp.people.models import BranchMove, Employee


def branch_on(on: Any) -> ColumnElement[int]:
    """Of a row of Employee; `on` is a date or an expression of the select around it."""
    next_move = (
        select(BranchMove.from_branch_id)
        .where(BranchMove.employee_id == Employee.id, BranchMove.moved_on > on)
        .order_by(BranchMove.moved_on)
        .limit(1)
        .correlate_except(BranchMove)
        .scalar_subquery()
    )
    return func.coalesce(next_move, Employee.branch_id)


def belonged(branch_ids: Any, on: Any) -> ColumnElement[bool]:
    """People of these branches on a date; `branch_ids` is a list or an expanding parameter."""
    left = select(BranchMove.employee_id).where(BranchMove.from_branch_id.in_(branch_ids))
    return and_(or_(Employee.branch_id.in_(branch_ids), Employee.id.in_(left)), branch_on(on).in_(branch_ids))


def branch_at(employee_id: int, on: date) -> int:
    """The id of the branch this person belonged to on a date."""
    return conn().execute(select(branch_on(on)).where(Employee.id == employee_id)).scalar_one()
