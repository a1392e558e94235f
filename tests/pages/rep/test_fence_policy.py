"""What a rep sees of the branch's fence policy, over HTTP (T7, T11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests import factories
from tests.attendance.days import ON, Field, field
from tests.pages.rep.test_today import said
from webapp.attendance.models import AttendanceException, CheckIn
from webapp.core.db import db, transaction
from webapp.people.models import Branch
from webapp.schedules.models import PlanStop
from webapp.sites.models import Site


@pytest.fixture
def f(app: Flask, freeze: Callable[..., Any]) -> Field:
    made = field()
    freeze(made.moment("09:05"))
    return made


def wants(**settings: Any) -> None:
    with transaction():
        db.session.execute(update(Branch).values(fence_policy=settings))


def count(model: Any) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(model))


def test_field_work_is_said_at_once_and_later(f: Field, client_as: Any) -> None:
    wants(outside="field")
    client = client_as(f.rep)
    answer = client.hx("POST", "/check-ins", data=said(f, 400))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "accepted")
    assert "counted as field work" in answer.text
    assert "counted as field work" in client.get("/today").text
    assert "Field work" in client.get(f"/visits?month={ON:%Y-%m}").text


def test_what_counts_before_it_is_approved_is_said_too(f: Field, client_as: Any) -> None:
    wants(approval="after")
    client = client_as(f.rep)
    data = said(f, 400)
    answer = client.hx("POST", "/check-ins", data=data)
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "accepted")
    assert "It counts now" in answer.text
    assert "It counts now" in client.get("/today").text
    again = client.hx("POST", "/check-ins", data={**data, "attempts": "2"})
    assert (again.status_code, again.headers["X-Onsite-State"]) == (200, "accepted")
    assert count(AttendanceException) == 1


def test_an_accepted_doubt_has_nothing_to_say(f: Field, client_as: Any) -> None:
    wants(uncertain="accept")
    answer = client_as(f.rep).hx("POST", "/check-ins", data=said(f, 150))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "accepted")
    assert count(AttendanceException) == 0


def test_t11_the_phone_is_asked_while_somebody_looks_and_nothing_is_kept(f: Field, client_as: Any) -> None:
    wants(outside="ask", remark="outside")
    client = client_as(f.rep)
    data = said(f, 400, live="1")
    for more, error in (({}, "remark_needed"), ({"remark": "Depot"}, "ask_needed")):
        answer = client.hx("POST", "/check-ins", data={**data, **more})
        assert (answer.status_code, answer.headers["X-Onsite-Error"]) == (422, error)
        assert count(CheckIn) == 0
    assert "m outside the store&#39;s area" in answer.text
    answer = client.hx("POST", "/check-ins", data={**data, "remark": "Depot", "asked": "1"})
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "outside")


def test_t7_the_plain_form_and_a_worker_are_recorded_and_wait(f: Field, client_as: Any) -> None:
    wants(outside="ask", remark="always")
    client = client_as(f.rep)
    page = client.get(f"/today?site={f.shop.id}").text
    assert ('data-remark="always"' in page, 'name="remark"' in page) == (True, True)
    assert client.post("/check-ins", data={**said(f, 400), "no_fix": "unsupported"}).status_code == 303
    answer = client.hx("POST", "/check-ins", data=said(f))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "pending")
    assert "A remark is missing" in answer.text
    assert "A remark is missing" in client.get("/today").text
    assert count(AttendanceException) == 2


def test_the_page_tells_the_phone_only_what_is_special(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    url = f"/today?site={f.shop.id}"
    plain = client.get(url).text
    assert not any(name in plain for name in ("data-area", "data-remark", "data-outside", "data-near", "f-remark"))
    corners = [[(f.shop.lat or 0) + y, (f.shop.lng or 0) + x] for y, x in ((1e-3, 0), (0, 1e-3), (-1e-3, -2e-3))]
    with transaction():
        db.session.execute(update(Site).values(polygon=corners))
    wants(outside="field", uncertain="accept", remark="outside")
    for html in (client.get(url).text, _planned(f, client)):
        assert 'data-area="100,0 0,100 -100,-200"' in html
        assert 'data-remark="outside" hidden' in html
        assert ('data-outside="field"' in html, 'data-near="go"' in html) == (True, True)
        assert "It counts as field work" in html


def _planned(f: Field, client: Any) -> str:
    factories.save(PlanStop(employee_id=f.rep.id, work_date=ON, site_id=f.shop.id, seq=1))
    return client.get("/today").text


def test_remark_and_field_work_are_seen_by_who_decides(f: Field, client_as: Any) -> None:
    wants(remark="outside")
    client_as(f.rep).hx("POST", "/check-ins", data=said(f, 400, remark="At the depot"))
    hr = client_as(factories.employee(f.branch, "hr"))
    assert "At the depot" in hr.get("/hr/inbox").text
    number = db.session.scalar(select(AttendanceException.id))
    assert "Remark: At the depot" in hr.get(f"/hr/inbox/{number}").text
    visit = client_as(f.rep).get("/visits/1").text
    assert "Remark: At the depot" in visit
