"""A rep's pages on the smallest phone with the largest text: nothing scrolls sideways, all is thumb-high (T41)."""

from __future__ import annotations

import pytest

from tests.browser.rep_phone import go, sees
from tests.browser.test_every_page import _TOO_WIDE, _pages
from tests.support import browsers
from tests.support.company import find

SMALLEST = {"width": 320, "height": 568}
TWICE = "document.addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%'; })"


@pytest.mark.walk
def test_no_page_scrolls_sideways_at_twice_the_text(phone, stack) -> None:
    with stack.app.app_context():
        company = find()
    page = phone("R001", viewport=SMALLEST)
    page.add_init_script(TWICE)
    wide = []
    for path in _pages(stack.app, "rep", company):
        answer = page.goto(path)
        whole = answer is not None and answer.text().lstrip().lower().startswith("<!doctype")
        if whole and page.evaluate(_TOO_WIDE) > 0:
            wide.append(path)
    assert not wide


@pytest.mark.parametrize("card", ["text", "location", "install"])
def test_every_part_of_the_first_steps_is_thumb_high(phone, stack, card: str) -> None:
    page = phone("R001")
    page.goto(f"/me/setup/{card}")
    assert not browsers.small_targets(page)


def test_a_pressed_button_keeps_its_height(phone, stack) -> None:
    page = phone("R001")
    go(page, stack)
    sees(page, "inside")
    button = page.locator("#checkin [data-main]")
    before = button.bounding_box()
    button.evaluate("button => button.setAttribute('aria-busy', 'true')")
    assert button.bounding_box() == before
