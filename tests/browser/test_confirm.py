"""A supervisor's morning on a phone (U17 to U20)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.crew import NOON, seed
from tests.support import apps, browsers

SMALL = {"width": 360, "height": 640}


@pytest.fixture(autouse=True)
def noon(stack, freeze) -> None:
    freeze(NOON)


def test_u17_a_morning_is_a_few_taps(stack, phone, axe, screens) -> None:
    """The company's own two reps have not come, so three need eyes: each one tap."""
    seed(stack, clean=21, far=1, late=2)
    page = phone("S001")
    page.goto("/confirm")
    axe(page)
    assert not browsers.small_targets(page)
    screens(page, "before")
    page.get_by_role("button", name="Confirm all 21 people").click()
    expect(page.locator("#clean")).to_contain_text("21 people confirmed")
    axe(page)
    look = page.locator("ul.rows > li").filter(has=page.get_by_role("button", name="Confirm", exact=False))
    for left in (3, 2, 1):
        expect(look).to_have_count(left)
        look.first.get_by_role("button", name="Confirm").click()
        expect(look).to_have_count(left - 1)
    axe(page)
    screens(page, "after")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator("#flashes")).to_contain_text("Undone")


def test_u18_absent_with_a_reason_and_its_effect(stack, phone, axe, screens) -> None:
    seed(stack, late=1)
    page = phone("S001", viewport=SMALL)
    page.goto("/confirm")
    page.get_by_role("link", name="Absent Late 0").click()
    expect(page.get_by_text("The day is then worth ¥0.00 (−¥70.00).").first).to_be_visible()
    axe(page)
    screens(page, "form")
    page.get_by_role("radio", name="Did not come").check()
    page.get_by_role("button", name="Mark absent").click()
    expect(page.locator("[data-errors]")).to_be_focused()
    axe(page)
    page.get_by_label("Note").fill("Not seen all day")
    page.get_by_role("button", name="Mark absent").click()
    expect(page.locator("#flashes")).to_contain_text("Late 0 is marked absent")


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_u20_everything_about_an_outside_check_in_is_one_tap_away(
    stack, phone, axe, screens, language: str, scheme: str
) -> None:
    apps.speak(stack.app, "S001", language)
    seed(stack, clean=3, far=2, late=1, missing=1)
    page = phone("S001", viewport=SMALL, color_scheme=scheme)
    for path in ("/confirm", "/team"):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        assert not browsers.small_targets(page)
        screens(page, path.strip("/"))
    page.goto("/confirm")
    page.get_by_role("link", name="Far Bartholomew Featherstonehaugh-Ng", exact=True).click()
    expect(page.locator("svg.fence")).to_be_visible()
    axe(page)
    assert not browsers.small_targets(page)
    screens(page, "person")
    page.locator("a[href*='/hr?on=']").click()
    page.wait_for_url("**/hr?on=*")
    axe(page)
    screens(page, "send")


def test_the_clients_supervisor_sees_no_money_on_a_wide_screen(stack, desk, axe, screens) -> None:
    with stack.app.app_context():
        from tests import factories
        from tests.support.company import find
        from webapp.sites.models import SiteSupervisor

        company = find()
        factories.save(SiteSupervisor(site_id=company.sites[0].id, employee_id=company.people["S002"].id))
    seed(stack, clean=2, far=1, late=1)
    page = desk("S002")
    page.goto("/confirm")
    expect(page.get_by_role("link", name="Late 0", exact=True)).to_be_visible()
    assert "¥" not in page.content()
    axe(page)
    screens(page, "wide")
