"""Leave and swaps from the phone that asks to the page that shows what became of it, through everybody's hands."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests import factories
from tests.browser.crew import NOON
from tests.browser.test_hostile import TWICE, sign_out_everywhere
from tests.support import company
from tests.support.company import PASSWORD
from webapp.core.db import db
from webapp.schedules.models import LeaveRequest, RosterDay, SwapRequest

FRIDAY, SATURDAY = date(2026, 3, 6), date(2026, 3, 7)


@pytest.fixture(autouse=True)
def noon(stack: Any, freeze: Any) -> None:
    freeze(NOON)


def number(stack: Any, model: Any) -> int:
    with stack.app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_half_a_day_of_leave_until_it_stands_in_the_plan(stack: Any, phone: Any, desk: Any, axe: Any) -> None:
    rep = phone("R001")
    rep.goto("/me/leave/new?kind=annual")
    rep.get_by_label("First day of leave").fill(str(FRIDAY))
    rep.get_by_label("The leave ends").select_option("1")
    rep.get_by_label("Note").fill("Dentist 牙医")
    press(rep, "Continue")
    expect(rep.get_by_text("0.5 days")).to_be_visible()
    axe(rep)
    rep.get_by_role("button", name="Send").evaluate(TWICE)
    expect(rep).to_have_url(re.compile(r"/me/leave/\d+$"))
    assert number(stack, LeaveRequest) == 1
    boss = phone("S001")
    boss.goto("/team/requests")
    boss.get_by_role("link", name=re.compile("Li Na")).first.click()
    expect(boss.get_by_text("Dentist 牙医")).to_be_visible()
    press(boss, "Approve")
    expect(boss.get_by_text("Nothing waits for you.")).to_be_visible()
    hr = desk("H001")
    hr.goto("/hr/schedule/requests")
    hr.get_by_role("link", name="Li Na").click()
    press(hr, "Approve")
    expect(hr.locator("#flashes")).to_contain_text("Approved")
    rep.goto(f"/plan?day={FRIDAY}")
    expect(rep.get_by_text("half a day of leave")).to_be_visible()
    expect(rep.get_by_text("13:30–18:00")).to_be_visible()


def test_a_swap_until_it_stands_in_the_roster(stack: Any, phone: Any, desk: Any, axe: Any) -> None:
    with stack.app.app_context():
        firm = company.find()
        mine, theirs = firm.people["R001"], firm.people["R002"]
        known = {"branch_id": firm.branch.id, "kind": "rest"}
        off = ((theirs.id, FRIDAY), (mine.id, SATURDAY))
        free = [RosterDay(employee_id=who, work_date=on, **known) for who, on in off]
        factories.save(*free)
    rep, colleague, boss, hr = phone("R001"), phone("R002"), phone("S001"), desk("H001")
    rep.goto("/me/swaps/new")
    rep.get_by_label("The day you give away").fill(str(FRIDAY))
    rep.get_by_label("Colleague").select_option(label="王伟 · R002")
    rep.get_by_label("The day you work instead").fill(str(SATURDAY))
    press(rep, "Continue")
    axe(rep)
    rep.get_by_role("button", name="Ask 王伟").evaluate(TWICE)
    expect(rep).to_have_url(re.compile(r"/me/swaps/\d+$"))
    assert number(stack, SwapRequest) == 1
    colleague.goto("/notices")
    colleague.locator("main").get_by_role("button", name=re.compile("Li Na")).click()
    axe(colleague)
    press(colleague, "Yes, swap")
    expect(colleague.get_by_text("Waits for approval")).to_be_visible()
    boss.goto("/team/requests")
    boss.get_by_role("link", name=re.compile("Li Na · 王伟")).click()
    press(boss, "Approve the swap")
    expect(boss.get_by_text("Nothing waits for you.")).to_be_visible()
    hr.goto(f"/hr/schedule?monday={NOON[:10]}")
    for who, on in off:
        expect(hr.locator(f"a[href='/hr/schedule/{who}?on={on}']")).to_contain_text("09:00–18:00")
    for who, on in ((mine.id, FRIDAY), (theirs.id, SATURDAY)):
        expect(hr.locator(f"a[href='/hr/schedule/{who}?on={on}']")).to_contain_text("Rest")


def test_signed_out_before_sending_brings_the_request_back(stack: Any, phone: Any) -> None:
    """What the page that asks "Is this right?" holds was typed on the page before."""
    rep = phone("R001")
    rep.goto("/me/leave/new?kind=annual")
    rep.get_by_label("Personal leave").check()
    rep.get_by_label("First day of leave").fill(str(FRIDAY))
    rep.get_by_label("Note").fill("Moving 搬家")
    press(rep, "Continue")
    expect(rep.get_by_role("heading", name="Is this right?")).to_be_visible()
    sign_out_everywhere(stack, "R001")
    press(rep, "Send")
    sign_in(rep, "R001")
    rep.wait_for_url("**/me/leave/new?kind=annual")
    expect(rep.get_by_label("Note")).to_have_value("Moving 搬家")
    expect(rep.get_by_label("First day of leave")).to_have_value(str(FRIDAY))
    expect(rep.get_by_label("Personal leave")).to_be_checked()
    assert number(stack, LeaveRequest) == 0


def test_signed_out_on_a_refused_form_comes_back_to_its_page(stack: Any, desk: Any) -> None:
    """The address of the refusal takes posts only."""
    page = desk("H001")
    page.goto("/hr/schedule/leave/types")
    page.get_by_label("Days ahead it has to be asked for").fill("7")
    page.get_by_label("The supervisor of the team").uncheck()
    page.get_by_label("HR, after the supervisor").uncheck()
    press(page, "Save")
    expect(page.locator("[data-errors]")).to_be_visible()
    page.get_by_label("Days ahead it has to be asked for").fill("8")
    sign_out_everywhere(stack, "H001")
    press(page, "Save")
    sign_in(page, "H001")
    page.wait_for_url("**/hr/schedule/leave/types")
    expect(page.get_by_label("Days ahead it has to be asked for")).to_have_value("8")


def test_why_not_outlives_a_sign_in_that_ended(stack: Any, phone: Any) -> None:
    """The form that says yes goes to the same address."""
    rep = phone("R001")
    rep.goto("/me/leave/new?kind=annual")
    rep.get_by_label("First day of leave").fill(str(FRIDAY))
    press(rep, "Continue")
    press(rep, "Send")
    expect(rep).to_have_url(re.compile(r"/me/leave/\d+$"))
    page = phone("S001")
    page.goto("/team/requests")
    page.get_by_role("link", name=re.compile("Li Na")).first.click()
    page.locator("summary", has_text="Do not approve").click()
    page.get_by_label("Why").fill("Stocktaking 盘点")
    sign_out_everywhere(stack, "S001")
    press(page, "Do not approve")
    sign_in(page, "S001")
    expect(page.get_by_label("Why")).to_have_value("Stocktaking 盘点")


def sign_in(page: Page, who: str) -> None:
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.locator("[name=number]").fill(who)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form[action='/login'] [type=submit]").click()
