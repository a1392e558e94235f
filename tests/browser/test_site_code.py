"""The store's code from one screen to another: a supervisor's phone, a tablet in the shop, a rep without a position."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.attendance.test_decisions import signed_in
from tests.browser.rep_phone import STUB, checked_in, go, rows, sees, shop, tap
from tests.support import apps, browsers
from tests.support.company import find
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import db, do
from webapp.sites import service as sites

SMALL = {"width": 360, "height": 640}
NOON = "2026-03-02T12:00:20+08:00"


@pytest.fixture(autouse=True)
def noon(stack, freeze, watch) -> None:
    freeze(NOON)
    watch.allow("ERR_INTERNET_DISCONNECTED|status of 404")


@pytest.fixture
def blind(phone, stack):
    """Today of shop 1 on a small phone that finds no position."""

    def open_page(answer: str = "{code: 3}") -> Page:
        page = phone("R001", viewport=SMALL)
        page.add_init_script(f"({STUB})(); setFix({answer})")
        go(page, stack)
        return page

    return open_page


def issue(stack: Any) -> AttendanceException:
    """What was opened with the check-in; the clocks of server and phone are months apart, which is a signal."""
    with stack.app.app_context():
        return db.session.query(AttendanceException).filter(AttendanceException.kind != "signals").one()


def started(stack: Any) -> None:
    """The code of shop 1 runs."""
    with stack.app.app_context():
        company = find()
        do(sites.start_code, by=signed_in(company.people["S001"], company.branch), site_id=company.sites[0].id, at=clock.now())  # fmt: skip  # noqa: E501


def digits_on(page: Page) -> str:
    return page.locator(".digits").inner_text()


def supervisors_digits(phone: Any, stack: Any) -> str:
    page = phone("S001", viewport=SMALL)
    page.goto(f"/site-codes/{shop(stack)}")
    return digits_on(page)


def test_the_supervisor_shows_it_the_rep_types_it_and_it_counts(stack, phone, blind, axe, screens) -> None:
    boss = phone("S001", viewport=SMALL)
    boss.goto("/team")
    boss.get_by_role("link", name="Store codes").click()
    screens(boss, "list")
    boss.get_by_role("link", name="Shop 1").click()
    screens(boss, "not-started")
    boss.get_by_role("button", name="Start the code").click()
    expect(boss.locator(".digits")).to_be_visible()
    axe(boss)
    assert not browsers.small_targets(boss)
    screens(boss, "supervisor")
    rep = blind()
    sees(rep, "timeout")
    screens(rep, "today")
    tap(rep)
    checked_in(rep)
    screens(rep, "waiting")
    rep.get_by_role("link", name="Store code").click()
    expect(rep.get_by_label("Six digits")).to_be_visible()
    axe(rep)
    rep.get_by_label("Six digits").fill("000000")
    rep.get_by_role("button", name="Use this code").click()
    expect(rep.locator("[data-told]")).to_contain_text("look again and type the new ones")
    screens(rep, "wrong")
    rep.get_by_label("Six digits").fill(digits_on(boss))
    rep.get_by_role("button", name="Use this code").click()
    expect(rep.locator("#range")).to_contain_text("Checked in 12:00")
    assert issue(stack).state == "approved"


def test_it_goes_with_the_tap_and_waits_for_the_network_with_it(stack, phone, blind, freeze, screens) -> None:
    """Typed in the basement at 12:00, sent at 12:30: judged as of 12:00, between the page and the arrival."""
    started(stack)
    code = supervisors_digits(phone, stack)
    page = blind("{code: 1}")
    sees(page, "denied")
    page.get_by_text("I have the store's code").click()
    page.get_by_label("Six digits").fill(code)
    screens(page, "typed")
    page.context.set_offline(True)
    tap(page)
    sees(page, "saved")
    freeze("2026-03-02T12:30:00+08:00")
    page.clock.install()
    page.clock.fast_forward("29:00")
    page.context.set_offline(False)
    checked_in(page)
    assert len(rows(stack)) == 1


def test_the_screen_in_the_shop_goes_on_for_days(stack, phone, desk, freeze, axe, screens) -> None:
    """The next digits by themselves, none without a network, and an end when it is closed."""
    boss = phone("S001", viewport=SMALL)
    boss.goto(f"/site-codes/{shop(stack)}/screens")
    boss.get_by_label("A new screen").fill("Counter")
    boss.get_by_role("button", name="Make its address").click()
    address = boss.locator("a[rel=noreferrer]").inner_text()
    axe(boss)
    screens(boss, "address")
    tablet = desk(viewport={"width": 1024, "height": 768})
    tablet.clock.install()
    tablet.goto(address)
    axe(tablet)
    screens(tablet, "tablet")
    before = digits_on(tablet)
    freeze("2026-03-02T12:01:05+08:00")
    tablet.clock.fast_forward(41_000)
    expect(tablet.locator(".digits")).not_to_have_text(before)
    assert tablet.locator("[data-code]").count() == 1
    tablet.context.set_offline(True)
    tablet.clock.fast_forward(61_000)
    expect(tablet.locator("[data-stale]")).to_be_visible()
    expect(tablet.locator(".digits")).to_be_hidden()
    screens(tablet, "stale")
    tablet.context.set_offline(False)
    tablet.clock.fast_forward(11_000)
    expect(tablet.locator(".digits")).to_be_visible()
    boss.goto(f"/site-codes/{shop(stack)}/screens")
    boss.get_by_role("button", name="Close").click()
    expect(boss.get_by_role("button", name="Close")).to_have_count(0)
    tablet.clock.fast_forward(61_000)
    expect(tablet.locator(".digits")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_i_cannot_check_in_reaches_the_supervisor(stack, phone, blind, axe, screens, language: str) -> None:
    for who in ("R001", "S001"):
        apps.speak(stack.app, who, language)
    page = blind("{code: 2}")
    sees(page, "unavailable")
    page.locator("a[href^='/cannot']").click()
    expect(page.locator("input[value=slow]")).to_be_attached()
    axe(page)
    assert not browsers.small_targets(page)
    screens(page, "form")
    page.locator("input[value=slow]").check()
    page.locator("[name=note]").fill("At the freezers")
    page.context.set_offline(True)
    page.locator("form[data-kind] [type=submit]").click()
    expect(page.locator("[data-told]")).to_be_visible()
    screens(page, "kept")
    page.context.set_offline(False)
    checked_in(page)
    expect(page.locator("#range")).to_have_class("range wait")
    screens(page, "waiting")
    assert issue(stack).kind == "cannot"
    boss = phone("S001", viewport=SMALL)
    boss.goto("/confirm")
    screens(boss, "confirm")
    boss.locator("a[href^='/confirm/']").first.click()
    boss.wait_for_url("**/confirm/*")
    screens(boss, "person")
    axe(boss)
