"""Phones that store badly, pages left open, forms half filled in: the outbox still tells the truth (T18, T22)."""

from __future__ import annotations

import json
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
    owes_nothing,
    rows,
    sees,
    shop,
    tap,
    until,
)  # fmt: skip

NETWORK = "net::ERR_|status of 5|status of 4"
NEVER_OPENS = "indexedDB.open = () => ({})"
NEVER_CHANGES = "IDBObjectStore.prototype.get = () => { throw new Error('lost the connection'); }"
NO_LOCKS = "navigator.locks.request = () => Promise.reject(new DOMException('denied', 'SecurityError'))"


@pytest.fixture
def page(phone, stack, watch) -> Page:
    watch.allow(NETWORK)
    fresh = phone("R001")
    fresh.net = Net(fresh)
    go(fresh, stack)
    sees(fresh, "inside")
    return fresh


@pytest.mark.parametrize("odd", [NEVER_OPENS, NEVER_CHANGES, NO_LOCKS])
def test_a_phone_that_stores_badly_still_sends(phone, stack, odd: str) -> None:
    """T22: a database that never answers, one that loses its connection, locks that are forbidden."""
    page = phone("R001")
    page.add_init_script(odd)
    go(page, stack)
    sees(page, "inside")
    tap(page)
    expect(page.locator("#checkin[data-checkin=open]")).to_be_visible(timeout=60_000)
    assert count(stack) == 1


@pytest.mark.parametrize("who", ["R002", "S001"])
def test_somebody_else_signed_in_beside_it_is_told_as_such(page, stack, who: str) -> None:
    """T22: not "no network", nor "not for your role", and the record waits for its owner."""
    page.context.add_cookies([stack.cookie(who)])
    tap(page)
    sees(page, "signin")
    assert count(stack) == 0


def test_signed_out_while_finishing_says_so(page, stack) -> None:
    tap(page)
    checked_in(page)
    page.net.then("401 sign_in_needed", "ok")
    _finish(page)
    sees(page, "signin-out")
    expect(page.locator("#checkin .second a")).to_have_attribute("href", "/login?next=/today")
    page.goto("/today")
    owes_nothing(page)
    assert [row.kind for row in rows(stack)] == ["in", "out"]


def test_an_answer_in_the_background_leaves_the_open_form_alone(page, stack) -> None:
    """Half a note is typed when an older tap gets its answer."""
    tap(page)
    checked_in(page)
    page.locator("summary.btn").click()
    page.locator("form[data-checkout] [name=note]").fill("two boxes")
    _queue(page, shop(stack, 2))
    owes_nothing(page)
    assert count(stack) == 2
    expect(page.locator("form[data-checkout] [name=note]")).to_have_value("two boxes")


def test_today_left_open_is_asked_for_again(page, stack) -> None:
    """Over night, or while a supervisor decided; not at every glance, and not over what is being typed."""
    page.evaluate("() => { self.old = true; }")
    _come_back(page, minutes=1)
    page.wait_for_timeout(500)
    assert page.evaluate("() => self.old")
    _come_back(page, minutes=10)
    page.wait_for_function("() => !self.old")
    sees(page, "inside")
    tap(page)
    checked_in(page)
    page.locator("summary.btn").click()
    page.evaluate("() => { self.old = true; }")
    _come_back(page, minutes=10)
    page.wait_for_timeout(500)
    assert page.evaluate("() => self.old")


def test_today_left_open_without_a_network_stays(page) -> None:
    page.evaluate("() => { self.old = true; }")
    page.context.set_offline(True)
    _come_back(page, minutes=600)
    page.wait_for_timeout(500)
    assert page.evaluate("() => self.old")


def test_finishing_never_waits_long_for_a_position(phone, stack) -> None:
    """Until then it is written down nowhere."""
    page = phone("R001")
    page.add_init_script(f"({STUB})(); setFix({json.dumps(DOOR)})")
    go(page, stack)
    sees(page, "inside")
    tap(page)
    checked_in(page)
    page.evaluate("() => { navigator.geolocation.watchPosition = () => 1; }")
    _finish(page)
    expect(page.locator("#checkin[data-checkin=open]")).to_have_count(0, timeout=12_000)
    assert rows(stack)[1].no_fix == "timeout"


def test_what_the_worker_sent_is_looked_at_once(page) -> None:
    """Also on a phone whose clock was put back since, where every page seems older than what was sent."""
    page.goto("/me")
    put = """ahead => onsite.store.run('outbox', 'readwrite', (store) => store.put({
      v: 2, id: 'sent-' + ahead, kind: 'check-in', uid: onsite.outbox.uid(), url: '/check-ins', fields: {},
      state: 'sent', created: new Date().toISOString(), sent: Date.now() + ahead }))"""
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    for ahead, expected in ((600_000, 1), (4_000, 1), (0, 2)):
        page.add_init_script("Object.defineProperty(performance, 'timeOrigin', { value: 0 })")
        page.evaluate(put, ahead)
        loads.clear()
        page.goto("/today")
        until(page, lambda expected=expected: len(loads) >= expected, "the page to be asked for again")
        page.wait_for_load_state("networkidle")
        assert len(loads) == expected, ahead
        page.goto("/me")


def test_a_fix_dated_in_other_units_is_sent_without_its_date(page) -> None:
    """A person decides then; refusing it would keep such a phone out for ever."""
    fields = """at => onsite.geo.fields({fix: {latitude: 31, longitude: 121, accuracy: 5, altitude: null, speed: null,
      at: Number(at)}})"""
    for odd in ("NaN", "Infinity", "1.7e15", "1.7e18"):
        assert "fix_at" not in page.evaluate(fields, odd), odd
    for known in ("0", "1.7e12"):
        assert "fix_at" in page.evaluate(fields, known), known


def test_location_turned_on_in_the_settings_is_noticed(phone, stack) -> None:
    page = phone("R001", permissions=["background-sync"], geolocation=None)
    go(page, stack)
    sees(page, "denied")
    page.context.grant_permissions(["geolocation", "background-sync"])
    page.context.set_geolocation(DOOR)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    sees(page, "inside")


def test_a_removed_finish_leaves_the_visit_open(page) -> None:
    tap(page)
    checked_in(page)
    page.net.then("503")
    _finish(page)
    sees(page, "saved-out")
    expect(page.locator("#range")).to_contain_text("The server is not answering. Finished")
    listed = page.context.new_page()
    listed.goto("/me/outbox")
    listed.locator("[data-drop]").click()
    expect(listed.locator("[data-drop]")).to_contain_text("may have arrived")
    listed.locator("[data-drop]").click()
    expect(page.locator("#range")).to_contain_text("Checked in")
    page.net.then("ok")
    page.locator("form[data-checkout] button").click()
    expect(page.locator("#checkin[data-checkin=open]")).to_have_count(0)


def test_the_list_of_unsent_entries_keeps_the_focus(page, axe) -> None:
    """T41: it is drawn anew at every try."""
    page.net.then("503")
    tap(page)
    sees(page, "saved")
    page.locator("#owed").click()
    expect(page.locator("#outbox li")).to_contain_text("Check in")
    axe(page)
    page.locator("[data-send]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#outbox")).to_be_focused()
    expect(page.locator("#outbox li [data-tries]")).to_contain_text("so far")


def test_finishing_by_keyboard_goes_on_with_the_outcome(page) -> None:
    tap(page)
    checked_in(page)
    page.locator("summary.btn").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[value=order]")).to_be_focused()


def test_without_a_position_the_list_of_stores_says_so(phone, stack) -> None:
    page = phone("R001", permissions=["background-sync"], geolocation=None)
    page.goto("/sites/choose")
    page.locator("a[data-nearby]").click()
    expect(page.locator("#flashes")).to_contain_text("cannot find its position")


def _finish(page: Page) -> None:
    page.locator("summary.btn").click()
    page.locator("input[value=order]").check()
    page.locator("form[data-checkout] button").click()


def _come_back(page: Page, *, minutes: int) -> None:
    page.evaluate(
        """minutes => {
          const later = Date.now() + minutes * 60000;
          Date.now = () => later;
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        minutes,
    )


def _queue(page: Page, site: int) -> Any:
    page.evaluate(
        """async (site) => {
          const at = new Date().toISOString(), id = crypto.randomUUID();
          await onsite.outbox.add({id, kind: 'check-in', url: '/check-ins', about: 'Shop 2',
            fields: {client_id: id, uid: onsite.outbox.uid(), tapped_at: at, no_fix: 'timeout', site_id: site}});
          await onsite.outbox.flush('tap');
        }""",
        str(site),
    )
