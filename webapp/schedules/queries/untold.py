"""What people were not told of their roster yet."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Forbidden, Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.schedules import policy
from webapp.schedules.models import PlanStop, RosterDay, RosterTold
from webapp.schedules.queries.week import Cell, table
from webapp.schedules.rules import RosterPolicy, read_roster_policy
from webapp.schedules.rules.telling import told_through

MOST_DAYS = 92


@dataclass(frozen=True, slots=True)
class News:
    """Days somebody has not been told of."""

    employee_id: int
    name: str
    branch_id: int
    cells: tuple[Cell, ...]


def untold(user: SignedIn, people: Sequence[int], first_on: date, last_on: date, at: datetime) -> list[News]:
    """Who has days to be told of, from today on, by name. Raises NotFound, Forbidden, Invalid."""
    if not policy.can_change(user):
        raise Forbidden("forbidden")
    if (last_on - first_on).days >= MOST_DAYS:
        raise Invalid("leave_too_long", "last_on", limit=MOST_DAYS)
    team = {one.id: one for one in db.session.scalars(policy.visible_to(user).where(Employee.id.in_(people)))}
    if set(people) - set(team):
        raise NotFound("not_found", "people")
    team.pop(user.id, None)
    found = [news for branch, some in _branches(team.values()) for news in _of(branch, some, first_on, last_on, at)]
    return sorted(found, key=lambda news: (news.name, news.employee_id))


def roster_policy(branch_id: int) -> RosterPolicy:
    """What a branch decides about its rosters."""
    branch = db.session.get(Branch, branch_id)
    return read_roster_policy(branch.roster_policy if branch else None)


def untold_soon(people: Sequence[int], at: datetime) -> list[News]:
    """Which of these reps have days to be told of by themselves: from today on, as far as the branch decides."""
    team = db.session.scalars(select(Employee).where(Employee.id.in_(people), Employee.role == "rep"))
    found: list[News] = []
    for branch, some in _branches(team.all()):
        local = at.astimezone(ZoneInfo(branch.timezone))
        last = told_through(read_roster_policy(branch.roster_policy), local)
        if last is not None:
            found += _of(branch, some, local.date(), last, at)
    kept = (replace(news, cells=tuple(cell for cell in news.cells if not _is_over(cell, at))) for news in found)
    return sorted((news for news in kept if news.cells), key=lambda news: news.employee_id)


def with_days_soon(branch_id: int, at: datetime) -> list[int]:
    """Reps whose next days may be news: those with a roster or visits there, and those who were told something."""
    branch = db.session.get_one(Branch, branch_id)
    local = at.astimezone(ZoneInfo(branch.timezone))
    last = told_through(read_roster_policy(branch.roster_policy), local)
    if last is None:
        return []
    there = [
        exists().where(model.employee_id == Employee.id, model.work_date.between(local.date(), last))
        for model in (RosterDay, PlanStop, RosterTold)
    ]
    here = Employee.left_on.is_(None) | (Employee.left_on >= local.date())
    mine = select(Employee.id).where(Employee.branch_id == branch_id, Employee.role == "rep", here, or_(*there))
    return list(db.session.scalars(mine.order_by(Employee.id)))


def _is_over(cell: Cell, at: datetime) -> bool:
    """Nobody's phone rings for hours that have passed."""
    ends = cell.expected.ends_at
    return cell.expected.kind == "work" and ends is not None and ends <= at


def _of(branch: Branch, team: Sequence[Employee], first: date, last: date, at: datetime) -> Iterator[News]:
    today = at.astimezone(ZoneInfo(branch.timezone)).date()
    begin = max(first, today)
    dates = [begin + timedelta(days=n) for n in range((last - begin).days + 1)]
    cells = table([one.id for one in team], dates, branch, today) if dates else {}
    for someone in team:
        news = tuple(cells[someone.id, on] for on in dates if cells[someone.id, on].untold)
        if news:
            yield News(someone.id, someone.name, branch.id, news)


def _branches(team: Sequence[Employee]) -> list[tuple[Branch, list[Employee]]]:
    by_branch: dict[int, list[Employee]] = defaultdict(list)
    for someone in team:
        by_branch[someone.branch_id].append(someone)
    return [(db.session.get_one(Branch, branch_id), people) for branch_id, people in by_branch.items()]
