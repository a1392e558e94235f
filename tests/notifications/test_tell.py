"""Notices: told once, never in the way, gone when their matter is."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests import factories
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.errors import NotFound
from webapp.core.i18n import LANGUAGES, force_locale
from webapp.notifications import queries, service
from webapp.notifications.models import Notice
from webapp.notifications.rules import Told
from webapp.people.models import Employee


@pytest.fixture
def rep(app) -> Employee:
    return factories.employee(factories.branch())


def reward(rep: Employee, key: str = "reward|1", **changed: object) -> Told:
    params = {"amount_minor": 2000, "currency": "CNY", "rule_code": "rule_name_streak", "day_on": "2026-03-02"}
    return Told(**{"employee_id": rep.id, "code": "notice_reward", "key": key, "link": "/visits", "params": params,
                   **changed})  # fmt: skip


def tell(*told: Told) -> int:
    return do(service.tell, told=told, at=clock.now())


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Notice))


def test_told_twice_is_told_once(rep) -> None:
    assert tell(reward(rep), reward(rep, "reward|2")) == 2
    assert tell(reward(rep, "reward|2"), reward(rep, "reward|3")) == 1
    assert queries.unread(rep.id) == 3


def test_many_are_one_statement(rep, queries) -> None:
    with queries() as asked:
        tell(*(reward(rep, f"reward|{n}") for n in range(100)))
    inserts = [text for text in asked.writes() if "INSERT INTO notice " in text]
    assert len(inserts) == 1, asked


@pytest.mark.parametrize(
    "wrong",
    [{"code": "no_such_words"}, {"key": "x" * 121}, {"link": "//evil.example/x"}, {"link": "https://evil.example"}],
)
def test_a_notice_that_cannot_be_told_stops_nothing(rep, wrong) -> None:
    assert tell(reward(rep, **{"key": "bad", **wrong}), reward(rep, "good")) == 1


def test_a_notice_for_nobody_leaves_the_rest_of_the_work_standing(rep) -> None:
    """The database refuses it (no such person); what the action did before and after is kept (T42)."""

    def work() -> int:
        db.session.add(Notice(employee_id=rep.id, dedup_key="before", code="notice_try", params={}, link="/",
                              at=clock.now()))  # fmt: skip
        db.session.flush()
        told = service.tell(told=[reward(rep, "nobody", employee_id=999_999)], at=clock.now())
        service.tell(told=[reward(rep, "after")], at=clock.now())
        return told

    assert do(work) == 0
    assert count() == 2


def test_the_words_follow_the_reader(rep) -> None:
    tell(reward(rep))
    line = queries.lines(rep.id, page=1).rows[0]
    assert line.text == "You earned ¥20.00: Run of days without late or early, Mon 2 Mar."
    with force_locale(LANGUAGES["zh"]):
        assert "¥20.00" in line.text
        assert "3月2日" in line.text
        assert "You" not in line.text
    assert queries.plain_body(line.code, line.params).startswith("You earned a reward: ")


def test_reading_is_ones_own(rep) -> None:
    tell(reward(rep))
    notice_id = queries.lines(rep.id, page=1).rows[0].id
    stranger = factories.employee(factories.branch("OTHER"))
    with pytest.raises(NotFound):
        do(service.mark_read, employee_id=stranger.id, notice_id=notice_id, at=clock.now())
    assert queries.unread(rep.id) == 1
    assert do(service.mark_read, employee_id=rep.id, notice_id=notice_id, at=clock.now()) == "/visits"
    assert queries.unread(rep.id) == 0


def test_what_came_meanwhile_stays_unread(rep) -> None:
    tell(reward(rep, "1"), reward(rep, "2"))
    shown = queries.lines(rep.id, page=1).rows[0].id
    tell(reward(rep, "3"))
    assert do(service.read_all, employee_id=rep.id, through=shown, at=clock.now()) == 2
    assert queries.unread(rep.id) == 1


def test_closed_and_unsaid(rep) -> None:
    tell(reward(rep, "1", about="exception|1"), reward(rep, "2", about="exception|11"))
    do(service.close, about="exception|1", at=clock.now())
    assert (queries.unread(rep.id), count()) == (1, 2)
    assert do(service.unsay, about="exception|11") is True
    assert do(service.unsay, about="exception|1") is False
    assert count() == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (["2026-06-24", "2026-06-24T12"], "Wed 24 Jun, morning"),
        (["2026-06-24T12", "2026-06-24"], "Wed 24 Jun, afternoon"),
        (["2026-06-24T12", "2026-06-26T12"], "Wed 24 Jun, from noon – Fri 26 Jun, until noon"),
        (["2026-06-24", "2026-06-24"], "Wed 24 Jun"),
    ],
)
def test_half_days_are_said(app, written: list[str], said: str) -> None:
    with app.app_context(), force_locale(LANGUAGES["en"]):
        assert queries.sentence("notice_leave_back", {"name": "Li Na", "over_days": written}).endswith(f": {said}.")
