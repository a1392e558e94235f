"""What is about somebody of the office who was a rep before: others decide it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr import waiting as made
from tests.pages.hr.test_inbox_others import badge, kinds
from tests.pages.hr.waiting import Waiting, fresh
from tests.payroll.company import APRIL
from webapp.attendance.models import AttendanceException
from webapp.core.db import do
from webapp.people.models import Employee

ALL = ["exception", "held_punch", "leave_request", "swap"]


@dataclass
class Promoted:
    it: Waiting
    rita: Employee


@pytest.fixture
def office(app: Any, freeze: Any) -> Promoted:
    """Besides what waits already, something of each kind about Rita, who is of HR since; nobody else is."""
    freeze(APRIL.isoformat())
    it = made.waiting()
    rita = make.employee(it.it.branch, name="Rita Promoted")
    made.exception(rita)
    made.leave(rita, date(2026, 5, 4), date(2026, 5, 4))
    made.wants_to_swap(rita, make.employee(it.it.branch, name="Otto Other"))
    made.held_punch(make.terminal(it.it.branch, name="Side door"), rita, pin="77")
    do(_becomes, number=it.it.hr.id, role="finance")
    do(_becomes, number=rita.id, role="hr")
    return Promoted(it, fresh(Employee, rita.id))


def _becomes(*, number: int, role: str) -> None:
    make.db.session.get_one(Employee, number).role = role


@pytest.fixture
def hr(office: Promoted, client_as: Any) -> Any:
    return client_as(office.rita)


def mine(html: str) -> str:
    return "".join(re.findall(r'About you <span class="badge">(\d+)</span>', html))


@pytest.mark.parametrize("sort", ["day", "due", "money", "store"])
def test_it_waits_for_others_and_is_a_view_of_its_own(office: Promoted, hr: Any, sort: str) -> None:
    html = hr.get(f"/hr/inbox?sort={sort}").text
    assert (len(kinds(html)), badge(html), mine(html)) == (5, "5", "4")
    html = hr.get(f"/hr/inbox?own=1&sort={sort}").text
    assert (sorted(kinds(html)), badge(html), mine(html)) == (ALL, "5", "4")
    assert not re.search(r'name="ids"(?![^>]* disabled)', html)
    assert not re.search(r"data-key=", html)
    assert re.search(r'href="[^"]*own=1[^"]*" aria-current="true"', html)


def test_a_colleague_finds_it_in_the_inbox(office: Promoted, hr: Any, client_as: Any) -> None:
    assert "nobody else works in the office" in hr.get("/hr/inbox?own=1").text
    colleague = make.employee(office.it.it.branch, "hr")
    assert "your colleagues in the office have these" in hr.get("/hr/inbox?own=1").text
    html = client_as(colleague).get("/hr/inbox").text
    assert (len(kinds(html)), badge(html), mine(html)) == (9, "9", "")
    assert "About you" not in html


@pytest.mark.parametrize(("role", "elsewhere", "seen"), [("admin", True, True), ("hr", True, False),
                                                         ("finance", False, False)])  # fmt: skip
def test_who_else_is_of_the_office(office: Promoted, hr: Any, role: str, elsewhere: bool, seen: bool) -> None:
    make.employee(make.branch() if elsewhere else office.it.it.branch, role)
    assert ("your colleagues in the office" in hr.get("/hr/inbox?own=1").text) == seen


def test_its_drawer_offers_no_decision(office: Promoted, hr: Any) -> None:
    for path in re.findall(r'data-open href="([^"]+)"', hr.get("/hr/inbox?own=1").text):
        html = hr.hx("GET", path.replace("&amp;", "&")).text
        assert "Nobody decides about themselves." in html, path
        assert "/held/" in path or "<form" not in html, path
    number = make.db.session.query(AttendanceException.id).filter_by(employee_id=office.rita.id).scalar()
    assert hr.post(f"/hr/inbox/{number}/decide", data={"decision": "approved", "seq": 0}).status_code == 403


def test_what_was_decided_is_seen_like_any_other(office: Promoted, hr: Any) -> None:
    do(_decided, who=office.rita.id)
    assert kinds(hr.get("/hr/inbox?state=decided").text) == ["exception"]
    assert mine(hr.get("/hr/inbox").text) == "3"


def _decided(*, who: int) -> None:
    make.db.session.query(AttendanceException).filter_by(employee_id=who).one().state = "approved"
