"""A day changed at the desk by keyboard alone, taken back, changed again and told; the rep's phone says so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.crew import NOON
from tests.support import company


@pytest.fixture(autouse=True)
def noon(stack: Any, freeze: Any) -> None:
    freeze(NOON)


def test_from_the_keyboard_to_the_phone(stack: Any, desk: Any, phone: Any) -> None:
    with stack.app.app_context():
        rep = company.find().people["R001"]
    page = desk("H001")
    page.goto("/hr/schedule")
    keys = page.keyboard
    cell = page.locator(f"a[href='/hr/schedule/{rep.id}?on=2026-03-04']")
    page.locator(f"a[href='/hr/schedule/{rep.id}?on=2026-03-02']").focus()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(cell).to_be_focused()

    def rest() -> None:
        keys.press("Enter")
        expect(page.locator("#editor [aria-pressed=true]")).to_be_focused()
        keys.press("Tab")
        keys.press("Enter")
        expect(cell).to_contain_text("Rest")
        expect(cell).to_be_focused()

    rest()
    page.locator("#undo button").focus()
    keys.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("1 day is as before.")
    expect(cell).to_contain_text("09:00–18:00")
    cell.focus()
    rest()
    page.get_by_role("link", name="Tell people").focus()
    keys.press("Enter")
    button = page.get_by_role("button", name="Tell 1 person")
    expect(button).to_be_visible()
    button.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("1 person was told.")
    expect(cell).not_to_contain_text("not told")

    mine = phone("R001")
    mine.goto("/notices")
    mine.locator("main").get_by_role("button", name=re.compile("Lin Mei")).click()
    expect(mine).to_have_url(f"{stack.url}/plan?day=2026-03-04")
    expect(mine.locator("main")).to_contain_text("Rest")
