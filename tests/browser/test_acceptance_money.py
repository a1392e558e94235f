"""Acceptance scripts U8 to U12, a rep's money: how many taps away an answer is, and that it is the right one.

Each test says its bar. Left to people: that 4 of 5 repeat a reason in their own words, and the seconds they need.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.attendance.days import Field, arrive, leave, subject
from tests.browser.bars import Finger
from tests.support import money
from tests.support.company import find
from tests.wallet.people import signed_in
from webapp.core import clock
from webapp.core.db import db, do
from webapp.core.ids import new_id
from webapp.payroll import service as payroll
from webapp.payroll.models import Payslip, PayslipQuestion
from webapp.payroll.queries import ledger_check
from webapp.rewards import queries as rewards
from webapp.rewards import service as settlement
from webapp.rules.service import seed_defaults
from webapp.wallet import queries as wallet

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def late(stack, freeze) -> None:
    """Monday of R001, 26 minutes late, is settled; on Tuesday they came on time, and it is evening."""
    freeze("2026-03-03T19:00+08:00")
    with stack.app.app_context():
        company = find()
        rep, branch = company.people["R001"], company.branch
        do(seed_defaults, branch_id=branch.id, currency="CNY", effective_from=date(2026, 1, 1), at=clock.now())
        f = Field(branch, company.store_type, rep, company.sites[0], subject(rep, branch))
        for on, came in ((MONDAY, "09:26"), (TUESDAY, "08:58")):
            leave(f, arrive(f, came, on=on), "18:05", on=on)
        settlement.settle_many(pairs=[(rep.id, MONDAY)], at=f.moment("10:00", TUESDAY), cause="due")


@pytest.fixture
def page(phone) -> Page:
    fresh = phone("R001")
    fresh.goto("/today")
    return fresh


def test_u8_why_did_i_lose_it(late, page) -> None:
    """From Today at most 3 taps to the sentence with rule, shift time and check-in time."""
    finger = Finger(page)
    finger.link(re.compile("Earned today"))
    finger.link(re.compile("Attendance allowance"))
    for said in ("¥100.00 × 70%: checked in 09:26, 26 min late", "09:00–18:00", "Attendance allowance, version 1"):
        expect(page.locator("main")).to_contain_text(said)
    assert finger.taps <= 3


def test_u9_how_much_can_i_take_out_and_when_does_the_rest_arrive(late, page, stack) -> None:
    """From one screen, 1 tap away; its sums are the ledger's, to the cent."""
    with stack.app.app_context():
        rep = find().people["R001"]
        money.withdrawal(rep)
        has = wallet.balances(rep.id, "CNY")
        pending = rewards.earned_between(rep.id, TUESDAY, TUESDAY, at=clock.now())[TUESDAY].pending
    finger = Finger(page)
    finger.tab("/wallet")
    expect(page.locator("table.sums")).to_be_visible()
    *parts, total = [_minor(text) for text in page.locator("table.sums td").all_inner_texts()]
    assert sum(parts) == total == _minor(page.locator(".hero").inner_text()) == has.available
    rest = page.get_by_label("Not settled yet", exact=True)
    expect(rest).to_contain_text("Settled the next morning at 10:00.")
    assert _minor(rest.locator("p .money").inner_text()) == pending > 0
    assert finger.taps <= 1
    with stack.app.app_context():
        assert ledger_check() == []


def test_u10_withdraw_500(page, stack, axe) -> None:
    """At most 4 taps from Today, nothing typed; the last button says the amount; two taps of it pay once (T30)."""
    with stack.app.app_context():
        for _ in range(6):
            money.entry(find().people["R001"])
    finger = Finger(page)
    finger.tab("/wallet")
    finger.link("Withdraw")
    finger.link("¥500.00")
    last = page.get_by_role("button", name="Withdraw ¥500.00")
    expect(last).to_be_visible()
    axe(page)
    last.evaluate("button => { button.click(); button.click(); }")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Withdrawal W")
    assert (finger.taps + 1, finger.characters) == (4, 0)
    assert _reserved(stack) == 50_000
    page.get_by_role("button", name="Take the request back").click()
    expect(page.get_by_text("You took the request back")).to_be_visible()
    assert _reserved(stack) == 0


def test_u11_is_this_month_more_or_less_and_why(page, stack) -> None:
    """At most 2 taps from Today to which of two months was more, by how much, and what did most of it."""
    with stack.app.app_context():
        people = find().people
        for ago in (2, 1):
            if ago == 1:
                money.entry(people["R001"], months_ago=1)
            money.pay_run(people["H001"], months_ago=ago)
        first, second = db.session.scalars(
            select(Payslip).where(Payslip.employee_id == people["R001"].id).order_by(Payslip.month)
        )
        difference = second.net - first.net
    finger = Finger(page)
    finger.tab("/pay")
    newest = page.locator("#slips a.rowlink").first
    assert _minor(newest.locator(".meta").inner_text().split(" ")[0]) == difference == 10_000
    finger.tap(newest)
    expect(page.locator("main")).to_contain_text(re.compile("¥100.00 more than in .*, most of it: Other rewards"))
    assert finger.taps <= 2


def test_u12_question_a_payslip_line(page, stack, freeze, axe) -> None:
    """From the list of payslips at most 4 taps and a note; the state is seen in the same place, with the date of the
    answer; two taps of the last button ask once, and the answer comes back there.
    """
    slip = _paid(stack, freeze)
    page.goto("/pay")
    finger = Finger(page)
    finger.link(re.compile("March 2026"))
    finger.link("Base salary")
    finger.tap(page.locator("summary", has_text="Something is wrong? Ask"))
    finger.type(page.get_by_label("What is not right?"), "I worked 22 days")
    axe(page)
    last = page.get_by_role("button", name="Send")
    last.evaluate("button => { button.click(); button.click(); }")
    expect(page.locator("#flashes")).to_contain_text("Sent.")
    assert finger.taps + 1 <= 4
    asked = page.locator("#question")
    expect(asked).to_contain_text("I worked 22 days")
    expect(asked.locator(".chip.wait")).to_have_text("Asked")
    expect(asked).to_contain_text("HR answers by Sat 4 Apr.")
    axe(page)
    page.goto(f"/pay/{slip}")
    expect(page.locator(".sums .chip.wait")).to_have_text("Asked")
    _answer(stack)
    page.get_by_role("link", name="Base salary").tap()
    expect(page.locator("#question")).to_contain_text("You joined on the 3rd")
    axe(page)


def test_u12_question_a_day_behind_a_line(late, page, stack, freeze) -> None:
    """The reward of one day: the same bar, on the day's own road."""
    slip = _paid(stack, freeze)
    page.goto(f"/pay/{slip}")
    finger = Finger(page)
    finger.link("Attendance allowance")
    finger.link("Mon 2 Mar")
    entry = re.compile(r"/wallet/\d+$")
    page.wait_for_url(entry)
    address = page.url
    finger.link("Something is wrong with this day")
    finger.type(page.get_by_label("What happened?"), "The door was locked")
    finger.button("Send")
    expect(page.locator("#flashes")).to_contain_text("Sent.")
    assert finger.taps <= 4
    page.goto(address)
    asked = page.locator("section", has=page.get_by_role("heading", name="What you asked"))
    expect(asked).to_contain_text("The door was locked")
    expect(asked.locator(".chip.wait")).to_have_count(1)
    expect(asked).to_contain_text("Answered by Sat 4 Apr, usually")


def _answer(stack: Any) -> None:
    """HR answers the one question there is."""
    with stack.app.app_context():
        asked = db.session.scalars(select(PayslipQuestion.id)).one()
        said = {"outcome": "explained", "text": "You joined on the 3rd", "client_id": new_id(), "seq": 0}
        hr = signed_in(find().people["H001"])
        do(payroll.answer_question, by=hr, question_id=asked, at=clock.now(), **said)


def _reserved(stack: Any) -> int:
    with stack.app.app_context():
        assert ledger_check() == []
        return wallet.balances(find().people["R001"].id, "CNY").reserved


def _paid(stack: Any, freeze: Any) -> int:
    """R001's payslip of March, issued."""
    freeze("2026-04-01T12:00+08:00")
    with stack.app.app_context():
        people = find().people
        return money.payslip(people["R001"], people["H001"])


def _minor(text: str) -> int:
    """The minor units of a text like −¥1,050.00."""
    return (-1 if re.match(r"[-−]", text.strip()) else 1) * int(re.sub(r"\D", "", text) or 0)
