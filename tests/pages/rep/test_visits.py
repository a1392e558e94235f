"""The visit log over HTTP: days, months, one visit, asking for corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.attendance.days import ON, Field, arrive, field, leave
from webapp.attendance import service
from webapp.attendance.models import AttendanceException
from webapp.core.db import db, do
from webapp.schedules.models import CalendarDay
from webapp.visits.models import Visit

Freeze = Callable[..., Any]


@pytest.fixture
def f(app: Flask, freeze: Freeze) -> Field:
    made = field(shop={"name": "Corner shop"})
    freeze(made.moment("20:00"))
    return made


def opened() -> Any:
    db.session.remove()
    return db.session.scalar(select(AttendanceException).order_by(AttendanceException.id.desc()))


def test_a_day_shows_visits_status_and_what_it_was_worth(f: Field, client_as: Any, queries: Any) -> None:
    leave(f, arrive(f, "09:30"), "18:00")
    arrive(f, "18:10", 400)
    client = client_as(f.rep)
    with queries() as q:
        page = client.get("/visits").get_data(as_text=True)
    assert len(q) <= 14, q
    for words in ("30 min late", "Corner shop", "09:30–18:00", "Waiting", "Something is wrong with this day"):
        assert words in page
    assert client.get("/visits?view=day&day=2026-03-01").status_code == 200
    assert "No visits on this day" in client.get("/visits?view=day&day=2025-01-01").get_data(as_text=True)


def test_a_month_says_in_words_what_its_shapes_mean(f: Field, client_as: Any, queries: Any) -> None:
    leave(f, arrive(f, "09:30"), "18:00")
    client = client_as(f.rep)
    with queries() as few:
        page = client.get("/visits?view=month&month=2026-03").get_data(as_text=True)
    assert 'aria-label="Mon 2 Mar, Late, 1 visit"' in page
    assert "Worth a look" in page
    for n in range(1, 6):
        leave(f, arrive(f, "09:30", on=ON - timedelta(days=n + 1)), "18:00", on=ON - timedelta(days=n + 1))
    with queries() as many:
        client.get("/visits?view=month&month=2026-03")
    assert len(many) <= len(few) + 1, many
    for odd in ("month=9999-99", "view=day&day=abc", "view=x", "view=month&month=0001-01", "day=9999-12-31&view=day"):
        assert client.get(f"/visits?{odd}").status_code == 200


def test_a_visit_tells_its_story_without_coordinates(f: Field, client_as: Any) -> None:
    arrived = arrive(f, "09:05", 220)
    leave(f, arrived, "10:00")
    page = client_as(f.rep).get(f"/visits/{arrived.visit_id}").get_data(as_text=True)
    for words in ("220 m from the store, exact to 10 m", "Out of range", "Check-out", "Report a mistake", "Order"):
        assert words in page
    assert str(f.shop.lat)[:6] not in page


def test_t35_another_reps_visit_is_not_there(f: Field, client_as: Any) -> None:
    arrived = arrive(f, "09:05")
    other = client_as(factories.employee(f.branch))
    assert other.get(f"/visits/{arrived.visit_id}").status_code == 404
    assert (
        other.post(f"/visits/{arrived.visit_id}/mistakes", data={"category": "other", "note": "x"}).status_code == 404
    )
    assert client_as(f.rep).get("/visits/99999999999999999999").status_code == 404


def test_a_mistake_becomes_a_question_to_a_person(f: Field, client_as: Any) -> None:
    arrived = arrive(f, "09:50")
    client = client_as(f.rep)
    url = f"/visits/{arrived.visit_id}/mistakes"
    for bad, name in (({}, "category"), ({"category": "wrong_time"}, "at"), ({"category": "other"}, "note")):
        answer = client.hx("POST", url, data={**bad, "note": bad.get("note", "")})
        assert answer.status_code == 422
        assert f'id="f-{name}-error"' in answer.get_data(as_text=True)
    kept = client.post(url, data={"category": "wrong_time", "at": "23:00", "note": "kept words"})
    assert kept.status_code == 422
    assert "kept words" in kept.get_data(as_text=True)
    good = {"category": "wrong_time", "at": "09:05", "note": "I was inside already"}
    assert client.post(url, data=good).headers["Location"] == f"/visits/{arrived.visit_id}"
    asked = opened()
    assert (asked.kind, asked.state, asked.check_in_id) == ("mistake", "open", arrived.recorded.check_in_id)
    assert asked.params["at"] == f.moment("09:05").isoformat()
    assert client.post(url, data=good).status_code == 422
    page = client.get(f"/visits/{arrived.visit_id}").get_data(as_text=True)
    assert "The time is wrong: 09:05 would be right" in page
    day = client.get(f"/visits?view=day&day={ON}").get_data(as_text=True)
    assert "What you asked" in day
    assert "Answered by Thu 5 Mar, usually" in day


def test_an_answer_is_not_due_on_a_holiday(f: Field, client_as: Any) -> None:
    """And the page of a day with a question is there all the same."""
    known = {"branch_id": f.branch.id, "kind": "holiday", "name": "Day"}
    factories.save(CalendarDay(on=ON + timedelta(days=1), **known), CalendarDay(on=ON + timedelta(days=30), **known))
    arrived = arrive(f, "09:50")
    client = client_as(f.rep)
    wrong = {"category": "wrong_time", "at": "09:05", "note": ""}
    assert client.post(f"/visits/{arrived.visit_id}/mistakes", data=wrong).status_code == 303
    day = client.get(f"/visits?view=day&day={ON}")
    assert "Answered by Fri 6 Mar, usually" in day.get_data(as_text=True)


def test_what_the_server_found_by_itself_is_not_what_the_rep_asked(f: Field, client_as: Any) -> None:
    arrive(f, "09:05", 400)
    assert opened().kind == "outside"
    assert "What you asked" not in client_as(f.rep).get(f"/visits?view=day&day={ON}").get_data(as_text=True)


def test_a_late_day_can_be_explained_and_a_good_one_needs_none(f: Field, client_as: Any) -> None:
    arrive(f, "09:50")
    client = client_as(f.rep)
    url = f"/visits/days/{ON}/ask"
    assert "Explain why I was late" in client.get(url).get_data(as_text=True)
    assert client.post(url, data={"kind": "late"}).status_code == 422
    assert client.post(url, data={"kind": "early", "note": "x"}).status_code == 422
    assert client.post(url, data={"kind": "late", "note": "the metro stopped"}).status_code == 303
    assert opened().kind == "late"
    assert client.post(url, data={"kind": "forgot_in", "at": "08:55", "note": "x"}).status_code == 303
    assert opened().params["category"] == "forgot_in"
    assert client.get("/visits/days/nonsense/ask").status_code == 404
    future = f"/visits/days/{ON + timedelta(days=3)}/ask"
    assert client.post(future, data={"kind": "forgot_in", "at": "08:55", "note": "x"}).status_code == 422


def test_t19_yesterdays_visit_can_be_finished_from_its_page(f: Field, client_as: Any, freeze: Freeze) -> None:
    arrived = arrive(f, "09:05")
    freeze(f.moment("09:00", ON + timedelta(days=1)))
    client = client_as(f.rep)
    page = client.get(f"/visits/{arrived.visit_id}").get_data(as_text=True)
    hidden = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("client_id", "uid", "check_in")}
    assert client.post("/check-outs", data={**hidden, "outcome": "not_met"}).status_code == 303
    db.session.remove()
    assert db.session.get(Visit, arrived.visit_id).outcome == "not_met"
    assert opened().kind == "missing_out"


def test_t19_a_mistake_in_finishing_an_earlier_visit_is_shown_with_that_visit(
    f: Field, client_as: Any, freeze: Freeze
) -> None:
    """Not on Today, where the form would finish the visit of today."""
    earlier = arrive(f, "09:05")
    freeze(f.moment("09:30", ON + timedelta(days=1)))
    other = factories.site(f.kind, name="Other shop", lat=31.3)
    arrive(f, "09:00", on=ON + timedelta(days=1), site=other)
    client = client_as(f.rep)
    page = client.get(f"/visits/{earlier.visit_id}").get_data(as_text=True)
    names = ("visit", "client_id", "uid", "check_in")
    hidden = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in names}
    wrong = {**hidden, "outcome": "order", "note": "kept words", "next_on": "2026-01-01"}
    answer = client.post("/check-outs", data=wrong)
    again = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("Corner shop", "The next visit lies in the past", "kept words", hidden["check_in"]):
        assert words in again
    assert "Other shop" not in again
    alone = client.post("/check-outs", data={name: text for name, text in wrong.items() if name != "visit"})
    assert alone.status_code == 422
    assert "Other shop" not in alone.get_data(as_text=True)


@pytest.mark.parametrize(
    ("kind", "at", "day"), [("forgot_in", "22:05", ON), ("missing_out", "06:05", ON + timedelta(1))]
)
def test_t14_a_time_after_midnight_belongs_to_the_night_shift(
    app: Flask, client_as: Any, freeze: Freeze, kind: str, at: str, day: Any
) -> None:
    f = field(kind={"shift_start": "22:00", "shift_end": "06:00"})
    arrive(f, "22:30")
    freeze(f.moment("11:00", ON + timedelta(days=1)))
    do(service.rebuild_day, employee_id=f.rep.id, work_date=ON, at=f.moment("11:00", ON + timedelta(days=1)))
    answer = client_as(f.rep).post(f"/visits/days/{ON}/ask", data={"kind": kind, "at": at, "note": "x"})
    assert answer.status_code == 303
    assert opened().params["at"] == f.moment(at, day).isoformat()


def test_t14_the_right_time_of_a_check_in_after_midnight(app: Flask, client_as: Any, freeze: Freeze) -> None:
    f = field(kind={"shift_start": "22:00", "shift_end": "06:00"})
    arrived = arrive(f, "02:00", on=ON + timedelta(days=1))
    freeze(f.moment("03:00", ON + timedelta(days=1)))
    client = client_as(f.rep)
    wrong = {"category": "wrong_time", "at": "01:00", "note": "x"}
    assert client.post(f"/visits/{arrived.visit_id}/mistakes", data=wrong).status_code == 303
    assert opened().params["at"] == f.moment("01:00", ON + timedelta(days=1)).isoformat()
