"""HR's inbox with something of every kind in its one table: by keyboard, and many at once."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.crew import NOON, rep, seed
from tests.pages.hr import waiting as made
from tests.support import apps, money
from tests.support.company import find
from tests.wallet.people import signed_in
from webapp.core import clock
from webapp.core.db import do
from webapp.payroll import service as payroll

ON = date(2026, 3, 6)


@pytest.fixture(autouse=True)
def noon(stack, freeze) -> None:
    freeze(NOON)


def every_kind(stack) -> None:
    seed(stack, far=1)
    with stack.app.app_context():
        company = find()
        anna, ben, holly, lea = (
            rep(company, name).rep
            for name in ("Anna Asks", "Ben 王小明 Agrees", "Holly Holds", "Lea Bartholomew Featherstonehaugh-Ng")
        )
        made.leave(lea, ON, date(2026, 3, 9), note="A wedding far away, with two days of travelling there and back")
        made.wants_to_swap(anna, ben, ON)
        door = factories.terminal(company.branch, name="Back door")
        made.held_punch(door, holly)
        made.held_punch(door, pin="77", device_time="2026-02-30 08:00:00", at=None, quality="impossible")
        asker = company.people["R001"]
        slip = money.payslip(asker, company.people["H001"])
        said = {"slip_id": slip, "line": 0, "category": "base", "note": "I worked 22 days", "client_id": str(uuid4())}
        do(payroll.ask_about_line, by=signed_in(asker), at=clock.now(), **said)
    stack.wait_idle()


def test_every_kind_by_keyboard(stack, desk, axe, screens) -> None:
    every_kind(stack)
    page = desk("H001")
    page.goto("/hr/inbox")
    axe(page)
    screens(page, "list")
    badge, leave, swap = (page.locator(at) for at in ("#badge-inbox", "tr[id*=leave_request]", "tr[id*=swap]"))
    expect(badge).to_have_text("6")
    leave.focus()
    page.keyboard.press("a")
    expect(leave.get_by_text("Approved")).to_be_visible()
    expect(badge).to_have_text("5")
    expect(leave).to_be_focused()
    swap.focus()
    page.keyboard.press("r")
    expect(page.locator("#detail [name=reason]")).to_be_focused()
    screens(page, "swap")
    page.keyboard.type("Too few people that day")
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_contain_text("Too few people that day")
    expect(swap).to_contain_text("Not approved")
    axe(page)
    page.keyboard.press("Escape")
    for kind, words in (("held_punch", "What stands around it"), ("pay_question", "What was recorded then")):
        page.locator(f"tr[id*={kind}]").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#detail")).to_contain_text(words)
        expect(page.locator("#detail h2").first).to_be_focused()
        axe(page)
        screens(page, kind)
        page.keyboard.press("Escape")
    page.goto("/hr/inbox?state=decided")
    axe(page)
    screens(page, "decided")


@pytest.mark.parametrize(("language", "scheme"), [("zh", "dark")])
def test_many_of_different_kinds_at_once(stack, desk, axe, screens, language: str, scheme: str) -> None:
    apps.speak(stack.app, "H001", language)
    every_kind(stack)
    page = desk("H001", color_scheme=scheme)
    page.goto("/hr/inbox")
    page.locator("[data-all]").check()
    assert page.locator("td.pick input:disabled").count() == 3
    expect(page.locator("#bulk button[value=approved]")).to_contain_text("3")
    axe(page)
    screens(page, "picked")
    page.locator("tr[id*=leave_request] a[data-open]").click()
    expect(page.locator("#detail h2").first).to_be_focused()
    axe(page)
    screens(page, "leave")
    page.locator("#bulk button[value=approved]").click()
    expect(page.locator("tr[data-row]")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
