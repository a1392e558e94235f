"""Redis is a cache of intentions: it may be slow, away or wiped, and nobody notices."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from flask import Flask

from jobs import sweep
from tests.jobs import probe
from tests.support.process import wait_until
from webapp.core import clock, outbox
from webapp.core import queue as queues
from webapp.core.db import db

Put = Callable[..., None]
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_a_burst_makes_one_drain_at_the_front(redis_url: str, app: Flask, put: Put) -> None:
    queues.enqueue("tests.jobs.probe.work", path="x")
    for number in range(20):
        put(str(number))
    assert [job.func_name for job in queues.queue().jobs] == [queues.DRAIN, "tests.jobs.probe.work"]


def test_what_comes_while_a_drain_runs_asks_for_another(redis_url: str, app: Flask, put: Put) -> None:
    put("a")
    queues.clear_flag()
    put("b")
    assert queues.queue().count == 2


def test_a_finished_drain_leaves_room_for_the_next(
    redis_url: str, app: Flask, put: Put, worker: Callable[[], None], tmp_path: object
) -> None:
    path = f"{tmp_path}/notes"
    for key in ("a", "b"):
        put(key, path=path)
        worker()
    assert [line.split()[1] for line in probe.lines(path) if line.startswith("end")] == ["a", "b"]


def test_in_the_background_a_burst_makes_one_drain_and_what_comes_later_another(
    redis_url: str, app: Flask, put: Put
) -> None:
    queues.nudge_in_background(app)
    for number in range(20):
        put(str(number))
    wait_until(lambda: queues.queue().count == 1, "a drain")
    queues.clear_flag()
    put("later")
    wait_until(lambda: queues.queue().count == 2, "another drain")


def test_in_the_background_one_failure_is_not_the_last_word(
    redis_url: str, app: Flask, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        if len(asked) == 1:
            raise ValueError("a defect")

    monkeypatch.setattr(queues, "_nudge", ask)
    queues.nudge_in_background(app)
    put("a")
    wait_until(lambda: len(asked) == 1, "the first")
    put("b")
    wait_until(lambda: len(asked) == 2, "the second")


def test_without_redis_the_change_is_saved_and_nobody_waits(app: Flask, put: Put) -> None:
    began = monotonic()
    for number in range(50):
        put(str(number))
    assert monotonic() - began < 10
    assert outbox.backlog(at=clock.now()).waiting == 50
    assert queues.enqueue("tests.jobs.probe.work") is None


def test_a_wiped_redis_loses_nothing(
    redis_url: str, app: Flask, put: Put, worker: Callable[[], None], tmp_path: object
) -> None:
    path = f"{tmp_path}/notes"
    put("a", path=path)
    queues.connection().flushall()
    db.session.remove()
    queues.nudge()
    worker()
    assert probe.count(path, "end a") == 1


def test_a_job_that_cannot_be_queued_stays_in_the_outbox(app: Flask) -> None:
    from webapp.core.db import do

    do(outbox.put, topic="run", key="tests.jobs.probe.work", payload={"path": "x"}, at=clock.now())
    sweep.drain()
    assert outbox.backlog(at=clock.now()).waiting == 1
