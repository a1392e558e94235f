"""Settling one rep-day: one transaction, exactly once in effect however often and by whomever it is run.

Facts may have been read before the transaction began (many rep-days at once). The rep-day's row counts its
marks and settlements: when the count differs from the one that was read, everything is read again under the
row's lock. Whoever changes a fact marks the rep-day afterwards, so nothing is settled from old facts for good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceDay
from webapp.core.db import conn, is_postgres
from webapp.core.errors import Conflict, NotFound
from webapp.core.prepared import Prepared
from webapp.people.models import Employee
from webapp.rewards.models import RepDay, SettlementLine
from webapp.rewards.queries.days import Pair
from webapp.rewards.queries.load import load
from webapp.rewards.rules import Plan, Revision, Work, plan
from webapp.wallet import service as wallet
from webapp.wallet.rules import Posting

_day = RepDay.__table__.c


@dataclass(frozen=True, slots=True)
class Settled:
    """`delta` was posted; `next_date` is a later date whose run of days is not the same any more.

    `unweighed`: nothing was done, because a check-in arrived whose evidence nobody has weighed.
    """

    delta: int = 0
    revisions: int = 0
    next_date: date | None = None
    unweighed: bool = False


def settle(*, employee_id: int, work_date: date, at: datetime, cause: str, instant_only: bool = False) -> Settled:
    """Post what the rep-day is worth now less what was posted. Raises NotFound without an attendance day."""
    return settle_work(work=_read((employee_id, work_date), at), at=at, cause=cause, instant_only=instant_only)


def settle_work(
    *, work: Work, at: datetime, cause: str, instant_only: bool = False, found: Plan | None = None
) -> Settled:
    """The same from facts that were read (and planned) before; they are read again when somebody was faster."""
    for _ in range(3):
        found = found or plan(work, instant_only=instant_only)
        if found.nothing:
            return Settled()
        if _claim(work, found, at, instant_only):
            # Rep-days are locked before accounts: somebody may be settling the later one.
            later = _mark_next(work, at) if found.run_moved and work.before.followed else None
            _post(work, found.revisions, at, cause)
            return Settled(found.delta, len(found.revisions), later)
        work, found = _read((work.employee_id, work.work_date), at), None
        if not attendance.is_weighed(pair=(work.employee_id, work.work_date), at=at):
            return Settled(unweighed=True)
    raise Conflict("conflict")


def mark_changed(*, branches: Mapping[Pair, int], at: datetime) -> None:
    """Say that these rep-days must be looked at; `branches` says where each belongs."""
    rows = [
        {
            "employee_id": who,
            "work_date": on,
            "branch_id": branches[who, on],
            "changed_at": at,
            "state": "open",
            "version": 1,
        }
        for who, on in sorted(branches)
    ]
    if rows:
        conn().execute(_mark(is_postgres()), rows)


def clear_marks(*, works: Sequence[Work]) -> None:
    """Say of marked rep-days that they were looked at and nothing differs; one that was marked again stays so."""
    rows = [
        {"p_employee": work.employee_id, "p_date": work.work_date, "p_version": work.before.version}
        for work in sorted(works, key=lambda work: (work.employee_id, work.work_date))
    ]
    if rows:
        conn().execute(_CLEAR, rows)


def set_aside(*, employee_id: int, work_date: date, problem: str, at: datetime) -> None:
    """Put a rep-day that cannot be settled aside, for people to see; a later change tries it again."""
    values = {"state": "set_aside", "problem": problem[:200], "settled_at": at, "changed_at": None}
    mine = (AttendanceDay.employee_id == employee_id, AttendanceDay.work_date == work_date)
    theirs = select(Employee.branch_id).where(Employee.id == employee_id)
    branch_id = conn().scalar(select(AttendanceDay.branch_id).where(*mine)) or conn().scalar(theirs)
    query = _insert(is_postgres()).values(
        employee_id=employee_id, work_date=work_date, branch_id=branch_id, **values, version=1, posted=0
    )
    conn().execute(
        query.on_conflict_do_update(
            index_elements=[_day.employee_id, _day.work_date], set_={**values, "version": _day.version + 1}
        )
    )


def _read(pair: Pair, at: datetime) -> Work:
    found = load([pair], at=at).get(pair)
    if found is None:
        raise NotFound("not_found")
    return found


def _claim(work: Work, found: Plan, at: datetime, instant_only: bool) -> bool:
    """Write the rep-day's new state, if nobody did since it was read; either way its row is locked."""
    values = {
        "p_employee": work.employee_id,
        "p_date": work.work_date,
        "p_branch": work.branch_id,
        "p_state": found.state,
        "p_run": found.run_after,
        "p_settled": None if instant_only else at,
        "p_version": work.before.version,
        "p_changed": at if instant_only else None,
        "p_posted": work.before.posted + found.delta,
    }
    return _claim_statement(is_postgres(), instant_only).run(values).first() is not None


def _post(work: Work, revisions: Sequence[Revision], at: datetime, cause: str) -> None:
    if not revisions:
        return
    postings = [_posting(work, revision) for revision in revisions if revision.delta]

    def lines(booked: dict[str, int]) -> None:
        _INSERT_LINES.run([_row(work, revision, booked, at, cause) for revision in revisions])

    who, currency = work.employee_id, work.snapshot.currency
    wallet.post(employee_id=who, currency=currency, postings=postings, at=at, note=lines)


def _posting(work: Work, revision: Revision) -> Posting:
    meta = {"rule_id": revision.rule_id, "rule": revision.code, "work_date": work.work_date.isoformat()}
    return Posting(_key(work, revision), "reward", revision.delta, work.effective_on, meta)


def _key(work: Work, revision: Revision) -> str:
    return f"settle:{revision.rule_id}|{work.employee_id}|{work.work_date}:{revision.revision}"


def _row(work: Work, revision: Revision, booked: dict[str, int], at: datetime, cause: str) -> dict[str, Any]:
    return {
        "rule_id": revision.rule_id,
        "employee_id": work.employee_id,
        "period": work.work_date.isoformat(),
        "revision": revision.revision,
        "work_date": work.work_date,
        "rule_version_id": revision.version_id,
        "inputs_hash": revision.inputs_hash,
        "inputs": revision.inputs,
        "amount": revision.amount,
        "delta": revision.delta,
        "currency": work.snapshot.currency,
        "explain": revision.explain,
        "cause": cause,
        "txn_id": booked.get(_key(work, revision)),
        "posted_at": at,
    }


def _mark_next(work: Work, at: datetime) -> date | None:
    """The run after this day is another one: the next settled rep-day must be looked at; its date, if there is one.

    A later day that is settled meanwhile walks over this one, so it is enough to know whether one was there before.
    """
    values = {"p_employee": work.employee_id, "p_date": work.work_date, "p_changed": at}
    return conn().execute(_MARK_NEXT, values).scalar()


_CLEAR = (
    update(RepDay)
    .where(
        _day.employee_id == bindparam("p_employee"),
        _day.work_date == bindparam("p_date"),
        _day.version == bindparam("p_version"),
    )
    .values(changed_at=None)
)
_INSERT_LINES = Prepared(insert(SettlementLine).inline())
_later = RepDay.__table__.alias("later")
_MARK_NEXT = (
    update(RepDay)
    .where(
        _day.employee_id == bindparam("p_employee"),
        _day.work_date
        == select(_later.c.work_date)
        .where(
            _later.c.employee_id == bindparam("p_employee"),
            _later.c.work_date > bindparam("p_date"),
            _later.c.run_after.is_not(None),
        )
        .order_by(_later.c.work_date)
        .limit(1)
        .scalar_subquery(),
    )
    .values(changed_at=bindparam("p_changed"), version=_day.version + 1)
    .returning(_day.work_date)
)


def _insert(postgres: bool) -> Any:
    return (postgresql if postgres else sqlite).insert(RepDay)


@cache
def _mark(postgres: bool) -> Executable:
    query = _insert(postgres)
    return query.on_conflict_do_update(
        index_elements=[_day.employee_id, _day.work_date],
        set_={"changed_at": query.excluded.changed_at, "version": _day.version + 1},
    )


@cache
def _claim_statement(postgres: bool, instant_only: bool) -> Prepared:
    """Insert the row, or move it on when its version is the one that was read; nothing comes back otherwise."""
    query = _insert(postgres).values(
        employee_id=bindparam("p_employee"),
        work_date=bindparam("p_date"),
        branch_id=bindparam("p_branch"),
        state=bindparam("p_state"),
        run_after=bindparam("p_run"),
        settled_at=bindparam("p_settled"),
        changed_at=bindparam("p_changed"),
        posted=bindparam("p_posted"),
        version=1,
    )
    moved: dict[str, Any] = {"version": _day.version + 1, "posted": query.excluded.posted}
    if not instant_only:
        names = ("state", "run_after", "settled_at", "changed_at")
        moved |= {name: getattr(query.excluded, name) for name in names} | {"problem": None}
    claim = query.on_conflict_do_update(
        index_elements=[_day.employee_id, _day.work_date],
        set_=moved,
        where=_day.version == bindparam("p_version"),
    )
    return Prepared(claim.returning(_day.version))
