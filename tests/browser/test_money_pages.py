"""Wallet, withdrawals and pay in a real browser, with money in them (T30, T40, T41)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support import apps, browsers, money
from tests.support.company import find
from tests.wallet.people import signed_in
from webapp.core import clock
from webapp.core.db import do
from webapp.core.ids import new_id
from webapp.payroll import service as payroll

_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def paid(stack) -> dict[str, str]:
    """Somebody with entries, a withdrawal and a payslip; the addresses of their pages."""
    with stack.app.app_context():
        people = find().people
        entry, held = money.entry(people["R001"], months_ago=1), money.withdrawal(people["R001"])
        slip, run = money.payslip(people["R001"], people["H001"]), money.pay_run(people["H001"])
        money.entry(people["R001"])
        said = {"category": "base", "note": "I worked 22 days", "client_id": new_id(), "at": clock.now()}
        asked = do(payroll.ask_about_line, by=signed_in(people["R001"]), slip_id=slip, line=0, **said)
        return {"asked": f"/hr/pay-questions/{asked}", "entry": f"/wallet/{entry}", "held": str(held),
                "slip": f"/pay/{slip}", "run": f"/hr/pay-runs/{run}",
                "theirs": f"/hr/pay-runs/{run}/slips/{slip}"}  # fmt: skip


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_the_reps_money_pages(phone, stack, paid, axe, screens, language: str, scheme: str) -> None:
    apps.speak(stack.app, "R001", language)
    page = phone("R001", color_scheme=scheme)
    slip = paid["slip"]
    for path in (
        "/wallet", paid["entry"], "/wallet/pending", "/wallet/withdraw", f"/wallet/withdrawals/{paid['held']}", "/pay",
        "/pay/estimate", "/pay/estimate/line?n=0", slip, f"{slip}/line?n=0", f"{slip}/line?n=1", f"{slip}/line?n=2",
    ):  # fmt: skip
        _good(page, path, axe)
        assert not browsers.small_targets(page), f"{path}: {browsers.small_targets(page)}"
        screens(page, f"{path.strip('/').replace('/', '-').replace('?', '-')}-{language}")


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("zh", "light")])
def test_the_desks_money_pages(desk, stack, paid, axe, screens, language: str, scheme: str) -> None:
    for who, paths in {
        "F001": ["/hr/withdrawals", f"/hr/withdrawals/{paid['held']}", "/hr/withdrawals/terms"],
        "H001": [
            "/hr/pay-runs",
            paid["run"],
            paid["theirs"],
            f"{paid['theirs']}/line?n=0",
            f"{paid['theirs']}/line?n=1",
            "/hr/pay-questions",
            paid["asked"],
        ],
    }.items():
        apps.speak(stack.app, who, language)
        page = desk(who, color_scheme=scheme)
        for path in paths:
            _good(page, path, axe)
            screens(page, f"{path.strip('/').replace('/', '-').replace('?', '-')}-{language}")


def test_filters_swap_the_entries_and_keep_the_address(phone, paid) -> None:
    page = phone("R001")
    page.goto("/wallet")
    expect(page.locator("#entries li")).to_have_count(5)
    page.get_by_role("link", name="Withdrawn", exact=True).click()
    expect(page.locator("#entries li")).to_have_count(1)
    expect(page).to_have_url(re.compile("kind=out"))
    page.goto("/wallet")
    expect(page.locator("main")).to_contain_text("Everything up to today is settled.")
    expect(page.locator("section[data-fill]")).to_have_count(0)
    month = page.get_by_label("Month").locator("option").last.get_attribute("value")
    page.get_by_label("Month").select_option(month)
    page.wait_for_url(f"**/wallet?month={month}")
    expect(page.locator("#entries li")).not_to_have_count(5)
    page.go_back()
    expect(page.locator("#entries li")).to_have_count(5)


def test_what_cannot_be_fetched_can_be_tried_again(phone, paid, watch) -> None:
    watch.allow("net::ERR_|status of 5")
    page = phone("R001")
    page.route("**/wallet/pending", lambda route: route.abort())
    page.goto("/wallet")
    expect(page.get_by_text("No network or no answer. Nothing was lost.")).to_be_visible()
    expect(page.get_by_role("link", name="See what is not settled yet")).to_be_visible()
    page.unroute("**/wallet/pending")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("main")).to_contain_text("Everything up to today is settled.")


def test_finance_decides_what_is_picked(desk, stack, paid) -> None:
    page = desk("F001")
    page.goto("/hr/withdrawals")
    bar = page.locator(".bulk")
    expect(bar).to_be_hidden()
    page.locator("input[name=ids]").first.check()
    expect(bar.get_by_role("button", name=re.compile("Paid out: 1"))).to_be_visible()
    bar.get_by_role("button", name=re.compile("Paid out: 1")).click()
    expect(page.get_by_text("1 withdrawal is paid out.")).to_be_visible()


def _good(page: Page, path: str, axe) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    page.wait_for_load_state("networkidle")
    axe(page)
    assert page.evaluate(_TOO_WIDE) <= 0, f"{path} scrolls sideways"
