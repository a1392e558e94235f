"""Who may see, confirm and decide whose attendance. Nobody decides about themselves."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from webapp.attendance.models import AttendanceException, CheckIn, Photo, Punch
from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.core.db import conn
from webapp.people.models import Employee
from webapp.people.policy import teams_of
from webapp.people.queries import belonged
from webapp.schedules.models import PlanStop
from webapp.sites.policy import standing_for as standing_in_at
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


def supervised(user: SignedIn, on: Any) -> ColumnElement[bool]:
    """Reps this person answers for on a date: of the team; planned, checked in, punching or asking at their sites.

    `on` is a date or a column of the select around it.
    """
    reps = and_(Employee.role == Role.REP, Employee.id.not_in(user.acts_as))
    if user.role in OFFICE:
        return and_(reps, belonged(list(user.branch_ids), on))
    if user.role is not Role.SUPERVISOR:
        return false()
    sites = supervised_by(*user.acts_as)
    here = exists().where(CheckIn.employee_id == Employee.id, CheckIn.work_date == on, CheckIn.site_id.in_(sites))
    planned = exists().where(PlanStop.employee_id == Employee.id, PlanStop.work_date == on, PlanStop.site_id.in_(sites))
    punched = exists().where(Punch.employee_id == Employee.id, Punch.work_date == on, Punch.site_id.in_(sites))
    about = AttendanceException
    asked = exists().where(about.employee_id == Employee.id, about.work_date == on, about.site_id.in_(sites))
    mine = or_(_in_team(user), here, planned, punched, asked)
    return and_(reps, belonged([user.branch_id], on), mine)


def phones_decided_by(user: SignedIn, at: datetime) -> ColumnElement[bool]:
    """A condition on Device and Employee: new phones of the team, and of reps who lately were at one of their sites."""
    if user.role in OFFICE:
        return and_(Employee.branch_id.in_(user.branch_ids), Employee.id != user.id)
    if user.role is not Role.SUPERVISOR:
        return false()
    sites, lately = supervised_by(*user.acts_as), at.astimezone(user.branch.zone).date() - LATELY
    here = exists().where(CheckIn.employee_id == Employee.id, CheckIn.work_date >= lately, CheckIn.site_id.in_(sites))
    others = Employee.id.not_in(user.acts_as)
    return and_(Employee.branch_id == user.branch_id, others, or_(_in_team(user), here))


def can_confirm(user: SignedIn, employee_id: int, on: date) -> bool:
    asked = select(Employee.id).where(Employee.id == employee_id, supervised(user, on))
    return conn().execute(asked).first() is not None


def standing_for(user: SignedIn, employee_id: int, on: date) -> dict[str, int]:
    """What the audit says of a word about somebody's date: {"standing_for": the absent supervisor}, {} of one's own."""
    if not user.stands_for or user.role is not Role.SUPERVISOR or can_confirm(user.alone(), employee_id, on):
        return {}
    for absent in user.stands_for:
        if can_confirm(replace(user, stands_for=(absent,)), employee_id, on):
            return {"standing_for": absent.id}
    return {}


def deciding_for(user: SignedIn, exception: Any) -> dict[str, int]:
    """The same of a decision about an exception."""
    site_id = exception.site_id
    return standing_in_at(user, site_id) if site_id else standing_for(user, exception.employee_id, exception.work_date)


def own(user: SignedIn) -> ColumnElement[bool]:
    """Exceptions nobody lets this person decide: their own, and those of whom they stand in for."""
    return AttendanceException.employee_id.in_(user.acts_as)


def can_decide(user: SignedIn, exception: Any) -> bool:
    """`exception`: employee_id, branch_id, kind, site_id. One statement for supervisors, none for the others."""
    if exception.employee_id in user.acts_as:
        return False
    if user.role in OFFICE:
        return exception.branch_id in user.branch_ids
    if user.role is not Role.SUPERVISOR or exception.kind not in SUPERVISORS_DECIDE or exception.site_id is None:
        return False
    return exception.site_id in set(conn().scalars(supervised_by(*user.acts_as)))


def _in_team(user: SignedIn) -> ColumnElement[bool]:
    return Employee.team_id.in_(teams_of(user))


def _within_reach(user: SignedIn, person: Any, branch: Any, site: Any) -> ColumnElement[bool]:
    """One's own, what a supervisor's sites and people bring, all of the branches of HR and admin."""
    if user.role is Role.REP:
        return person == user.id
    if user.role in OFFICE:
        return branch.in_(user.branch_ids)
    if user.role is not Role.SUPERVISOR:
        return false()
    mine = select(Employee.id).where(Employee.team_id.in_(teams_of(user)))
    return and_(branch == user.branch_id, or_(site.in_(supervised_by(*user.acts_as)), person.in_(mine)))
