"""Branches, teams, people, salaries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import NotFound
from webapp.people.models import Branch, BranchScope, Employee, Salary, Team
from webapp.people.policy import visible_to

PAGE_SIZE = 50
_SORTS = {"name": Employee.name, "staff_no": Employee.staff_no, "joined_on": Employee.joined_on, "role": Employee.role}


@dataclass(frozen=True, slots=True)
class Filters:
    """`state`: active, waiting (for a first password), left or "" for all; `sort`: a column, "-x" descends."""

    q: str = ""
    branch_id: int | None = None
    team_id: int | None = None
    role: str = ""
    state: str = "active"
    sort: str = "staff_no"


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    staff_no: str
    name: str
    phone: str | None
    role: str
    employer: str
    joined_on: date
    left_on: date | None
    branch: str
    team: str | None
    can_sign_in: bool


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Person]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def branch(branch_id: int) -> Branch | None:
    return db.session.get(Branch, branch_id)


def branches(ids: Collection[int]) -> list[Branch]:
    """By name."""
    return list(db.session.scalars(select(Branch).where(Branch.id.in_(ids)).order_by(Branch.name)))


def all_branches() -> list[Branch]:
    return list(db.session.scalars(select(Branch).order_by(Branch.id)))


def branch_by_code(code: str) -> Branch | None:
    return db.session.scalar(select(Branch).where(Branch.code == code.strip().upper()))


def teams(branch_ids: Collection[int]) -> list[Team]:
    """By branch and name."""
    query = select(Team).where(Team.branch_id.in_(branch_ids)).order_by(Team.branch_id, Team.name)
    return list(db.session.scalars(query))


def has_reps(branch_ids: Collection[int]) -> bool:
    """Whether anybody sells in these branches."""
    reps = select(Employee.id).where(Employee.branch_id.in_(branch_ids), Employee.role == "rep").limit(1)
    return db.session.scalar(reps) is not None


def others_in_office(branch_id: int, on: date, *, without: Collection[int]) -> bool:
    """Does anybody else of HR or an admin work for the branch on a date?"""
    there = select(BranchScope.employee_id).where(BranchScope.branch_id == branch_id)
    reach = or_(Employee.role == "admin", Employee.branch_id == branch_id, Employee.id.in_(there))
    works = or_(Employee.left_on.is_(None), Employee.left_on >= on)
    others = select(Employee.id).where(Employee.role.in_(("hr", "admin")), Employee.id.not_in(without), reach, works)
    return db.session.scalar(others.limit(1)) is not None


def team_sizes(branch_ids: Collection[int]) -> dict[int, int]:
    """People per team, those who left included."""
    query = select(Employee.team_id, func.count()).where(Employee.branch_id.in_(branch_ids)).group_by(Employee.team_id)
    return {team: n for team, n in db.session.execute(query) if team is not None}


def find(user: SignedIn, filters: Filters, *, page: int, today: date) -> Page:
    """The list of people in two statements, whatever its length."""
    matching = _matching(visible_to(user), filters, today)
    total = db.session.scalar(matching.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    listed = _listed(matching, filters.sort).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    return Page([Person(*row) for row in db.session.execute(listed)], total, number)


def employee(user: SignedIn, employee_id: int) -> Employee:
    """Somebody the user may see. Raises NotFound."""
    found = db.session.scalar(visible_to(user).where(Employee.id == employee_id))
    if found is None:
        raise NotFound("not_found")
    return found


def supervisor_numbers(branch_id: int, on: date) -> list[str]:
    """Staff numbers of a branch's supervisors who work there on a date."""
    here = (Employee.branch_id == branch_id, Employee.role == "supervisor", Employee.joined_on <= on)
    works = or_(Employee.left_on.is_(None), Employee.left_on >= on)
    return list(db.session.scalars(select(Employee.staff_no).where(*here, works).order_by(Employee.id)))


def employees_by_staff_no(numbers: Collection[str]) -> dict[str, Employee]:
    return {
        found.staff_no: found for found in db.session.scalars(select(Employee).where(Employee.staff_no.in_(numbers)))
    }


def names(ids: Collection[int]) -> dict[int, str]:
    """Names for display, whoever asks."""
    if not ids:
        return {}
    rows = db.session.execute(select(Employee.id, Employee.name).where(Employee.id.in_(ids)))
    return {row.id: row.name for row in rows}


def phone_owners(phones: Collection[str]) -> dict[str, str]:
    """Staff number of whoever has each phone number."""
    query = select(Employee.phone, Employee.staff_no).where(Employee.phone.in_(phones))
    return {phone: staff_no for phone, staff_no in db.session.execute(query) if phone}


def scope(employee_id: int) -> set[int]:
    """Further branches an office person works in."""
    return set(db.session.scalars(select(BranchScope.branch_id).where(BranchScope.employee_id == employee_id)))


def employee_ids(branch_id: int) -> list[int]:
    """Everybody of a branch, those who left included."""
    return list(db.session.scalars(select(Employee.id).where(Employee.branch_id == branch_id)))


def has_salaries(branch_id: int) -> bool:
    paid = select(Salary.id).join(Employee, Employee.id == Salary.employee_id)
    return db.session.scalar(paid.where(Employee.branch_id == branch_id).limit(1)) is not None


def salaries(employee_id: int) -> list[Salary]:
    """Newest first; the first one on or before a day is in force then."""
    query = select(Salary).where(Salary.employee_id == employee_id).order_by(Salary.effective_from.desc())
    return list(db.session.scalars(query))


def salaries_of(employee_ids: Collection[int]) -> dict[int, list[Salary]]:
    """Every dated salary per person, oldest first; one statement."""
    query = select(Salary).where(Salary.employee_id.in_(employee_ids)).order_by(Salary.effective_from)
    found: dict[int, list[Salary]] = {employee_id: [] for employee_id in employee_ids}
    for row in db.session.scalars(query):
        found[row.employee_id].append(row)
    return found


def _matching(people: Select[tuple[Employee]], filters: Filters, today: date) -> Select[tuple[Employee]]:
    for column, value in (("branch_id", filters.branch_id), ("team_id", filters.team_id), ("role", filters.role)):
        if value:
            people = people.where(getattr(Employee, column) == value)
    if filters.state in {"active", "waiting"}:
        people = people.where(or_(Employee.left_on.is_(None), Employee.left_on >= today))
    if filters.state == "waiting":
        people = people.where(Employee.password_hash.is_(None))
    if filters.state == "left":
        people = people.where(Employee.left_on < today)
    if text := filters.q.strip():
        columns = (Employee.name, Employee.staff_no, Employee.phone)
        people = people.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    return people


def _listed(matching: Select[tuple[Employee]], sort: str) -> Select[tuple[object, ...]]:
    column = _SORTS.get(sort.removeprefix("-"), Employee.staff_no)
    own = [getattr(Employee, name) for name in Person.__dataclass_fields__ if hasattr(Employee, name)]
    query = matching.with_only_columns(
        *own, Branch.name, Team.name, Employee.password_hash.is_not(None), maintain_column_froms=True
    )
    query = query.join(Branch, Branch.id == Employee.branch_id).outerjoin(Team, Team.id == Employee.team_id)
    return query.order_by(column.desc() if sort.startswith("-") else column, Employee.id)
