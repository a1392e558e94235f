"""One working day of three people, and what it is worth: from the tap to the payslip, with the real worker.

A rep (phone, Chinese) works at two shops, at the second too far away; the supervisor (phone, English) confirms;
HR (desktop, English) decides, settles and pays. Every figure the rep was promised is the figure that is paid.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from jobs import schedule
from tests import factories
from tests.attendance.days import Field, arrive, subject
from tests.browser.chinese import zh
from tests.browser.rep_phone import DOOR, FRESH_FIX, checked_in, sees, tap
from tests.support import apps
from tests.support.company import find
from webapp.core import clock
from webapp.core.db import db, do, transaction
from webapp.payroll.queries import ledger_check
from webapp.people.models import Branch, Employee, Salary
from webapp.rules.service import seed_defaults
from webapp.schedules.models import PlanStop

# The last day of a month, so that settling one date is enough to pay the month.
BEFORE, ON, NEXT = date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1)
STREET = {**DOOR, "latitude": 31.23365}
BASE = 500_000


@dataclass
class Day:
    """The three people with their screens, and the clock all of them share."""

    stack: Any
    rep: Page
    supervisor: Page
    hr: Page
    freeze: Callable[[str], datetime]
    show: Callable[[Page, str], None]

    def at(self, moment: str) -> None:
        self.rep.context.clock.set_fixed_time(self.freeze(f"{moment}+08:00"))

    def worked(self) -> None:
        """A minute's tick, and everything it asked for is done by the worker."""
        with self.stack.app.app_context():
            schedule.tick(at=clock.now())
        self.stack.wait_idle(30)


@pytest.fixture
def day(stack, phone, desk, freeze, axe, screens) -> Day:
    freeze(f"{ON}T08:50+08:00")
    _company(stack)
    apps.speak(stack.app, "R001", "zh")
    rep = phone("R001", locale="zh-CN")
    rep.context.add_init_script(FRESH_FIX)

    def show(page: Page, name: str) -> None:
        axe(page)
        screens(page, name)

    return Day(stack, rep, phone("S001"), desk("H001"), freeze, show)


def test_a_day_from_the_tap_to_the_payslip(day: Day) -> None:
    _the_rep_arrives_and_sells(day)
    _the_second_shop_is_too_far_away(day)
    _the_supervisor_confirms_whoever_is_clean(day)
    _hr_sees_what_it_changes_and_approves(day)
    _one_reward_is_there_the_same_evening(day)
    _the_morning_settles_what_was_promised(day)
    _hr_pays_the_month(day)
    _the_payslip_adds_up(day)


def _the_rep_arrives_and_sells(day: Day) -> None:
    day.at(f"{ON}T08:55")
    day.rep.goto("/today")
    sees(day.rep, "inside")
    day.show(day.rep, "1-at-the-shop")
    tap(day.rep)
    checked_in(day.rep)
    expect(day.rep.locator("#range")).to_contain_text(zh("Checked in %(time)s", time="08:55"))
    expect(day.rep.locator("#range .money")).to_have_text("+¥100.00")
    day.at(f"{ON}T09:20")
    _finish(day.rep, "order")


def _the_second_shop_is_too_far_away(day: Day) -> None:
    """It is one tap all the same; the reason goes to whoever decides."""
    day.rep.context.set_geolocation(STREET)
    day.at(f"{ON}T10:00")
    day.rep.goto("/today")
    expect(day.rep.locator("#stop h2")).to_have_text("Shop 2")
    sees(day.rep, "outside")
    day.show(day.rep, "2-too-far")
    tap(day.rep)
    checked_in(day.rep)
    expect(day.rep.locator("#range")).to_have_class("range wait")
    day.at(f"{ON}T10:05")
    day.rep.goto("/today")
    day.rep.locator("[data-after-undo]").click()
    day.rep.locator("#mistake input[value=other]").check()
    day.rep.locator("#mistake textarea").fill("入口在后面的小巷里")
    day.rep.locator("#mistake [type=submit]").click()
    sent = zh("Sent. A person looks at it; you see the answer here.")
    expect(day.rep.locator("#flashes")).to_contain_text(sent)
    day.show(day.rep, "2-reason-sent")


def _the_supervisor_confirms_whoever_is_clean(day: Day) -> None:
    """One tap, a second thought, one tap again; the rep of the street is not among them."""
    day.at(f"{ON}T12:00")
    page = day.supervisor
    page.goto("/confirm")
    expect(page.locator("#look-h + ul")).to_contain_text("Li Na")
    day.show(page, "3-confirm")
    _confirm_all(page)
    page.locator("#clean").get_by_role("button", name="Undo").click()
    expect(page.locator("#flashes")).to_contain_text("Undone")
    _confirm_all(page)
    day.show(page, "3-confirmed")


def _confirm_all(page: Page) -> None:
    page.get_by_role("button", name="Confirm 1 person").click()
    expect(page.locator("#clean")).to_contain_text("1 person confirmed")


def _hr_sees_what_it_changes_and_approves(day: Day) -> None:
    day.at(f"{ON}T18:05")
    day.rep.goto("/today")
    _finish(day.rep, "interested")
    day.at(f"{ON}T18:30")
    _hr_records_the_sales(day.hr)
    day.hr.goto("/hr/inbox")
    for kind in ("Outside", "Reported"):
        link = day.hr.locator("tr[data-row]", has_text=kind).locator("a[data-open]")
        here = str(link.get_attribute("href")).partition("?")[0]
        link.click()
        expect(day.hr.locator(f"#detail form[action^='{here}/decide']")).to_be_visible()
        expect(day.hr.locator("#detail")).to_contain_text("入口在后面的小巷里" if kind == "Reported" else "Shop 2")
        *lines, total = _table(day.hr, "#effect :nth-match(table:has(tr.total), 1)")
        assert total == [sum(column) for column in zip(*lines, strict=True)]
        assert total == ([20_000, 25_000, 5_000] if kind == "Outside" else [25_000, 25_000, 0])
        day.show(day.hr, f"4-{kind}")
        day.hr.locator("#detail button[value=approved]").click()
        expect(day.hr.locator("#detail p.row > .chip.ok").first).to_have_text("Approved")


def _hr_records_the_sales(page: Page) -> None:
    page.goto("/hr/sales")
    page.get_by_label("Staff number").fill("R001")
    page.locator("#record").get_by_label("Work date").fill(str(ON))
    page.get_by_label("Sold").fill("1200")
    page.get_by_label("Target").fill("1000")
    page.locator("#record [type=submit]").click()
    expect(page.locator("#list tbody")).to_contain_text("Target met")


def _one_reward_is_there_the_same_evening(day: Day) -> None:
    """Attended from start to end and the target met: posted at once. The rest is promised for the morning."""
    day.stack.wait_idle()
    page = day.rep
    page.goto("/wallet")
    expect(page.locator(".hero")).to_have_text("¥50.00")
    pending = page.get_by_label(zh("Not settled yet"), exact=True)
    expect(pending.locator("p .money")).to_have_text("+¥200.00")
    day.show(page, "5-wallet-in-the-evening")


def _the_morning_settles_what_was_promised(day: Day) -> None:
    day.at(f"{NEXT}T10:01")
    for _ in range(2):
        day.worked()
    page = day.rep
    page.goto("/wallet")
    expect(page.locator(".hero")).to_have_text("¥250.00")
    expect(page.get_by_text(zh("Everything up to today is settled."))).to_be_visible()
    day.show(page, "6-wallet-in-the-morning")
    entries = page.locator("#entries a.rowlink")
    assert sorted(_minor(text) for text in entries.locator(".money").all_inner_texts()) == [5_000, 10_000, 10_000]
    for href in [entry.get_attribute("href") for entry in entries.all()]:
        page.goto(str(href))
        reasons = page.locator("ul.stack-s > li")
        expect(reasons.first).to_be_visible()
        figures = [_minor(text) for text in reasons.locator(".money").all_inner_texts()]
        assert sum(figures) == _hero(page) or not figures
        expect(page.get_by_text(zh("Rule"), exact=True)).to_be_visible()
        day.show(page, f"6-entry-{str(href).rpartition('/')[2]}")


def _hr_pays_the_month(day: Day) -> None:
    page = day.hr
    page.goto("/hr/pay-runs")
    page.get_by_role("button", name="Compute the payslips").click()
    page.get_by_role("button", name="I looked through it").click()
    expect(page.get_by_role("link", name="Issue…", exact=True)).to_be_visible()
    day.show(page, "7-reviewed")
    page.get_by_role("link", name="Issue…", exact=True).click()
    expect(page.get_by_role("button", name=re.compile(r"Issue \d payslips"))).to_be_visible()
    day.show(page, "7-check")
    page.get_by_role("button", name=re.compile(r"Issue \d payslips")).click()
    expect(page.locator(".chip.ok").first).to_have_text("issued", timeout=180_000)
    day.show(page, "7-issued")


def _the_payslip_adds_up(day: Day) -> None:
    page = day.rep
    page.goto("/pay")
    page.locator("#slips a.rowlink").first.click()
    page.wait_for_url(re.compile(r"/pay/\d+$"))
    *lines, total = [row[0] for row in _table(page, "table.sums")]
    assert sum(lines) == total == _hero(page) == BASE + 25_000
    day.show(page, "8-payslip")
    for href in page.locator("table.sums a").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        page.goto(href)
        parts = _table(page, "table.sums")
        assert not parts or sum(row[0] for row in parts[:-1]) == parts[-1][0] == _hero(page)
    page.goto("/wallet")
    assert _hero(page) == 0
    with day.stack.app.app_context():
        assert ledger_check() == []


def _finish(page: Page, outcome: str) -> None:
    page.locator("summary.btn").click()
    page.locator(f"input[value={outcome}]").check()
    page.locator("form[data-checkout] button").click()
    expect(page.locator("#checkin[data-checkin=open]")).to_have_count(0)


def _table(page: Page, selector: str) -> list[list[int]]:
    """The amounts of each row of a table, in minor units."""
    lines = page.locator(f"{selector} tbody tr").all()
    return [[_minor(cell) for cell in line.locator("td").all_inner_texts()] for line in lines]


def _hero(page: Page) -> int:
    return _minor(page.locator(".hero").inner_text())


def _minor(text: str) -> int:
    """The minor units of a text like −¥1,050.00; 0 when there is no figure."""
    sign = -1 if re.match(r"[-−]", text.strip()) else 1
    return sign * int(re.sub(r"\D", "", text) or 0)


def _company(stack: Any) -> None:
    """Both branches begin to settle on this day; a plan of two shops; a colleague who came on time."""
    with stack.app.app_context():
        company, at = find(), clock.now()
        with transaction():
            db.session.execute(update(Branch).values(settled_from=ON, settled_through=BEFORE))
        do(seed_defaults, branch_id=company.branch.id, currency="CNY", effective_from=ON, at=at)
        me, colleague = company.people["R001"], company.people["R002"]
        known = {"effective_from": date(2020, 1, 1), "amount": BASE, "currency": "CNY", "recorded_at": at}
        for person in db.session.scalars(select(Employee).where(Employee.branch_id == company.branch.id)).all():
            factories.save(Salary(employee_id=person.id, **known))
        for seq, site in enumerate(company.sites[:2], 1):
            factories.save(PlanStop(employee_id=me.id, work_date=ON, seq=seq, site_id=site.id))
        who = subject(colleague, company.branch)
        arrive(Field(company.branch, company.store_type, colleague, company.sites[0], who), "08:58", on=ON)
