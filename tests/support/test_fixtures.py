"""The fixtures everybody builds on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest
from flask import Flask, g
from flask_login import current_user
from redis import Redis

from tests import factories
from webapp.core import clock, outbox
from webapp.core.authz import Role, allow, public
from webapp.core.db import db, do
from webapp.people.models import Employee

GOOD = "<!doctype html><html lang=en><title>Hi</title><h1>{}</h1>"


@pytest.fixture
def app(make_app) -> Iterator[Flask]:
    """One of its own, because these tests add routes."""
    made = make_app()
    with made.app_context():
        yield made


def _routes(app) -> None:
    @app.get("/_name")
    @allow(Role.REP)
    def name() -> str:
        g.seen = g.get("seen", 0) + 1
        return GOOD.format(f"{current_user.name} {g.seen}")

    @app.get("/_bad")
    @public
    def bad() -> str:
        return GOOD.format("Hi") + "<p onclick=x>"


def test_client_as_signs_in_and_two_people_never_share_a_request_context(app, client, client_as) -> None:
    _routes(app)
    branch = factories.branch()
    for name in ("Li Na", "Wang Wei"):
        person = factories.employee(branch, name=name)
        assert f"{name} 1" in client_as(person).get("/_name").text
        assert f"{name} 1" in client_as(person.staff_no).get("/_name").text
    json = {"Accept": "application/json"}
    assert client.get("/_name", headers=json).status_code == 401
    boss = factories.employee(branch, role="supervisor")
    assert client_as(boss).get("/_name", headers=json).status_code == 403


def test_client_refuses_a_bad_page(app, client) -> None:
    _routes(app)
    with pytest.raises(AssertionError, match="onclick"):
        client.get("/_bad")


def test_database_starts_empty_every_time(app) -> None:
    assert db.session.query(Employee).count() == 0
    factories.employee(factories.branch())
    assert db.session.query(Employee).count() == 1


test_database_starts_empty_again = test_database_starts_empty_every_time


def test_get_cannot_write(app) -> None:
    """A read transaction refuses writes on both databases."""
    branch = factories.branch()
    db.session.add(
        factories.Branch(**{c.key: getattr(branch, c.key) for c in branch.__table__.c} | {"id": 99, "code": "X"})
    )
    with pytest.raises(Exception, match="(?i)read-?only"):
        db.session.flush()
    db.session.rollback()


def test_freeze_stops_the_clock(freeze) -> None:
    freeze("2026-03-02T09:00+08:00")
    assert clock.now() == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    freeze.forward(minutes=5)
    assert clock.now() == datetime(2026, 3, 2, 1, 5, tzinfo=UTC)


def test_queries_counts_statements(app, queries) -> None:
    branch = factories.branch()
    with queries() as asked:
        factories.store_type(branch)
        db.session.query(Employee).all()
    assert len(asked) == 2, asked
    assert len(asked.writes()) == 1, asked


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_live_server_comes_back_on_its_port(live_server) -> None:
    url = live_server.url
    live_server.stop()
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{url}/healthz")
    live_server.start()
    assert urlopen(f"{url}/healthz").status == 200


def test_redis_is_real_and_empty(redis_url) -> None:
    client = Redis.from_url(redis_url)
    assert client.dbsize() == 0
    client.set("a", 1)
    client.close()


test_redis_is_flushed = test_redis_is_real_and_empty


def test_worker_drains_the_outbox(app, worker) -> None:
    """A real worker finds by itself what nobody announced."""
    at = clock.now()
    do(outbox.put, topic="run", key="jobs.sweep.drain#test", payload=None, at=at)
    worker()
    assert outbox.backlog(at=clock.now()).waiting == 0
