"""People x days: who works when, and what does not fit together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import NotFound
from webapp.people.models import Branch, Employee
from webapp.schedules import policy
from webapp.schedules.models import RosterDay, Shift
from webapp.schedules.queries.days import expectations
from webapp.schedules.queries.plans import plans
from webapp.schedules.rules import Expectation, Stop, clock_time

PAGE = 50


@dataclass(frozen=True, slots=True)
class WeekFilter:
    monday: date
    branch_id: int
    days: int = 7
    team_id: int | None = None
    q: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One person's day; `shift` is the rostered shift's name, `conflicts` are codes for say()."""

    employee_id: int
    on: date
    expected: Expectation
    zone: ZoneInfo
    rostered: bool
    shift: str | None
    stops: tuple[Stop, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeekPage:
    people: Sequence[Row[Any]]
    """id, staff_no, name"""
    dates: tuple[date, ...]
    cells: dict[tuple[int, date], Cell]
    total: int
    page: int
    pages: int


def week(user: SignedIn, wanted: WeekFilter) -> WeekPage:
    """A page of people with their days. Raises NotFound for a branch out of reach."""
    branch = _branch(user, wanted.branch_id)
    everybody = _people(user, wanted)
    total = conn().scalar(select(func.count()).select_from(everybody.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, wanted.page), pages)
    rows = conn().execute(everybody.order_by(Employee.staff_no).offset((page - 1) * PAGE).limit(PAGE)).all()
    dates = tuple(wanted.monday + timedelta(days=n) for n in range(wanted.days))
    return WeekPage(rows, dates, cells([row.id for row in rows], dates, branch), total, page, pages)


def week_people(user: SignedIn, wanted: WeekFilter) -> list[int]:
    """Everybody on all pages of that week. Raises NotFound for a branch out of reach."""
    _branch(user, wanted.branch_id)
    return list(conn().scalars(_people(user, wanted).with_only_columns(Employee.id)))


def cells(people: Collection[int], dates: Sequence[date], branch: Branch) -> dict[tuple[int, date], Cell]:
    """Every person's every date, in a constant number of statements."""
    pairs = [(person, on) for person in people for on in dates]
    expected, planned, zone = expectations(pairs, branch), plans(pairs), ZoneInfo(branch.timezone)
    named = _rostered(people, dates)
    return {
        pair: Cell(
            *pair,
            expected[pair],
            zone,
            pair in named,
            named.get(pair),
            tuple(planned.get(pair, ())),
            conflicts(expected[pair], planned.get(pair, ()), pair[1], zone),
        )
        for pair in pairs
    }


def conflicts(day: Expectation, stops: Sequence[Stop], on: date, zone: ZoneInfo) -> tuple[str, ...]:
    """What does not fit together, as codes."""
    found = []
    if stops and not day.scheduled:
        found.append(f"plan_on_{day.kind}")
    if day.scheduled and any(not _within(stop, day, on, zone) for stop in stops):
        found.append("plan_outside_shift")
    timed = sorted((stop.starts, stop.ends) for stop in stops if stop.starts and stop.ends)
    if any(later[0] < earlier[1] for earlier, later in zip(timed, timed[1:], strict=False)):
        found.append("plan_overlaps")
    if any(stop.lat is None for stop in stops):
        found.append("plan_unplaced")
    return tuple(found)


def people(user: SignedIn, branch_id: int) -> list[Row[Any]]:
    """(id, staff_no, name) of everybody who may be scheduled, by number."""
    everybody = _people(user, WeekFilter(date.max, branch_id))
    return list(conn().execute(everybody.order_by(Employee.staff_no)))


def person(user: SignedIn, employee_id: int) -> tuple[Employee, Branch]:
    """Somebody whose schedule the user may see. Raises NotFound."""
    someone = db.session.scalar(policy.visible_to(user).where(Employee.id == employee_id))
    if someone is None:
        raise NotFound("not_found", "employee_id")
    return someone, db.session.get_one(Branch, someone.branch_id)


def _branch(user: SignedIn, branch_id: int) -> Branch:
    branch = db.session.get(Branch, branch_id) if branch_id in user.branch_ids else None
    if branch is None:
        raise NotFound("not_found", "branch_id")
    return branch


def _people(user: SignedIn, wanted: WeekFilter) -> Select[Any]:
    """Reps of the branch who have not left before the first day shown."""
    working = Employee.left_on.is_(None) if wanted.monday == date.max else _not_left(wanted.monday)
    found = policy.visible_to(user).with_only_columns(Employee.id, Employee.staff_no, Employee.name)
    found = found.where(Employee.branch_id == wanted.branch_id, Employee.role == "rep", working)
    if wanted.team_id:
        found = found.where(Employee.team_id == wanted.team_id)
    if wanted.q:
        found = found.where(
            Employee.name.icontains(wanted.q, autoescape=True) | Employee.staff_no.icontains(wanted.q, autoescape=True)
        )
    return found


def _not_left(on: date) -> Any:
    return Employee.left_on.is_(None) | (Employee.left_on >= on)


def _rostered(people: Collection[int], dates: Sequence[date]) -> dict[tuple[int, date], str | None]:
    if not people or not dates:
        return {}
    rows = (
        select(RosterDay.employee_id, RosterDay.work_date, Shift.name)
        .outerjoin(Shift, Shift.id == RosterDay.shift_id)
        .where(RosterDay.employee_id.in_(people), RosterDay.work_date.between(dates[0], dates[-1]))
    )
    return {(row[0], row[1]): row[2] for row in conn().execute(rows)}


def _within(stop: Stop, day: Expectation, on: date, zone: ZoneInfo) -> bool:
    """A stop without a time fits anywhere; a time before the shift's start may be meant for the next morning."""
    if not stop.starts or day.starts_at is None or day.ends_at is None:
        return True
    moments = [datetime.combine(on + timedelta(days=n), clock_time(stop.starts), zone) for n in (0, 1)]
    return any(day.starts_at <= moment < day.ends_at for moment in moments)
