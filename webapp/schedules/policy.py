"""Whose schedule somebody may see and change."""

from datetime import date

from sqlalchemy import Select, exists, or_, select

from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.people.models import Employee
from webapp.schedules.models import PlanStop
from webapp.sites.models import SiteSupervisor


def visible_to(user: SignedIn) -> Select[Employee]:
    """People whose schedule one may see. Office: everybody of the branches. Supervisors: the reps of their team
    and whoever has ever been planned at one of their sites. Everybody else: oneself."""
    people = select(Employee)
    if user.role in OFFICE:
        return people.where(Employee.branch_id.in_(user.branch_ids))
    if user.role is not Role.SUPERVISOR:
        return people.where(Employee.id == user.id)
    mine = select(SiteSupervisor.site_id).where(SiteSupervisor.employee_id == user.id)
    planned = exists().where(PlanStop.employee_id == Employee.id, PlanStop.site_id.in_(mine))
    team = select(Employee.team_id).where(Employee.id == user.id).scalar_subquery()
    same_team = Employee.team_id == team
    reps = people.where(Employee.branch_id == user.branch_id, Employee.role == "rep")
    return reps.where(planned if user.employer != "own" else or_(same_team, planned))


def can_change(user: SignedIn, employee_id: int | None = None) -> bool:
    """The client's own staff see who is planned; they do not plan our people. Nobody plans their own days."""
    planner = user.role in OFFICE or (user.role is Role.SUPERVISOR and user.employer == "own")
    return planner and employee_id != user.id


def can_change_on(user: SignedIn, on: date, today: date) -> bool:
    """Supervisors plan today and later; HR mends days that are over, too."""
    return user.role in OFFICE or on >= today
