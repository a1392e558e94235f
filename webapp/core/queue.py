"""Redis as a cache of intentions: what is lost here is found again in the database."""

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Any

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq import Retry as JobRetry
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

DRAIN = "jobs.sweep.drain"
DEFAULT_QUEUE = "default"
FLAG = "onsite:drain"
FLAG_SECONDS = 10
DRAIN_SECONDS = 120
PAUSE_SECONDS = 2
_TO_COME = (JobStatus.CREATED, JobStatus.QUEUED, JobStatus.SCHEDULED, JobStatus.DEFERRED, JobStatus.STARTED)

log = logging.getLogger("onsite.queue")


def connection() -> Redis:
    """This process's client; short time limits, so that a missing Redis never holds up a person."""
    if "onsite_redis" not in current_app.extensions:
        current_app.extensions["onsite_redis"] = Redis.from_url(
            current_app.config["REDIS_URL"],
            socket_connect_timeout=0.5,
            socket_timeout=2,
            retry=Retry(NoBackoff(), 1),
            health_check_interval=30,
        )
    return current_app.extensions["onsite_redis"]


def queue(name: str = DEFAULT_QUEUE) -> Queue:
    return Queue(name, connection=connection(), serializer=JSONSerializer)


def nudge() -> None:
    """Ask for the outbox to be drained; a burst of calls makes one job. Never raises."""
    nudger: Nudger | None = current_app.extensions.get("onsite_nudger")
    if nudger is not None:
        nudger.wake.set()
    else:
        _quietly(_nudge)


def nudge_in_background(app: Flask) -> None:
    """From now on nobody in this process waits for Redis; calls that come together ask once."""
    nudger = app.extensions["onsite_nudger"] = Nudger(app)
    nudger.start()


@contextmanager
def silence() -> Iterator[None]:
    """Inside, this process asks for nothing: what it does leaves nothing to drain."""
    state = current_app.extensions.setdefault("onsite_redis_state", {"until": 0.0})
    state["until"] = inf
    try:
        yield
    finally:
        state["until"] = 0.0


def clear_flag() -> None:
    """Say that the drain has begun, so that whatever comes next asks for another one. Never raises."""
    _quietly(lambda: connection().delete(FLAG))


def enqueue(name: str, *, timeout: int = 180, at_front: bool = False, retry: Any = None, **kwargs: Any) -> str | None:
    """Queue a job by its dotted name; the job's id, or None when Redis is away. Never raises."""
    return _quietly(lambda: _enqueue(name, timeout=timeout, at_front=at_front, retry=retry, kwargs=kwargs))


def enqueue_as(job_id: str, name: str, *, timeout: int, meta: dict[str, Any], kwargs: dict[str, Any]) -> str | None:
    """The same under an id that is known before; whoever asked sees to it that it is tried again."""
    known = {"job_id": job_id, "meta": meta}
    return _quietly(lambda: _enqueue(name, timeout=timeout, at_front=False, retry=None, kwargs=kwargs, **known))


def gone(job_ids: Collection[str]) -> set[str]:
    """Which of these jobs will never begin: wiped, or ended before they could. None of them while Redis is away."""
    ids = list(job_ids)
    return (_quietly(lambda: _gone(ids)) or set()) if ids else set()


class Nudger(threading.Thread):
    def __init__(self, app: Flask) -> None:
        super().__init__(name="nudger", daemon=True)
        self.wake = threading.Event()
        self._app = app

    def run(self) -> None:
        while self.wake.wait():
            self.wake.clear()
            try:
                with self._app.app_context():
                    _quietly(_nudge)
            except Exception:  # noqa: BLE001 - whatever it was, the next one must be heard
                log.exception("could not ask for a drain")


def _nudge() -> str | None:
    if not connection().set(FLAG, 1, nx=True, ex=FLAG_SECONDS):
        return None
    return _enqueue(DRAIN, timeout=DRAIN_SECONDS, at_front=True, retry=JobRetry(max=2, interval=[0, 5]), kwargs={})


def _gone(job_ids: list[str]) -> set[str]:
    found = Job.fetch_many(job_ids, connection(), serializer=JSONSerializer)
    jobs = {job.id for job in found if job is not None and job.get_status(refresh=False) in _TO_COME}
    return set(job_ids) - jobs


def _enqueue(name: str, *, timeout: int, at_front: bool, retry: Any, kwargs: dict[str, Any], **known: Any) -> str:
    """Results live in our database; Redis keeps a finished job a minute and a failed one a day."""
    job = queue().enqueue(
        name,
        kwargs=kwargs,
        job_timeout=timeout,
        at_front=at_front,
        retry=retry,
        result_ttl=60,
        failure_ttl=86400,
        description=name,
        **known,
    )
    return job.id


def _quietly(ask: Callable[[], Any]) -> Any:
    """After a failure the next calls are skipped for a moment: nobody waits twice for a dead Redis."""
    state = current_app.extensions.setdefault("onsite_redis_state", {"until": 0.0})
    if monotonic() < state["until"]:
        return None
    try:
        return ask()
    except (RedisError, OSError) as error:
        state["until"] = monotonic() + PAUSE_SECONDS
        log.warning("redis is away: %s", error)
        return None
