"""Rows that ask for a job: done when it has run, whatever Redis loses or somebody kills, and never twice at once."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from jobs import sweep
from tests.jobs import probe
from tests.support.process import wait_until
from tests.support.stack import Stack
from webapp.core import clock, outbox
from webapp.core import queue as queues
from webapp.core.db import db, do
from webapp.core.outbox import OutboxRow

sqlite_only = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
KEY = "tests.jobs.probe.work"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def ask(notes: Path, key: str = KEY, **known: Any) -> None:
    payload = {"path": str(notes), **known}
    do(outbox.put, topic="run", key=key, payload=payload, at=clock.now())


def row() -> OutboxRow:
    """The only one."""
    db.session.remove()
    found = db.session.scalars(select(OutboxRow)).one()
    db.session.remove()
    return found


def queued() -> int:
    return sum(job.func_name == KEY for job in queues.queue().jobs)


def test_what_redis_loses_before_it_is_run_is_asked_for_again(stack: Stack, notes: Path) -> None:
    ask(notes)
    sweep.drain()
    assert (queued(), row().done_at) == (1, None)
    assert sweep.rescue() == 0, "it is still to come"
    stack.flushall()
    assert sweep.rescue() == 1
    sweep.drain()
    stack.start_worker()
    stack.wait_idle()
    assert (probe.count(notes, "begin"), probe.count(notes, "end")) == (1, 1)
    assert row().done_at is not None


@sqlite_only
def test_what_was_killed_before_it_was_queued_is_asked_for_again(
    stack: Stack, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(notes)
    monkeypatch.setattr(sweep, "run_row", lambda *_: "never queued")
    sweep.drain()
    monkeypatch.undo()
    assert (queued(), sweep.rescue()) == (0, 1)


@sqlite_only
def test_while_redis_is_away_nothing_is_asked_for_twice(stack: Stack, notes: Path) -> None:
    ask(notes)
    sweep.drain()
    stack.valkey.stop()
    assert sweep.rescue() == 0
    assert row().claimed_by.startswith(outbox.JOB)


def test_a_wipe_under_a_running_job_starts_no_second_one(stack: Stack, notes: Path) -> None:
    gate = notes.with_name("gate")
    stack.start_worker()
    ask(notes, wait_for=str(gate))
    wait_until(lambda: probe.count(notes, "begin"), "the job to begin")
    stack.flushall()
    assert sweep.rescue() == 0
    gate.touch()
    wait_until(lambda: row().done_at is not None, "the row to be done", log=stack.folder / "worker.log")
    assert (probe.count(notes, "begin"), probe.count(notes, "end")) == (1, 1)


def test_a_job_whose_row_was_handed_out_again_does_nothing(stack: Stack, notes: Path) -> None:
    ask(notes)
    sweep.drain()
    do(outbox.hand_out_again, ids=[row().id], at=clock.now())
    sweep.drain()
    assert queued() == 2
    stack.start_worker()
    stack.wait_idle()
    assert (probe.count(notes, "begin"), probe.count(notes, "end")) == (1, 1)


@pytest.mark.crash
def test_a_killed_job_runs_again(stack: Stack, notes: Path) -> None:
    gate = notes.with_name("gate")
    stack.start_worker()
    ask(notes, wait_for=str(gate))
    wait_until(lambda: probe.count(notes, "begin"), "the job to begin")
    os.kill(int(probe.lines(notes)[0].split()[-1]), signal.SIGKILL)
    gate.touch()
    wait_until(sweep.rescue, "the row to be handed out again")
    queues.nudge()
    wait_until(lambda: row().done_at is not None, "the second run", log=stack.folder / "worker.log")
    assert (probe.count(notes, "begin"), probe.count(notes, "end")) == (2, 1)


@sqlite_only
def test_what_keeps_failing_stays_to_be_seen_once_until_it_works(
    stack: Stack, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_ATTEMPTS", 1)
    stack.start_worker()
    for times in (1, 2):
        ask(notes, fail="wrong")
        wait_until(lambda n=times: probe.count(notes, "begin") == n, "the job")
        stack.wait_idle()
        assert (row().failed_at is not None, row().last_error, row().claimed_by is None) == (
            True, "ValueError: wrong", False
        )  # fmt: skip
    ask(notes)
    stack.wait_idle()
    assert (row().failed_at, row().done_at is not None) == (None, True)


@sqlite_only
def test_an_error_is_tried_again_after_a_pause(stack: Stack, notes: Path) -> None:
    stack.start_worker()
    ask(notes, fail="wrong")
    wait_until(lambda: row().last_error, "the error")
    found = row()
    assert (found.claimed_at, found.attempts, found.failed_at) == (None, 1, None)
    assert found.available_at > clock.now()
