"""Months as HR closes them: what is open first, who did it, what waits, and what the pay run says about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests import factories
from tests.attendance.months import DAYS, MONTH, Branch, branch, later, over, work
from tests.support.queries import record
from tests.wallet.people import signed_in
from webapp.attendance.models import AttendanceDay
from webapp.core import clock
from webapp.core.db import db, do, transaction
from webapp.payroll import service as payroll
from webapp.people.models import Employee

Freeze = Callable[..., Any]


@pytest.fixture
def one(app: Flask, freeze: Freeze) -> Branch:
    made = branch()
    over([made], freeze)
    return made


@pytest.fixture
def hr(one: Branch, client_as: Any) -> Any:
    found = db.session.get_one(Employee, one.w.hr.id)
    db.session.remove()
    return client_as(found)


def here(one: Branch, month: str = MONTH) -> str:
    return f"/hr/months/{one.w.branch.id}/{month}"


def test_a_month_from_open_to_closed_to_open_again(one: Branch, hr: Any, freeze: Freeze) -> None:
    listed = hr.get("/hr/months").text
    assert f'href="{here(one)}"' in listed
    assert "Open" in re.search(rf'{here(one)}".*?</tr>', listed, re.S)[0]  # type: ignore[index]
    assert "Close March 2026" in hr.get(here(one)).text
    assert hr.post(f"{here(one)}/close").status_code == 303
    assert "Closed" in re.search(rf'{here(one)}".*?</tr>', hr.get("/hr/months").text, re.S)[0]  # type: ignore[index]
    one.punch("7", DAYS[2], "08:50")
    page = hr.get(here(one)).text
    waiting = page[page.index('id="held"') :]
    assert (one.known.name in waiting, "Absent" in waiting, "Closed a month" in waiting) == (True, True, True)
    refused = hr.post(f"{here(one)}/reopen")
    assert (refused.status_code, "Say why" in refused.text, "<details open>" in refused.text) == (422, True, True)
    assert hr.post(f"{here(one)}/reopen", data={"reason": "A terminal came back"}).status_code == 303
    work()
    page = hr.get(here(one)).text
    assert ("A terminal came back" in page, 'id="held"' in page) == (True, False)


def test_the_checklist_leads_to_what_is_open(one: Branch, hr: Any) -> None:
    one.tap(one.unknown, DAYS[2], "08:55")
    page = hr.get(here(one)).text
    link = f"/hr/inbox?branch_id={one.w.branch.id}&amp;month={MONTH}"
    assert link in page
    assert one.unknown.name in hr.get(link.replace("&amp;", "&")).text
    assert one.unknown.name not in hr.get(f"/hr/inbox?month={MONTH.replace('03', '04')}").text
    refused = hr.post(f"{here(one)}/close")
    assert (refused.status_code, "1 matters are open" in refused.text) == (422, True)
    assert hr.post(f"{here(one)}/close", data={"reason": "ill until May"}).status_code == 303
    page = hr.get(here(one)).text
    assert "1 open matter cannot be decided until" in page


def test_days_nobody_was_asked_about_are_open_too(one: Branch, hr: Any) -> None:
    """Their branch waits for a second witness; what was compared long after the day opened no exception."""
    with transaction():
        mine = AttendanceDay.employee_id == one.known.id, AttendanceDay.work_date == DAYS[1]
        db.session.execute(update(AttendanceDay).where(*mine).values(status="pending", undecided=True))
    page = hr.get(here(one)).text
    link = re.search(r'href="(/hr/reports/anomalies[^"]*)">days only a device', page)
    assert link is not None
    found = hr.get(link[1].replace("&amp;", "&")).text.partition("<tbody>")[2]
    assert (one.known.name in found, one.unknown.name in found) == (True, True)
    assert found.index(one.known.name) < found.index(one.unknown.name), "who waits comes first"
    refused = hr.post(f"{here(one)}/close")
    assert (refused.status_code, "1 matters are open" in refused.text) == (422, True)
    assert hr.post(f"{here(one)}/close", data={"reason": "Nobody remembers"}).status_code == 303


def test_a_decision_in_a_closed_month_says_where_to_go(one: Branch, hr: Any) -> None:
    asked = one.tap(one.unknown, DAYS[2], "08:55").recorded.exception_id
    one.close("later")
    said = {"decision": "approved", "seq": "0"}
    answer = hr.hx("POST", f"/hr/inbox/{asked}/decide", data=said, headers={"HX-Target": f"x-{asked}"})
    assert "March 2026 is closed" in answer.text
    bulk = hr.post("/hr/inbox/bulk", data={"ids": f"{asked}-0", "decision": "approved"})
    assert "March 2026 is closed" in bulk.text


def test_a_running_month_is_not_offered(one: Branch, hr: Any) -> None:
    page = hr.get(here(one, "2026-04")).text
    assert ("It can be closed from" in page, "Close April" in page) == (True, False)
    assert hr.post(f"{here(one, '2026-04')}/close").status_code == 422
    assert "2026-04" not in hr.get("/hr/months").text
    for month in ("2026-13", "2026-02", "2026-05", "x", "2026-3"):
        assert hr.get(here(one, month)).status_code == 404, month


def test_a_colleague_was_faster(one: Branch, hr: Any) -> None:
    other = signed_in(factories.employee(one.w.branch, role="hr", name="Ada Other"))
    one.close(by=other)
    answer = hr.post(f"{here(one)}/close")
    assert (answer.status_code, "Ada Other closed this month on Thu 2 Apr" in answer.text) == (422, True)


def test_the_pay_run_says_that_its_month_is_open(one: Branch, hr: Any) -> None:
    run = do(payroll.start_run, by=one.w.hr, branch_id=one.w.branch.id, month=MONTH, at=clock.now())
    link = f'class="notice att" href="{here(one)}"'
    assert link in hr.get(f"/hr/pay-runs/{run}").text
    assert f"/hr/pay-runs/{run}" in hr.get(here(one)).text
    one.close()
    assert link not in hr.get(f"/hr/pay-runs/{run}").text


def test_pages_cost_the_same_however_much_waits(one: Branch, hr: Any, freeze: Freeze) -> None:
    one.close()

    def cost() -> tuple[int, int]:
        with record() as index:
            hr.get("/hr/months")
        with record() as page:
            hr.get(here(one))
        return len(index), len(page)

    one.punch("7", DAYS[2], "08:50")
    first = cost()
    later(freeze, one, 2)
    for on in DAYS:
        one.punch("7", on, "08:40")
    assert len(one.held()) == 4
    assert cost() == first
    assert max(first) <= 12
