"""Rows picked for a decision that are not there any more when it is made."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr import waiting as made
from tests.pages.hr.test_inbox_others import marks
from tests.pages.hr.waiting import Waiting, fresh
from tests.payroll.company import APRIL
from webapp.attendance.models import AttendanceException
from webapp.core.db import do
from webapp.schedules.models import LeaveRequest, SwapRequest

SETTLED = "1 settled itself meanwhile: there is nothing left to decide."
UNSEEN = "1 is not in your branches any more: its own office decides it."


@pytest.fixture
def all_kinds(app: Any, freeze: Any) -> Waiting:
    freeze(APRIL.isoformat())
    return made.waiting()


@pytest.fixture
def hr(all_kinds: Waiting, client_as: Any) -> Any:
    return client_as(all_kinds.it.hr)


def _change(*, model: Any, number: int, **values: Any) -> None:
    row = make.db.session.get_one(model, number)
    for name, value in values.items():
        setattr(row, name, value)


def test_the_answer_names_what_is_gone_and_why(all_kinds: Waiting, hr: Any) -> None:
    away = make.branch()
    do(_change, model=AttendanceException, number=all_kinds.exception, state="withdrawn")
    do(_change, model=SwapRequest, number=all_kinds.swap, branch_id=away.id)
    answer = hr.post("/hr/inbox/bulk", data={"ids": marks(all_kinds), "decision": "approved"})
    assert answer.status_code == 303
    assert f"1 approved. {SETTLED} {UNSEEN}" in hr.get("/hr/inbox").text
    assert fresh(LeaveRequest, all_kinds.leave).state == "approved"


def test_what_somebody_else_answered_is_told_apart_from_what_needs_its_reader(all_kinds: Waiting, hr: Any) -> None:
    do(_change, model=LeaveRequest, number=all_kinds.leave, state="withdrawn", version=2)
    do(_change, model=AttendanceException, number=all_kinds.exception, state="withdrawn")
    sent = {"ids": marks(all_kinds), "decision": "approved", "reason": "x" * 301}
    html = hr.post("/hr/inbox/bulk", data=sent).text
    assert f"0 approved. 1 was answered or taken back meanwhile. {SETTLED} 1 needs you." in html
    assert f'id="x-leave_request-{all_kinds.leave}"' in html


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_when_all_of_it_is_gone_nothing_asks_to_pick_rows(all_kinds: Waiting, hr: Any, decision: str) -> None:
    do(_change, model=AttendanceException, number=all_kinds.exception, state="withdrawn")
    answer = hr.post("/hr/inbox/bulk", data={"ids": marks(all_kinds)[:1], "decision": decision})
    assert (answer.status_code, f"0 {decision}. {SETTLED}" in answer.text) == (422, True)
    assert "Pick at least one row" not in answer.text
    assert "Pick at least one row" in hr.post("/hr/inbox/bulk", data={"decision": "approved"}).text


def test_the_second_look_names_them_too(all_kinds: Waiting, hr: Any) -> None:
    made.many_leaves(all_kinds.it.branch, 20)
    rows = make.db.session.query(LeaveRequest).all()
    do(_change, model=AttendanceException, number=all_kinds.exception, state="withdrawn")
    ids = [*marks(all_kinds)[:1], *(f"leave_request-{row.id}-1" for row in rows)]
    page = hr.post("/hr/inbox/bulk", data={"ids": ids, "decision": "rejected", "reason": "No"}).text
    assert ("Reject 21" in page, SETTLED in page) == (True, True)
