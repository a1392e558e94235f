"""A month closed at the desk: what it refuses says where to go on, what comes late waits, reopening takes it in."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.attendance.months import DAYS, branch, over
from tests.support.stack import Stack
from webapp.core.db import db
from webapp.people.models import Employee


def test_a_month_is_closed_refuses_waits_and_opens_again(stack: Stack, desk: Any, freeze: Any, axe: Any) -> None:
    with stack.app.app_context():
        one = branch()
        over([one], freeze)
        one.tap(one.unknown, DAYS[2], "08:55")
        hr = db.session.get_one(Employee, one.w.hr.id)
    page = desk(hr)
    page.goto("/hr/months")
    page.get_by_role("link", name="March 2026").click()
    page.get_by_label("Why with open matters?").fill("Ill until May")
    page.get_by_role("button", name="Close March 2026").click()
    expect(page.locator("#flashes")).to_contain_text("March 2026 is closed.")
    axe(page)

    page.get_by_role("link", name="Show what waits for a decision").click()
    page.get_by_role("button", name="Approve").first.click()
    refused = page.locator("tr[data-row] [role=alert]")
    expect(refused).to_contain_text("March 2026 is closed")
    page.goto("/hr/months")
    page.get_by_role("link", name="March 2026").click()
    with stack.app.app_context():
        one.punch("7", DAYS[2], "08:50", "18:01")
    page.reload()
    waits = page.locator("#held tbody tr")
    expect(waits).to_contain_text([one.known.name])
    expect(waits).to_contain_text(["Absent"])

    page.get_by_text("Open it again").click()
    page.get_by_label("Why?").fill("A terminal came back")
    page.get_by_role("button", name="Open March 2026 again").click()
    expect(page.locator("#flashes")).to_contain_text("March 2026 is open again.")
    stack.wait_idle()
    page.reload()
    expect(page.locator("#held")).to_have_count(0)
    expect(page.locator("#history")).to_contain_text("A terminal came back")
    page.goto(f"/hr/people/{one.known.id}/month?month=2026-03")
    expect(page.get_by_role("row", name=re.compile("08:50 18:01"))).to_contain_text("Normal")
