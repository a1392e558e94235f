"""Odd phones: a wrong clock, a full or forgetful store, other versions of the app, frozen tabs (T13, T18, T22)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.rep_phone import (
    FRESH_FIX,
    Net,
    checked_in,
    count,
    go,
    owes_nothing,
    rows,
    sees,
    shop,
    tap,
    unhurried,
)  # fmt: skip
from webapp.attendance.models import AttendanceException
from webapp.core.db import db

NETWORK = "net::ERR_|status of 5|status of 4"
FULL = """const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...what) {
  if (this.name !== 'outbox') return put.apply(this, what);
  this.transaction.abort();
  return {};
};
Object.defineProperty(IDBTransaction.prototype, 'error',
  {get: () => new DOMException('no room', 'QuotaExceededError')})"""
# An entry as the first version of the app wrote it, before it was opened again with this one.
OLD = """([id, site, uid]) => new Promise((done) => {
  const gone = indexedDB.deleteDatabase('onsite');
  gone.onsuccess = () => {
    const request = indexedDB.open('onsite', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('outbox', {keyPath: 'id'});
    request.onsuccess = () => {
      const tx = request.result.transaction('outbox', 'readwrite');
      const at = new Date().toISOString();
      const fields = {client_id: id, uid, tapped_at: at, no_fix: 'timeout', site_id: site};
      tx.objectStore('outbox').put({v: 1, id, uid, kind: 'check-in', url: '/check-ins', fields, about: 'Shop 1',
        created: at, state: 'queued', attempts: 2});
      tx.oncomplete = () => { request.result.close(); done(); };
    };
  };
})"""


@pytest.fixture
def page(phone, stack, watch) -> Page:
    watch.allow(NETWORK)
    fresh = phone("R001")
    fresh.net = Net(fresh)
    go(fresh, stack)
    sees(fresh, "inside")
    return fresh


@pytest.mark.parametrize("days", [1, -1])
def test_t13_a_clock_wrong_by_a_day(phone, stack, watch, days: int) -> None:
    """Offline too: what counts is how long the tap waited. The skew is written down."""
    watch.allow(NETWORK)
    page = phone("R001")
    page.clock.install(time=datetime.now(UTC) + timedelta(days=days))
    page.add_init_script(FRESH_FIX)
    page.net = Net(page)
    go(page, stack)
    sees(page, "inside")
    page.net.then("503")
    tap(page)
    sees(page, "saved")
    page.net.then("ok")
    page.clock.fast_forward(200_000)
    checked_in(page)
    (row,) = rows(stack)
    assert row.token_at is not None
    assert abs(row.skew_s + days * 86400) < 300
    assert abs((row.received_at - row.counted_at).total_seconds() - 200) < 100


def test_a_full_phone_says_so_and_still_sends(phone, stack, watch) -> None:
    watch.allow(NETWORK)
    page = phone("R001")
    page.add_init_script(FULL)
    net = Net(page)
    net.then("503", "ok")
    go(page, stack)
    sees(page, "inside")
    unhurried(page)
    tap(page)
    sees(page, "full")
    expect(page.locator("#range")).to_contain_text("full")
    tap(page)
    checked_in(page)
    assert count(stack) == 1


def test_a_store_that_was_thrown_away_is_told(page) -> None:
    """T22: evicted. Once seen, it is not said again."""
    page.net.then("503")
    unhurried(page)
    tap(page)
    sees(page, "saved")
    expect(page.locator("#owed")).to_contain_text("1 entry")
    page.evaluate("() => onsite.kept.count(1)")  # after the page's own
    page.evaluate("() => new Promise((done) => { indexedDB.deleteDatabase('onsite').onsuccess = done; })")
    page.goto("/me")
    expect(page.locator("#owed")).to_contain_text("lost")
    page.locator("#owed").click()
    expect(page.locator("[data-lost]")).to_contain_text("1 unsent")
    page.locator("[data-lost] button").click()
    expect(page.locator("[data-lost]")).to_be_hidden()
    page.goto("/me")
    owes_nothing(page)


def test_what_the_worker_sent_is_not_lost(page, stack) -> None:
    """The note outside the database is behind it then, and says nothing."""
    page.net.then("503", "ok")
    unhurried(page)
    tap(page)
    sees(page, "saved")
    page.evaluate("() => { onsite.remember = () => null; return onsite.outbox.flush('sync'); }")
    page.goto("/me")
    expect(page.locator("[data-outbox-count]")).to_have_text("")
    owes_nothing(page)
    assert count(stack) == 1


def test_an_entry_of_the_first_version_is_sent(page, stack) -> None:
    uid = page.locator("html").get_attribute("data-uid")
    page.goto("/healthz")  # no script of ours: nobody else has the database open
    page.evaluate(OLD, ["5f2b1c1e-0000-4000-8000-000000000001", str(shop(stack)), uid])
    page.goto("/today")
    checked_in(page)
    (row,) = rows(stack)
    assert (row.client_id, row.extra["attempts"]) == ("5f2b1c1e-0000-4000-8000-000000000001", "3")


def test_an_entry_of_a_newer_version_is_left_alone_and_said(page, stack) -> None:
    page.net.then("503")
    unhurried(page)
    tap(page)
    sees(page, "saved")
    page.evaluate(
        "async () => { const [r] = await onsite.outbox.list(); await onsite.store.change(r.id, {v: 99, odd: 1}); }"
    )
    sent = len(page.net.posts)
    page.goto("/me/outbox")
    expect(page.locator("#outbox li")).to_contain_text("newer version")
    expect(page.locator("[data-send]")).to_be_hidden()
    page.evaluate("() => onsite.outbox.flush('tap')")
    assert len(page.net.posts) == sent
    assert page.evaluate("async () => (await onsite.outbox.list())[0].v") == 99


def test_older_than_a_day_is_red(page) -> None:
    page.net.then("503")
    tap(page)
    sees(page, "saved")
    page.evaluate(
        """async () => {
          const [record] = await onsite.outbox.list();
          await onsite.store.change(record.id, {created: '2026-01-01T00:00:00Z'});
        }"""
    )
    page.goto("/me/outbox")
    expect(page.locator("#outbox .chip.stop")).to_have_text("Older than a day")


def test_t18_three_tabs_send_once(page, stack) -> None:
    tabs = [page, page.context.new_page(), page.context.new_page()]
    for tab in tabs[1:]:
        go(tab, stack)
        sees(tab, "inside")
    page.context.set_offline(True)
    for tab in tabs:
        tab.evaluate("() => document.querySelector('[data-main]').click()")
    sees(page, "saved")
    page.context.set_offline(False)
    for tab in tabs:
        checked_in(tab)
    assert count(stack) == 1
    assert len({post["client_id"] for post in page.net.posts}) == 1


def test_a_frozen_tab_that_holds_the_lock_is_passed_over(page, stack, watch) -> None:
    """As a phone freezes a page in the background: it keeps the lock and never goes on."""
    watch.allow("Lock broken")
    frozen = page.context.new_page()
    frozen.goto("/me")
    frozen.evaluate("() => { navigator.locks.request('onsite-outbox', () => new Promise(() => {})); }")
    page.evaluate("() => { const soon = setTimeout; self.setTimeout = (f, ms) => soon(f, ms === 30000 ? 3000 : ms); }")
    tap(page)
    checked_in(page)
    assert count(stack) == 1


def test_a_dead_server_is_not_called_no_network(page, stack) -> None:
    """The browser says that it is online; the time of the tap stays."""
    stack.stop_web()
    tap(page)
    sees(page, "saved")
    expect(page.locator("#range")).to_contain_text("The server is not answering.")
    assert page.evaluate("() => navigator.onLine")
    stack.start_web()
    page.evaluate("() => onsite.outbox.flush('tap')")
    checked_in(page)
    assert count(stack) == 1


def test_signed_out_means_that_it_waits_for_its_person(page, stack) -> None:
    """T22: a real session that ended; signing in again sends it, by itself."""
    page.context.clear_cookies()
    tap(page)
    sees(page, "signin")
    page.context.add_cookies([stack.cookie("R002")])
    page.goto("/me/outbox")
    expect(page.get_by_text("Everything is sent")).to_be_visible()
    assert count(stack) == 0
    page.context.add_cookies([stack.cookie("R001")])
    page.goto("/me/outbox")
    expect(page.get_by_text("Everything is sent")).to_be_visible()
    with stack.app.app_context():
        assert db.session.scalar(select(AttendanceException.id)) is None
    assert count(stack) == 1
