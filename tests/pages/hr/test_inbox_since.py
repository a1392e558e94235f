"""Since when a request waits for HR, and so when it is due: the asking, or the step before HR's own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr import waiting as made
from tests.pages.hr.test_inbox_others import kinds
from tests.pages.hr.waiting import Waiting
from tests.payroll.company import APRIL
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import do
from webapp.pages.hr import inbox_pages
from webapp.people.models import Employee
from webapp.schedules.models import Leave, LeaveDecision, LeaveRequest, SwapRequest

LONG_AGO = timedelta(days=40)


@pytest.fixture
def all_kinds(app: Any, freeze: Any) -> Waiting:
    freeze(APRIL.isoformat())
    return made.waiting()


@pytest.fixture
def hr(all_kinds: Waiting, client_as: Any) -> Any:
    return client_as(all_kinds.it.hr)


def overdue(hr: Any) -> list[str]:
    html = hr.get("/hr/inbox?overdue=1").text
    badge = re.findall(r'Overdue <span class="badge">(\d+)</span>', html)
    assert [str(len(kinds(html)))] * bool(kinds(html)) == badge
    assert html.count("> Overdue</span>") + html.count(">Overdue</span>") == len(kinds(html))
    return kinds(html)


def asked_long_ago(*, leave: int, swap: int) -> None:
    for model, number in ((LeaveRequest, leave), (SwapRequest, swap)):
        make.db.session.get_one(model, number).asked_at = clock.now() - LONG_AGO


def said(*, request: int, by: Employee, decision: str, ago: timedelta, seq: int = 1) -> None:
    at = clock.now() - ago
    make.db.session.add(LeaveDecision(request_id=request, seq=seq, step=0, decision=decision, by=by.id, at=at))


def test_a_swap_waits_since_the_colleague_agreed(all_kinds: Waiting, hr: Any) -> None:
    do(asked_long_ago, leave=all_kinds.leave, swap=all_kinds.swap)
    assert overdue(hr) == ["leave_request"]
    assert kinds(hr.get("/hr/inbox?days=3").text) == ["leave_request"]


@pytest.mark.parametrize("word", ["approved", "cancel_ask"])
def test_leave_waits_since_the_step_before(all_kinds: Waiting, hr: Any, word: str) -> None:
    """A supervisor's yes, or the wish to give back what was approved long ago."""
    boss = make.employee(all_kinds.it.branch, "supervisor")
    do(asked_long_ago, leave=all_kinds.leave, swap=all_kinds.swap)
    do(said, request=all_kinds.leave, by=boss, decision=word, ago=timedelta())
    assert overdue(hr) == []
    do(said, request=all_kinds.leave, by=boss, decision="kept", ago=LONG_AGO, seq=2)
    assert overdue(hr) == []


def test_what_is_decided_is_sorted_by_due_without_an_end(
    all_kinds: Waiting, hr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not due any more, so the database sorts it, however much it is."""
    for n in range(3):
        number = made.exception(make.employee(all_kinds.it.branch, name=f"Done {n}"))
        do(_decided, number=number)
    monkeypatch.setattr(inbox_pages, "KEYS", 2)
    for sort in ("due", "-due"):
        assert kinds(hr.get(f"/hr/inbox?state=decided&sort={sort}").text) == ["exception"] * 3


def _decided(*, number: int) -> None:
    make.db.session.get_one(AttendanceException, number).state = "approved"


def test_the_second_look_says_which_leave_is_given_back(all_kinds: Waiting, hr: Any) -> None:
    """Approving that cancels leave; among twenty it must not read like any other."""
    made.many_leaves(all_kinds.it.branch, 19)
    do(_wants_to_give_back, number=all_kinds.leave)
    ids = [
        f"leave_request-{row.id}-{row.version}" for row in make.db.session.query(LeaveRequest).order_by(LeaveRequest.id)
    ]
    page = hr.post("/hr/inbox/bulk", data={"ids": [*ids, f"swap-{all_kinds.swap}-2"], "decision": "approved"}).text
    assert re.search(r"Lea Leaves · Asked to cancel it ·", page)


def _wants_to_give_back(*, number: int) -> None:
    row = make.db.session.get_one(LeaveRequest, number)
    span = {"employee_id": row.employee_id, "first_on": row.first_on, "last_on": row.last_on, "kind": row.kind}
    leave = Leave(**span, recorded_at=clock.now())
    make.db.session.add(leave)
    make.db.session.flush()
    row.leave_id = leave.id
