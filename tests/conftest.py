"""Fixtures shared by all tests; the machinery is in tests/support."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings

from tests.support import apps, audit_guard, databases, postgres, server, valkey
from tests.support import queries as query_recorder
from tests.support.client import CheckingClient
from tests.support.clockwork import Frozen

apps.prepare_environment()
time.tzset()
# The same examples every time and no time limit, so that neither luck nor a busy machine fails a run.
settings.register_profile("test", deadline=None, derandomize=True, database=None)
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.load_profile("soak" if os.environ.get("ONSITE_SOAK") else "test")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Hand the reasons of skipped tests to tests.support.run for its one closing line."""
    if path := os.environ.get("ONSITE_SKIPS"):
        reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
        Path(path).write_text(json.dumps(Counter(reason.removeprefix("Skipped: ") for reason in reasons)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no processor is idle while they end; every other test keeps its place."""
    items.sort(key=lambda item: not (item.get_closest_marker("acceptance") or item.get_closest_marker("crash")))


@pytest.fixture(scope="session")
def _stores() -> Iterator[dict[str, Any]]:
    opened: dict[str, Any] = {}
    yield opened
    for store in opened.values():
        store.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def db_url(request: pytest.FixtureRequest, _stores: dict[str, Any]) -> str:
    """A clean, migrated database. Every test that uses it runs on SQLite and on PostgreSQL.

    One kind only: @pytest.mark.parametrize("db_url", ["sqlite"], indirect=True).
    """
    kind = request.param
    if kind not in _stores:
        try:
            _stores[kind] = databases.open_store(kind, apps.build_schema)
        except postgres.Unavailable as reason:
            pytest.skip(f"PostgreSQL tests: {reason}")
    _stores[kind].reset()
    return _stores[kind].url


@pytest.fixture(scope="session")
def _valkey() -> Iterator[valkey.Server]:
    running = valkey.Server()
    yield running
    running.stop()


@pytest.fixture
def redis_url(_valkey: valkey.Server) -> str:
    """A real, empty Valkey. A test that asks for it gets an `app` connected to it."""
    _valkey.flush()
    return _valkey.url


@pytest.fixture
def make_app(db_url: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Flask]]:
    """Build apps on the test's database with other settings: make_app(DEMO=True)."""
    made: list[Flask] = []
    redis = request.getfixturevalue("redis_url") if "redis_url" in request.fixturenames else None

    def make(**settings: Any) -> Flask:
        app = apps.create({**apps.settings(db_url, redis), **settings})
        app.test_client_class = CheckingClient
        made.append(app)
        return app

    yield make
    for app in made:
        apps.close(app)


@pytest.fixture(scope="session")
def _apps() -> dict[tuple[str, str | None], apps.Reused]:
    return {}


@pytest.fixture
def app(db_url: str, request: pytest.FixtureRequest, _apps: dict[Any, apps.Reused]) -> Iterator[Flask]:
    """The application on a clean database, its context pushed for builders and services.

    Requests made by clients get a context of their own, as in production. The object is built once for many tests,
    because routes take a tenth of a second; a test that adds to it builds its own with make_app().
    """
    redis = request.getfixturevalue("redis_url") if "redis_url" in request.fixturenames else None
    if (db_url, redis) not in _apps:
        _apps[db_url, redis] = apps.Reused(apps.settings(db_url, redis))
    with _apps[db_url, redis].borrowed() as lent, lent.app_context():
        yield lent


@pytest.fixture(autouse=True)
def _audit_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the code leaves in the audit trail during a test must have words on the audit page."""
    audit_guard.watch(monkeypatch)


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """Nobody is signed in."""
    return app.test_client()


@pytest.fixture
def client_as(app: Flask) -> Callable[..., CheckingClient]:
    """client_as("R001") or client_as(employee): a client signed in as that person, without a password."""
    return lambda who: apps.sign_in(app, app.test_client(), who)


@pytest.fixture
def freeze() -> Iterator[Frozen]:
    """freeze("2026-03-02T09:00+08:00") stops the clock, for child processes too."""
    frozen = Frozen()
    yield frozen
    frozen.release()


@pytest.fixture
def queries() -> Callable[..., Any]:
    """with queries() as q: ...; assert len(q) <= 12, q"""
    return query_recorder.record


@pytest.fixture
def worker(app: Flask, redis_url: str) -> Callable[[], None]:
    """worker() lets a real RQ worker, in a process of its own, work until the queue is empty."""
    return lambda: apps.run_worker(app)


@pytest.fixture
def live_server(app: Flask) -> Iterator[server.Server]:
    """The test's app on a real port: .url, .stop(), .start()."""
    running = server.Server(app)
    yield running
    running.stop()
