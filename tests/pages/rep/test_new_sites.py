"""Adding a store that is not in the list: its own record of the outbox, and the day that can be reported from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from jobs.privacy import coarsen
from tests import factories
from tests.attendance.days import Field, field
from tests.pages.rep.test_today import count, said
from tests.sites.test_service import signed
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException, CheckIn
from webapp.attendance.queries import days
from webapp.core import clock
from webapp.core.db import db, do
from webapp.people.models import Employee, Team
from webapp.sites import service
from webapp.sites.models import NewSite, SiteProposal

URL = "/sites/new"


@pytest.fixture
def f(app: Flask, freeze: Any) -> Field:
    made = field()
    freeze(made.moment("09:05"))
    return made


def store(f: Field, **known: Any) -> dict[str, str]:
    return said(f, **{"lat": 31.2, "lng": 121.4, "site_id": None, "name": "Corner shop", "note": "2F", **known})


def here(f: Field, key: str, **known: Any) -> dict[str, str]:
    values = {"client_id": uuid4(), "uid": f.rep.id, "tapped_at": clock.now().isoformat(), "kind": "here",
              "store": key, "about": "Corner shop"}  # fmt: skip
    return {name: str(value) for name, value in {**values, **known}.items()}


def test_it_is_kept_once_and_never_with_other_content(f: Field, client_as: Any) -> None:
    client, data = client_as(f.rep), store(f)
    answer = client.hx("POST", URL, data=data)
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "sent")
    again = client.hx("POST", URL, data={**data, "attempts": "2", "sent_at": "2026-03-02T02:00:00Z"})
    assert (again.status_code, count(NewSite)) == (201, 1)
    other = client.hx("POST", URL, data={**data, "name": "Other shop"})
    assert (other.status_code, other.headers["X-Onsite-Error"]) == (409, "same_id_other_content")
    kept = db.session.query(NewSite).one()
    assert (kept.name, kept.note, kept.lat, kept.proposed_at) == ("Corner shop", "2F", 31.2, f.moment("09:05"))
    assert "Waiting" in client.get(URL).text


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"lat": None, "lng": None, "accuracy": None, "no_fix": "timeout"}, None),
        ({"lat": "0", "lng": "0"}, None),
        ({"accuracy": "4000"}, 31.2),
        ({"accuracy": None}, 31.2),
    ],
)
def test_no_position_is_no_position(f: Field, client_as: Any, change: dict[str, Any], place: float | None) -> None:
    assert client_as(f.rep).hx("POST", URL, data=store(f, **change)).status_code == 201
    assert db.session.query(NewSite).one().lat == place


def test_of_who_gives_none_none_is_kept(f: Field, client_as: Any) -> None:
    shy = factories.employee(f.branch, consent_given=False)
    assert client_as(shy).hx("POST", URL, data=store(f, uid=shy.id)).status_code == 201
    assert db.session.query(NewSite).one().lat is None
    assert "Where you stand" not in client_as(shy).get(URL).text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "required"),
        ({"name": "x" * 121}, "too_long"),
        ({"note": "x" * 301}, "too_long"),
        ({"uid": "999999"}, "other_user"),
        ({"client_id": "1"}, "bad_client_id"),
        ({"lat": "91"}, "degrees_range"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_code(
    f: Field, client_as: Any, change: dict[str, Any], code: str
) -> None:
    answer = client_as(f.rep).hx("POST", URL, data=store(f, **change))
    assert (answer.headers["X-Onsite-Error"], count(NewSite)) == (code, 0)
    assert 400 <= answer.status_code < 500


def test_without_a_script_the_form_keeps_what_was_typed(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    form = {"client_id": str(uuid4()), "uid": str(f.rep.id), "no_fix": "unsupported", "name": "", "note": "2nd floor"}
    refused = client.post(URL, data=form)
    assert (refused.status_code, "2nd floor" in refused.text, form["client_id"] in refused.text) == (422, True, True)
    sent = client.post(URL, data={**form, "name": "Corner shop"})
    assert (sent.status_code, sent.headers["Location"]) == (303, URL)
    page = client.get(URL).text
    report = {name: value for name, value in here(f, form["client_id"]).items() if name != "tapped_at"}
    assert f'name="store" value="{form["client_id"]}"' in page
    assert client.post("/me/outbox/ask", data=report).status_code == 303
    assert "You reported that you are there today." in client.get(URL).text


def test_the_list_leads_to_it_and_a_search_without_a_result_gives_the_name(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    assert f'href="{URL}"' in client.get("/sites/choose").text
    empty = client.hx("GET", "/sites/choose?q=Corner+%26+co").text
    assert f'class="btn primary wide" href="{URL}?name=Corner%20%26%20co"' in empty
    assert 'value="Corner &amp; co"' in client.get(f"{URL}?name=Corner+%26+co").text


def test_listed_stores_it_may_be_are_told_and_stop_nobody(f: Field, client_as: Any) -> None:
    client, link = client_as(f.rep), f'href="/today?site={f.shop.id}"'
    assert link in client.hx("GET", f"{URL}?name={f.shop.name.upper()}").text
    assert "<form" not in client.hx("GET", f"{URL}?name=x").text
    close = store(f, lat=str(f.shop.lat), lng=str(f.shop.lng))
    answer = client.hx("POST", URL, data=close)
    assert (answer.status_code, link in answer.text, count(NewSite)) == (201, True, 1)
    assert link in client.get(URL).text


def test_the_day_is_asked_about_once_with_the_tap_and_no_check_in_is_made_up(f: Field, client_as: Any) -> None:
    client, data = client_as(f.rep), store(f)
    client.hx("POST", URL, data=data)
    for _ in range(2):
        answer = client.hx("POST", "/me/outbox/ask", data=here(f, data["client_id"]))
        assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "sent")
    assert count(CheckIn) == 0
    asked = db.session.query(AttendanceException).one()
    known = {"category": "forgot_in", "tap": "here", "note": "Corner shop", "at": f.moment("09:05").isoformat()}
    assert {name: asked.params[name] for name in known} == {**known, "at": asked.params["at"]}
    assert (asked.kind, asked.site_id, asked.params["new_store"]) == (
        "mistake",
        None,
        db.session.query(NewSite).one().id,
    )
    officer = client_as(factories.employee(f.branch, "hr"))
    assert f'href="/hr/sites/new-stores/{asked.params["new_store"]}"' in officer.get(f"/hr/inbox/{asked.id}").text


def test_confirmed_the_day_counts_from_the_tap(f: Field, client_as: Any) -> None:
    client, data = client_as(f.rep), store(f)
    client.hx("POST", URL, data=data)
    client.hx("POST", "/me/outbox/ask", data=here(f, data["client_id"]))
    asked, hr = db.session.query(AttendanceException).one(), signed(factories.employee(f.branch, "hr"))
    do(attendance.decide, by=hr, exception_id=asked.id, decision="approved", at=clock.now())
    db.session.remove()
    day = days([(f.rep.id, asked.work_date)])[f.rep.id, asked.work_date]
    assert (day.first_in, day.open_exceptions) == (f.moment("09:05"), 0)


def test_what_was_given_stands_on_the_privacy_page(f: Field, client_as: Any, freeze: Any) -> None:
    client, hr = client_as(f.rep), signed(factories.employee(f.branch, "hr"))
    client.hx("POST", URL, data=store(f))
    factories.save(
        SiteProposal(
            site_id=f.shop.id, employee_id=f.rep.id, client_id=str(uuid4()), lat=31.2, lng=121.4, accuracy_m=9.0,
            proposed_at=clock.now(),
        )
    )  # fmt: skip
    page = client.get("/me/privacy").text
    assert page.count("Exact until it is decided.") == 2
    made = db.session.query(NewSite).one().id
    do(service.refuse_new_site, by=hr, proposal_id=made, reason="x", at=clock.now())
    assert client.get("/me/privacy").text.count("Exact until it is decided.") == 1
    freeze(f.moment("09:05") + timedelta(days=91))
    coarsen()
    page = client.get("/me/privacy").text
    assert ("Corner shop" in page, page.count("Position kept to about 1 km.")) == (True, 1)


def test_reported_before_the_proposal_arrived_it_counts_all_the_same(f: Field, client_as: Any, freeze: Any) -> None:
    client, key = client_as(f.rep), str(uuid4())
    assert client.hx("POST", "/me/outbox/ask", data=here(f, key)).status_code == 201
    assert db.session.query(AttendanceException).one().params["new_store"] is None
    freeze(f.moment("18:00"))
    assert client.hx("POST", "/me/outbox/ask", data=here(f, key)).status_code == 201
    assert count(AttendanceException) == 1
    bad = client.hx("POST", "/me/outbox/ask", data=here(f, "x"))
    assert (bad.status_code, bad.headers["X-Onsite-Error"]) == (422, "bad_client_id")


def test_what_became_of_it_is_shown_with_the_way_on(f: Field, client_as: Any) -> None:
    team = factories.save(Team(branch_id=f.branch.id, name="T"))
    rep = factories.employee(f.branch, team_id=team.id)
    boss = factories.employee(f.branch, "supervisor", name="Wang Li", team_id=team.id)
    hr = signed(factories.employee(f.branch, "hr", name="Lin Mei"))
    client = client_as(rep)
    assert "Wang Li checks it, then HR adds the store." in client.get(URL).text
    for _ in range(2):
        client.hx("POST", URL, data=store(f, uid=rep.id))
    first, second = (row.id for row in db.session.query(NewSite).order_by(NewSite.id))
    do(service.check_new_site, by=signed(boss), proposal_id=first, at=clock.now())
    assert "Wang Li knows it. HR adds it next." in client.get(URL).text
    do(service.use_known_site, by=hr, proposal_id=first, site_id=f.shop.id, at=clock.now())
    do(service.refuse_new_site, by=hr, proposal_id=second, reason="Not a client", at=clock.now())
    page = client.get(URL).text
    assert (f"Check in at {f.shop.name}" in page, "Lin Mei: Not a client" in page) == (True, True)
    assert db.session.query(Employee).filter_by(id=rep.id).count() == 1
