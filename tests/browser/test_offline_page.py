"""What else can be done on the page shown without a network: taking a check-in back, "I cannot check in" (T18, T22)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.browser.rep_phone import checked_in, count, rows, sees, tap
from tests.browser.test_offline import GONE, knows_the_visit, plan, ready
from tests.support.process import wait_until
from webapp.attendance.models import AttendanceException, CheckInVoid
from webapp.core.db import db

AGED = """() => onsite.store.all().then((all) => Promise.all(
  all.map(({ id }) => onsite.store.change(id, ({ sent }) => ({ sent: sent - 31000 })))))"""


@pytest.fixture
def page(phone, stack, watch) -> Page:
    """R001 at shop 1 with two stores to see, the worker running."""
    watch.allow(GONE)
    plan(stack, 1, 2)
    fresh = phone("R001", service_workers="allow", viewport={"width": 360, "height": 640})
    fresh.goto("/today")
    ready(fresh)
    return fresh


def voided(stack: Any) -> int:
    with stack.app.app_context():
        return db.session.scalar(select(func.count()).select_from(CheckInVoid)) or 0


def test_a_tap_without_a_network_is_taken_back_without_one(page, stack, screens, axe) -> None:
    """Kept behind its check-in and sent after it; the store can be checked in at again."""
    page.context.set_offline(True)
    page.reload()
    sees(page, "inside")
    tap(page)
    sees(page, "saved")
    screens(page, "kept")
    page.reload()
    expect(page.locator("summary.btn")).to_have_text("Finish visit")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-offline] > .notice")).to_contain_text("Taken back")
    screens(page, "taken-back")
    axe(page)
    page.locator("#others button").filter(has_text="Shop 1").click()
    sees(page, "inside")
    page.context.set_offline(False)
    wait_until(lambda: [row.kind for row in rows(stack)] == ["in"] and voided(stack) == 1, "both to arrive", 30)


def test_a_check_in_the_server_has_is_taken_back_for_half_a_minute(page, stack) -> None:
    sees(page, "inside")
    tap(page)
    checked_in(page)
    knows_the_visit(page)
    page.context.set_offline(True)
    page.goto("/wallet")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.evaluate(AGED)
    page.reload()
    expect(page.locator("summary.btn")).to_have_text("Finish visit")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_i_cannot_check_in_without_a_network(page, stack, screens, axe) -> None:
    page.context.set_offline(True)
    page.reload()
    sees(page, "inside")
    page.get_by_text("I cannot check in").click()
    page.locator("[name=cannot][value=other]").check()
    page.locator("form[data-kind=cannot] [name=note]").fill("The gate is locked")
    screens(page, "cannot")
    axe(page)
    page.get_by_role("button", name="Ask to confirm").click()
    expect(page.locator("[data-offline] > .notice")).to_contain_text("Saved on this phone.")
    expect(page.locator("summary.btn")).to_have_text("Finish visit")
    screens(page, "asked")
    assert count(stack) == 0
    page.context.set_offline(False)
    wait_until(lambda: count(stack) == 1, "it to arrive", 30)
    with stack.app.app_context():
        (row,) = db.session.scalars(select(AttendanceException))
    assert (row.kind, row.params["cannot"], row.params["note"]) == ("cannot", "other", "The gate is locked")
