"""Keeping attendance days true: rebuilt when schedules change, closed when their window has ended."""

from collections.abc import Sequence
from datetime import date
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


def schedule_changed(items: Sequence[Item]) -> None:
    """Topic: a date of somebody or of a branch, or all of somebody's between two dates, has other hours than before.

    At most a hundred days at a time.
    """
    found = [(pair, item.payload.get("anew", False)) for item in items for pair in _pairs(item.payload)]
    pairs, anew = sorted({pair for pair, _ in found}), {pair for pair, again in found if again}
    for start in range(0, len(pairs), BATCH):
        some = pairs[start : start + BATCH]
        do(service.date_punches, pairs=some, at=now())
        do(service.rebuild_days, pairs=some, at=now(), bulk=True, anew=anew)
        let_pass()


def month_reopened(items: Sequence[Item]) -> None:
    """Topic: a closed month may be changed again; what waited for that is built, and paid for, now."""
    for item in items:
        month = {"branch_id": item.payload["branch_id"], "month": item.payload["month"]}
        while do(service.rebuild_held, **month, at=now(), limit=BATCH):
            let_pass()


@job(timeout=LONG)
def close_days() -> int:
    """Days whose window has ended are over, and people who never came get a day that says so."""
    closed = 0
    for branch_id in read(queries.branch_ids):
        while done := do(service.rebuild_due, branch_id=branch_id, at=now(), limit=BATCH):
            closed += done
            let_pass()
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
