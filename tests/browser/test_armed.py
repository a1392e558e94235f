"""A tap is written down at once, whatever the position takes: armed taps, finishing, taking back (T18, T22)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rep_phone import (
    DOOR,
    STUB,
    Net,
    checked_in,
    count,
    go,
    noted,
    owes_nothing,
    rows,
    sees,
    tap,
    unhurried,
)  # fmt: skip

NETWORK = "net::ERR_|status of 5|status of 4"
SILENT = {"silent": True}


@pytest.fixture
def page(phone, stack, watch) -> Page:
    """Today at shop 1, on a phone that finds no position until it is told one."""
    watch.allow(NETWORK)
    fresh = phone("R001")
    fresh.context.add_init_script(f"({STUB})(); setFix({json.dumps(SILENT)})")
    fresh.net = Net(fresh)
    go(fresh, stack)
    sees(fresh, "locating")
    return fresh


def test_t22_an_armed_tap_outlives_its_page(page, stack) -> None:
    """Closed at once; sent when any page is opened, with the time of the tap and without a position."""
    before = datetime.now(UTC)
    tap(page)
    sees(page, "armed")
    after = datetime.now(UTC)
    assert noted(page)["state"] == "locating"
    context = page.context
    page.close()
    assert count(stack) == 0
    later = context.new_page()
    later.goto("/me")
    owes_nothing(later)
    (row,) = rows(stack)
    assert before - timedelta(milliseconds=1) <= row.tapped_at <= after
    assert (row.no_fix, row.lat) == ("timeout", None)


def test_another_page_leaves_an_armed_tap_to_the_page_that_looks(page, stack) -> None:
    unhurried(page)
    tap(page)
    sees(page, "armed")
    other = page.context.new_page()
    other.goto("/me")
    expect(other.locator("#owed")).to_be_visible()
    other.evaluate("() => onsite.outbox.flush('tap')")
    assert count(stack) == 0
    page.evaluate("fix => setFix(fix)", DOOR)
    checked_in(page)
    (row,) = rows(stack)
    assert row.lat == pytest.approx(DOOR["latitude"])


@pytest.mark.parametrize("way", ["cancel", "outside"])
def test_a_tap_that_was_not_what_the_button_said_leaves_nothing(page, stack, way: str) -> None:
    tap(page)
    sees(page, "armed")
    noted(page)
    if way == "cancel":
        page.locator("[data-do=cancel]").click()
    else:
        page.evaluate("fix => setFix(fix)", {**DOOR, "latitude": 31.24})
        sees(page, "outside")
    owes_nothing(page)
    assert held(page) == []
    assert count(stack) == 0


def test_an_armed_tap_without_any_position_goes_to_a_person(page, stack) -> None:
    """Its time is the tap's, however long the phone looked."""
    page.evaluate("() => { const soon = setTimeout; self.setTimeout = (f, ms) => soon(f, ms === 20000 ? 1000 : ms); }")
    tap(page)
    checked_in(page)
    (row,) = rows(stack)
    assert row.no_fix == "timeout"


def test_a_finish_outlives_its_page(page, stack) -> None:
    page.evaluate("fix => setFix(fix)", DOOR)
    sees(page, "inside")
    tap(page)
    checked_in(page)
    page.evaluate("fix => setFix(fix)", SILENT)
    page.locator("summary.btn").click()
    page.locator("input[value=order]").check()
    page.locator("form[data-checkout] button").click()
    sees(page, "sending")
    noted(page, "check-out")
    context = page.context
    page.close()
    later = context.new_page()
    later.goto("/today")
    owes_nothing(later)
    assert [(row.kind, row.no_fix) for row in rows(stack)] == [("in", None), ("out", "timeout")]


def test_a_visit_is_finished_from_its_own_page_without_a_network(page, stack) -> None:
    page.evaluate("fix => setFix(fix)", DOOR)
    sees(page, "inside")
    tap(page)
    checked_in(page)
    page.goto("/visits")
    page.locator("a[href^='/visits/']").first.click()
    page.locator("summary.btn").click()
    page.locator("input[value=interested]").check()
    page.context.set_offline(True)
    page.locator("form[data-checkout] .btn.primary").click()
    expect(page.locator(".range")).to_contain_text("No network. Finished")
    page.context.set_offline(False)
    page.wait_for_url("**/today")
    assert [row.kind for row in rows(stack)] == ["in", "out"]


def test_taken_back_without_a_network(page, stack) -> None:
    """The server looks at when it was tapped, not at when it came."""
    page.evaluate("fix => setFix(fix)", DOOR)
    sees(page, "inside")
    tap(page)
    checked_in(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#range")).to_contain_text("No network. Taken back")
    expect(page.locator("summary.btn")).to_be_hidden()
    page.context.set_offline(False)
    owes_nothing(page)
    expect(page.locator("#checkin[data-checkin=open]")).to_have_count(0)


def test_a_finish_whose_check_in_was_refused_waits_and_says_so(page, stack) -> None:
    """It is not sent alone, goes with its check-in when that is removed, and comes after it when that is accepted."""
    page.net.then("422 some_reason", "ok")
    page.evaluate("fix => setFix(fix)", DOOR)
    sees(page, "inside")
    tap(page)
    sees(page, "refused")
    page.evaluate(
        """async () => {
          const [before] = await onsite.outbox.list();
          const id = crypto.randomUUID();
          await onsite.outbox.add({id, kind: 'check-out', url: '/check-outs', about: 'Shop 1',
            after: before.id, fields: {
            client_id: id, uid: onsite.outbox.uid(), tapped_at: new Date().toISOString(), check_in: before.id,
            outcome: 'order', no_fix: 'timeout'}});
          await onsite.outbox.flush('tap');
        }"""
    )
    assert len(page.net.posts) == 1
    page.goto("/me/outbox")
    expect(page.locator("#outbox li")).to_have_count(2)
    expect(page.locator("#outbox li").nth(1)).to_contain_text("waits for the entry it belongs to")
    expect(page.locator("[data-ask]").first).to_be_visible()
    page.locator("[data-send]").first.click()
    expect(page.get_by_text("Everything is sent")).to_be_visible()
    assert [row.kind for row in rows(stack)] == ["in", "out"]


def held(page: Page) -> list[dict[str, Any]]:
    return page.evaluate("() => onsite.outbox.list()")
