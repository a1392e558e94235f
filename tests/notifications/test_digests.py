"""What is said once a day: to the office, to finance, to a branch's and a team's channels."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from jobs import notifications as jobs
from tests import factories
from tests.attendance.days import arrive
from tests.notifications.test_emitters import texts
from tests.pages.supervisor.crew import crew as make_crew
from tests.support import company as companies
from tests.support import money
from webapp.core.db import conn, db
from webapp.core.secrets import seal
from webapp.notifications.models import Channel, Delivery, NoticeChoice
from webapp.people.models import Team


@pytest.fixture
def crew(app):
    return make_crew()


def channel(branch: Any, **known: Any) -> Channel:
    values = {"kind": "wecom", "name": "Group", "target": seal("https://x.example"), "language": "en"}
    return factories.save(Channel(branch_id=branch.id, topics=["exceptions"], **{**values, **known}))


def sent() -> list[tuple[int, dict[str, Any]]]:
    db.session.remove()
    rows = conn().execute(select(Delivery.channel_id, Delivery.params).order_by(Delivery.id))
    return [(row.channel_id, row.params) for row in rows]


def test_the_office_hears_each_morning_how_much_waits(crew, freeze) -> None:
    arrive(crew.field, "09:05", 300)
    for moment in ("2026-03-02T08:50", "2026-03-02T09:00", "2026-03-02T12:00", "2026-03-03T09:10"):
        freeze(f"{moment}+08:00")
        jobs.digests()
    said = "Shanghai: exceptions that wait for a decision: 1, the oldest since Mon 2 Mar."
    assert texts(crew.hr) == [said, said]
    assert texts(crew.boss) == []


def test_whoever_wants_each_at_once_needs_no_summary(crew, freeze) -> None:
    factories.save(NoticeChoice(employee_id=crew.hr.id, muted=[], each_exception=True))
    arrive(crew.field, "09:05", 300)
    freeze("2026-03-03T09:10+08:00")
    jobs.digests()
    assert texts(crew.hr) == []


def test_nothing_waits_nothing_is_said(crew, freeze) -> None:
    channel(crew.field.branch)
    arrive(crew.field, "09:05")
    freeze("2026-03-03T09:10+08:00")
    jobs.digests()
    assert (texts(crew.hr), sent()) == ([], [])


def test_channels_at_their_time_and_of_their_team(crew, freeze) -> None:
    team = factories.save(Team(branch_id=crew.field.branch.id, name="Pudong"))
    other = factories.save(Team(branch_id=crew.field.branch.id, name="Puxi"))
    whole, theirs = channel(crew.field.branch), channel(crew.field.branch, team_id=team.id, digest_at="18:00")
    channel(crew.field.branch, team_id=other.id)
    channel(factories.branch("ELSEWHERE"))
    arrive(crew.field, "09:05", 300)
    crew.came("Wang Wei", metres=300, team_id=team.id)
    for moment in ("2026-03-02T10:00", "2026-03-02T10:10", "2026-03-02T18:00", "2026-03-02T19:00"):
        freeze(f"{moment}+08:00")
        jobs.digests()
    day = {"day_on": "2026-03-02"}
    assert sent() == [
        (whole.id, {"branch": "Shanghai", "number": 2, **day}),
        (theirs.id, {"branch": "Pudong", "number": 1, **day}),
    ]


def test_finance_hears_of_withdrawals_that_wait(app, freeze) -> None:
    company = companies.build()
    money.withdrawal(company.people["R001"])
    freeze("2026-11-30T09:10+08:00")
    jobs.digests()
    assert texts(company.people["F001"]) == ["Shanghai: withdrawals that wait for you: 1."]
    assert texts(company.people["F101"]) == []
