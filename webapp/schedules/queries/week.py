"""People x days: who works when, and what does not fit together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal_column, select, union_all
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import N_, NotFound, words
from webapp.people.models import Branch, Employee
from webapp.schedules import policy
from webapp.schedules.models import PlanStop, RosterDay, RosterTold, Shift
from webapp.schedules.queries.days import expectations
from webapp.schedules.queries.plans import plans
from webapp.schedules.rules import Expectation, Stop, clock_time, is_untold, told_mark
from webapp.sites.models import Site

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
    """In a table of many days without names and fences."""
    conflicts: tuple[str, ...]
    untold: bool = False
    """Differs from what the person was last told; known only where `today` was given."""


@dataclass(frozen=True, slots=True)
class WeekPage:
    people: Sequence[Row[Any]]
    """id, staff_no, name"""
    dates: tuple[date, ...]
    cells: dict[tuple[int, date], Cell]
    total: int
    page: int
    pages: int


def week(user: SignedIn, wanted: WeekFilter, today: date | None = None) -> WeekPage:
    """A page of people with their days; with `today`, what they were not told yet. Raises NotFound for a branch out
    of reach.
    """
    branch = _branch(user, wanted.branch_id)
    rows, total, page, pages = _page(_people(user, wanted), wanted.page)
    dates = tuple(wanted.monday + timedelta(days=n) for n in range(wanted.days))
    return WeekPage(rows, dates, table([row.id for row in rows], dates, branch, today), total, page, pages)


def _page(everybody: Select[Any], page: int) -> tuple[Sequence[Row[Any]], int, int, int]:
    """(people, how many in all, page, pages); one statement unless the page asked for is past the last."""
    counted = everybody.add_columns(func.count().over().label("total")).order_by(Employee.staff_no).limit(PAGE)
    page = max(1, page)
    rows = conn().execute(counted.offset((page - 1) * PAGE)).all()
    if not rows and page > 1:
        total = conn().scalar(select(func.count()).select_from(everybody.subquery())) or 0
        page = max(1, -(-total // PAGE))
        rows = conn().execute(counted.offset((page - 1) * PAGE)).all()
    total = rows[0].total if rows else 0
    return rows, total, page, max(1, -(-total // PAGE))


def week_people(user: SignedIn, wanted: WeekFilter) -> list[int]:
    """Everybody on all pages of that week. Raises NotFound for a branch out of reach."""
    _branch(user, wanted.branch_id)
    return list(conn().scalars(_people(user, wanted).with_only_columns(Employee.id)))


def cells(people: Collection[int], dates: Sequence[date], branch: Branch) -> dict[tuple[int, date], Cell]:
    """Every person's every date, in a constant number of statements."""
    pairs = [(person, on) for person in people for on in dates]
    return _cells(pairs, branch, plans(pairs), _rostered_and_told(people, dates)[0])


def table(
    people: Collection[int], dates: Sequence[date], branch: Branch, today: date | None = None
) -> dict[tuple[int, date], Cell]:
    """The same for many at once, with less of each visit; with `today`, days people were not told of are marked."""
    pairs = [(person, on) for person in people for on in dates]
    rostered, told = _rostered_and_told(people, dates)
    found = _cells(pairs, branch, _visits(people, dates), rostered)
    if today is None:
        return found
    news = {pair for pair in pairs if pair[1] >= today and _is_news(found[pair], told.get(pair))}
    return {pair: replace(cell, untold=True) if pair in news else cell for pair, cell in found.items()}


def mark_of(cell: Cell) -> str:
    return told_mark(cell.expected, cell.stops, cell.zone)


def _is_news(cell: Cell, told: str | None) -> bool:
    explicit = cell.rostered or bool(cell.stops)
    return (told is not None or explicit) and is_untold(cell.expected, explicit, told, mark_of(cell))


def _cells(
    pairs: Sequence[tuple[int, date]],
    branch: Branch,
    planned: Mapping[tuple[int, date], Sequence[Stop]],
    named: Mapping[tuple[int, date], str | None],
) -> dict[tuple[int, date], Cell]:
    expected, zone = expectations(pairs, branch), ZoneInfo(branch.timezone)
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


def people(user: SignedIn, branch_id: int, on: date) -> list[Row[Any]]:
    """(id, staff_no, name) of everybody who may be scheduled on a date or later, by number."""
    everybody = _people(user, WeekFilter(on, branch_id))
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
    found = policy.visible_to(user).with_only_columns(Employee.id, Employee.staff_no, Employee.name)
    found = found.where(Employee.branch_id == wanted.branch_id, Employee.role == "rep", _not_left(wanted.monday))
    if wanted.team_id:
        found = found.where(Employee.team_id == wanted.team_id)
    if wanted.q:
        found = found.where(
            Employee.name.icontains(wanted.q, autoescape=True) | Employee.staff_no.icontains(wanted.q, autoescape=True)
        )
    return found


def _not_left(on: date) -> Any:
    return Employee.left_on.is_(None) | (Employee.left_on >= on)


def _rostered_and_told(
    people: Collection[int], dates: Sequence[date]
) -> tuple[dict[tuple[int, date], str | None], dict[tuple[int, date], str]]:
    """(name of the rostered shift, or None for the usual hours and rest; what was told last), where there is any."""
    if not people or not dates:
        return {}, {}
    rows = union_all(
        select(literal_column("0").label("told"), RosterDay.employee_id, RosterDay.work_date, Shift.name.label("word"))
        .outerjoin(Shift, Shift.id == RosterDay.shift_id)
        .where(RosterDay.employee_id.in_(people), RosterDay.work_date.between(dates[0], dates[-1])),
        select(literal_column("1"), RosterTold.employee_id, RosterTold.work_date, RosterTold.told).where(
            RosterTold.employee_id.in_(people), RosterTold.work_date.between(dates[0], dates[-1])
        ),
    )
    found: tuple[dict[tuple[int, date], Any], dict[tuple[int, date], Any]] = ({}, {})
    for told, person, on, word in conn().execute(rows):
        found[told][person, on] = word
    return found


def _visits(people: Collection[int], dates: Sequence[date]) -> dict[tuple[int, date], list[Stop]]:
    """Planned visits without what a table does not show."""
    if not people or not dates:
        return {}
    columns = (PlanStop.employee_id, PlanStop.work_date, PlanStop.site_id, PlanStop.starts, PlanStop.ends, Site.lat)
    rows = (
        select(*columns)
        .join(Site, Site.id == PlanStop.site_id)
        .where(PlanStop.employee_id.in_(people), PlanStop.work_date.between(dates[0], dates[-1]))
        .where(Site.archived_at.is_(None))
        .order_by(PlanStop.employee_id, PlanStop.work_date, PlanStop.seq)
    )
    found: dict[tuple[int, date], list[Stop]] = defaultdict(list)
    for person, on, site_id, starts, ends, lat in conn().execute(rows):
        found[person, on].append(Stop(site_id, "", "", starts, ends, lat, lat, 0))
    return found


def _within(stop: Stop, day: Expectation, on: date, zone: ZoneInfo) -> bool:
    """A stop without a time fits anywhere; a time before the shift's start may be meant for the next morning."""
    if not stop.starts or day.starts_at is None or day.ends_at is None:
        return True
    moments = [datetime.combine(on + timedelta(days=n), clock_time(stop.starts), zone) for n in (0, 1)]
    return any(day.starts_at <= moment < day.ends_at for moment in moments)


words(
    {
        "day_not_employed": N_("Not employed"),
        "brief_plan_on_rest": N_("visits on a day off"),
        "brief_plan_on_holiday": N_("visits on a holiday"),
        "brief_plan_on_leave": N_("visits during leave"),
        "brief_plan_outside_shift": N_("visit outside the hours"),
        "brief_plan_overlaps": N_("visits overlap"),
        "brief_plan_unplaced": N_("a site has no position"),
    }
)
