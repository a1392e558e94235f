"""The states of the Today screen on a real phone page: words, one tap, never a dead end (T4, T40, T41)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.rep_phone import DOOR, STUB, arrive, checked_in, finish, go, rows, sees, tap
from webapp.attendance.models import Verdict
from webapp.core.db import db

FAR = {"latitude": 31.23285, "longitude": 121.47375, "accuracy": 20}
WEAK = {"latitude": 31.23045, "longitude": 121.47375, "accuracy": 180}
TAP_WHILE_LOCATING = """() => {
  setFix({silent: true});
  document.querySelector('[data-do=locate]').click();
  document.querySelector('[data-main]').click();
}"""
EDGE = {"latitude": 31.23165, "longitude": 121.47375, "accuracy": 30}


@pytest.fixture
def stubbed(phone, stack):
    """stubbed(fix_or_code): Today of shop 1 on a phone whose location service answers just this."""

    def open_page(answer: dict):
        page = phone("R001")
        page.add_init_script(f"({STUB})(); setFix({answer!r})".replace("None", "null"))
        go(page, stack)
        return page

    return open_page


def test_no_coordinates_are_ever_shown(phone, stack) -> None:
    page = phone("R001", geolocation=FAR)
    go(page, stack)
    sees(page, "outside")
    text = page.locator("body").inner_text()
    assert "31.23" not in text
    assert "121.47" not in text


@pytest.mark.parametrize(
    ("code", "view", "words"),
    [(1, "denied", "Location is off"), (2, "unavailable", "cannot find"), (3, "timeout", "No position yet")],
)
def test_each_failure_has_its_words_and_a_way_on(stubbed, stack, code: int, view: str, words: str) -> None:
    """T4: no error codes, no old position, still one tap."""
    page = stubbed({"code": code})
    sees(page, view)
    expect(page.locator("#range")).to_contain_text(words)
    tap(page)
    checked_in(page)
    (row,) = rows(stack)
    assert row.lat is None
    assert row.no_fix == view


def test_denied_explains_how_to_turn_it_on(stubbed) -> None:
    page = stubbed({"code": 1})
    sees(page, "denied")
    page.get_by_text("How to turn it on").click()
    expect(page.locator(".help")).to_contain_text("Permissions › Location › Allow")


def test_t39_who_once_gave_a_position_is_not_asked_on_every_page(phone, stack) -> None:
    """iOS says "prompt" for ever; that a position came is remembered here."""
    page = phone("R001")
    prompt = "navigator.permissions.query = async () => ({state: 'prompt'})"
    page.add_init_script(f"({STUB})(); setFix({DOOR!r}); {prompt}")
    go(page, stack)
    sees(page, "ask")
    tap(page)
    sees(page, "inside")
    page.reload()
    sees(page, "ready")
    tap(page)
    checked_in(page)


def test_weak_and_almost_sure_ask_a_person(stubbed) -> None:
    page = stubbed(WEAK)
    sees(page, "weak")
    page.evaluate("fix => setFix(fix)", EDGE)
    sees(page, "near")
    expect(page.locator("[data-label]").first).to_have_text("Ask to confirm")


@pytest.mark.parametrize(("fix", "view"), [(WEAK, "weak"), (EDGE, "near")])
def test_what_is_not_sure_is_one_tap_that_waits_for_a_person(phone, stack, fix: dict, view: str) -> None:
    page = phone("R001", geolocation=fix)
    go(page, stack)
    sees(page, view)
    tap(page)
    checked_in(page)
    expect(page.locator("#range")).to_have_class("range wait")
    (row,) = rows(stack)
    with stack.app.app_context():
        verdict = db.session.get(Verdict, row.id)
        assert verdict is not None
        assert verdict.verdict == "uncertain"


def test_a_tap_before_the_position_sends_itself(stubbed, stack) -> None:
    """One tap arms; the time is the tap's."""
    page = stubbed({"code": 3})
    sees(page, "timeout")
    page.evaluate(TAP_WHILE_LOCATING)
    sees(page, "armed")
    page.evaluate("fix => setFix(fix)", DOOR)
    checked_in(page)
    assert len(rows(stack)) == 1


def test_armed_and_found_outside_asks_before_sending(stubbed, stack) -> None:
    """The button said "Check in"; asking a person is another promise and needs its own tap."""
    page = stubbed({"code": 3})
    sees(page, "timeout")
    page.evaluate(TAP_WHILE_LOCATING)
    page.evaluate("fix => setFix(fix)", FAR)
    sees(page, "outside")
    assert rows(stack) == []


def test_finishing_needs_only_the_outcome(phone, stack) -> None:
    page = phone("R001")
    arrive(page, stack)
    finish(page)
    assert [row.kind for row in rows(stack)] == ["in", "out"]


def test_the_nearest_stores_are_one_tap_away(phone, stack) -> None:
    page = phone("R001")
    page.goto("/today")
    page.locator("a[data-nearby]").click()
    expect(page.locator("#stops li").first).to_contain_text("Shop 1")
    page.locator("#stops a").first.click()
    sees(page, "inside")


def test_without_scripts_a_person_confirms(phone, stack) -> None:
    page = phone("R001", java_script_enabled=False)
    go(page, stack)
    page.locator("[data-main]").click()
    expect(page.locator("#checkin[data-checkin=open] .range.wait")).to_be_visible()
    (row,) = rows(stack)
    assert row.lat is None
