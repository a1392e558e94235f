"""What people were not told of their roster yet."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Forbidden, Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.schedules import policy
from webapp.schedules.queries.week import Cell, table

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
