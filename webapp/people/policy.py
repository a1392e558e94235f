"""Who sees and changes whom. `by` None is the operator at the console, who may do everything."""

from sqlalchemy import Select, false, select

from webapp.core.authz import OFFICE, Role, SignedIn
from webapp.core.errors import Forbidden, Invalid
from webapp.people.models import Employee
from webapp.people.rules import grantable


def visible_to(user: SignedIn) -> Select[tuple[Employee]]:
    """Employees a person may look at: the office its branches, a supervisor the own team, a rep only themselves."""
    people = select(Employee)
    if user.role is Role.ADMIN:
        return people
    if user.role in {Role.HR, Role.FINANCE}:
        return people.where(Employee.branch_id.in_(user.branch_ids))
    if user.role is Role.SUPERVISOR:
        team = (Employee.branch_id == user.branch_id) & Employee.team_id.in_(teams_of(user))
        return people.where(team | (Employee.id == user.id))
    return people.where(Employee.id == user.id) if user.role is Role.REP else people.where(false())


def teams_of(user: SignedIn) -> Select[int | None]:
    """The own team, and those of whom one stands in for. The client's staff answer for a store, never for a team."""
    ours = (Employee.id.in_(user.acts_as), Employee.employer == "own")
    return select(Employee.team_id).where(*ours, Employee.team_id.is_not(None))


def can_manage(by: SignedIn | None, employee: Employee) -> bool:
    """Change somebody's data: admins everybody, HR the people of its branches except admins."""
    if by is None or by.role is Role.ADMIN:
        return True
    return by.role is Role.HR and employee.branch_id in by.branch_ids and employee.role != Role.ADMIN


def can_reset(by: SignedIn | None, employee: Employee) -> bool:
    """Make a one-time password: whoever could have given the role, never for oneself."""
    return can_manage(by, employee) and employee.role in _grantable(by) and not _is_self(by, employee)


def can_see_pay(user: SignedIn, employee: Employee) -> bool:
    """Base salary: the own, and the office's branches; staff of the client see nobody's."""
    return user.sees_money and (can_manage(user, employee) or user.id == employee.id)


def check_manage(by: SignedIn | None, employee: Employee) -> None:
    if not can_manage(by, employee):
        raise Forbidden("forbidden")


def check_not_self(by: SignedIn | None, employee: Employee, field: str | None = None) -> None:
    if _is_self(by, employee):
        raise Invalid("not_yourself", field)


def check_grant(by: SignedIn | None, *roles: str) -> None:
    """Giving and taking a role both need the right to give it. Raises Invalid."""
    if not set(roles) <= _grantable(by):
        raise Invalid("role_not_yours", "role")


def check_branch(by: SignedIn | None, branch_id: int) -> None:
    if by is not None and (by.role not in OFFICE or branch_id not in by.branch_ids):
        raise Invalid("no_such_branch", "branch_id")


def check_admin(by: SignedIn | None) -> None:
    if by is not None and by.role is not Role.ADMIN:
        raise Forbidden("forbidden")


def _grantable(by: SignedIn | None) -> frozenset[str]:
    return grantable(by.role if by else None)


def _is_self(by: SignedIn | None, employee: Employee) -> bool:
    return by is not None and by.id == employee.id
