"""Who is to be told: the office of a branch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from webapp.core.db import conn
from webapp.notifications.models import NoticeChoice
from webapp.people.models import Branch, BranchScope, Employee


@dataclass(frozen=True, slots=True)
class Officer:
    id: int
    branch_id: int
    """One of the branches they work in."""
    each_exception: bool


def office_of(branch_ids: Collection[int], *roles: str, on: date) -> list[Officer]:
    """Everybody of these roles who works in the branches on a date, once for each of them; admins work in all."""
    further = and_(BranchScope.employee_id == Employee.id, BranchScope.branch_id == Branch.id)
    works_here = or_(Employee.branch_id == Branch.id, Employee.role == "admin", BranchScope.branch_id.is_not(None))
    query = (
        select(Employee.id, Branch.id, func.coalesce(NoticeChoice.each_exception, False))
        .select_from(Employee)
        .join(Branch, Branch.id.in_(list(branch_ids)))
        .outerjoin(BranchScope, further)
        .outerjoin(NoticeChoice, NoticeChoice.employee_id == Employee.id)
        .where(Employee.role.in_(roles), works_here, or_(Employee.left_on.is_(None), Employee.left_on >= on))
        .order_by(Employee.id)
    )
    return [Officer(*row) for row in conn().execute(query)] if branch_ids else []
