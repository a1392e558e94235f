"""The store's code and "I cannot check in" over HTTP: plain forms, the outbox, the scanned address."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from tests import factories
from tests.attendance.days import ON, Field, field
from tests.attendance.test_decisions import signed_in
from tests.pages.rep.test_today import said
from webapp.attendance import queries as attendance
from webapp.attendance.models import AttendanceException, CheckIn, CodeTry
from webapp.core import clock
from webapp.core.db import db, do
from webapp.people.models import Employee
from webapp.schedules.models import PlanStop
from webapp.sites import service as sites
from webapp.sites.models import SiteSupervisor
from webapp.sites.queries.codes import code_secret
from webapp.sites.rules.codes import digits_at


@pytest.fixture
def f(app: Flask, freeze: Any) -> Field:
    made = field()
    freeze(made.moment("09:05"))
    boss = factories.employee(made.branch, "supervisor", name="Wang Li", phone="13800138000")
    factories.save(SiteSupervisor(site_id=made.shop.id, employee_id=boss.id))
    do(sites.start_code, by=signed_in(boss, made.branch), site_id=made.shop.id, at=clock.now())
    return made


def digits(f: Field) -> str:
    return digits_at(code_secret(f.shop.id) or "", clock.now())


def blind(f: Field, **known: Any) -> dict[str, str]:
    """What the outbox posts from a phone without a position."""
    return said(f, lat=None, lng=None, accuracy=None, fix_at=None, no_fix="timeout", **known)


def status(f: Field) -> str:
    db.session.remove()
    return attendance.days([(f.rep.id, ON)])[f.rep.id, ON].status


def wrong(f: Field) -> str:
    return "000000" if digits(f) != "000000" else "111111"


def test_from_waiting_to_counting_without_javascript(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    form = {"client_id": str(uuid4()), "uid": f.rep.id, "site_id": f.shop.id, "no_fix": "unsupported"}
    assert client.post("/check-ins", data=form).status_code == 303
    page = client.get("/today").text
    assert "Waiting for Wang Li" in page
    link = page.split('/code"')[0].rsplit('href="', 1)[1]
    assert "Six digits" in client.get(f"{link}/code").text
    refused = client.post(f"/check-ins/{form['client_id']}/code", data={"uid": f.rep.id, "code": wrong(f)})
    assert refused.status_code == 422
    assert "look again and type the new ones" in refused.text
    done = client.post(f"/check-ins/{form['client_id']}/code", data={"uid": f.rep.id, "code": digits(f)})
    assert (done.status_code, done.headers["Location"]) == (303, "/today")
    page = client.get("/today").text
    assert "Your check-in counts." in page
    assert "Checked in 09:05" in page
    assert status(f) == "normal"


def test_with_the_check_in_the_outbox_hears_that_it_counts(f: Field, client_as: Any) -> None:
    data = blind(f, code=digits(f), code_at=clock.now().isoformat())
    answer = client_as(f.rep).hx("POST", "/check-ins", data=data)
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "accepted")
    assert "Checked in 09:05" in answer.text
    again = client_as(f.rep).hx("POST", "/check-ins", data=data)
    assert again.headers["X-Onsite-State"] == "accepted"


def test_wrong_digits_are_said_where_the_reason_for_waiting_stands(f: Field, client_as: Any) -> None:
    answer = client_as(f.rep).hx("POST", "/check-ins", data=blind(f, code=wrong(f)))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "pending")
    assert "You are checked in, but the digits were not the store" in answer.text
    assert "type those shown now, or wait for your supervisor" in answer.text
    assert len(gzip.compress(answer.data, 6)) <= 1150


def test_later_digits_come_through_the_outbox(f: Field, client_as: Any, freeze: Any) -> None:
    client, data = client_as(f.rep), blind(f)
    client.hx("POST", "/check-ins", data=data)
    freeze(f.moment("09:07"))
    url, typed = f"/check-ins/{data['client_id']}/code", {"uid": str(f.rep.id), "code_at": clock.now().isoformat()}
    refused = client.hx("POST", url, data={**typed, "code": wrong(f)})
    assert (refused.status_code, refused.headers["X-Onsite-Error"]) == (422, "code_wrong")
    done = client.hx("POST", url, data={**typed, "code": digits(f)})
    assert (done.status_code, done.headers["X-Onsite-State"]) == (200, "accepted")
    assert client.hx("POST", url, data={**typed, "code": digits(f), "uid": "999"}).status_code == 409


def test_after_five_tries_the_page_says_how_long_to_wait(f: Field, client_as: Any) -> None:
    client, data = client_as(f.rep), blind(f)
    client.hx("POST", "/check-ins", data=data)
    url = f"/check-ins/{data['client_id']}/code"
    said_last = [client.post(url, data={"code": f"00000{n}"}).text for n in range(6)][-1]
    assert "Try again in 10 min" in said_last
    assert client.post(url, data={"code": digits(f)}).status_code == 422
    assert db.session.query(CodeTry).count() == 5


def test_a_scanned_code_changes_nothing_until_its_button(f: Field, client_as: Any) -> None:
    client, link = client_as(f.rep), f"/code/{f.shop.id}/{digits(f)}"
    page = client.get(link).text
    assert "Check in with this code" in page
    assert db.session.query(CheckIn).count() == 0
    data = blind(f)
    client.hx("POST", "/check-ins", data=data)
    page = client.get(link).text
    assert f'action="/check-ins/{data["client_id"]}/code"' in page
    client.post(f"/check-ins/{data['client_id']}/code", data={"code": digits(f)})
    assert "counts already" in client.get(link).text


def test_a_scanned_code_survives_signing_in(f: Field, client: Any) -> None:
    answer = client.get(f"/code/{f.shop.id}/123456")
    assert answer.headers["Location"] == f"/login?next=/code/{f.shop.id}/123456"


def test_a_scanned_code_checks_in_where_there_was_none(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    form = {"client_id": str(uuid4()), "site_id": f.shop.id, "no_fix": "unsupported", "code": digits(f)}
    assert client.post("/check-ins", data=form).status_code == 303
    assert "Your check-in counts." in client.get("/today").text
    assert status(f) == "normal"


@pytest.mark.parametrize("digits_typed", ["12345a", "abcdef"])
def test_an_address_without_digits_is_not_found(f: Field, client_as: Any, digits_typed: str) -> None:
    assert client_as(f.rep).get(f"/code/{f.shop.id}/{digits_typed}").status_code == 404


def test_i_cannot_check_in_goes_to_the_supervisor(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    today = client.get(f"/today?site={f.shop.id}").text
    assert f'href="/cannot?site={f.shop.id}"' in today
    page = client.get(f"/cannot?site={f.shop.id}").text
    assert "Wang Li is asked at once" in page
    key = page.split('name="client_id" value="')[1][:36]
    form = {"client_id": key, "uid": f.rep.id, "site_id": f.shop.id, "no_fix": "unsupported", "ask": "1"}
    refused = client.post("/check-ins", data={**form, "cannot": "other"})
    assert refused.status_code == 422
    assert "Add a note for this reason." in refused.text
    assert key in refused.text
    sent = {**form, "cannot": "other", "note": "The tablet fell into the fish tank"}
    assert client.post("/check-ins", data=sent).status_code == 303
    assert client.post("/check-ins", data=sent).status_code == 303
    page = client.get("/today").text
    assert ("Waiting for Wang Li" in page, "You asked to be confirmed" in page) == (True, True)
    assert db.session.query(AttendanceException).count() == 1


def test_without_a_reason_it_is_not_an_ordinary_check_in(f: Field, client_as: Any) -> None:
    form = {"client_id": str(uuid4()), "site_id": f.shop.id, "no_fix": "unsupported", "ask": "1"}
    refused = client_as(f.rep).post("/check-ins", data=form)
    assert (refused.status_code, "Fill this in." in refused.text) == (422, True)
    assert db.session.query(CheckIn).count() == 0


def test_the_outbox_sends_it_like_a_check_in(f: Field, client_as: Any) -> None:
    answer = client_as(f.rep).hx("POST", "/check-ins", data=said(f, 20, cannot="camera", ask="1"))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "pending")
    assert "You asked to be confirmed" in answer.text
    db.session.remove()
    assert db.session.query(CheckIn).one().lat is not None


def test_without_a_store_the_next_one_is_meant_and_else_one_is_chosen(f: Field, client_as: Any) -> None:
    assert client_as(f.rep).get("/cannot").headers["Location"] == "/sites/choose"
    factories.save(PlanStop(employee_id=f.rep.id, work_date=ON, seq=1, site_id=f.shop.id))
    assert f.shop.name in client_as(f.rep).get("/cannot").text
    other = factories.site(factories.store_type(factories.branch()))
    assert client_as(f.rep).get(f"/cannot?site={other.id}").status_code == 404


def test_the_rep_sees_why_it_was_not_confirmed(f: Field, client_as: Any, freeze: Any) -> None:
    data = said(f, cannot="slow", ask="1", no_fix="timeout", lat=None, lng=None)
    client_as(f.rep).hx("POST", "/check-ins", data=data)
    issue = db.session.query(AttendanceException).one()
    client = client_as(db.session.query(Employee).filter_by(role="supervisor").one())
    listed = client.get(f"/confirm?on={ON}").text
    assert ("Cannot check in" in listed, "It takes too long" in listed) == (True, True)
    url = f"/confirm/issues/{issue.id}/reject?on={ON}"
    assert client.post(url, data={"seq": 0, "issue": issue.id}).status_code == 422
    freeze(clock.now() + timedelta(minutes=5))
    assert client.post(url, data={"seq": 0, "issue": issue.id, "reason": "Nobody saw you"}).status_code == 303
    assert "Not confirmed: Nobody saw you" in client_as(f.rep).get("/today").text


def test_where_no_store_shows_a_code_nothing_asks_for_one(f: Field, client_as: Any) -> None:
    client, other = client_as(f.rep), factories.site(f.kind)
    assert "I have the store's code" in client.get(f"/today?site={f.shop.id}").text
    assert "store's code" not in client.get(f"/today?site={other.id}").text
    answer = client.hx("POST", "/check-ins", data=blind(f, site_id=other.id))
    assert "/code" not in answer.text
    page = client.get("/today").text
    assert "/code" not in page
    visit = page.split('href="/visits/')[1].split('"')[0]
    assert "This store shows no code." in client.get(f"/visits/{visit}/code").text


def test_the_plan_knows_which_stores_show_one(f: Field, client_as: Any) -> None:
    factories.save(PlanStop(employee_id=f.rep.id, work_date=ON, seq=1, site_id=f.shop.id))
    assert "I have the store's code" in client_as(f.rep).get("/today").text


def test_a_wrong_code_says_that_a_check_in_which_counts_needs_none(f: Field, client_as: Any) -> None:
    answer = client_as(f.rep).hx("POST", "/check-ins", data=said(f, code=wrong(f)))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "accepted")
    assert "The code was not taken, and you need none: your check-in counts." in answer.text
    form = said(f, code="12", client_id=str(uuid4()), lat=None, lng=None, accuracy=None, no_fix="timeout")
    client = client_as(f.rep)
    assert client.post("/check-ins", data=form).status_code == 303
    assert "the code needs six digits" in client.get("/today").text


def test_today_says_that_a_code_settled_an_earlier_visit(f: Field, client_as: Any, freeze: Any) -> None:
    client, data = client_as(f.rep), blind(f)
    client.hx("POST", "/check-ins", data=data)
    code = {"uid": str(f.rep.id), "code": digits(f), "code_at": clock.now().isoformat()}
    assert client.hx("POST", f"/check-ins/{data['client_id']}/code", data=code).status_code == 200
    freeze(f.moment("09:40"))
    out = {"client_id": str(uuid4()), "uid": str(f.rep.id), "check_in": data["client_id"], "outcome": "order"}
    assert client.post("/check-outs", data=out).status_code == 303
    page = client.get("/today").text
    assert "It counts: the store&#39;s code settled it." in page
    assert "Approved" not in page
