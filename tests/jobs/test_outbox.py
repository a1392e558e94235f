"""The outbox: nothing that was put is lost, and nothing waits twice."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from jobs import sweep
from tests.jobs import probe
from webapp.core import clock, outbox
from webapp.core.db import db, do, transaction
from webapp.core.outbox import OutboxRow

Put = Callable[..., None]


def rows() -> list[OutboxRow]:
    found = list(db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
    db.session.remove()
    return found


def claim(after: float = 0) -> list[outbox.Item]:
    return do(outbox.claim, at=clock.now() + timedelta(seconds=after))


def test_a_key_waits_once_and_keeps_the_latest_payload(app: Flask, put: Put) -> None:
    put("a", n=1)
    put("a", n=2)
    put("b", n=3)
    assert [(item.key, item.payload) for item in claim()] == [("a", {"n": 2}), ("b", {"n": 3})]


def test_putting_again_brings_a_row_forward_and_never_back(app: Flask, put: Put) -> None:
    later = clock.now() + timedelta(hours=1)
    put("a", at=later)
    assert claim() == []
    put("a")
    put("a", at=later)
    assert [item.key for item in claim()] == ["a"]


def test_what_is_put_during_the_work_is_worked_on_too(app: Flask, put: Put) -> None:
    put("a", n=1)
    first = claim()
    put("a", n=2)
    do(outbox.finish, ids=[item.id for item in first], at=clock.now())
    assert [item.payload for item in claim()] == [{"n": 2}]


def test_a_rolled_back_change_leaves_no_row(app: Flask, topic: str) -> None:
    def half_way() -> None:
        outbox.put(topic, "a", None, clock.now())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        do(half_way)
    assert rows() == []


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_a_row_cannot_be_taken_before_the_change_that_put_it_again_is_visible(app: Flask, put: Put) -> None:
    """Else the drain would read the old state, finish the row, and the change would be forgotten (T18)."""
    put("a", n=1)
    with transaction():
        outbox.put("probe", "a", {"n": 2}, clock.now())
        taken: list[outbox.Item] = []
        other = threading.Thread(target=lambda: _in_app(app, taken))
        other.start()
        other.join(60)
        assert not other.is_alive()
        assert taken == []
    assert [item.payload for item in claim()] == [{"n": 2}]


def _in_app(app: Flask, taken: list[outbox.Item]) -> None:
    with app.app_context():
        taken += do(outbox.claim, at=clock.now())


def test_many_claim_at_once_and_each_row_goes_to_one(app: Flask, put: Put) -> None:
    for number in range(40):
        put(str(number))
    taken: list[outbox.Item] = []

    def some() -> None:
        with app.app_context():
            while items := do(outbox.claim, at=clock.now(), limit=3):
                taken.extend(items)

    threads = [threading.Thread(target=some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(item.key) for item in taken) == list(range(40))


def test_errors_wait_longer_each_time_and_end_as_failed(app: Flask, put: Put) -> None:
    put("a")
    pauses, after = [], 0.0
    while items := claim(after):
        at = clock.now() + timedelta(seconds=after)
        do(outbox.put_back, item=items[0], error="broken", at=at)
        row = rows()[0]
        pauses.append((row.available_at - at).total_seconds())
        after += 4000
    assert len(pauses) == outbox.MAX_ATTEMPTS
    assert [round(pause) for pause in pauses[:4]] == [5, 20, 80, 320]
    assert (row.failed_at is not None, row.last_error) == (True, "broken")
    assert outbox.backlog(at=clock.now()).failed == 1
    db.session.remove()
    assert do(outbox.retry_failed, at=clock.now()) == 1
    assert [item.attempts for item in claim()] == [1]


def test_a_row_that_failed_before_comes_alone(app: Flask, put: Put) -> None:
    put("bad")
    do(outbox.put_back, item=claim()[0], error="broken", at=clock.now())
    put("fresh", at=clock.now() + timedelta(seconds=60))
    put("fresh too", at=clock.now() + timedelta(seconds=60))
    assert [[item.key for item in claim(61)] for _ in range(2)] == [["bad"], ["fresh", "fresh too"]]


def test_rows_of_a_dead_process_wait_again_at_once_and_of_a_living_one_do_not(app: Flask, put: Put) -> None:
    put("a")
    put("b")
    claim()
    gone = subprocess.Popen(["true"])
    gone.wait()
    host = rows()[0].claimed_by.rpartition(":")[0]
    with transaction():
        db.session.execute(update(OutboxRow).where(OutboxRow.key == "a").values(claimed_by=f"{host}:{gone.pid}"))
    assert [row.key for row in rows() if row.id in outbox.lost(at=clock.now())] == ["a"]
    assert sweep.rescue() == 1
    assert [(item.key, item.attempts) for item in claim()] == [("a", 2)]


def test_rows_of_another_host_wait_again_when_their_lease_ends(app: Flask, put: Put) -> None:
    put("a")
    claim()
    with transaction():
        db.session.execute(update(OutboxRow).values(claimed_by=f"elsewhere:{os.getpid()}"))
    assert outbox.lost(at=clock.now()) == []
    assert len(outbox.lost(at=clock.now() + outbox.LEASE + timedelta(seconds=1))) == 1


def test_a_lost_row_gives_way_to_a_newer_one_with_its_key(app: Flask, put: Put) -> None:
    put("a", n=1)
    old = claim()[0]
    put("a", n=2)
    do(outbox.hand_out_again, ids=[old.id], at=clock.now())
    assert [item.payload for item in claim()] == [{"n": 2}]
    assert len(rows()) == 1


def test_a_row_that_kills_every_worker_ends_as_failed(app: Flask, put: Put) -> None:
    put("a")
    for _ in range(outbox.DEADLY):
        items = claim()
        do(outbox.hand_out_again, ids=[item.id for item in items], at=clock.now())
    assert claim() == []
    assert outbox.backlog(at=clock.now()).failed == 1


def test_one_bad_row_never_stops_the_batch(app: Flask, put: Put, tmp_path: os.PathLike[str]) -> None:
    path = str(tmp_path) + "/notes"
    put("1", path=path)
    put("2", path=path, bad=True)
    put("3", path=path)
    sweep.drain()
    assert {line.split()[1] for line in probe.lines(path) if line.startswith("end")} == {"1", "3"}
    assert [(row.key, row.last_error) for row in rows() if row.done_at is None] == [("2", "ValueError: bad row 2")]


def test_done_rows_are_pruned_after_an_hour(app: Flask, put: Put) -> None:
    put("a")
    do(outbox.finish, ids=[item.id for item in claim()], at=clock.now())
    assert do(outbox.prune, at=clock.now()) == 0
    assert do(outbox.prune, at=clock.now() + timedelta(minutes=61)) == 1


def test_the_backlog_tells_what_waits_and_since_when(app: Flask, put: Put, freeze: Callable[[str], object]) -> None:
    freeze("2026-03-02T09:00+08:00")
    put("a")
    put("later", at=clock.now() + timedelta(hours=1))
    freeze("2026-03-02T09:05+08:00")
    found = outbox.backlog(at=clock.now())
    assert (found.waiting, found.claimed, found.failed) == (2, 0, 0)
    assert clock.now() - found.oldest_due_at == timedelta(minutes=5)


def test_what_is_asked_for_again_waits_for_quiet_but_not_for_ever(app: Flask, topic: str) -> None:
    at, minute = clock.now(), timedelta(minutes=1)
    waits = {"quiet": 7 * minute, "most": 30 * minute}
    due = []
    for n in (0, 5, 11, 16, 22, 28, 29):
        do(outbox.put_after_quiet, topic=topic, key="a", payload={"n": n}, at=at + n * minute, **waits)
        due.append((rows()[0].available_at - at) // minute)
    assert due == [7, 12, 18, 23, 29, 30, 30]
    assert (len(rows()), rows()[0].payload) == (1, {"n": 29})
    assert do(outbox.claim, at=at + 29 * minute) == []
    assert [item.payload for item in do(outbox.claim, at=at + 30 * minute)] == [{"n": 29}]
    do(outbox.put_after_quiet, topic=topic, key="a", payload={"n": 31}, at=at + 31 * minute, **waits)
    assert [row.available_at - at for row in rows()] == [30 * minute, 38 * minute], "one at work is left alone"
