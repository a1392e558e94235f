"""HR's inbox on a desktop: by mouse, by keyboard, by two people (U23 to U26)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.crew import NOON, seed
from tests.support import apps


@pytest.fixture(autouse=True)
def noon(stack, freeze) -> None:
    freeze(NOON)


def test_u23_many_alike_in_a_few_clicks_with_the_sum_before(stack, desk, axe, screens) -> None:
    seed(stack, far=8)
    page = desk("H001")
    page.goto("/hr/inbox")
    axe(page)
    screens(page, "list")
    expect(page.locator(".bulk")).to_be_hidden()
    page.locator("[data-all]").check()
    approve = page.locator("#bulk button[value=approved]")
    expect(approve).to_have_text("Approve 8 · +¥800.00")
    axe(page)
    screens(page, "picked")
    approve.click()
    expect(page.locator("#flashes")).to_contain_text("8 approved.")
    expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()
    axe(page)


def test_more_than_the_limit_goes_through_the_check_page(stack, desk, axe, screens) -> None:
    seed(stack, far=21)
    page = desk("H001")
    page.goto("/hr/inbox")
    page.locator("[data-all]").check()
    page.locator("#bulk button[value=approved]").click()
    button = page.get_by_role("button", name="Approve 21 · +¥2,100.00")
    expect(button).to_be_visible()
    axe(page)
    screens(page, "check")
    button.click()
    expect(page.locator("#flashes")).to_contain_text("21 approved.")


def test_what_is_picked_can_be_seen(stack, desk) -> None:
    """The boxes of the rows have a size and a colour; another component once made them see-through."""
    seed(stack, far=1)
    page = desk("H001")
    page.goto("/hr/inbox")
    look = "box => [getComputedStyle(box).opacity, box.offsetWidth]"
    assert page.locator("td.pick input").first.evaluate(look) == ["1", 20]


def test_u24_keyboard_only(stack, desk, axe, screens) -> None:
    seed(stack, far=4)
    page = desk("H001")
    page.goto("/hr/inbox")
    rows = page.locator("tr[data-row]")
    rows.first.focus()
    page.keyboard.press("a")
    expect(rows.first.get_by_text("Approved")).to_be_visible()
    expect(rows.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#detail h2").first).to_be_focused()
    axe(page)
    screens(page, "drawer")
    page.keyboard.press("Escape")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator("#detail [name=reason]")).to_be_focused()
    page.keyboard.type("Not at the store")
    page.locator("#detail button[value=rejected]").press("Enter")
    expect(page.locator("#detail").get_by_text("Not approved")).to_be_visible()
    expect(rows.nth(1)).to_contain_text("Not at the store")
    axe(page)
    page.get_by_text("Open it again").first.click()
    page.get_by_label("Why?").fill("Wrong button")
    page.keyboard.press("Enter")
    expect(page.locator("#detail button[value=approved]")).to_be_visible()


def test_u25_two_people_at_once(stack, desk, screens) -> None:
    seed(stack, far=1)
    first, second = desk("H001"), desk("A001")
    for page in (first, second):
        page.goto("/hr/inbox")
    first.get_by_role("button", name="Approve Far").click()
    expect(first.locator("tr[data-row]")).to_contain_text("Approved")
    second.get_by_role("button", name="Approve Far").click()
    expect(second.locator("tr[data-row] [role=alert]")).to_contain_text("Lin Mei decided this at 2 Mar 12:00")
    screens(second, "second")


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "dark", 768), ("zh", "light", 1366)])
def test_it_looks_right(stack, desk, axe, screens, language: str, scheme: str, width: int) -> None:
    apps.speak(stack.app, "H001", language)
    seed(stack, far=3)
    page = desk("H001", color_scheme=scheme, viewport={"width": width, "height": 768})
    page.goto("/hr/inbox")
    page.locator("a[data-open]").first.click()
    expect(page.locator("#detail h2").first).to_be_focused()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    screens(page, "drawer")
    page.goto("/hr/inbox?q=nobody")
    axe(page)
    screens(page, "empty")
