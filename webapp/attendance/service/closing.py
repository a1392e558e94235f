"""Building many days from outside any transaction: together, and each alone when one of them cannot be built.

So whatever is wrong with one person's day stops nobody else's day, and nobody else's pay.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import OperationalError

from webapp.attendance.queries.facts import Pair
from webapp.attendance.service.days import BATCH, START, due_days, heard_days, rebuild_days
from webapp.core.db import db, do

log = logging.getLogger("onsite.attendance")


def build_apart(*, pairs: Sequence[Pair], build: Callable[[Sequence[Pair]], object]) -> list[Pair]:
    """Those that could not be built. `build` is asked for all of them, and again for each alone when it fails."""
    try:
        build(pairs)
    except (OperationalError, BaseTimeoutException):
        raise
    except Exception:  # noqa: BLE001 - whatever it was, it belongs to one day
        db.session.remove()
        if len(pairs) > 1:
            return [bad for pair in pairs for bad in build_apart(pairs=[pair], build=build)]
        log.exception("a day cannot be built", extra={"employee": pairs[0][0], "date": f"{pairs[0][1]}"})
        return list(pairs)
    return []


def close_due(*, branch_id: int, at: datetime, told: Callable[[], object] | None = None) -> tuple[int, int]:
    """Close days whose window has ended, and make those of people who never came: how many, and how many could not be.

    `told` after every hundred.
    """
    closed, bad = 0, set[Pair]()
    while pairs := _due(branch_id, at, bad):
        failed = build_apart(pairs=pairs, build=lambda some: do(rebuild_days, pairs=some, at=at, bulk=True))
        closed, bad = closed + len(pairs) - len(failed), bad | set(failed)
        if told is not None:
            told()
    return closed, len(bad)


def build_heard(*, branch_id: int, at: datetime, told: Callable[[], object] | None = None) -> None:
    """Look again at days that wait for devices; one that cannot be built goes on waiting. `told`: as above."""
    after: Pair | None = START
    while after is not None:
        ready, after = heard_days(branch_id=branch_id, at=at, after=after)
        db.session.remove()
        if ready:
            build_apart(pairs=ready, build=lambda some: do(rebuild_days, pairs=some, at=at, bulk=True))
        if told is not None:
            told()


def _due(branch_id: int, at: datetime, bad: set[Pair]) -> list[Pair]:
    found = due_days(branch_id=branch_id, at=at, limit=BATCH + len(bad))
    db.session.remove()
    return [pair for pair in found if pair not in bad]
