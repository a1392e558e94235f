"""A real worker: quick when idle, and whatever is killed is done once more, by somebody else, soon."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import psutil
import pytest

from jobs.base import later
from tests.jobs import probe
from tests.support.process import wait_until
from tests.support.stack import Stack
from webapp.core.db import db

Put = Callable[..., None]
sqlite_only = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def begun(notes: Path) -> int:
    """The process at work on the first thing that was begun."""
    wait_until(lambda: probe.count(notes, "begin"), "work to begin")
    return int(probe.lines(notes)[0].split()[-1])


@pytest.mark.crash
def test_from_commit_to_handled_in_a_moment(stack: Stack, put: Put, notes: Path) -> None:
    stack.start_worker()
    wait_until(lambda: stack.valkey.client.scard("rq:workers"), "worker")
    waits = []
    for number in range(10):
        began = monotonic()
        put(str(number), path=str(notes))
        wait_until(lambda key=number: probe.count(notes, f"end {key} "), "the handler")
        waits.append(float(probe.lines(notes)[-1].split()[-1]) - began)
    assert sorted(waits)[len(waits) // 2] < 5.0, waits  # a worker that is not called looks every 10 s


@pytest.mark.crash
def test_a_killed_horse_is_followed_by_another_at_once(stack: Stack, put: Put, notes: Path) -> None:
    """T28: what was claimed by the dead is handed out again, without waiting for a lease."""
    gate = notes.with_name("gate")
    stack.start_worker()
    put("a", path=str(notes), wait_for=str(gate))
    os.kill(begun(notes), signal.SIGKILL)
    gate.touch()
    wait_until(lambda: probe.count(notes, "end a") == 1, "the second try", within=5)
    stack.wait_idle()
    assert probe.count(notes, "end a") == 1


@pytest.mark.crash
@sqlite_only
def test_a_killed_worker_takes_its_horse_along_and_the_next_one_goes_on(stack: Stack, put: Put, notes: Path) -> None:
    gate = notes.with_name("gate")
    stack.start_worker()
    put("a", path=str(notes), wait_for=str(gate))
    horse = begun(notes)
    family = psutil.Process(stack.pids()["worker"]).children(recursive=True)
    stack.kill_worker()
    assert horse in [process.pid for process in family]
    wait_until(lambda: not any(process.is_running() for process in family), "children to die", within=3)
    gate.touch()
    stack.start_worker()
    wait_until(lambda: probe.count(notes, "end a") == 1, "the next worker", within=5)


@pytest.mark.crash
@sqlite_only
def test_a_job_of_a_killed_worker_runs_again_when_the_next_one_starts(stack: Stack, notes: Path) -> None:
    gate = notes.with_name("gate")
    stack.start_worker()
    later(probe.work, path=str(notes), wait_for=str(gate))
    begun(notes)
    stack.kill_worker()
    gate.touch()
    began = monotonic()
    stack.start_worker()
    wait_until(lambda: probe.count(notes, "end") == 1, "the second run")
    assert monotonic() - began < 30, "not the minutes a lease lasts"
    assert probe.count(notes, "begin") == 2


@pytest.mark.crash
@sqlite_only
def test_after_a_wipe_the_worker_is_known_again_and_its_job_is_found(stack: Stack, notes: Path) -> None:
    """Else /readyz misses it until somebody restarts it, and a job it was killed in waits for minutes."""
    stack.start_worker()
    wait_until(lambda: stack.valkey.client.scard("rq:workers:default"), "worker")
    stack.flushall()
    later(probe.work, path=str(notes))
    wait_until(lambda: stack.valkey.client.scard("rq:workers:default"), "the worker's name")
    wait_until(lambda: probe.count(notes, "end") == 1, "the first job")
    gate = notes.with_name("gate")
    later(probe.work, path=str(notes), wait_for=str(gate))
    wait_until(lambda: probe.count(notes, "begin") == 2, "the second job")
    stack.valkey.client.delete("rq:workers", "rq:workers:default")
    stack.kill_worker()
    gate.touch()
    stack.start_worker()
    wait_until(lambda: probe.count(notes, "end") == 2, "the second run", within=6)


@pytest.mark.crash
@sqlite_only
def test_a_wiped_redis_under_a_running_worker(stack: Stack, put: Put, notes: Path) -> None:
    stack.start_worker()
    for number in range(30):
        put(str(number), path=str(notes))
        if number == 15:
            stack.flushall()
    db.session.remove()
    stack.valkey.client.delete("onsite:drain")
    put("last", path=str(notes))
    wait_until(lambda: probe.count(notes, "end last") == 1, "the drain after the wipe", within=20)
    stack.wait_idle()
    assert all(probe.count(notes, f"end {number} ") == 1 for number in range(30))


@sqlite_only
def test_only_errors_that_pass_are_tried_again(stack: Stack, notes: Path) -> None:
    wrong = notes.with_name("wrong")
    stack.start_worker()
    later(probe.work, path=str(notes), fail="once")
    later(probe.work, path=str(wrong), fail="wrong")
    wait_until(lambda: probe.count(notes, "end") and probe.count(wrong, "begin"), "both")
    stack.wait_idle()
    assert (probe.count(notes, "begin"), probe.count(wrong, "begin")) == (2, 1)


@sqlite_only
def test_asked_to_stop_it_finishes_the_job_first(stack: Stack, notes: Path) -> None:
    gate = notes.with_name("gate")
    stack.start_worker()
    later(probe.work, path=str(notes), wait_for=str(gate))
    begun(notes)
    running = psutil.Process(stack.pids()["worker"])
    running.terminate()
    gate.touch()
    wait_until(lambda: running.status() == psutil.STATUS_ZOMBIE, "the worker to end", within=5)
    assert probe.count(notes, "end") == 1
