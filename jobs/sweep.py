"""Draining the outbox: who handles which topic, and what keeps rows from being forgotten."""

import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from time import monotonic
from uuid import uuid4

from rq.timeouts import JobTimeoutException
from werkzeug.utils import import_string

from jobs.base import Job, job, run_row
from jobs.queues import DRAIN
from webapp.core import outbox, row_jobs
from webapp.core.clock import now
from webapp.core.db import db, do
from webapp.core.outbox import Item
from webapp.core.queue import clear_flag, gone, nudge

Handler = Callable[[Sequence[Item]], None]

TOPICS: dict[str, str] = {
    outbox.RUN: "jobs.sweep.run_jobs",
    "day_changed": "jobs.settlement.day_changed",
    "rules_changed": "jobs.settlement.rules_changed",
    "month_reopened": "jobs.attendance.month_reopened",
    "schedule_changed": "jobs.attendance.schedule_changed",
    "roster_changed": "jobs.rosters.roster_changed",
    "device_request": "jobs.devices.device_request",
    "raw_punches": "jobs.devices.raw_punches",
}

BATCH = 100
BULK_BATCH = 50
log = logging.getLogger("onsite.jobs")


@job(timeout=DRAIN)
def drain() -> int:
    """Work through every due row; stop in good time and ask for another drain if some are left.

    Before each small batch of bulk whatever somebody waits for is done.
    """
    clear_flag()
    rescue()
    stop, handled = monotonic() + DRAIN / 2, 0
    while items := do(outbox.claim, at=now(), limit=BATCH, bulk_limit=BULK_BATCH):
        handled += _work(items)
        if monotonic() > stop:
            nudge()
            break
    return handled


def let_pass() -> int:
    """What somebody waits for, done now. Long work calls this between its steps, outside any transaction."""
    handled = 0
    while _somebody_waits() and (items := do(outbox.claim, at=now(), limit=BATCH, bulk=False)):
        handled += _work(items)
    return handled


def rescue() -> int:
    """Rows whose process was killed, or whose job Redis has lost, wait again; how many."""
    ids, jobs = outbox.lost(at=now()), row_jobs.handed_over()
    db.session.remove()
    never = gone(jobs.values())
    jobs = {row: job_id for row, job_id in jobs.items() if job_id in never}
    if ids or jobs:
        log.warning("outbox rows handed out again", extra={"rows": len(ids), "jobs": len(jobs)})
    if ids:
        do(outbox.hand_out_again, ids=ids, at=now())
    if jobs:
        do(row_jobs.take_back, jobs=jobs, at=now())
    return len(ids) + len(jobs)


def run_jobs(items: Sequence[Item]) -> None:
    """Topic "run": queue the job whose dotted name is the key, with the payload as its arguments.

    The row is written down as that job's first, so whatever happens in between it is found again by `rescue`.
    """
    for item in items:
        function: Job = import_string(item.key.partition("#")[0])
        job_id = str(uuid4())
        do(row_jobs.hand_over, item=item, job_id=job_id)
        if run_row(function, item, job_id) is None:
            raise ConnectionError("Redis is away")


def _work(items: list[Item]) -> int:
    """One that asks for a job is alone, so that no other can make it be asked for twice."""
    for topic, group in _by_topic(items):
        for some in [[one] for one in group] if topic == outbox.RUN else [group]:
            _handle(topic, some)
    return len(items)


def _somebody_waits() -> bool:
    try:
        return outbox.is_due(at=now())
    finally:
        db.session.remove()


def _handle(topic: str, items: list[Item]) -> None:
    """All rows at once; when that fails one by one, so that one bad row never stops the others."""
    try:
        _call(topic, items)
    except JobTimeoutException:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to the row
        if len(items) == 1:
            _put_back(items[0], error)
        else:
            for item in items:
                _handle(topic, [item])
    else:
        if topic != outbox.RUN:
            do(outbox.finish, ids=[item.id for item in items], at=now())


def _call(topic: str, items: list[Item]) -> None:
    handler: Handler = import_string(TOPICS[topic])
    handler(items)


def _put_back(item: Item, error: Exception) -> None:
    log.warning(
        "outbox row failed",
        exc_info=error,
        extra={"topic": item.topic, "key": item.key, "attempts": item.attempts},
    )
    do(outbox.put_back, item=item, error=f"{type(error).__name__}: {error}", at=now())


def _by_topic(items: list[Item]) -> Iterable[tuple[str, list[Item]]]:
    def topic(item: Item) -> str:
        return item.topic

    return [(name, list(group)) for name, group in groupby(sorted(items, key=topic), key=topic)]
