"""Runs: one settlement of one branch's work date, visible while it goes on."""

from datetime import date, datetime

from sqlalchemy import insert, select, update

from webapp.core import audit, outbox
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import Conflict, NotFound
from webapp.people.models import Branch
from webapp.rewards.models import RepDay, SettlementRun
from webapp.rewards.queries import runs
from webapp.rewards.rules.due import STANDSTILL
from webapp.rewards.service.batch import Tally
from webapp.rewards.service.settle import mark_changed
from webapp.rewards.service.telling import tell_run
from webapp.rules.queries import approved_since

RUN_NOW = "jobs.settlement.settle_branch"


def open_run(*, branch_id: int, work_date: date, by: int | None, at: datetime) -> int | None:
    """The run to work on: a new one, or one that stands still. None while another is going on.

    A new one tries again, once, what was put aside before the date was due.
    """
    _lock(branch_id)
    last = runs.latest_run(branch_id, work_date)
    if last is not None and last.state == "running":
        if last.progress_at > at - STANDSTILL:
            return None
        conn().execute(update(SettlementRun).where(SettlementRun.id == last.id).values(progress_at=at))
        return last.id
    number = (last.n if last else 0) + 1
    _take_up(branch_id, work_date)
    total = len(runs.waiting(branch_id, work_date))
    made = insert(SettlementRun).values(
        branch_id=branch_id, work_date=work_date, n=number, state="running", started_by=by, started_at=at,
        progress_at=at, total=total, done=0, posted=0, set_aside=0, amount=0,
    )  # fmt: skip
    return conn().execute(made.returning(SettlementRun.id)).scalar_one()


def progress(*, run_id: int, tally: Tally, at: datetime) -> None:
    """Count what was done. How far the run is, is counted in the rep-days, so that doing some twice adds nothing."""
    row = SettlementRun
    run = conn().execute(select(row.branch_id, row.work_date, row.total).where(row.id == run_id)).one()
    conn().execute(
        update(row)
        .where(row.id == run_id)
        .values(
            done=max(0, run.total - len(runs.waiting(run.branch_id, run.work_date))),
            posted=row.posted + tally.posted,
            set_aside=row.set_aside + tally.set_aside,
            amount=row.amount + tally.amount,
            progress_at=at,
        )
    )


def finish_run(*, run_id: int, at: datetime) -> bool:
    """Close the run and move the branch's settled-through date on when nothing of its date waits any more.

    True for the one caller who closed it.
    """
    run = conn().execute(select(SettlementRun.__table__).where(SettlementRun.id == run_id)).one()
    _lock(run.branch_id)
    if runs.waiting(run.branch_id, run.work_date):
        return False
    closing = update(SettlementRun).where(SettlementRun.id == run_id, SettlementRun.state == "running")
    counted = runs.outcome(run.branch_id, run.work_date, run.started_at)
    closed = {"state": "done", "done": SettlementRun.total, "finished_at": at, "progress_at": at, **counted}
    if not conn().execute(closing.values(**closed)).rowcount:
        return False
    known = runs.branch(run.branch_id)
    if known is not None and known.next_date == run.work_date:
        conn().execute(update(Branch).where(Branch.id == run.branch_id).values(settled_through=run.work_date))
        tell_run(branch=known, work_date=run.work_date, number=counted["set_aside"], at=at)
    if approved_since(run.branch_id, run.work_date, run.started_at - STANDSTILL):
        # Rep-days whose rules were read just before did not exist for mark_from.
        mark_from(branch_id=run.branch_id, first=run.work_date, at=at)
    return True


def ask_run(*, by: SignedIn, branch_id: int, through: date, at: datetime) -> None:
    """Settle a branch now, up to a work date that is over. Raises Conflict when it cannot be."""
    branch = runs.branch(branch_id) if branch_id in by.branch_ids else None
    if branch is None:
        raise NotFound("not_found")
    if branch.on_hold:
        raise Conflict("run_on_hold", reason=branch.hold_reason)
    if not branch.next_date <= through <= branch.yesterday(at):
        raise Conflict("run_not_due")
    payload = {"branch_id": branch_id, "through": through.isoformat(), "by": by.id}
    outbox.put("run", f"{RUN_NOW}#{branch_id}", payload, at)
    audit.record(
        actor_id=by.id, action="settlement.run_now", object_type="branch", object_id=branch_id, branch_id=branch_id,
        after={"through": through}, at=at,
    )  # fmt: skip


def try_again(*, by: SignedIn, employee_id: int, work_date: date, at: datetime) -> None:
    """Look at a rep-day that was put aside once more."""
    row = (
        conn()
        .execute(
            select(RepDay.branch_id).where(
                RepDay.employee_id == employee_id, RepDay.work_date == work_date, RepDay.state == "set_aside"
            )
        )
        .first()
    )
    if row is None or row.branch_id not in by.branch_ids:
        raise NotFound("not_found")
    mark_changed(branches={(employee_id, work_date): row.branch_id}, at=at)
    day = work_date.isoformat()
    outbox.put("day_changed", f"{employee_id}|{day}", {"employee_id": employee_id, "work_date": day}, at)
    audit.record(
        actor_id=by.id, action="settlement.tried_again", object_type="rep_day", object_id=f"{employee_id}|{day}",
        branch_id=row.branch_id, at=at,
    )  # fmt: skip


def mark_from(*, branch_id: int, first: date, at: datetime) -> int:
    """Every rep-day of a branch from a date on must be looked at again; how many.

    Open ones too: somebody may be about to settle one from what was read before.
    """
    query = update(RepDay).where(RepDay.branch_id == branch_id, RepDay.work_date >= first)
    return conn().execute(query.values(changed_at=at, version=RepDay.version + 1)).rowcount


def _take_up(branch_id: int, work_date: date) -> None:
    """Only instant rules looked at these; what stopped them may be mended, or may not matter any more."""
    aside = (RepDay.branch_id == branch_id, RepDay.work_date == work_date, RepDay.state == "set_aside")
    conn().execute(update(RepDay).where(*aside).values(state="open", version=RepDay.version + 1))


def _lock(branch_id: int) -> None:
    """One at a time opens or closes a run of a branch."""
    conn().execute(select(Branch.id).where(Branch.id == branch_id).with_for_update())
