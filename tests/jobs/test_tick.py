"""The minute tick: every slot once, on any number of hosts, and the lists say what is true."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.utils import import_string

from jobs import queues, schedule, sweep
from jobs.schedule import DAY, HOUR, MINUTE, Periodic
from webapp.core import clock, outbox, periodic
from webapp.core.db import db, do

ROOT = Path(__file__).resolve().parents[2]
HOURLY = Periodic("probe", "tests.jobs.probe.work", HOUR, offset=timedelta(minutes=5))


@pytest.fixture
def hourly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SCHEDULE", (HOURLY,))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("item", "moment", "slot"),
    [
        (HOURLY, "2026-03-02 09:04:59", "2026-03-02 08:05"),
        (HOURLY, "2026-03-02 09:05:00", "2026-03-02 09:05"),
        (Periodic("x", "x", DAY, timedelta(hours=2)), "2026-03-02 01:59", "2026-03-01 02:00"),
        (Periodic("x", "x", MINUTE), "2026-03-02 00:00:59.9", "2026-03-02 00:00"),
    ],
)
def test_a_slot_starts_at_its_offset(item: Periodic, moment: str, slot: str) -> None:
    assert item.slot(at(moment)) == at(slot)


def test_a_slot_is_taken_once_and_missed_ones_are_made_up_for_by_one(app: Flask, hourly: None) -> None:
    taken = [schedule.tick(at=at(f"2026-03-02 {time}")) for time in ("09:00", "09:01", "09:06", "09:07", "15:00")]
    assert taken == [["probe"], [], ["probe"], [], ["probe"]]


def test_many_hosts_tick_and_one_takes_the_slot(app: Flask, hourly: None) -> None:
    """T28: started twice at the same moment, done once."""
    taken: list[str] = []

    def host() -> None:
        with app.app_context():
            taken.extend(schedule.tick(at=at("2026-03-02 09:10")))

    threads = [threading.Thread(target=host) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == ["probe"]


def test_a_clock_that_was_ahead_holds_nothing_up_once_it_is_right(app: Flask, hourly: None) -> None:
    taken = [schedule.tick(at=at(f"2026-03-02 {time}")) for time in ("15:00", "09:00", "09:01", "09:06")]
    assert taken == [["probe"], ["probe"], [], ["probe"]]


def test_what_is_due_reaches_the_outbox_in_the_same_unit_of_work(app: Flask, hourly: None) -> None:
    schedule.tick(at=clock.now())
    items = do(outbox.claim, at=clock.now())
    assert [(item.topic, item.key) for item in items] == [("run", "tests.jobs.probe.work")]


def test_the_tick_leaves_its_time_for_readyz(app: Flask) -> None:
    schedule.tick(at=clock.now())
    assert clock.now() - periodic.last_taken_at() < timedelta(minutes=1)
    db.session.remove()


def test_every_job_on_the_list_exists_and_has_a_time_limit() -> None:
    for item in schedule.SCHEDULE:
        assert import_string(item.job).spec.timeout > 0, item
    names = [item.name for item in schedule.SCHEDULE]
    assert len(set(names)) == len(names)


def test_every_topic_has_a_handler_and_every_topic_put_is_on_the_list() -> None:
    for dotted in sweep.TOPICS.values():
        assert callable(import_string(dotted)), dotted
    source = "\n".join(path.read_text() for path in [*ROOT.glob("webapp/**/*.py"), *ROOT.glob("jobs/*.py")])
    put = set(re.findall(r"outbox\.put\(\s*\"(\w+)\"", source))
    assert put <= set(sweep.TOPICS), f"nobody handles {put - set(sweep.TOPICS)}; add it to jobs/sweep.py TOPICS"


def test_every_queue_named_is_worked_on() -> None:
    from webapp.core.queue import DEFAULT_QUEUE

    assert set(queues.QUEUES) == {DEFAULT_QUEUE}


def test_an_error_costs_one_tick(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def broken(**_: object) -> None:
        seen.append(1)
        raise RuntimeError("the database is away")

    def stop_after_two(_: float) -> None:
        if len(seen) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(schedule, "tick", broken)
    monkeypatch.setattr(schedule, "sleep", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        schedule.run(app)
    assert len(seen) == 2
