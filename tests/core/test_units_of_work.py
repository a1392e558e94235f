"""`do()`: all or nothing, once more after a lost race, never while reading, one writer after the other."""

from __future__ import annotations

import fcntl
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests import factories
from tests.support import apps
from tests.support.forks import Forked
from tests.support.process import wait_until
from webapp.core import engines
from webapp.core.db import after_commit, conn, db, do, together, transaction
from webapp.core.engines import FairLock
from webapp.core.errors import Invalid
from webapp.people.models import Team

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def teams() -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(Team)) or 0


def add_team(*, branch_id: int, name: str = "North") -> Team:
    team = Team(branch_id=branch_id, name=name)
    db.session.add(team)
    return team


def test_a_return_commits_and_a_raise_leaves_nothing(app: Flask) -> None:
    branch = factories.branch()

    def half() -> None:
        add_team(branch_id=branch.id)
        db.session.flush()
        raise Invalid("not_valid")

    with pytest.raises(Invalid):
        do(half)
    assert teams() == 0
    assert do(add_team, branch_id=branch.id).id
    assert teams() == 1


def test_statements_and_objects_of_one_unit_of_work_see_each_other(app: Flask) -> None:
    branch = factories.branch()

    def both() -> tuple[int, int]:
        add_team(branch_id=branch.id)
        db.session.flush()
        by_statement = conn().scalar(select(func.count()).select_from(Team))
        conn().execute(Team.__table__.insert().values(branch_id=branch.id, name="South"))
        by_objects = db.session.scalar(select(func.count()).select_from(Team))
        return by_statement, by_objects

    assert do(both) == (1, 2)


def test_a_lost_race_is_tried_once_more_and_then_it_is_an_error(app: Flask) -> None:
    branch, tried = factories.branch(), []

    def twice(times: int) -> None:
        tried.append(1)
        if len(tried) <= times:
            raise IntegrityError("insert", {}, Exception("unique"))
        add_team(branch_id=branch.id)

    do(twice, times=1)
    assert (len(tried), teams()) == (2, 1)
    tried.clear()
    with pytest.raises(IntegrityError):
        do(twice, times=2)
    assert (len(tried), teams()) == (2, 1)


def test_reading_can_never_write(app: Flask) -> None:
    branch = factories.branch()
    db.session.remove()
    with pytest.raises(DBAPIError):
        conn().execute(Team.__table__.insert().values(branch_id=branch.id, name="North"))
    db.session.remove()
    do(add_team, branch_id=branch.id)
    with pytest.raises(DBAPIError):
        conn().execute(Team.__table__.insert().values(branch_id=branch.id, name="South"))
    db.session.remove()
    assert teams() == 1


def test_after_the_commit_and_only_then(app: Flask) -> None:
    seen: list[int] = []
    branch = factories.branch()

    def verb(fails: bool) -> None:
        add_team(branch_id=branch.id, name=f"Team {fails}")
        after_commit(lambda: seen.append(teams()))
        if fails:
            raise Invalid("not_valid")

    with pytest.raises(Invalid):
        do(verb, fails=True)
    assert seen == []
    do(verb, fails=False)
    assert seen == [1]


def test_no_unit_of_work_inside_another(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="already open"):
        do(teams)


def test_first_come_first_served() -> None:
    lock, order, threads = FairLock(), [], []
    lock.acquire()

    def take(number: int) -> None:
        lock.acquire()
        order.append(number)
        lock.release()

    for number in range(8):
        threads.append(threading.Thread(target=take, args=(number,)))
        threads[-1].start()
        wait_until(lambda number=number: len(lock._waiting) == number + 1, "a place in the line")
    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(8))


@pytest.mark.parametrize("db_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_a_connection_that_rested_is_tried_out_first(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database may have been started anew meanwhile."""
    monkeypatch.setattr(engines, "RESTED_SECONDS", 0)
    branch = factories.branch()
    mine = [db.session.scalar(select(func.pg_backend_pid())), do(lambda: conn().scalar(select(func.pg_backend_pid())))]
    db.session.remove()
    killer = create_engine(db.engine.url)
    with killer.connect() as connection:
        for pid in mine:
            assert connection.scalar(select(func.pg_terminate_backend(pid)))
    killer.dispose()
    assert teams() == 0
    assert do(add_team, branch_id=branch.id).id


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_processes_stand_in_line_too_and_a_killed_one_holds_nobody_up(app: Flask, tmp_path: Path) -> None:
    branch = factories.branch()
    db.session.remove()
    line = f"{db.engine.url.database}-writers"

    def write_for_ever() -> None:
        apps.let_go(app)
        with app.app_context(), transaction():
            add_team(branch_id=branch.id)
            db.session.flush()
            (tmp_path / "writing").touch()
            threading.Event().wait()

    child = Forked(write_for_ever, tmp_path / "log")
    wait_until((tmp_path / "writing").exists, "the other process to write", log=tmp_path / "log")
    assert not free(line)
    child.kill()
    child.wait(30)
    assert do(add_team, branch_id=branch.id, name="South").id
    assert teams() == 1
    assert free(line)


def free(line: str) -> bool:
    """Nobody is writing; asked with a file of one's own, because a lock belongs to the open file."""
    mine = os.open(line, os.O_RDONLY)
    try:
        fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(mine)
    return True


def test_statements_sent_together_fail_like_others(app: Flask) -> None:
    """A race that is lost in there is a race, so it is tried once more."""
    branch, tried = factories.branch(), []

    def verb() -> None:
        tried.append(1)
        row = {"branch_id": branch.id, "name": "North"}
        with together():
            for _ in range(2 if len(tried) == 1 else 1):
                conn().execute(Team.__table__.insert().inline(), row)

    do(verb)
    assert (len(tried), teams()) == (2, 1)
