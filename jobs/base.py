"""What every job has: a time limit, retries for named errors only, one log line when it ends."""

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, Protocol, TypeVar, cast

from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow
from rq import Retry, get_current_job
from rq.job import Job as RqJob
from sqlalchemy.exc import OperationalError

from jobs.queues import SHORT
from webapp.core import outbox, row_jobs
from webapp.core.clock import now
from webapp.core.db import db, do
from webapp.core.logs import bound
from webapp.core.outbox import Item
from webapp.core.queue import enqueue, enqueue_as

TRANSIENT: tuple[type[Exception], ...] = (OperationalError, RedisAway, RedisSlow)
log = logging.getLogger("onsite.jobs")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spec:
    name: str
    timeout: int
    pauses: Sequence[int]
    transient: tuple[type[Exception], ...]


class Job(Protocol):
    spec: Spec

    def __call__(self, **kwargs: Any) -> Any: ...


def job(
    *,
    timeout: int = SHORT,
    pauses: Sequence[int] = (0, 5, 30, 120),
    transient: tuple[type[Exception], ...] = TRANSIENT,
) -> Callable[[Callable[..., Any]], Job]:
    """Make a function a job. Arguments are plain JSON values by keyword.

    It runs again, after each of `pauses` seconds, when its worker was killed or it raised a `transient` error;
    any other error ends it at once. So its work must be keyed in the database: it may run twice.
    One that an outbox row asked for runs again, whatever ended it, as often as rows are tried.
    """

    def wrap(function: Callable[..., Any]) -> Job:
        spec = Spec(f"{function.__module__}.{function.__qualname__}", timeout, tuple(pauses), transient)

        @functools.wraps(function)
        def run(**kwargs: Any) -> Any:
            return _run(function, spec, kwargs)

        run.spec = spec  # type: ignore[attr-defined]
        return cast(Job, run)

    return wrap


def later(function: Job, *, at_front: bool = False, **kwargs: Any) -> str | None:
    """Queue a job; its id, or None when Redis is away and the next sweep has to find the work."""
    spec = function.spec
    retry = Retry(max=len(spec.pauses), interval=list(spec.pauses)) if spec.pauses else None
    return enqueue(spec.name, timeout=spec.timeout, at_front=at_front, retry=retry, **kwargs)


def run_row(function: Job, item: Item, job_id: str) -> str | None:
    """Queue the job an outbox row asks for. Not tried again by RQ: until it has run the row is there to ask again."""
    spec = function.spec
    meta = {"row": [item.id, item.key, item.attempts]}
    return enqueue_as(job_id, spec.name, timeout=spec.timeout, meta=meta, kwargs=item.payload or {})


def read(ask: Callable[[], T]) -> T:
    """Something read between units of work; its connection is given back at once."""
    try:
        return ask()
    finally:
        db.session.remove()


def _run(function: Callable[..., Any], spec: Spec, kwargs: dict[str, Any]) -> Any:
    current, started = get_current_job(), monotonic()
    with bound(job=spec.name, job_id=current.id if current else None):
        row = _row(current)
        try:
            if current and row and not _begin(current, row, spec):
                log.warning("job has lost its row", extra={"row": row.id})
                return None
            result = function(**kwargs)
            if row:
                do(row_jobs.ran, item=row, at=now())
        except Exception as error:
            again = isinstance(error, spec.transient)
            if current is not None and not again:
                current.retries_left = 0
            if row:
                _put_back(row, error)
            error.onsite_logged = True  # type: ignore[attr-defined]
            log.exception("job failed", extra={"args_": kwargs, "ms": _ms(started), "transient": again})
            raise
        log.info("job done", extra={"args_": kwargs, "ms": _ms(started), "result": result})
        return result


def _row(current: RqJob | None) -> Item | None:
    """The outbox row that asked for the job at work."""
    told = current.meta.get("row") if current else None
    return Item(told[0], outbox.RUN, told[1], None, told[2]) if told else None


def _begin(current: RqJob, row: Item, spec: Spec) -> bool:
    return do(row_jobs.begin, item=row, job_id=current.id, lasts=timedelta(seconds=spec.timeout), at=now())


def _put_back(row: Item, error: Exception) -> None:
    """Without the database it stays with this process, and is handed out again when that has ended."""
    db.session.remove()
    try:
        do(outbox.put_back, item=row, error=f"{type(error).__name__}: {error}", at=now())
    except OperationalError:
        log.exception("row not put back", extra={"row": row.id})


def _ms(started: float) -> int:
    return round((monotonic() - started) * 1000)
