"""Reports in a real browser: HR changes the period, sorts by keyboard, takes files home; a supervisor on a phone."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import _TOO_WIDE
from tests.pages.hr.report_company import NOW, came, day
from tests.support import browsers
from tests.support.company import find

NAMES = "#report tbody th"


@pytest.fixture
def today(stack, freeze) -> date:
    """Three weeks of two reps; the second is late every other day."""
    freeze(NOW)
    today = date(2026, 3, 16)
    with stack.app.app_context():
        company = find()
        for back in range(1, 22):
            for number, staff_no in enumerate(("R001", "R002")):
                late = number * (back % 2)
                rep, on = company.people[staff_no], today - timedelta(days=back)
                day(rep, on, "late" if late else "normal", minutes_late=10 * late)
                came(rep, on, company.sites[number])
    return today


def taken(page: Page, form: str) -> Path:
    with page.expect_download() as waiting:
        page.locator(f'a.btn[href*=".{form}?"]').click()
    assert waiting.value.suggested_filename.endswith(f".{form}")
    return Path(waiting.value.path())


def names_in(path: Path, form: str) -> list[Any]:
    if form == "csv":
        return [row[0] for row in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")))][1:]
    return [
        row[0]
        for row in load_workbook(io.BytesIO(path.read_bytes())).worksheets[0].iter_rows(min_row=2, values_only=True)
    ]


def test_hr_changes_the_period_sorts_and_takes_it_home(desk, stack, today, axe) -> None:
    page = desk("H001")
    page.goto("/hr/reports/anomalies?by=person")
    expect(page.locator(NAMES).first).to_have_text("王伟")
    axe(page)
    since = (today - timedelta(days=7)).isoformat()
    page.locator("#f-since").fill(since)
    page.wait_for_url(f"**since={since}**")
    expect(page.locator("#report tbody tr", has_text="Li Na").locator("td.num").first).to_have_text("7")
    header = page.locator('#report thead a[href*="sort=name"]')
    header.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#report th[aria-sort=ascending]")).to_have_count(1)
    shown = page.locator(NAMES).all_inner_texts()
    assert shown == ["Li Na", "王伟"]
    for form in ("csv", "xlsx"):
        assert names_in(taken(page, form), form) == shown
    page.goto("/hr/reports/lateness")
    axe(page)
    chart = page.locator("figure .scroll").first
    chart.focus()
    assert chart.evaluate("one => one === document.activeElement")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_supervisor_on_a_small_phone(phone, stack, today, axe, theme: str) -> None:
    page = phone("S001", viewport={"width": 360, "height": 640}, color_scheme=theme)
    page.goto("/team")
    page.locator('a[href="/team/reports"]').click()
    page.locator('a[href*="period=days"]').click()
    names = page.locator("table.report tbody th")
    expect(names).to_have_text(["Li Na", "王伟"])
    page.locator('thead a[href*="sort=-late"], thead a[href*="sort=late"]').first.click()
    page.locator('thead a[href*="sort=-late"]').click()
    expect(names).to_have_text(["王伟", "Li Na"])
    assert names_in(taken(page, "xlsx"), "xlsx") == ["王伟", "Li Na"]
    for show in ("attendance", "lateness", "confirmation"):
        page.locator(f'a[href*="show={show}"]').first.click()
        page.wait_for_url(f"**show={show}**")
        axe(page)
        assert not browsers.small_targets(page)
        assert page.evaluate(_TOO_WIDE) <= 0
        for box in page.locator("svg.chart").all():
            assert box.bounding_box()["width"] <= 328
        page.set_viewport_size({"width": 320, "height": 568})
        assert page.evaluate(_TOO_WIDE) <= 0
        page.set_viewport_size({"width": 360, "height": 640})
