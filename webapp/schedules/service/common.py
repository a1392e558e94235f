"""What every verb needs: whom it is about, whether it may, and telling attendance."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.core import outbox
from webapp.core.authz import OFFICE, SignedIn
from webapp.core.db import conn, db, is_postgres
from webapp.core.errors import Forbidden, Invalid, NotFound
from webapp.people.models import Branch, BranchMove, Employee
from webapp.people.service.near_days import tell_branch_later, tell_person_later
from webapp.schedules import policy
from webapp.schedules.queries.periods import check_open
from webapp.schedules.rules import months_between, never_closed, read_roster_policy
from webapp.schedules.rules.telling import told_through
from webapp.wallet.rules import month_span

UNIT = 50
MOST_REASON = 300


def in_units(*, people: Sequence[int]) -> list[Sequence[int]]:
    """Long work, some people at a time, because SQLite lets one write and the others wait; nobody is one unit."""
    return [people[n : n + UNIT] for n in range(0, len(people), UNIT)] or [people]


def lock(people: Collection[int]) -> None:
    """Before reading days that are overwritten then: who comes second reads what the first one left.

    What refers to these people, a check-in, does not wait. SQLite has one writer anyway.
    """
    if is_postgres():
        rows = select(Employee.id).where(Employee.id.in_(people)).order_by(Employee.id)
        conn().execute(rows.with_for_update(key_share=True))


def person(by: SignedIn | None, employee_id: int, on: date, at: datetime) -> Employee:
    """Somebody whose schedule `by` may change on that date, locked. Raises NotFound, Forbidden.

    Supervisors change today and later; HR and the operator at the console (None) any day. Nobody their own.
    """
    lock([employee_id])
    if by is None:
        return _found(db.session.get(Employee, employee_id))
    someone = _found(db.session.scalar(policy.visible_to(by).where(Employee.id == employee_id)))
    if not policy.can_change(by, employee_id):
        raise Forbidden("forbidden")
    if not policy.can_change_on(by, on, today(someone.branch_id, at)):
        raise Forbidden("past_day", "work_date")
    return someone


def office(by: SignedIn | None, branch_id: int) -> None:
    """Raises NotFound for another branch, Forbidden for those who are not HR or admin."""
    if by is None:
        return
    if branch_id not in by.branch_ids:
        raise NotFound("not_found")
    if by.role not in OFFICE:
        raise Forbidden("forbidden")


def check_reason(decision: str, reason: str) -> None:
    """Raises Invalid where a no has none, or it is longer than can be kept."""
    if decision == "rejected" and not reason:
        raise Invalid("leave_reason", "reason")
    if len(reason) > MOST_REASON:
        raise Invalid("too_long", "reason", limit=MOST_REASON)


def today(branch_id: int, at: datetime) -> date:
    """The branch's local date."""
    return _today_and_near(branch_id, at)[0]


def _today_and_near(branch_id: int, at: datetime) -> tuple[date, date | None]:
    """The branch's local date, and the last one whose changes are told by themselves."""
    known = select(Branch.timezone, Branch.roster_policy).where(Branch.id == branch_id)
    row = db.session.execute(known).one_or_none()
    if row is None:
        raise NotFound("not_found", "branch_id")
    local = at.astimezone(ZoneInfo(row.timezone))
    return local.date(), told_through(read_roster_policy(row.roster_policy), local)


def person_changed(someone: Employee, dates: Iterable[date], at: datetime, *, tell: bool = True) -> None:
    """Have these days rebuilt; days still to come have nothing to rebuild. Raises Conflict in a closed month.

    tell: the person is told of what is near by itself, once the planner is done.
    """
    last, near = _today_and_near(someone.branch_id, at)
    changed = set(dates)
    over = sorted(on for on in changed if on <= last)
    _check_open(someone, [on for on in over if not never_closed(on, last)])
    for on in over:
        payload = {"employee_id": someone.id, "work_date": on.isoformat()}
        outbox.put("schedule_changed", f"{someone.id}|{on}", payload, at)
    if tell and near and any(last <= on <= near for on in changed):
        tell_person_later(employee_id=someone.id, at=at)


def branch_changed(branch_id: int, first: date, last: date, at: datetime) -> None:
    """Have a span of a branch's days rebuilt, as far as they have begun, and those it concerns told of what is near.

    Raises Conflict in a closed month.
    """
    now, near = _today_and_near(branch_id, at)
    if near and first <= near and last >= now:
        tell_branch_later(branch_id=branch_id, at=at)
    end = min(last, now)
    if not never_closed(first, now):
        check_open(branch_id, [month_span(month)[0] for month in months_between(first, end)])
    while first <= end:
        payload = {"branch_id": branch_id, "work_date": first.isoformat()}
        outbox.put("schedule_changed", f"branch {branch_id}|{first}", payload, at, bulk=True)
        first += timedelta(days=1)


def _check_open(someone: Employee, dates: list[date]) -> None:
    """A day belongs to the branch the person was in then."""
    if not dates:
        return
    left = select(BranchMove.moved_on, BranchMove.from_branch_id).where(BranchMove.employee_id == someone.id)
    moves = conn().execute(left.order_by(BranchMove.moved_on)).all()
    there: dict[int, list[date]] = defaultdict(list)
    for on in dates:
        there[next((move.from_branch_id for move in moves if on < move.moved_on), someone.branch_id)].append(on)
    for branch_id, mine in there.items():
        check_open(branch_id, mine)


def _found(someone: Employee | None) -> Employee:
    if someone is None:
        raise NotFound("not_found", "employee_id")
    return someone
