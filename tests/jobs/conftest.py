from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jobs import sweep
from tests.support.stack import Stack
from webapp.core import clock, outbox
from webapp.core.db import do


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic of the tests' own; forked workers know it too."""
    monkeypatch.setitem(sweep.TOPICS, "probe", "tests.jobs.probe.handle")
    return "probe"


@pytest.fixture
def put(topic: str) -> Callable[..., None]:
    """put("key", at=..., **payload): one unit of work that leaves a row."""

    def put(key: str, *, at: Any = None, **payload: Any) -> None:
        do(outbox.put, topic=topic, key=key, payload=payload, at=at or clock.now())

    return put


@pytest.fixture
def stack(db_url: str, topic: str) -> Iterator[Stack]:
    """Valkey and, when a test starts it, a real worker; the app's context is pushed."""
    running = Stack(db_url, fork=True)
    with running.app.app_context():
        yield running
    running.stop()
