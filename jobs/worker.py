"""The RQ worker: a horse per job with the app around it, and nothing left behind when it is killed."""

import logging
import os
import secrets
import socket
from time import sleep
from typing import Any

from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker, worker_registration
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs.queues import MAINTENANCE_SECONDS, MONITORING_SECONDS, QUEUES, WORKER_TTL
from jobs.sweep import rescue
from webapp.core.db import dispose
from webapp.core.process import children_die_with_me, is_alive
from webapp.core.queue import clear_flag, nudge

log = logging.getLogger("onsite.worker")


class OnsiteWorker(Worker):
    app: Flask

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the horse: fresh database connections, because the worker's must not be shared."""
        with self.app.app_context():
            dispose(close=False)
            super().main_work_horse(job, queue)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """RQ says once who works here; said again each time, a wiped Redis knows it soon again."""
        connection = self.connection if pipeline is None else pipeline
        super().heartbeat(timeout, pipeline)
        connection.hset(self.key, mapping=self.serialize())
        worker_registration.register(self, pipeline)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """`@job` has logged its own errors; what broke before the job began is logged here."""
        if not getattr(exc_info[1], "onsite_logged", False):
            super().handle_exception(job, *exc_info)


def run(app: Flask, *, burst: bool = False) -> None:
    """Work until told to stop (SIGTERM finishes the job at hand), or until the queue is empty."""
    children_die_with_me()
    connection = connect(app.config["REDIS_URL"])
    _wait_for(connection)
    with app.app_context():
        recover(connection)
        dispose()
    worker = OnsiteWorker(
        [Queue(name, connection=connection, serializer=JSONSerializer) for name in QUEUES],
        name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}",
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
        job_monitoring_interval=MONITORING_SECONDS,
    )
    worker.app = app
    worker.log_result_lifespan = False
    worker.work(burst=burst, with_scheduler=True, logging_level="WARNING")


def recover(connection: Redis) -> int:
    """What a killed worker of this machine left: its jobs go back to the queue, its rows to the outbox."""
    lost = sum(reap(Queue(name, connection=connection, serializer=JSONSerializer)) for name in QUEUES)
    if lost:
        log.warning("jobs of a killed worker queued again", extra={"jobs": lost})
    rescue()
    clear_flag()
    nudge()
    return lost


def reap(queue: Queue) -> int:
    """Queue again, at once, the jobs of dead workers of this machine; RQ itself waits about a minute."""
    workers = Worker.all(queue=queue)
    dead = [w for w in workers if w.hostname == socket.gethostname() and w.pid and not is_alive(w.pid)]
    registry = queue.started_job_registry
    lost = [key for key in _executions(queue) if _is_lost(key, queue.connection)]
    for key in lost:
        queue.connection.zadd(registry.key, {key: 1}, xx=True)
    registry.cleanup()
    for worker in dead:
        worker.register_death()
    return len(lost) + (_unstick(queue) if len(dead) == len(workers) else 0)


def connect(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))


def _executions(queue: Queue) -> list[str]:
    found: Any = queue.connection.zrange(queue.started_job_registry.key, 0, -1)
    return [key.decode() for key in found]


def _is_lost(key: str, connection: Redis) -> bool:
    """By the name of its worker, which tells the process: after a wipe Redis may not know the worker itself."""
    execution = Execution.from_composite_key(key, connection)
    try:
        execution.refresh()
    except ValueError:
        return False
    host, pid, _ = (execution.worker_name.rsplit("-", 2) + ["", ""])[:3]
    return host == socket.gethostname() and pid.isdigit() and not is_alive(int(pid))


def _unstick(queue: Queue) -> int:
    """Nobody works on this queue: what was popped and never begun goes back to its front."""
    stuck = queue.intermediate_queue.get_job_ids()
    for job_id in stuck:
        with queue.connection.pipeline() as pipeline:
            pipeline.lrem(queue.intermediate_queue_key, 1, job_id)
            pipeline.lpush(queue.key, job_id)
            pipeline.execute()
    return len(stuck)


def _wait_for(connection: Redis) -> None:
    """Said once, not every second."""
    said = ""
    while True:
        try:
            connection.ping()
            return
        except (RedisError, OSError) as error:
            if str(error) != said:
                said = str(error)
                log.warning("waiting for redis (REDIS_URL, or `python wsgi.py redis`): %s", said)
            sleep(1)
