"""Settling told dates and paying told months, in their own time; every step may be repeated."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from webapp.attendance import service as attendance
from webapp.core import outbox
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db, do
from webapp.demo.days import Stage, forget
from webapp.payroll import queries as pay_queries
from webapp.payroll import service as pay
from webapp.payroll.models import PayRun
from webapp.people.models import Branch
from webapp.rewards import service as rewards
from webapp.rewards.queries import runs

Pair = tuple[int, date]


def settle(stage: Stage, on: date, at: datetime) -> None:
    """Everybody's day is over, also of those who never came; one run per branch, and the watermark behind it."""
    for branch_id, people in _people(stage, on).items():
        do(_close, pairs=[(one, on) for one in people], at=at)
        run_id = _run_of(branch_id, on, at)
        waiting = runs.waiting(branch_id, on)
        db.session.remove()
        tally = rewards.settle_many(pairs=waiting, at=at, cause="due")
        do(rewards.progress, run_id=run_id, tally=tally, at=at)
        do(_finish, run_id=run_id, branch_id=branch_id, on=on, at=at)


def settle_again(stage: Stage, pairs: Collection[Pair], at: datetime) -> None:
    """What was decided after it was settled."""
    branches = {actor.id: actor.branch_id for actor in stage.actors.values()}
    if pairs:
        do(rewards.mark_changed, branches={pair: branches[pair[0]] for pair in pairs}, at=at)
        rewards.settle_many(pairs=pairs, at=at, cause="changed")


def pay_month(stage: Stage, month: str, at: datetime) -> None:
    """Both branches: made, looked at and issued by HR, as the jobs do it."""
    by = stage.actors["H001"]
    for branch_id in by.branch_ids:
        run = _pay_run(branch_id, month) or do(_start, by=by, branch_id=branch_id, month=month, at=at)
        if run.state == "making":
            _make(run.id, month, at)
            run = _pay_run(branch_id, month)
        if run.state == "draft":
            do(pay.review, by=by, run_id=run.id, version=run.version, at=at)
            run = _pay_run(branch_id, month)
        if run.state == "reviewed":
            do(_issue, by=by, run_id=run.id, version=run.version, at=at)
        slips = pay_queries.to_issue(run.id)
        db.session.remove()
        for slip_id in slips:
            do(pay.issue_slip, slip_id=slip_id, at=at)
        do(pay.finish_issuing, run_id=run.id, at=at)


def open_the_past(*, first_on: date) -> None:
    """History is told: from now on the past is the branches' own."""
    conn().execute(update(Branch).values(settled_from=first_on))


def _close(*, pairs: Sequence[Pair], at: datetime) -> None:
    if pairs:
        attendance.rebuild_days(pairs=pairs, at=at)
    for employee_id, on in pairs:
        forget(employee_id, on)


def _run_of(branch_id: int, on: date, at: datetime) -> int:
    """A killed teller goes on with the run it began."""
    begun = runs.latest_run(branch_id, on)
    db.session.remove()
    return begun.id if begun else do(rewards.open_run, branch_id=branch_id, work_date=on, by=None, at=at) or 0


def _finish(*, run_id: int, branch_id: int, on: date, at: datetime) -> None:
    """While the past is closed to everybody else, a run does not move the watermark itself."""
    rewards.finish_run(run_id=run_id, at=at)
    conn().execute(update(Branch).where(Branch.id == branch_id).values(settled_through=on))


def _people(stage: Stage, on: date) -> dict[int, list[int]]:
    """Who is employed on a date, by branch."""
    found: dict[int, list[int]] = {}
    for member in stage.story.cast:
        actor = stage.actors[member.staff_no]
        mine = found.setdefault(actor.branch_id, [])
        if stage.story.employed(member, on):
            mine.append(actor.id)
    return found


def _make(run_id: int, month: str, at: datetime) -> None:
    branch, _ = pay_queries.run_of(run_id)
    people = pay_queries.to_make(run_id)
    issued = pay_queries.issued_of(people, branch.currency, month)
    facts = pay_queries.facts_of(branch, people, month)
    slips = [(known, pay_queries.compute(branch, known, issued[one].ytd)) for one, known in facts.items()]
    db.session.remove()
    do(pay.store_drafts, run_id=run_id, slips=slips, problems={}, at=at)
    do(pay.finish_making, run_id=run_id, at=at)


def _start(*, by: SignedIn, branch_id: int, month: str, at: datetime) -> PayRun:
    run_id = pay.start_run(by=by, branch_id=branch_id, month=month, at=at)
    outbox.forget(topic="run", keys=[f"jobs.payroll.make#{run_id}"])
    return db.session.get_one(PayRun, run_id)


def _issue(*, by: SignedIn, run_id: int, version: int, at: datetime) -> None:
    pay.start_issuing(by=by, run_id=run_id, version=version, at=at)
    outbox.forget(topic="run", keys=[f"jobs.payroll.issue#{run_id}"])


def _pay_run(branch_id: int, month: str) -> Any:
    query = select(PayRun).where(PayRun.branch_id == branch_id, PayRun.month == month)
    found = db.session.scalar(query)
    db.session.remove()
    return found
