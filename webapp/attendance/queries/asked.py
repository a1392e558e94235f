"""Open exceptions, and whose word they wait for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from webapp.attendance.models import AttendanceException, Decision
from webapp.core.db import conn
from webapp.people.models import Branch, Employee
from webapp.sites.models import Site, SiteSupervisor

_issue = AttendanceException.__table__.c


@dataclass(frozen=True, slots=True)
class Asked:
    """`last`: the newest step of its history, None when nobody has said anything yet."""

    id: int
    kind: str
    state: str
    seq: int
    employee_id: int
    work_date: date
    branch_id: int
    site_id: int | None
    name: str
    site: str | None
    last: str | None
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in one branch (or one of its teams)."""

    branch_id: int
    branch: str
    number: int
    oldest: date


def asked_about(pairs: Collection[tuple[int, date]]) -> list[Asked]:
    """Every exception of these rep-days."""
    wanted = set(pairs)
    last = and_(Decision.exception_id == _issue.id, Decision.seq == _issue.state_seq)
    own = (_issue[name] for name in ("id", "kind", "state", "state_seq", "employee_id", "work_date", "branch_id"))
    query = (
        select(*own, _issue.site_id, Employee.name, Site.name, Decision.decision, AttendanceException.params)
        .join(Employee, Employee.id == _issue.employee_id)
        .outerjoin(Site, Site.id == _issue.site_id)
        .outerjoin(Decision, last)
        .where(_issue.employee_id.in_({who for who, _ in wanted}), _issue.work_date.in_({on for _, on in wanted}))
    )
    found = [Asked(*row) for row in conn().execute(query)] if wanted else []
    return [row for row in found if (row.employee_id, row.work_date) in wanted]


def supervisors_of(site_ids: Collection[int], on: date) -> dict[int, list[int]]:
    """{site: the people who supervise it and work here on a date}."""
    query = (
        select(SiteSupervisor.site_id, SiteSupervisor.employee_id)
        .join(Employee, Employee.id == SiteSupervisor.employee_id)
        .join(Site, Site.id == SiteSupervisor.site_id)
        .where(SiteSupervisor.site_id.in_(set(site_ids)), or_(Employee.left_on.is_(None), Employee.left_on >= on))
        .where(Employee.role == "supervisor", Employee.branch_id == Site.branch_id)
    )
    found: dict[int, list[int]] = {}
    for site_id, employee_id in conn().execute(query) if site_ids else ():
        found.setdefault(site_id, []).append(employee_id)
    return found


def backlog(branch_id: int, team_id: int | None = None) -> Backlog | None:
    """How much waits for a decision; None when nothing does."""
    mine: list[Any] = [_issue.branch_id == branch_id, _issue.state == "open"]
    query = select(func.count(), func.min(_issue.work_date), func.min(Branch.name)).select_from(
        AttendanceException.__table__.join(Branch, Branch.id == _issue.branch_id)
    )
    if team_id is not None:
        query = query.join(Employee, Employee.id == _issue.employee_id)
        mine.append(Employee.team_id == team_id)
    number, oldest, name = conn().execute(query.where(*mine)).one()
    return Backlog(branch_id, name, number, oldest) if number else None
