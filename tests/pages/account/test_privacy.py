"""Agreeing to positions, reading what was taken and who looked."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests import factories
from tests.attendance.days import ON, arrive, evidence
from tests.pages.rep.test_today import said
from tests.pages.supervisor.crew import NOON, Crew, crew
from tests.support.queries import record
from webapp.attendance.models import AttendanceException, CheckIn, PositionView
from webapp.core.db import db, transaction
from webapp.people import rules
from webapp.people.models import Branch, Consent, Employee


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


@pytest.fixture
def fresh(team: Crew) -> Any:
    """The rep, never asked."""
    with transaction() as opened:
        opened.execute(update(Employee).where(Employee.id == team.field.rep.id).values(consent_text=0))
    return team.field.rep


def looks() -> list[tuple[int, int]]:
    db.session.remove()
    return [(row.viewer_id, row.check_in_id) for row in db.session.scalars(select(PositionView))]


def test_asked_once_before_the_first_position(fresh: Any, client_as: Any) -> None:
    rep = client_as(fresh)
    page = rep.get("/today").text
    assert ('data-checkin="consent"' in page, "data-blind" in page) == (True, True)
    done = rep.post("/me/consent", data={"answer": "yes", "text": rules.CONSENT_TEXT, "next": "/today"})
    assert (done.status_code, done.location) == (303, "/today")
    page = rep.get("/today").text
    assert ('data-checkin="consent"' in page, "data-blind" in page) == (False, False)
    kept = db.session.scalar(select(Consent))
    assert (kept.employee_id, kept.text_version, kept.given) == (fresh.id, rules.CONSENT_TEXT, True)


def test_going_without_leaves_checking_in_possible(fresh: Any, client_as: Any) -> None:
    rep = client_as(fresh)
    rep.post("/me/consent", data={"answer": "no", "text": rules.CONSENT_TEXT})
    page = rep.get("/today").text
    assert ('data-checkin="consent"' in page, "data-blind" in page) == (False, True)
    assert "You go without" in rep.get("/me/privacy").text


def test_a_new_text_is_asked_about_again(team: Crew, client_as: Any, monkeypatch: Any) -> None:
    rep = client_as(team.field.rep)
    assert "data-blind" not in rep.get("/today").text
    monkeypatch.setattr("webapp.people.queries.sessions.CONSENT_TEXT", 2)
    monkeypatch.setattr(rules, "CONSENT_TEXT", 2)
    assert 'data-checkin="consent"' in rep.get("/today").text
    old = rep.post("/me/consent", data={"answer": "yes", "text": 1})
    assert (old.status_code, "The text has changed" in old.text) == (422, True)
    assert rep.post("/me/consent", data={"answer": "yes", "text": 2}).status_code == 303


def test_an_answer_leads_nowhere_else(team: Crew, client_as: Any) -> None:
    form = {"answer": "yes", "text": rules.CONSENT_TEXT, "next": "//evil.example/"}
    assert client_as(team.field.rep).post("/me/consent", data=form).location == "/today"
    assert client_as(team.field.rep).post("/me/consent", data={"answer": "maybe", "text": "x"}).status_code == 422


def test_the_first_run_card_asks_too(fresh: Any, client_as: Any) -> None:
    rep = client_as(fresh)
    assert 'action="/me/consent"' in rep.get("/me/setup/location").text
    rep.post("/me/consent", data={"answer": "yes", "text": rules.CONSENT_TEXT})
    assert 'action="/me/consent"' not in rep.get("/me/setup/location").text


def test_a_supervisors_look_is_written_down_once_a_day(team: Crew, client_as: Any, freeze: Any) -> None:
    f, boss = team.field, client_as(team.boss)
    done = arrive(f, "09:05", 400)
    arrive(f, "09:40", said=evidence(None, f.moment("09:40")))
    boss.get("/confirm")
    assert looks() == [], "the list shows no position"
    boss.get(f"/confirm/{f.rep.id}?on={ON}")
    assert looks() == [(team.boss.id, done.recorded.check_in_id)], "one without a position is not looked at"
    with record() as asked:
        boss.get(f"/confirm/{f.rep.id}?on={ON}")
    assert not asked.writes()
    freeze(f.moment("12:00").replace(day=3))
    boss.get(f"/confirm/{f.rep.id}?on={ON}")
    assert len(looks()) == 2
    page = client_as(f.rep).get("/me/privacy").text
    assert page.count("Chen Jie, ") == 2


def test_hrs_look_at_an_exception_too(team: Crew, client_as: Any) -> None:
    arrive(team.field, "09:05", 400)
    issue = db.session.scalar(select(AttendanceException))
    client_as(team.hr).get(f"/hr/inbox/{issue.id}")
    assert [viewer for viewer, _ in looks()] == [team.hr.id]
    assert "Lin Mei, HR" in client_as(team.field.rep).get("/me/privacy").text


def test_the_page_says_what_is_kept_and_until_when(team: Crew, client_as: Any) -> None:
    f, rep = team.field, client_as(team.field.rep)
    arrive(f, "09:05", 30)
    page = rep.get("/me/privacy").text
    assert ("±10 m" in page, "Nobody looked." in page) == (True, True)
    assert "Exact until" in page
    with transaction() as opened:
        opened.execute(update(Branch).values(coarse_through=10**6))
    assert "Position kept to about 1 km." in rep.get("/me/privacy").text


def test_pages_of_twenty_in_constant_queries(team: Crew, client_as: Any) -> None:
    f, rep = team.field, client_as(team.field.rep)
    arrive(f, "09:00", 30)
    with record() as few:
        rep.get("/me/privacy")
    for n in range(1, 23):
        arrive(f, f"09:{n:02}", 30)
    with record() as many:
        assert "23 entries" in rep.get("/me/privacy").text
    assert len(many) == len(few)
    assert rep.get("/me/privacy?page=2").text.count("<time class=") == 3
    assert rep.get("/me/privacy?page=9").status_code == 303


def test_nobody_reads_anothers_page(team: Crew, client_as: Any) -> None:
    """T35: it shows one's own, whoever asks."""
    arrive(team.field, "09:05", 30)
    other = factories.employee(team.field.branch)
    assert "Nothing yet." in client_as(other).get("/me/privacy").text
    assert client_as(team.boss).get("/me/privacy").status_code == 403


def test_hr_sets_the_period_and_the_limit(team: Crew, client_as: Any) -> None:
    url = f"/hr/settings/{team.field.branch.id}/privacy"
    hr = client_as(team.hr)
    assert hr.post(url, data={"device_limit": "2", "position_days": "10"}).status_code == 422
    assert hr.post(url, data={"device_limit": "3", "position_days": "120"}).status_code == 303
    db.session.remove()
    branch = db.session.get(Branch, team.field.branch.id)
    assert (branch.device_limit, branch.position_days) == (3, 120)
    assert "Changed phones and privacy" in hr.get(f"/hr/audit?object_type=branch&object_id={branch.id}").text


def test_a_page_from_before_the_no_leaves_no_position(team: Crew, client_as: Any) -> None:
    """Another tab, or a tap that waited: nothing of where they were is kept, and the same again is the same."""
    rep = client_as(team.field.rep)
    before = {**said(team.field), "altitude": "4.5", "speed": "1"}
    first = rep.hx("POST", "/check-ins", data=before)
    rep.post("/me/consent", data={"answer": "no", "text": rules.CONSENT_TEXT})
    assert rep.hx("POST", "/check-ins", data=before).status_code == 200
    after = {**before, "client_id": str(uuid4())}
    answers = [rep.hx("POST", "/check-ins", data=after) for _ in range(2)]
    assert [first.status_code, *(answer.status_code for answer in answers)] == [201, 201, 200]
    db.session.remove()
    kept, bare = db.session.scalars(select(CheckIn).order_by(CheckIn.id.desc()).limit(2)).all()[::-1]
    assert (kept.lat is None, kept.no_fix) == (False, None)
    assert (bare.lat, bare.lng, bare.accuracy_m, bare.no_fix) == (None, None, None, "declined")
    assert not {"altitude", "speed"} & set(bare.extra)
    assert rep.hx("POST", "/check-ins", data={**after, "lat": "31.1"}).status_code == 409
