"""The stack: real processes that come and go."""

from __future__ import annotations

from urllib.request import urlopen

import pytest

from tests.support.stack import Stack
from webapp.core import clock, outbox
from webapp.core.db import do


@pytest.mark.crash
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_web_and_worker_come_back_after_kill_9(db_url: str) -> None:
    stack = Stack(db_url, fork=True)
    try:
        stack.start()
        stack.kill_web()
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
