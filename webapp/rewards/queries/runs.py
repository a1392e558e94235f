"""Reading settlement runs: what is due, what waits, what was put aside."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from webapp.attendance.models import AttendanceDay
from webapp.core.db import conn
from webapp.people.models import Branch, Employee
from webapp.rewards.models import RepDay, SettlementLine, SettlementRun
from webapp.rewards.queries.days import Pair
from webapp.rewards.rules.due import BranchDue

_BRANCH = select(*(Branch.__table__.c[name] for name in BranchDue.__dataclass_fields__)).order_by(Branch.name)
_day, _rep_day = AttendanceDay, RepDay
_WAITING = (
    select(_day.employee_id)
    .outerjoin(_rep_day, and_(_rep_day.employee_id == _day.employee_id, _rep_day.work_date == _day.work_date))
    .where(
        _day.branch_id == bindparam("branch"),
        _day.work_date == bindparam("on"),
        or_(_rep_day.state.is_(None), _rep_day.state.in_(bindparam("states", expanding=True))),
    )
    .order_by(_day.employee_id)
)
_MARKED = (
    select(_rep_day.employee_id, _rep_day.work_date)
    .where(
        _rep_day.branch_id == bindparam("branch"),
        _rep_day.changed_at.is_not(None),
        _rep_day.work_date <= bindparam("through"),
    )
    .order_by(_rep_day.work_date, _rep_day.employee_id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One settlement of one branch's work date."""

    id: int
    branch_id: int
    work_date: date
    n: int
    state: str
    started_by: str | None
    started_at: datetime
    progress_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    posted: int
    set_aside: int
    amount: int


@dataclass(frozen=True, slots=True)
class AsideRow:
    """A rep-day that could not be settled, and why."""

    employee_id: int
    staff_no: str
    name: str
    branch_id: int
    work_date: date
    problem: str
    since: datetime | None


def branch(branch_id: int) -> BranchDue | None:
    row = conn().execute(_BRANCH.where(Branch.id == branch_id)).first()
    return None if row is None else BranchDue(*row)


def branches(branch_ids: Collection[int] | None = None) -> list[BranchDue]:
    """All of them, or those named, by name."""
    query = _BRANCH if branch_ids is None else _BRANCH.where(Branch.id.in_(list(branch_ids)))
    return [BranchDue(*row) for row in conn().execute(query)]


def waiting(branch_id: int, work_date: date, *, aside: bool = False) -> list[Pair]:
    """Rep-days of a date that were never settled; one that was put aside by its run does not wait.

    `aside`: those too, because a run that opens takes them up.
    """
    asked = {"branch": branch_id, "on": work_date, "states": ["open", "set_aside"] if aside else ["open"]}
    return [(row[0], work_date) for row in conn().execute(_WAITING, asked)]


def marked(branch_id: int, through: date, most: int = 2000) -> list[Pair]:
    """Rep-days up to `through` that changed since they were settled."""
    asked = {"branch": branch_id, "through": through, "most": most}
    return [(row.employee_id, row.work_date) for row in conn().execute(_MARKED, asked)]


def all_of(branch_id: int, dates: Collection[date]) -> list[Pair]:
    """Every rep-day of some dates."""
    query = select(_day.employee_id, _day.work_date).where(_day.branch_id == branch_id, _day.work_date.in_(list(dates)))
    return [(row.employee_id, row.work_date) for row in conn().execute(query)]


def branches_of(pairs: Collection[Pair]) -> dict[Pair, Row[Any]]:
    """{pair: branch id, settled_from, settled_through, on_hold} of the pairs that have an attendance day."""
    wanted = set(pairs)
    query = (
        select(_day.employee_id, _day.work_date, Branch.id, Branch.settled_from, Branch.settled_through, Branch.on_hold)
        .join(Branch, Branch.id == _day.branch_id)
        .where(_day.employee_id.in_({who for who, _ in wanted}), _day.work_date.in_({on for _, on in wanted}))
    )
    found = {(row.employee_id, row.work_date): row for row in conn().execute(query)} if wanted else {}
    return {pair: row for pair, row in found.items() if pair in wanted}


def run(run_id: int) -> RunRow | None:
    row = conn().execute(_runs().where(SettlementRun.id == run_id)).first()
    return None if row is None else RunRow(*row)


def latest_run(branch_id: int, work_date: date) -> RunRow | None:
    query = _runs().where(SettlementRun.branch_id == branch_id, SettlementRun.work_date == work_date).limit(1)
    row = conn().execute(query).first()
    return None if row is None else RunRow(*row)


def run_log(branch_ids: Collection[int], limit: int = 20) -> list[RunRow]:
    """The newest runs."""
    query = _runs().where(SettlementRun.branch_id.in_(list(branch_ids))).limit(limit)
    return [RunRow(*row) for row in conn().execute(query)]


def outcome(branch_id: int, work_date: date, since: datetime) -> dict[str, int]:
    """What a run that began at `since` came to, from its rep-days: what a killed worker did is among it."""
    line = SettlementLine
    here = (_rep_day.branch_id == branch_id, _rep_day.work_date == work_date)
    mine = and_(line.employee_id == _rep_day.employee_id, line.work_date == _rep_day.work_date)
    lines = (
        select(func.sum(line.delta).label("delta"))
        .join(_rep_day, mine)
        .where(*here, line.cause == "due", line.posted_at >= since)
        .group_by(line.employee_id)
        .subquery()
    )
    posted = func.count().filter(lines.c.delta != 0), func.coalesce(func.sum(lines.c.delta), 0)
    people, amount = conn().execute(select(*posted)).one()
    aside = conn().scalar(select(func.count()).where(*here, _rep_day.state == "set_aside")) or 0
    return {"posted": people, "amount": int(amount), "set_aside": aside}


def set_aside(branch_ids: Collection[int], limit: int = 200) -> list[AsideRow]:
    query = (
        select(
            RepDay.employee_id,
            Employee.staff_no,
            Employee.name,
            RepDay.branch_id,
            RepDay.work_date,
            func.coalesce(RepDay.problem, ""),
            RepDay.settled_at,
        )
        .join(Employee, Employee.id == RepDay.employee_id)
        .where(RepDay.branch_id.in_(list(branch_ids)), RepDay.state == "set_aside")
        .order_by(RepDay.work_date.desc(), Employee.staff_no)
        .limit(limit)
    )
    return [AsideRow(*row) for row in conn().execute(query)]


def _runs() -> Any:
    named = Employee.__table__.alias("starter")
    columns = [
        named.c.name if name == "started_by" else SettlementRun.__table__.c[name]
        for name in RunRow.__dataclass_fields__
    ]
    return (
        select(*columns)
        .select_from(SettlementRun)
        .outerjoin(named, named.c.id == SettlementRun.started_by)
        .order_by(SettlementRun.started_at.desc(), SettlementRun.id.desc())
    )
