"""Driving settlement from outside any transaction: by the jobs, the command line and the demo."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import OperationalError

from webapp.attendance import service as attendance
from webapp.core.clock import now
from webapp.core.db import db, do
from webapp.rewards.queries import runs
from webapp.rewards.queries.days import Pair
from webapp.rewards.rules.due import BranchDue, recheck_dates
from webapp.rewards.service.batch import Tally, settle_many
from webapp.rewards.service.runs import finish_run, open_run, progress
from webapp.rewards.service.settle import mark_changed
from webapp.rewards.service.telling import tell_posted, tell_settled

log = logging.getLogger("onsite.rewards")
MARKED_AT_ONCE = 2000
TOLD_AT_ONCE = 200
Told = Callable[[Tally], None]


def settle_through(*, branch_id: int, through: date, at: datetime, by: int | None = None) -> Tally:
    """Settle every date of a branch up to `through`, here and now; the amounts of all."""
    total = Tally()
    attendance.close_due(branch_id=branch_id, at=at)
    while (due := _next_date(branch_id, through)) is not None:
        run_id = do(open_run, branch_id=branch_id, work_date=due, by=by, at=at)
        if run_id is None:
            return total
        done, _ = settle_chunk(run_id=run_id, pairs=still_waiting(run_id=run_id), at=at)
        total += done
        total += recheck(branch_id=branch_id, settled=due, at=at)
    return total + settle_marked(branch_id=branch_id, at=at)


def begin_run(
    *, branch_id: int, through: date, at: datetime, by: int | None = None, told: Callable[[], object] | None = None
) -> int | None:
    """Close the branch's days and open the run of its next date; None when there is nothing to begin.

    `told` after every hundred closed days.
    """
    attendance.close_due(branch_id=branch_id, at=at, told=told)
    due = _next_date(branch_id, through)
    return None if due is None else do(open_run, branch_id=branch_id, work_date=due, by=by, at=at)


def settle_chunk(*, run_id: int, pairs: Sequence[Pair], at: datetime) -> tuple[Tally, bool]:
    """Settle some of a run's rep-days and close the run when they were the last; True for who closed it."""

    def tell(tally: Tally) -> None:
        do(progress, run_id=run_id, tally=tally, at=now())

    tally = settle_many(pairs=pairs, at=at, cause="due", told=tell)
    _tell(tell_settled, pairs=pairs, at=now())
    return tally, do(finish_run, run_id=run_id, at=now())


def still_waiting(*, run_id: int) -> list[Pair]:
    """The rep-days a run has left."""
    run = runs.run(run_id)
    found = runs.waiting(run.branch_id, run.work_date) if run else []
    db.session.remove()
    return found


def recheck(*, branch_id: int, settled: date, at: datetime, told: Told | None = None) -> Tally:
    """Look at the last few dates again; whatever changed without anybody saying so is corrected."""
    branch = runs.branch(branch_id)
    live = branch is not None and not branch.on_hold
    pairs = runs.all_of(branch_id, recheck_dates(settled, branch.settled_from)) if branch and live else []
    db.session.remove()
    return _told_after(pairs, at, settle_many(pairs=pairs, at=at, cause="recheck", told=told))


def settle_marked(*, branch_id: int, at: datetime, told: Told | None = None) -> Tally:
    """Settle what changed after it was settled."""
    branch = runs.branch(branch_id)
    if branch is None or branch.on_hold or branch.settled_through is None:
        return Tally()
    pairs = runs.marked(branch_id, branch.settled_through, MARKED_AT_ONCE)
    db.session.remove()
    return _told_after(pairs, at, settle_many(pairs=pairs, at=at, cause="changed", told=told))


def take_changes(*, pairs: Collection[Pair], at: datetime) -> Tally:
    """Facts of these rep-days changed: mark them, then settle what is settled already and the instant rules."""
    known = {pair: row for pair, row in runs.branches_of(pairs).items() if pair[1] >= row.settled_from}
    db.session.remove()
    if not known:
        return Tally()
    do(mark_changed, branches={pair: row.id for pair, row in known.items()}, at=at)
    live = {pair: row for pair, row in known.items() if not row.on_hold}
    closed = [pair for pair, row in live.items() if row.settled_through is not None and pair[1] <= row.settled_through]
    tally = settle_many(pairs=set(live) - set(closed), at=at, cause="changed", instant_only=True)
    tally += settle_many(pairs=closed, at=at, cause="changed")
    return _told_after(list(live), at, tally)


def due_branches(*, at: datetime) -> Iterator[tuple[BranchDue, date]]:
    """Branches with something to settle, and through which date."""
    found = [(branch, branch.due_through(at)) for branch in runs.branches() if not branch.on_hold]
    db.session.remove()
    yield from ((branch, through) for branch, through in found if branch.next_date <= through)


def _told_after(pairs: Collection[Pair], at: datetime, tally: Tally) -> Tally:
    """People hear of what was posted to them; a rep-day nothing was posted to is not even looked at."""
    if tally.posted:
        for start in range(0, len(pairs), TOLD_AT_ONCE):
            _tell(tell_posted, pairs=list(pairs)[start : start + TOLD_AT_ONCE], at=at)
    return tally


def _tell(verb: Callable[..., object], **told: Any) -> None:
    """What people are paid does not wait for what they are told."""
    try:
        do(verb, **told)
    except (OperationalError, BaseTimeoutException):
        raise
    except Exception:
        log.exception("people were not told what was posted")


def _next_date(branch_id: int, through: date) -> date | None:
    branch = runs.branch(branch_id)
    db.session.remove()
    if branch is None or branch.on_hold or branch.next_date > through:
        return None
    return branch.next_date
