"""Whose schedule somebody may see and change."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Select, exists, or_, select

from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.core.db import conn
from webapp.people.models import Employee
from webapp.people.policy import teams_of
from webapp.schedules.models import PlanStop
from webapp.sites.policy import supervised_by


def visible_to(user: SignedIn) -> Select[Employee]:
    """People whose schedule one may see. Office: everybody of the branches. Supervisors: the reps of their team
    and whoever has ever been planned at one of their sites. Everybody else: oneself."""
    people = select(Employee)
    if user.role in OFFICE:
        return people.where(Employee.branch_id.in_(user.branch_ids))
    if user.role is not Role.SUPERVISOR:
        return people.where(Employee.id == user.id)
    mine = supervised_by(*user.acts_as)
    planned = exists().where(PlanStop.employee_id == Employee.id, PlanStop.site_id.in_(mine))
    same_team = Employee.team_id.in_(teams_of(user))
    others = Employee.id.not_in(user.acts_as)
    reps = people.where(Employee.branch_id == user.branch_id, Employee.role == "rep", others)
    return reps.where(planned if user.employer != "own" else or_(same_team, planned))


def can_change(user: SignedIn, employee_id: int | None = None) -> bool:
    """The client's own staff see who is planned; they do not plan our people. Nobody plans their own days."""
    planner = user.role in OFFICE or (user.role is Role.SUPERVISOR and user.employer == "own")
    return planner and employee_id not in user.acts_as


def standing_for(user: SignedIn, employee_id: int) -> dict[str, int]:
    """What the audit says of a change: {"standing_for": the absent supervisor}, {} by one's own right."""
    if not user.stands_for or user.role is not Role.SUPERVISOR:
        return {}
    for right in (user.alone(), *(replace(user, stands_for=(one,)) for one in user.stands_for)):
        if conn().execute(visible_to(right).with_only_columns(Employee.id).where(Employee.id == employee_id)).first():
            return {"standing_for": right.stands_for[0].id} if right.stands_for else {}
    return {}


def can_change_on(user: SignedIn, on: date, today: date) -> bool:
    """Supervisors plan today and later; HR mends days that are over, too."""
    return user.role in OFFICE or on >= today
