"""Who may see, confirm and decide whose attendance. Nobody decides about themselves."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from webapp.attendance.models import AttendanceException, CheckIn, Photo
from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.core.db import conn
from webapp.people.models import Employee
from webapp.people.queries import belonged
from webapp.schedules.models import PlanStop
from webapp.sites.policy import supervised_by

SUPERVISORS_DECIDE = frozenset({"outside", "uncertain", "remark", "cannot"})
"""What they can see for themselves. Evidence of phones speaks of colleagues and of other stores: that is HR's."""
LATELY = timedelta(days=31)


def visible_to(user: SignedIn) -> Select[tuple[AttendanceException]]:
    """Exceptions: a rep's own, those of a supervisor's sites and people, all of the branches of HR and admin."""
    return select(AttendanceException).where(seen_by(user))


def seen_by(user: SignedIn) -> ColumnElement[bool]:
    about = AttendanceException
    return _within_reach(user, about.employee_id, about.branch_id, about.site_id)


def photos_seen_by(user: SignedIn) -> ColumnElement[bool]:
    """Of photos joined to their check-ins."""
    return _within_reach(user, Photo.employee_id, Photo.branch_id, CheckIn.site_id)


def supervised(user: SignedIn, on: date) -> ColumnElement[bool]:
    """Reps this person answers for on a date: of the team; planned, checked in or asking at one of their sites."""
    reps = and_(Employee.role == Role.REP, Employee.id != user.id)
    if user.role in OFFICE:
        return and_(reps, belonged(list(user.branch_ids), on))
    if user.role is not Role.SUPERVISOR:
        return false()
    sites = supervised_by(user.id)
    here = exists().where(CheckIn.employee_id == Employee.id, CheckIn.work_date == on, CheckIn.site_id.in_(sites))
    planned = exists().where(PlanStop.employee_id == Employee.id, PlanStop.work_date == on, PlanStop.site_id.in_(sites))
    about = AttendanceException
    asked = exists().where(about.employee_id == Employee.id, about.work_date == on, about.site_id.in_(sites))
    mine = or_(_in_team(user), here, planned, asked)
    return and_(reps, belonged([user.branch_id], on), mine)


def phones_decided_by(user: SignedIn, at: datetime) -> ColumnElement[bool]:
    """A condition on Device and Employee: new phones of the team, and of reps who lately were at one of their sites."""
    if user.role in OFFICE:
        return and_(Employee.branch_id.in_(user.branch_ids), Employee.id != user.id)
    if user.role is not Role.SUPERVISOR:
        return false()
    sites, lately = supervised_by(user.id), at.astimezone(user.branch.zone).date() - LATELY
    here = exists().where(CheckIn.employee_id == Employee.id, CheckIn.work_date >= lately, CheckIn.site_id.in_(sites))
    return and_(Employee.branch_id == user.branch_id, Employee.id != user.id, or_(_in_team(user), here))


def can_confirm(user: SignedIn, employee_id: int, on: date) -> bool:
    asked = select(Employee.id).where(Employee.id == employee_id, supervised(user, on))
    return conn().execute(asked).first() is not None


def can_decide(user: SignedIn, exception: Any) -> bool:
    """`exception`: employee_id, branch_id, kind, site_id. One statement for supervisors, none for the others."""
    if exception.employee_id == user.id:
        return False
    if user.role in OFFICE:
        return exception.branch_id in user.branch_ids
    if user.role is not Role.SUPERVISOR or exception.kind not in SUPERVISORS_DECIDE or exception.site_id is None:
        return False
    return exception.site_id in set(conn().scalars(supervised_by(user.id)))


def _in_team(user: SignedIn) -> ColumnElement[bool]:
    return Employee.team_id == _team_of(user)


def _within_reach(user: SignedIn, person: Any, branch: Any, site: Any) -> ColumnElement[bool]:
    """One's own, what a supervisor's sites and people bring, all of the branches of HR and admin."""
    if user.role is Role.REP:
        return person == user.id
    if user.role in OFFICE:
        return branch.in_(user.branch_ids)
    if user.role is not Role.SUPERVISOR:
        return false()
    mine = select(Employee.id).where(Employee.team_id == _team_of(user))
    return and_(branch == user.branch_id, or_(site.in_(supervised_by(user.id)), person.in_(mine)))


def _team_of(user: SignedIn) -> Any:
    return select(Employee.team_id).where(Employee.id == user.id).scalar_subquery()
