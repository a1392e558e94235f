"""A refused entry of the outbox brought to a person: for every kind, once, and the supervisor hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from tests import factories
from tests.attendance.days import ON, Field, field
from tests.pages.rep.test_today import count, said
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import db, do
from webapp.notifications.models import Notice
from webapp.people.models import Employee
from webapp.sites.models import SiteSupervisor

URL = "/me/outbox/ask"


@pytest.fixture
def f(app: Flask, freeze: Any) -> Field:
    made = field()
    freeze(made.moment("09:05"))
    boss = factories.employee(made.branch, "supervisor", name="Wang Li")
    factories.save(SiteSupervisor(site_id=made.shop.id, employee_id=boss.id))
    return made


def asked(f: Field, kind: str, **known: Any) -> dict[str, str]:
    values = {"client_id": str(uuid4()), "uid": f.rep.id, "tapped_at": clock.now().isoformat(), "kind": kind,
              "about": f.shop.name, "reason": "Nothing was found here.", "site_id": f.shop.id}  # fmt: skip
    return {name: str(value) for name, value in {**values, **known}.items() if value is not None}


def the() -> AttendanceException:
    db.session.remove()
    return db.session.query(AttendanceException).one()


@pytest.mark.parametrize(
    ("kind", "category", "timed"),
    [
        ("check-in", "forgot_in", True),
        ("cannot", "forgot_in", True),
        ("check-out", "forgot_out", True),
        ("undo", "other", False),
        ("photo", "other", False),
        ("code", "other", False),
        ("place", "other", False),
    ],
)
def test_every_kind_reaches_the_supervisor_once(
    f: Field, client_as: Any, kind: str, category: str, timed: bool
) -> None:
    client, data = client_as(f.rep), asked(f, kind)
    answer = client.hx("POST", URL, data=data)
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "sent")
    assert client.hx("POST", URL, data={**data, "attempts": "2"}).status_code == 201
    row, tap = the(), kind.replace("-", "_")
    assert (row.kind, row.state, row.site_id, row.params["category"], row.params["tap"]) == (
        "mistake", "open", f.shop.id, category, tap,
    )  # fmt: skip
    assert ("at" in row.params) == timed
    do(attendance.tell_waiting, pairs=[(f.rep.id, ON)], at=clock.now())
    boss = db.session.query(Employee).filter_by(name="Wang Li").one()
    notice = db.session.query(Notice).filter_by(employee_id=boss.id).one()
    assert notice.params["kind_code"] == f"tap_{tap}"
    page = client_as(boss).get(notice.link)
    assert page.status_code == 200
    assert f"{f.shop.name}: Nothing was found here." in page.text
    assert "not accepted" in page.text


def test_what_belongs_to_a_check_in_is_about_it(f: Field, client_as: Any, freeze: Any) -> None:
    client, tap = client_as(f.rep), said(f)
    assert client.hx("POST", "/check-ins", data=tap).status_code == 201
    freeze(f.moment("09:45"))
    assert client.hx("POST", URL, data=asked(f, "photo", check_in=tap["client_id"], site_id="")).status_code == 201
    row = the()
    assert (row.check_in_id is not None, row.site_id) == (True, f.shop.id)
    assert "A photo was not accepted" in client.get(f"/visits?view=day&day={ON}").text


def test_two_refused_taps_of_a_day_are_two_questions(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    for _ in range(2):
        assert client.hx("POST", URL, data=asked(f, "check-in")).status_code == 201
    assert count(AttendanceException) == 2


def test_a_wrong_clock_and_a_check_out_of_the_next_day_are_asked_without_a_time(
    f: Field, client_as: Any, freeze: Any
) -> None:
    client, tap = client_as(f.rep), said(f)
    assert client.hx("POST", "/check-ins", data=tap).status_code == 201
    freeze(f.moment("09:05") + timedelta(days=3))
    late = asked(f, "check-out", check_in=tap["client_id"], tapped_at=clock.now().isoformat())
    assert client.hx("POST", URL, data=late).status_code == 201
    assert (the().work_date, the().params["category"], "at" in the().params) == (ON, "other", False)


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"uid": "999999"}, "other_user", 409),
        ({"kind": "wish"}, "form_sentence", 422),
        ({"client_id": "x"}, None, 422),
        ({"check_in": "x"}, None, 422),
        ({"tapped_at": "yesterday"}, "not_a_moment", 422),
        ({"tapped_at": "2025-11-02T09:00:00+08:00"}, "correction_closed", 422),
    ],
)
def test_what_cannot_be_asked_says_why_and_stays_on_the_phone(
    f: Field, client_as: Any, change: dict[str, str], code: str | None, status: int
) -> None:
    answer = client_as(f.rep).hx("POST", URL, data=asked(f, **{"kind": "check-in", **change}))
    assert answer.status_code == status
    assert answer.headers["X-Onsite-Error"] == (code or answer.headers["X-Onsite-Error"])
    assert "data-reason" in answer.text
    assert count(AttendanceException) == 0


def test_anothers_store_and_check_in_are_not_touched(f: Field, client_as: Any) -> None:
    other = factories.site(factories.store_type(factories.branch()))
    colleague = factories.employee(f.branch)
    tap = said(f)
    assert client_as(f.rep).hx("POST", "/check-ins", data=tap).status_code == 201
    data = asked(f, "check-out", uid=colleague.id, check_in=tap["client_id"], site_id=other.id)
    assert client_as(colleague).hx("POST", URL, data=data).status_code == 201
    row = the()
    assert (row.employee_id, row.check_in_id, row.site_id) == (colleague.id, None, None)
