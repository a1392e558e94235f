"""Laying a pattern over people's days, and trying it first: exactly what would come, and nothing is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select

from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, Invalid
from webapp.people.models import Branch, Employee
from webapp.schedules.models import CalendarDay, RosterPattern, Shift
from webapp.schedules.queries import Cell, table
from webapp.schedules.queries import pattern as find
from webapp.schedules.rules.patterns import laid_out, read_steps
from webapp.schedules.service.bulk import Pair, State, first_open, put_rosters, rosters_of, team_of, write_days

MOST_PEOPLE, MOST_DAYS = 200, 92
MOST_CELLS = 5_000
"""People times days, so that nobody else waits long to write."""


@dataclass(frozen=True, slots=True)
class Laying:
    """Whom a pattern is laid over, with which day of it each begins, from when to when.

    holidays, leave: days the calendar calls a holiday and days of leave are left as they are.
    replace: days that have a roster already get the pattern's.
    """

    pattern_id: int
    offsets: Mapping[int, int]
    first_on: date
    last_on: date
    holidays: bool = True
    leave: bool = True
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of each person's days: the cells afterwards, which of them change, how many are left alone."""

    cells: dict[Pair, Cell]
    changed: frozenset[Pair]
    kept: int
    digest: str
    """Of everything that changes, so that applying what was looked at is applying just that."""


def try_pattern(*, by: SignedIn, laying: Laying, at: datetime) -> Outcome:
    """What applying would do. Raises NotFound, Forbidden, Invalid, Conflict."""
    branch, team, wanted, kept = _wanted(by, laying, at)
    before = rosters_of(team, laying.first_on, laying.last_on)
    changes = {pair: state for pair, state in wanted.items() if before.get(pair) != state}
    with conn().begin_nested() as trial:
        put_rosters(team, changes)
        cells = table(list(team), _dates(laying), branch)
        trial.rollback()
    digest = sha256(repr(sorted((pair, changes[pair], before.get(pair)) for pair in changes)).encode()).hexdigest()
    return Outcome(cells, frozenset(changes), kept, digest)


def apply_pattern(*, by: SignedIn, laying: Laying, digest: str, at: datetime) -> int:
    """How many days changed. Raises Conflict when what would change is not what was looked at any more."""
    if try_pattern(by=by, laying=laying, at=at).digest != digest:
        raise Conflict("pattern_moved")
    _, team, wanted, _ = _wanted(by, laying, at)
    more = {"pattern": find(by, laying.pattern_id).name}
    return len(write_days(by=by, team=team, rosters=wanted, plans={}, action="roster.patterned", at=at, more=more))


def _wanted(by: SignedIn, laying: Laying, at: datetime) -> tuple[Branch, dict[int, Employee], dict[Pair, State], int]:
    found = find(by, laying.pattern_id)
    _check(found, laying)
    team = team_of(by, list(laying.offsets))
    if any(someone.branch_id != found.branch_id for someone in team.values()):
        raise Invalid("not_a_choice", "ids")
    branch, dates = db.session.get_one(Branch, found.branch_id), _dates(laying)
    now, free = table(list(team), dates, branch), _holidays(branch.id, laying) if laying.holidays else set()
    steps, first, kept = read_steps(found.steps), first_open(by, branch.id, at), 0
    wanted: dict[Pair, State] = {}
    for who in team:
        for on, state in laid_out(steps, laying.first_on, laying.last_on, laying.offsets[who]).items():
            cell = now[who, on]
            if on < first or on in free or _stays(cell, laying):
                kept += 1
            else:
                wanted[who, on] = state
    return branch, team, wanted, kept


def _stays(cell: Cell, laying: Laying) -> bool:
    if cell.expected.source == "employment":
        return True
    if cell.expected.kind == "leave" and laying.leave:
        return True
    return cell.rostered and not laying.replace


def _check(found: RosterPattern, laying: Laying) -> None:
    if found.archived_at is not None:
        raise Invalid("pattern_gone")
    if not 0 <= (laying.last_on - laying.first_on).days < MOST_DAYS:
        raise Invalid("pattern_span", "last_on", limit=MOST_DAYS)
    if not 0 < len(laying.offsets) <= MOST_PEOPLE:
        raise Invalid("pattern_people", "ids", limit=MOST_PEOPLE)
    if len(laying.offsets) * ((laying.last_on - laying.first_on).days + 1) > MOST_CELLS:
        raise Invalid("pattern_cells", "last_on", limit=MOST_CELLS)
    ids = {step.get("shift_id") for step in found.steps} - {None}
    archived = select(Shift.name).where(Shift.id.in_(ids), Shift.archived_at.is_not(None)).limit(1)
    if (name := db.session.scalar(archived)) is not None:
        raise Invalid("pattern_old_shift", name=name)


def _holidays(branch_id: int, laying: Laying) -> set[date]:
    days = select(CalendarDay.on).where(CalendarDay.branch_id == branch_id, CalendarDay.kind == "holiday")
    return set(db.session.scalars(days.where(CalendarDay.on.between(laying.first_on, laying.last_on))))


def _dates(laying: Laying) -> Sequence[date]:
    return [laying.first_on + timedelta(days=n) for n in range((laying.last_on - laying.first_on).days + 1)]
