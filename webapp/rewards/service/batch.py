"""Settling many rep-days, each in a unit of work of its own; call it outside any transaction.

Facts are read for a batch at once, in a read-only transaction; a rep-day with nothing to change opens no
write transaction at all. One that fails is set aside with the reason, the others go on. Whatever road a
check-in came, its evidence is weighed before anything is paid for it.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import OperationalError

from webapp.attendance import service as attendance
from webapp.core.db import db, do
from webapp.core.errors import Conflict, DomainError
from webapp.rewards.queries.days import Pair
from webapp.rewards.queries.load import load
from webapp.rewards.rules import Plan, Work, plan
from webapp.rewards.service.settle import Settled, clear_marks, set_aside, settle_work

BATCH = 100
TRIES = 3
log = logging.getLogger("onsite.settlement")


@dataclass(frozen=True, slots=True)
class Tally:
    """Rep-days looked at, of those posted to and set aside, and the minor units posted."""

    done: int = 0
    posted: int = 0
    set_aside: int = 0
    amount: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.done + other.done,
            self.posted + other.posted,
            self.set_aside + other.set_aside,
            self.amount + other.amount,
        )


def settle_many(
    *,
    pairs: Iterable[Pair],
    at: datetime,
    cause: str,
    instant_only: bool = False,
    told: Callable[[Tally], None] | None = None,
) -> Tally:
    """Settle rep-days, and after each the later ones whose run of days it changed; `told` after every batch."""
    total, rest = Tally(), iter(sorted(set(pairs), key=lambda pair: (pair[1], pair[0])))
    while batch := list(islice(rest, BATCH)):
        done = _settle_batch(batch, at, cause, instant_only)
        total += done
        if told is not None:
            told(done)
    return total


def _settle_batch(pairs: Sequence[Pair], at: datetime, cause: str, instant_only: bool) -> Tally:
    works, tally = _read(pairs, at)
    plans = {pair: _planned(work, instant_only) for pair, work in works.items()}
    quiet = [works[pair] for pair, found in plans.items() if found is not None and found.only_marked]
    if quiet:
        do(clear_marks, works=quiet)
    for pair, work in works.items():
        found = plans[pair]
        if found is None or not (found.nothing or found.only_marked):
            tally += _settle_one(work, found, at, cause, instant_only)
    return tally


def _read(pairs: Sequence[Pair], at: datetime) -> tuple[dict[Pair, Work], Tally]:
    """All at once; when that fails one by one, so that one rep-day that cannot be read never stops the others."""
    works, tally = {}, Tally(done=len(pairs))
    try:
        works = _load_weighed(pairs, at)
    except (OperationalError, BaseTimeoutException):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to one rep-day and not to the others
        db.session.remove()
        if len(pairs) == 1:
            return {}, tally + _put_aside(pairs[0], error, at)
        for pair in pairs:
            found, aside = _read([pair], at)
            works |= found
            tally += replace(aside, done=0)
    db.session.remove()
    return works, tally


def _load_weighed(pairs: Sequence[Pair], at: datetime) -> dict[Pair, Work]:
    """Their facts, with nothing among them that nobody has weighed: what came in while they were read, too."""
    tried = dict(attendance.weigh_new(pairs=pairs, at=at))
    works = load(pairs, at=at)
    db.session.remove()
    while new := attendance.weigh_new(pairs=works, at=at, tried=tried):
        tried |= new
        works |= load(sorted(set(new.values())), at=at)
        db.session.remove()
    return works


def _planned(work: Work, instant_only: bool) -> Plan | None:
    """None when it fails: it will fail again where the rep-day is set aside."""
    try:
        return plan(work, instant_only=instant_only)
    except Exception:  # noqa: BLE001
        return None


def _settle_one(first: Work, found: Plan | None, at: datetime, cause: str, instant_only: bool) -> Tally:
    """The rep-day, then the later ones whose run changed until it changes no more; each is marked before."""
    tally, work, tries = Tally(), first, TRIES
    while True:
        try:
            settled = do(settle_work, work=work, at=at, cause=cause, instant_only=instant_only, found=found)
            if settled.unweighed:
                work, found, tries = _anew(work, at, tries), None, tries - 1
                continue
        except (OperationalError, BaseTimeoutException):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to this rep-day and not to the others
            return tally + _put_aside((work.employee_id, work.work_date), error, at)
        tally += Tally(posted=int(settled.delta != 0), amount=settled.delta)
        later = _follower(work, settled, at)
        if later is None:
            return tally
        work, found = later, None


def _follower(work: Work, settled: Settled, at: datetime) -> Work | None:
    if settled.next_date is None:
        return None
    pair = (work.employee_id, settled.next_date)
    found = _load_weighed([pair], at).get(pair)
    return found if found is not None and found.before.state != "open" else None


def _anew(work: Work, at: datetime, tries: int) -> Work:
    """A check-in arrived in between: weighed, then read again. Raises Conflict when they never stop."""
    pair = (work.employee_id, work.work_date)
    found = _load_weighed([pair], at).get(pair) if tries else None
    if found is None:
        raise Conflict("conflict")
    return found


def _put_aside(pair: Pair, error: Exception, at: datetime) -> Tally:
    log.error("rep-day set aside", exc_info=error, extra={"employee_id": pair[0], "work_date": str(pair[1])})
    problem = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    do(set_aside, employee_id=pair[0], work_date=pair[1], problem=problem, at=at)
    return Tally(set_aside=1)
