"""People in a hurry, pages left open for too long, things that break while somebody watches."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from jobs import schedule
from tests.browser.crew import NOON, seed
from tests.browser.rep_phone import FRESH_FIX, arrive, finish, rows
from tests.support import money
from tests.support.company import PASSWORD, find
from webapp.attendance.models import Decision
from webapp.core import clock
from webapp.core.db import db, transaction
from webapp.payroll.models import PayRun
from webapp.payroll.queries import ledger_check
from webapp.people.models import Branch, SignIn

TWICE = "button => { button.click(); button.click(); }"
ODD = "<script>alert(1)</script> {{7*7}} 👩‍👩‍👧‍👦 \u202eمرحبا\u202c " + "w" * 300


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_two_taps_of_hr_are_one_decision(stack, desk, freeze, decision: str) -> None:
    freeze(NOON)
    seed(stack, far=1)
    page = desk("H001")
    page.goto("/hr/inbox")
    page.locator("a[data-open]").click()
    page.locator("#detail [name=reason]").fill("因为")
    before = _count(stack, Decision)
    page.locator(f"#detail button[value={decision}]").evaluate(TWICE)
    expect(page.locator("#detail details[data-for]")).to_be_visible()
    expect(page.locator("#detail [role=alert]")).to_have_count(0)
    assert _count(stack, Decision) == before + 1


def test_two_taps_of_finance_pay_once(stack, desk) -> None:
    with stack.app.app_context():
        one, other = (money.withdrawal(find().people[who]) for who in ("R001", "R002"))
    page = desk("F001")
    for row, button in ((one, "approve"), (other, "refuse")):
        page.goto(f"/hr/withdrawals/{row}")
        page.get_by_label("Reason, needed to refuse").fill("Not today")
        page.locator(f"button[value={button}]").evaluate(TWICE)
        expect(page.locator("form[action^='/hr/withdrawals/']")).to_have_count(0)
        expect(page.locator("[data-errors]")).to_have_count(0)
    _sound(stack)


def test_back_and_once_more_is_the_same_withdrawal(stack, phone) -> None:
    with stack.app.app_context():
        money.entry(find().people["R001"])
    page = phone("R001")
    page.goto("/wallet/withdraw?amount=20")
    page.get_by_role("button", name="Check the withdrawal").click()
    confirm = page.get_by_role("button", name=re.compile("Withdraw ¥20.00"))
    confirm.click()
    page.wait_for_url("**/wallet/withdrawals/*")
    receipt = page.url
    page.go_back()
    confirm.click()
    page.wait_for_url(receipt)
    _sound(stack)


def test_settle_now_pressed_twice_is_one_run(stack, desk) -> None:
    _settled(stack, through=_today(stack) - timedelta(days=2))
    page = desk("H001")
    page.goto("/hr/settlement")
    page.get_by_role("link", name="Run Shanghai now").click()
    page.get_by_role("button", name="Settle now").evaluate(TWICE)
    page.wait_for_url("**/hr/settlement")
    expect(page.locator("#flashes")).to_contain_text("begins")
    stack.wait_idle(30)
    page.reload()
    expect(page.locator("#log tbody tr")).to_have_count(1)
    expect(page.locator("#log tbody .chip.ok")).to_have_text("Done")
    page.goto("/hr/settlement/1/run")
    expect(page.get_by_text("Everything up to yesterday is settled")).to_be_visible()


def test_a_month_is_made_and_issued_once_whatever_dies_meanwhile(stack, desk) -> None:
    """T28: the worker dies while HR watches, Redis is wiped after the tap; the page gets there by itself."""
    month = _last_month(stack)
    stack.kill_worker()
    page, other = desk("H001"), desk("A001")
    page.goto("/hr/pay-runs")
    page.get_by_label("Month").fill(month)
    page.get_by_role("button", name="Compute the payslips").evaluate(TWICE)
    expect(page.get_by_role("progressbar")).to_be_visible()
    stack.start_worker()
    other.goto(page.url)
    page.get_by_role("button", name="I looked through it").click(timeout=180_000)
    page.get_by_role("link", name="Issue…", exact=True).click()
    stack.kill_worker()
    page.get_by_role("button", name=re.compile(r"Issue \d payslip")).evaluate(TWICE)
    expect(page.get_by_role("progressbar")).to_be_visible()
    stack.flushall()
    stack.start_worker()
    with stack.app.app_context():
        schedule.tick(at=clock.now())
    expect(page.locator(".chip.ok").first).to_have_text("issued", timeout=180_000)
    assert _count(stack, PayRun) == 1
    _sound(stack)


def test_a_stale_tab_says_so_and_shows_what_is_true(stack, desk) -> None:
    month = _last_month(stack)
    first, second = desk("H001"), desk("A001")
    first.goto("/hr/pay-runs")
    first.get_by_label("Month").fill(month)
    first.get_by_role("button", name="Compute the payslips").click()
    looked = first.get_by_role("button", name="I looked through it")
    expect(looked).to_be_visible(timeout=180_000)
    second.goto(first.url)
    looked.click()
    expect(first.get_by_role("link", name="Issue…", exact=True)).to_be_visible()
    second.get_by_role("button", name="I looked through it").click()
    expect(second.locator("[data-errors]")).to_be_visible()
    expect(second.get_by_role("link", name="Issue…", exact=True)).to_be_visible()


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_phone_whose_clock_is_hours_off_checks_in_at_the_servers_time(stack, phone, hours: int) -> None:
    page = phone("R001")
    page.context.add_init_script(FRESH_FIX)
    page.context.clock.set_fixed_time(clock.now() + timedelta(hours=hours))
    arrive(page, stack)
    (row,) = rows(stack)
    assert abs(row.counted_at - clock.now()) < timedelta(minutes=1)
    assert round(row.skew_s / 3600) == -hours


def test_odd_text_is_shown_as_it_was_typed(stack, phone, desk, axe) -> None:
    """Emoji, right-to-left, markup and one endless word: nothing runs, nothing scrolls sideways."""
    page = phone("R001")
    arrive(page, stack)
    finish(page, note=ODD)
    page.goto("/visits?view=day")
    page.locator("a.rowlink[href^='/visits/']").first.click()
    expect(page.get_by_text(ODD, exact=True)).to_be_visible()
    _fits(page)
    page.locator("#mistake input[value=other]").check()
    page.locator("#mistake textarea").fill(ODD)
    page.locator("#mistake [type=submit]").click()
    expect(page.locator("#flashes .notice")).to_be_visible()
    inbox = desk("H001")
    inbox.goto("/hr/inbox")
    inbox.locator("a[data-open]").first.click()
    expect(inbox.locator("#detail h2").first).to_be_focused()
    _fits(inbox)
    axe(inbox)


def test_signed_out_in_the_drawer_loses_nothing(stack, desk, freeze, watch) -> None:
    """T23: no sign-in page inside the drawer; the words stay, sign in beside, try again."""
    watch.allow("Status Error Code 401")
    freeze(NOON)
    seed(stack, far=1)
    page = desk("H001")
    page.goto("/hr/inbox")
    page.locator("a[data-open]").click()
    page.locator("#detail [name=reason]").fill("Not at the store")
    sign_out_everywhere(stack, "H001")
    page.locator("#detail button[value=rejected]").click()
    expect(page.locator(".retry")).to_contain_text("Sign in to go on.")
    expect(page.locator(".retry a")).to_have_attribute("href", "/login")
    expect(page.locator("#detail [name=reason]")).to_have_value("Not at the store")
    page.context.add_cookies([stack.cookie("H001")])
    page.locator(".retry button").click()
    expect(page.locator("#detail")).to_contain_text("Not approved")
    expect(page.locator("tr[data-row]")).to_contain_text("Not at the store")


def test_signed_out_in_a_form_brings_it_back_after_the_sign_in(stack, desk) -> None:
    page = desk("H001")
    _send_a_person_signed_out(page, stack)
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.locator("[name=number]").fill("H001")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form[action='/login'] [type=submit]").click()
    page.wait_for_url("**/hr/people/new")
    _expect_the_person(page)
    page.reload()
    expect(page.locator("[name=name]")).to_have_value("")


def test_somebody_else_never_gets_what_was_typed(stack, desk) -> None:
    """T22: a shared computer."""
    page = desk("H001")
    _send_a_person_signed_out(page, stack)
    expect(page.locator("[data-signed-out]")).to_be_visible()
    page.context.add_cookies([stack.cookie("A001")])
    page.goto("/hr/people/new")
    expect(page.locator("[name=name]")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('onsite-typed')") is None


def test_the_language_may_change_in_the_middle_of_a_form(stack, desk) -> None:
    page = desk("H001")
    page.goto("/hr/people/new")
    _type_a_person(page)
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    _expect_the_person(page)


def test_the_language_may_change_on_a_refused_form(stack, desk) -> None:
    """The address of the answer takes posts only; its page is the one the form stood on."""
    page = desk("H001")
    page.goto("/hr/settlement")
    page.get_by_text("Hold this branch").click()
    page.get_by_role("button", name="Hold").click()
    expect(page.locator("[data-errors]")).to_be_visible()
    page.locator("[name=reason]").fill("Stocktaking")
    page.get_by_role("button", name="中文").click()
    expect(page).to_have_url(f"{stack.url}/hr/settlement")
    expect(page.locator("[name=reason]")).to_have_value("Stocktaking")


def _type_a_person(page: Page) -> None:
    page.locator("[name=staff_no]").fill("R777")
    page.locator("[name=name]").fill("欧阳 🙂")
    page.locator("[name=role]").select_option("supervisor")


def _send_a_person_signed_out(page: Page, stack: Any) -> None:
    page.goto("/hr/people/new")
    _type_a_person(page)
    sign_out_everywhere(stack, "H001")
    page.get_by_role("button", name="Add").click()


def _expect_the_person(page: Page) -> None:
    expect(page.locator("[name=staff_no]")).to_have_value("R777")
    expect(page.locator("[name=name]")).to_have_value("欧阳 🙂")
    expect(page.locator("[name=role]")).to_have_value("supervisor")


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, page.url


def _sound(stack: Any) -> None:
    with stack.app.app_context():
        assert ledger_check() == []


def _settled(stack: Any, *, through: date) -> None:
    """Both branches began here and are settled up to here."""
    with stack.app.app_context(), transaction():
        db.session.execute(update(Branch).values(settled_from=through, settled_through=through))


def _last_month(stack: Any) -> str:
    """Last month, ready to be paid."""
    end = _today(stack).replace(day=1) - timedelta(days=1)
    _settled(stack, through=end)
    return f"{end:%Y-%m}"


def _today(stack: Any) -> date:
    with stack.app.app_context():
        return clock.now().astimezone(find().branch.zone).date()


def _count(stack: Any, what: Any) -> int:
    with stack.app.app_context():
        return db.session.scalar(select(func.count()).select_from(what)) or 0


def sign_out_everywhere(stack: Any, who: str) -> None:
    with stack.app.app_context(), transaction():
        mine = SignIn.employee_id == find().people[who].id
        db.session.execute(update(SignIn).where(mine).values(revoked_at=clock.now()))
