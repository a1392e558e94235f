"""Whose schedule somebody may see and change."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, or_, select
from sqlalchemy.orm import aliased

from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.core.db import conn
from webapp.people.models import Delegation, Employee
from webapp.people.policy import teams_of
from webapp.people.queries import stands_in_for
from webapp.schedules.models import LeaveDecision, LeaveRequest, PlanStop, SwapRequest
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


def may_answer(user: SignedIn, request: LeaveRequest | SwapRequest, on: date) -> bool:
    """Answer the step of a leave request that is next, or a swap both want; nobody about themselves."""
    kind = type(request)
    asked = select(kind.id).where(kind.id == request.id)
    if isinstance(request, LeaveRequest):
        return conn().execute(asked.where(leave_answered_by(user, on))).first() is not None
    return conn().execute(asked.where(swaps_answered_by(user, on))).first() is not None


def leave_answered_by(user: SignedIn, on: date) -> ColumnElement[bool]:
    """Requests that wait for this person: HR's step, or the supervisor's of their team and of those they stand in for.

    Where no supervisor is left, HR answers in their place. Nobody answers two steps of one request.
    """
    about = LeaveRequest
    said = exists().where(
        LeaveDecision.request_id == about.id, LeaveDecision.by == user.id, LeaveDecision.decision == "approved"
    )
    fresh = or_(about.leave_id.is_not(None), ~said)
    open_one = and_(about.state == "open", about.employee_id != user.id, fresh)
    step = case((about.step == 0, about.steps[0].as_string()), else_=about.steps[1].as_string())
    near = and_(step == "supervisor", _of_teams(user, about.employee_id, on))
    if user.role in OFFICE:
        mine = or_(step == "hr", ~supervised(about.employee_id, on), near)
        return and_(open_one, about.branch_id.in_(user.branch_ids), mine)
    return and_(open_one, near)


def leave_own(user: SignedIn) -> ColumnElement[bool]:
    """The person's own requests that wait for others, in the branches they see."""
    about = LeaveRequest
    return and_(about.state == "open", about.employee_id == user.id, about.branch_id.in_(user.branch_ids))


def said_yes(request: LeaveRequest) -> list[int]:
    """Who has approved a step and so answers no other; giving leave back begins anew."""
    if request.leave_id is not None:
        return []
    yes = (LeaveDecision.request_id == request.id, LeaveDecision.decision == "approved")
    return list(conn().scalars(select(LeaveDecision.by).where(*yes)))


def swaps_answered_by(user: SignedIn, on: date) -> ColumnElement[bool]:
    about = SwapRequest
    others = and_(about.state == "accepted", about.asker_id != user.id, about.other_id != user.id)
    if user.role in OFFICE:
        return and_(others, about.branch_id.in_(user.branch_ids))
    return and_(others, _of_teams(user, about.asker_id, on))


def swaps_own(user: SignedIn) -> ColumnElement[bool]:
    """Swaps the person is part of that wait for others."""
    about = SwapRequest
    own = or_(about.asker_id == user.id, about.other_id == user.id)
    return and_(about.state == "accepted", own, about.branch_id.in_(user.branch_ids))


def leave_seen_by(user: SignedIn, on: date) -> ColumnElement[bool]:
    """Leave somebody asked for: one's own, those of the team, all of the office's branches."""
    return _requests_of(user, LeaveRequest.branch_id, on, LeaveRequest.employee_id)


def swaps_seen_by(user: SignedIn, on: date) -> ColumnElement[bool]:
    return _requests_of(user, SwapRequest.branch_id, on, SwapRequest.asker_id, SwapRequest.other_id)


def supervised(employee_id: Any, on: date) -> ColumnElement[bool]:
    """Is there a supervisor of ours in the person's team? `employee_id`: a number or a column."""
    person, boss = aliased(Employee), aliased(Employee)
    return exists().where(
        person.id == employee_id, boss.team_id == person.team_id, boss.branch_id == person.branch_id,
        boss.id != person.id, *_supervises(boss, on),
    )  # fmt: skip


def supervisors_of(employee_id: int, on: date) -> list[int]:
    """Of the person's team."""
    person, boss = aliased(Employee), aliased(Employee)
    mine = (
        select(boss.id)
        .join(person, and_(boss.team_id == person.team_id, boss.branch_id == person.branch_id))
        .where(person.id == employee_id, boss.id != person.id, *_supervises(boss, on))
    )
    return list(conn().scalars(mine.order_by(boss.id)))


def stands_for(user: SignedIn, employee_id: int, on: date) -> int | None:
    """The supervisor in whose place this person answers about somebody; None in their own right."""
    bosses = supervisors_of(employee_id, on)
    if user.id in bosses:
        return None
    return conn().scalar(stands_in_for(user.id, on).where(Delegation.from_id.in_(bosses)).limit(1))


def _requests_of(user: SignedIn, branch_id: Any, on: date, *people: Any) -> ColumnElement[bool]:
    own = or_(*(person == user.id for person in people))
    if user.role in OFFICE:
        return branch_id.in_(user.branch_ids)
    return or_(own, *(_of_teams(user, person, on) for person in people))


def _of_teams(user: SignedIn, employee_id: Any, on: date) -> ColumnElement[bool]:
    """Somebody of the team of this supervisor, or of one they stand in for."""
    if user.role not in (Role.SUPERVISOR, Role.HR) or user.employer != "own":
        return false()
    person, boss = aliased(Employee), aliased(Employee)
    mine = or_(boss.id == user.id, boss.id.in_(stands_in_for(user.id, on)))
    return exists().where(
        person.id == employee_id, person.id != user.id, boss.team_id == person.team_id,
        boss.branch_id == person.branch_id, boss.role == Role.SUPERVISOR, boss.employer == "own", mine,
    )  # fmt: skip


def _supervises(boss: Any, on: date) -> tuple[ColumnElement[bool], ...]:
    """The client's own staff do not answer for our people."""
    return boss.role == Role.SUPERVISOR, boss.employer == "own", or_(boss.left_on.is_(None), boss.left_on >= on)
