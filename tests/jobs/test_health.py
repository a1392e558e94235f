"""/healthz, /readyz and the log line of a request."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jobs import schedule
from webapp.core import clock, logs, outbox
from webapp.core.db import conn, db, do, transaction


def parts(client: FlaskClient) -> dict[str, dict[str, object]]:
    return client.get("/readyz").get_json()


def test_alive_asks_nothing_of_the_database(client: FlaskClient, queries: Callable[[], object]) -> None:
    with queries() as asked:  # type: ignore[attr-defined]
        answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json(), len(asked)) == (200, {"status": "alive"}, 0)


def test_without_redis_it_is_not_ready_and_says_which_part(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["queue"]["ok"] is False
    assert answer.get_json()["database"]["ok"] is True
    assert "unix:" not in answer.get_data(as_text=True)


def test_without_a_worker_it_is_not_ready(redis_url: str, client: FlaskClient) -> None:
    assert parts(client)["queue"] == {"ok": False, "workers": 0, "jobs": 0}


def test_a_backlog_shows_its_age_and_old_ones_are_not_ready(
    app: Flask, client: FlaskClient, freeze: Callable[[object], object]
) -> None:
    start = clock.now()
    freeze(start)
    do(outbox.put, topic="run", key="x", payload=None, at=start)
    freeze(start + timedelta(minutes=4))
    assert parts(client)["outbox"] == {"ok": True, "waiting": 1, "in_work": 0, "failed": 0, "oldest_seconds": 240}
    freeze(start + timedelta(minutes=6))
    assert parts(client)["outbox"]["ok"] is False


def test_failed_work_is_not_ready(app: Flask, client: FlaskClient) -> None:
    do(outbox.put, topic="run", key="x", payload=None, at=clock.now())
    after = timedelta()
    while items := do(outbox.claim, at=clock.now() + after):
        do(outbox.put_back, item=items[0], error="broken", at=clock.now())
        after += timedelta(hours=2)
    assert parts(client)["outbox"]["failed"] == 1
    assert parts(client)["outbox"]["ok"] is False


def test_a_tick_that_stopped_is_not_ready(app: Flask, client: FlaskClient) -> None:
    assert parts(client)["tick"]["ok"] is False
    schedule.tick(at=clock.now() - timedelta(minutes=10))
    assert parts(client)["tick"]["ok"] is False
    schedule.tick(at=clock.now())
    assert parts(client)["tick"]["ok"] is True
    schedule.tick(at=clock.now() + timedelta(minutes=10))
    assert parts(client)["tick"]["ok"] is False, "a clock that was ahead proves nothing"
    db.session.remove()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abcdef-123", True), ("short", False), ("a" * 65, False), ("two words here", False), ('"}{"level', False)],
)
def test_a_request_id_is_kept_only_when_it_is_sane(client: FlaskClient, given: str, kept: bool) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is kept
    assert len(answer.headers["X-Request-ID"]) >= 8


def test_a_request_is_one_json_line_with_its_id(client: FlaskClient) -> None:
    line = logged(lambda: client.get("/healthz?secret=1", headers={"X-Request-ID": "my-request-1"}))
    assert line.items() >= {
        "event": "request", "request_id": "my-request-1", "method": "GET", "path": "/healthz", "status": 200
    }.items()  # fmt: skip
    assert "secret" not in json.dumps(line)
    assert line["ms"] >= 0


def test_a_job_names_itself_in_every_line_it_logs() -> None:
    def work() -> None:
        with logs.bound(job="jobs.x", job_id="1"):
            logging.getLogger("onsite.access").info("inside", extra={"rows": 3})

    assert logged(work).items() >= {"event": "inside", "job": "jobs.x", "job_id": "1", "rows": 3}.items()


def test_a_line_on_a_terminal_is_one_line_whatever_is_asked_for(client: FlaskClient) -> None:
    address = "/a%0A08:00:00%20info%20made%20up%1B[2J%E2%80%AE"
    line = written(lambda: client.get(address), logs.KeyValueFormatter())
    assert line.count("\n") == 1
    assert r"path=/a\n08:00:00 info made up\x1b[2J\u202e" in line


def test_an_error_of_the_database_says_nothing_of_what_is_in_rows(app: Flask) -> None:
    """It is logged, and wages, positions and passwords' hashes are none of the log's business."""
    with pytest.raises(SQLAlchemyError) as caught, transaction():
        conn().execute(text("insert into nowhere values (:wage)"), {"wage": "the wage of R001"})
    assert "nowhere" in str(caught.value)
    assert "the wage" not in str(caught.value)


def logged(work: Callable[[], object]) -> dict[str, object]:
    """What `work` says on the access log, as a machine reads it."""
    return json.loads(written(work, logs.JsonFormatter()))


def written(work: Callable[[], object], form: logging.Formatter) -> str:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(form)
    log = logging.getLogger("onsite.access")
    log.addHandler(handler)
    before = log.level
    log.setLevel(logging.INFO)
    try:
        work()
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
    return said.getvalue()
