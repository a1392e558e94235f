"""Who is to be told: the office of a branch."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select

from webapp.core.db import conn
from webapp.notifications.models import Notice, NoticeChoice
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


def digests_due(at: datetime) -> list[tuple[int, date, int]]:
    """(person, local date, unread notices) of everybody whose daily summary is due and not made yet."""
    unread = (
        select(func.count()).where(Notice.employee_id == Employee.id, Notice.read_at.is_(None)).scalar_subquery()
    )  # fmt: skip
    query = (
        select(Employee.id, Branch.timezone, NoticeChoice.digest_at, NoticeChoice.digest_on, unread)
        .select_from(NoticeChoice)
        .join(Employee, Employee.id == NoticeChoice.employee_id)
        .join(Branch, Branch.id == Employee.branch_id)
        .where(NoticeChoice.digest == "daily")
    )
    due = []
    for who, timezone, hhmm, last, number in conn().execute(query):
        local = at.astimezone(ZoneInfo(timezone))
        if f"{local:%H:%M}" >= hhmm and (last is None or last < local.date()):
            due.append((who, local.date(), number))
    return due
