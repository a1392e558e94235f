"""Keeping attendance days true: rebuilt when schedules change, closed when their window has ended."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.attendance import queries, service
from webapp.core.clock import now
from webapp.core.db import do
from webapp.core.outbox import Item
from webapp.devices import queries as devices

BATCH = 100
Pair = tuple[int, date]


def schedule_changed(items: Sequence[Item]) -> None:
    """Topic: a date of somebody or of a branch, or all of somebody's between two dates, has other hours than before.

    At most a hundred days at a time. A day that cannot be built fails it at its end; the others go on.
    """
    found = [(pair, item.payload.get("anew", False)) for item in items for pair in _pairs(item.payload)]
    pairs, anew = sorted({pair for pair, _ in found}), {pair for pair, again in found if again}

    def build(some: Sequence[Pair]) -> None:
        do(service.date_punches, pairs=some, at=now())
        do(service.rebuild_days, pairs=some, at=now(), bulk=True, anew=anew)

    bad = 0
    for start in range(0, len(pairs), BATCH):
        bad += len(service.build_apart(pairs=pairs[start : start + BATCH], build=build))
        let_pass()
    if bad:
        raise RuntimeError(f"{bad} days could not be built")


def month_reopened(items: Sequence[Item]) -> None:
    """Topic: a closed month may be changed again; what waited for that is built, and paid for, now.

    A day that cannot be built keeps waiting, and stays to be seen on the month's page; the others go on. The row
    is tried again then, and ends as failed if nobody mends the cause.
    """
    bad = sum(_rebuild_held(item.payload["branch_id"], item.payload["month"]) for item in items)
    if bad:
        raise RuntimeError(f"{bad} held days could not be built")


def _rebuild_held(branch_id: int, month: str) -> int:
    """How many could not be built."""

    def build(pairs: Sequence[Pair]) -> None:
        do(service.rebuild_held, branch_id=branch_id, month=month, pairs=pairs, at=now())

    bad, after = 0, None
    while pairs := read(partial(queries.held_pairs, branch_id, month, BATCH, after)):
        bad += len(service.build_apart(pairs=pairs, build=build))
        after = pairs[-1]
        let_pass()
    return bad


@job(timeout=LONG)
def close_days() -> int:
    """Days whose window has ended are over, and people who never came get a day that says so; how many.

    A day that cannot be built is tried again by the next run, and fails this one at its end; the others go on.
    """
    closed = bad = 0
    for branch_id in read(queries.branch_ids):
        done, failed = service.close_due(branch_id=branch_id, at=now(), told=let_pass)
        closed, bad = closed + done, bad + failed
    if bad:
        raise RuntimeError(f"{bad} days could not be closed")
    return closed


@job(timeout=LONG)
def compare_sources() -> None:
    """Days of the last dates once more: a device may have been heard since that says nothing of somebody."""
    for branch_id in read(queries.branch_ids):
        after: tuple[int, date] | None = service.START
        while after is not None:
            after = service.compare_recent(
                branch_id=branch_id, at=now(), after=after,
                enrolled=devices.enrolled, registered=devices.registered_on,
            )  # fmt: skip
            let_pass()


@job(timeout=LONG)
def forget_spots() -> int:
    """Exact positions of check-ins are remembered for comparison only as long as they are compared."""
    total = 0
    while done := do(service.forget_spots, at=now(), limit=BATCH * 10):
        total += done
        let_pass()
    return total


def _pairs(payload: dict[str, Any]) -> list[tuple[int, date]]:
    if "first" in payload:
        span = date.fromisoformat(payload["first"]), date.fromisoformat(payload["last"])
        return [(payload["employee_id"], on) for on in read(lambda: queries.dates_of(payload["employee_id"], *span))]
    on = date.fromisoformat(payload["work_date"])
    if "employee_id" in payload:
        return [(payload["employee_id"], on)]
    return [(person, on) for person in read(lambda: queries.people_with_a_day(payload["branch_id"], on))]
