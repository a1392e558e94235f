"""The stack: real processes that come and go."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from rq import Queue

from tests.support.stack import Stack
from webapp.core import clock, outbox
from webapp.core.db import do


@pytest.mark.crash
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_web_and_worker_come_back_after_kill_9(db_url: str) -> None:
    stack = Stack(db_url, fork=True)
    try:
        stack.start()
        stack.kill_web_family()
        stack.kill_worker()
        stack.flushall()
        with stack.app.app_context():
            do(outbox.put, topic="run", key="jobs.sweep.drain#test", payload=None, at=clock.now())
        with pytest.raises(OSError, match="refused"):
            urlopen(stack.url)
        stack.start_web()
        stack.start_worker()
        stack.wait_idle()
        with urlopen(f"{stack.url}/healthz") as answer:
            assert answer.status == 200
    finally:
        stack.stop()


@pytest.mark.crash
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_a_job_is_work_wherever_it_is_just_now(db_url: str) -> None:
    """Waiting, popped by a worker that has not begun, or begun."""
    stack = Stack(db_url)
    queue, client = Queue(connection=stack.valkey.client), stack.valkey.client
    try:
        assert stack.is_idle()
        client.lpush(queue.key, "one")
        assert not stack.is_idle()
        client.lmove(queue.key, queue.intermediate_queue_key)
        assert not stack.is_idle()
        client.delete(queue.intermediate_queue_key)
        client.zadd(queue.started_job_registry.key, {"one": 1})
        assert not stack.is_idle()
        client.delete(queue.started_job_registry.key)
        assert stack.is_idle()
    finally:
        stack.stop()
