"""A tiny demo company, made and told by the code that tells the whole one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.support.clockwork import Frozen
from webapp.attendance.models import AttendanceDay, CheckIn
from webapp.core.db import db
from webapp.core.outbox import OutboxRow
from webapp.demo import company, fill
from webapp.demo.models import DemoStory, told
from webapp.demo.plan import Story
from webapp.payroll.queries import ledger_check
from webapp.people.models import Branch
from webapp.people.queries import as_actor

NOW = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)
STORY = Story(NOW, days=5, reps=("R001", "R026"))
TABLES = ("check_in", "visit", "attendance_day", "exception_decision", "confirmation", "settlement_line",
          "ledger_entry", "payslip", "withdrawal", "audit_entry", "plan_stop", "roster_day")  # fmt: skip


class Killed(BaseException):
    """The process ends in the middle of a date."""


@pytest.fixture
def demo(make_app: Callable[..., Flask], freeze: Frozen) -> Iterator[Flask]:
    freeze(NOW)
    app = make_app(DEMO=True)
    with app.app_context():
        assert company.prepare(STORY)
        yield app


def test_everything_adds_up_afterwards(demo: Flask) -> None:
    assert told() == 0
    assert fill.fill()
    assert told() == 100
    assert ledger_check() == []
    assert _count("ledger_entry") > 0
    for branch in db.session.scalars(select(Branch)):
        assert (branch.settled_from, str(branch.settled_through)) == (STORY.first_on, "2026-03-02")
    worked = db.session.scalar(select(func.count()).select_from(AttendanceDay).where(AttendanceDay.present))
    assert worked >= 5


def test_telling_it_twice_changes_nothing(demo: Flask) -> None:
    fill.fill()
    before = _counts()
    assert company.prepare(STORY)
    assert fill.fill()
    assert _counts() == before


def test_a_killed_fill_goes_on_to_the_same_end(
    demo: Flask, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    decide = fill.office.confirm

    def killed(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Killed
        decide(*args)

    monkeypatch.setattr(fill.office, "confirm", killed)
    with pytest.raises(Killed):
        fill.fill()
    assert 0 < (told() or 0) < 100
    assert fill.fill()
    assert ledger_check() == []
    assert _count("check_in") == len(set(db.session.scalars(select(CheckIn.client_id))))
    days = db.session.scalar(select(func.count()).select_from(AttendanceDay).where(AttendanceDay.present))
    assert days >= 5


def test_nothing_of_the_past_is_left_for_the_worker(demo: Flask) -> None:
    fill.fill()
    waiting = db.session.execute(select(OutboxRow.topic, OutboxRow.key).where(OutboxRow.done_at.is_(None))).all()
    assert all(topic == "day_changed" and key.endswith("2026-03-03") for topic, key in waiting), waiting


def test_the_clients_own_supervisor_sees_no_money(demo: Flask) -> None:
    actor = as_actor("S003", at=NOW)
    assert actor is not None
    assert not actor.sees_money
    assert db.session.scalar(text("SELECT count(*) FROM salary WHERE employee_id = :id"), {"id": actor.id}) == 0


def test_everybody_can_sign_in_before_the_history_is_there(demo: Flask) -> None:
    for number in ("R001", "S001", "H001", "F001", "A001"):
        answer = demo.test_client().post("/login", data={"number": number, "password": "onsite-demo"})
        assert answer.status_code == 303, number


def test_a_company_of_ones_own_is_left_alone(app: Flask) -> None:
    from tests.support import company as small

    small.build()
    assert company.prepare(STORY) is False
    assert db.session.get(DemoStory, 1) is None
    assert fill.fill() is False


def test_the_command_refuses_a_real_companys_database(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["demo"])
    assert answer.exit_code == 1
    assert "ONSITE_DEMO=1" in answer.output


def _counts() -> dict[str, int]:
    return {table: _count(table) for table in TABLES}


def _count(table: str) -> int:
    return db.session.scalar(text(f"SELECT count(*) FROM {table}"))
