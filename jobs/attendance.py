"""Keeping attendance days true: rebuilt when schedules change, closed when their window has ended."""

import logging
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import OperationalError

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
log = logging.getLogger("onsite.attendance")


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
    """Topic: a closed month may be changed again; what waited for that is built, and paid for, now.

    A day that cannot be built keeps waiting, and stays to be seen on the month's page; the others go on. The row
    is tried again then, and ends as failed if nobody mends the cause.
    """
    bad = sum(_rebuild_held(item.payload["branch_id"], item.payload["month"]) for item in items)
    if bad:
        raise RuntimeError(f"{bad} held days could not be built")


def _rebuild_held(branch_id: int, month: str) -> int:
    """How many could not be built."""
    bad, after = 0, None
    while pairs := read(partial(queries.held_pairs, branch_id, month, BATCH, after)):
        bad += _build_held(branch_id, month, pairs)
        after = pairs[-1]
        let_pass()
    return bad


def _build_held(branch_id: int, month: str, pairs: Sequence[Pair]) -> int:
    """Together, or each alone when one of them cannot be built."""
    try:
        do(service.rebuild_held, branch_id=branch_id, month=month, pairs=pairs, at=now())
    except (OperationalError, BaseTimeoutException):
        raise
    except Exception:  # noqa: BLE001 - whatever it was, it belongs to one day
        if len(pairs) > 1:
            return sum(_build_held(branch_id, month, [pair]) for pair in pairs)
        log.exception("a held day cannot be built", extra={"employee": pairs[0][0], "date": f"{pairs[0][1]}"})
        return 1
    return 0


@job(timeout=LONG)
def close_days() -> int:
    """Days whose window has ended are over, and people who never came get a day that says so; how many.

    A day that cannot be built is tried again by the next run, and fails this one at its end; the others go on.
    """
    closed = bad = 0
    for branch_id in read(queries.branch_ids):
        done, failed = 1, 0
        while done:
            done, failed = _close(branch_id)
            closed += done
            let_pass()
        bad += failed
    if bad:
        raise RuntimeError(f"{bad} days could not be closed")
    return closed


def _close(branch_id: int) -> tuple[int, int]:
    """How many days were closed, and how many could not be."""
    try:
        return do(service.rebuild_due, branch_id=branch_id, at=now(), limit=BATCH), 0
    except (OperationalError, BaseTimeoutException):
        raise
    except Exception:  # noqa: BLE001 - whatever it was, it belongs to one day
        pairs = read(partial(service.due_days, branch_id=branch_id, at=now(), limit=BATCH))
        bad = sum(not _closed(pair) for pair in pairs)
        return len(pairs) - bad, bad


def _closed(pair: Pair) -> bool:
    try:
        do(service.rebuild_days, pairs=[pair], at=now(), bulk=True)
    except (OperationalError, BaseTimeoutException):
        raise
    except Exception:  # noqa: BLE001 - the others go on
        log.exception("a day cannot be closed", extra={"employee": pair[0], "date": f"{pair[1]}"})
        return False
    return True


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
