"""Settling what is due: a tick finds it, jobs of about a hundred rep-days do it, anything lost is found again.

The database knows what waits. Every job may be killed, repeated or run twice at once: a rep-day is settled in
one transaction that does nothing when it was done already.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import date

from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import OperationalError

from jobs.base import job, later
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.attendance import service as attendance
from webapp.core.clock import now
from webapp.core.db import db, do
from webapp.core.outbox import Item
from webapp.devices import queries as devices
from webapp.rewards import service
from webapp.rewards.queries import runs

CHUNK = 100
log = logging.getLogger("onsite.settlement")


@job(timeout=LONG)
def settle_due() -> int:
    """Every minute: begin what is due in each branch's own time, and settle what changed after it was settled."""
    at = now()
    for branch, through in service.due_branches(at=at):
        _begin(branch.id, through, None)
    return sum(_settle_marked(branch.id) for branch in _open_branches())


@job(timeout=LONG)
def settle_branch(*, branch_id: int, through: str, by: int | None = None) -> None:
    """Begin the next date of one branch, up to `through` (ISO)."""
    _begin(branch_id, date.fromisoformat(through), by)


@job(timeout=LONG)
def settle_chunk(*, run_id: int, employee_ids: list[int], through: str, by: int | None = None) -> dict[str, int]:
    """Some rep-days of a run; whoever settles the last one goes on with the next date."""
    run = runs.run(run_id)
    branch = runs.branch(run.branch_id) if run else None
    db.session.remove()
    if run is None or branch is None or branch.on_hold:
        return {}
    pairs = [(who, run.work_date) for who in employee_ids]
    tally, closed = service.settle_chunk(run_id=run_id, pairs=pairs, at=now())
    if closed:
        later(recheck, branch_id=branch.id, settled=run.work_date.isoformat())
        later(settle_branch, branch_id=branch.id, through=through, by=by)
    return {"done": tally.done, "posted": tally.posted, "set_aside": tally.set_aside}


@job(timeout=LONG)
def recheck(*, branch_id: int, settled: str) -> dict[str, int]:
    """The dates before one that was just settled, again."""
    tally = service.recheck(branch_id=branch_id, settled=date.fromisoformat(settled), at=now(), told=_told)
    return {"done": tally.done, "posted": tally.posted}


@job(timeout=LONG)
def settle_marked(*, branch_id: int) -> int:
    """What changed after it was settled."""
    return _settle_marked(branch_id)


def day_changed(items: Sequence[Item]) -> None:
    """Topic "day_changed": facts of a rep-day changed. Its evidence is weighed before it is paid for."""
    pairs = {(item.payload["employee_id"], date.fromisoformat(item.payload["work_date"])) for item in items}
    attendance.bind_devices(pairs=pairs)
    attendance.scan(pairs=pairs, at=now())
    _compare(pairs)
    service.take_changes(pairs=pairs, at=now())
    _tell_waiting(pairs)


def _compare(pairs: Collection[tuple[int, date]]) -> None:
    try:
        attendance.compare(pairs=pairs, at=now(), enrolled=devices.enrolled, registered=devices.registered_on)
    except (OperationalError, JobTimeoutException):
        raise
    except Exception:  # noqa: BLE001 - what people are paid does not wait for a question about it
        db.session.remove()
        log.exception("the sources of days were not compared")


def _tell_waiting(pairs: Collection[tuple[int, date]]) -> None:
    try:
        do(attendance.tell_waiting, pairs=pairs, at=now())
    except (OperationalError, JobTimeoutException):
        raise
    except Exception:  # noqa: BLE001 - what people are paid does not wait for what they are told
        log.exception("nobody was told that an exception waits")


def rules_changed(items: Sequence[Item]) -> None:
    """Topic "rules_changed": a version was approved from a date on, perhaps in the past."""
    for item in items:
        first = date.fromisoformat(item.payload["from"])
        if do(service.mark_from, branch_id=item.payload["branch_id"], first=first, at=now()):
            later(settle_marked, branch_id=item.payload["branch_id"])


def _settle_marked(branch_id: int) -> int:
    return service.settle_marked(branch_id=branch_id, at=now(), told=_told).done


def _told(_: service.Tally) -> None:
    """Between the batches of long work."""
    let_pass()


def _begin(branch_id: int, through: date, by: int | None) -> None:
    run_id = service.begin_run(branch_id=branch_id, through=through, at=now(), by=by, told=let_pass)
    if run_id is None:
        return
    ids = [who for who, _ in service.still_waiting(run_id=run_id)]
    for start in range(0, len(ids), CHUNK) or (0,):
        part = ids[start : start + CHUNK]
        later(settle_chunk, run_id=run_id, employee_ids=part, through=through.isoformat(), by=by)


def _open_branches() -> list[runs.BranchDue]:
    found = [branch for branch in runs.branches() if not branch.on_hold]
    db.session.remove()
    return found
