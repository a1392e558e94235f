"""The app without a network, against real servers that stop and start (T22, T23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.rep_phone import checked_in, count, owes_nothing, rows, sees, tap, unhurried, until
from tests.support import browsers
from tests.support.company import find
from tests.support.process import wait_until
from tests.support.proxy import Proxy
from webapp.schedules.models import PlanStop

GONE = "net::ERR_|status of 5|Failed to fetch"
# Waits with a limit of its own: `serviceWorker.ready` never ends when the registration was refused.
READY = """async () => {
  for (let n = 0; n < 900; n++) {
    const known = await navigator.serviceWorker.getRegistration();
    if (known?.active?.state === 'activated' && (await onsite.store.recall('plan'))) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('no worker or no plan');
}"""
# A version yet to come has been at the phone's database: this one must still read what is in it.
NEWER = """() => new Promise((done, fail) => {
  const request = indexedDB.open('onsite', 99);
  request.onsuccess = () => { request.result.close(); done(); };
  request.onerror = () => fail(request.error);
})"""
CACHES = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request, {ignoreVary: true});
      found.push([name, new URL(request.url).pathname, await answer.text()]);
    }
  }
  return found;
}"""


def plan(stack: Any, *numbers: int, who: str = "R001") -> None:
    """These shops, today."""
    with stack.app.app_context():
        company = find()
        on = datetime.now(ZoneInfo(company.branch.timezone)).date()
        for seq, number in enumerate(numbers, 1):
            shop, person = company.sites[number - 1], company.people[who]
            factories.save(PlanStop(employee_id=person.id, work_date=on, seq=seq, site_id=shop.id))


def ready(page: Page) -> None:
    """The worker is there, and the phone has the plan."""
    page.evaluate(READY)


def knows_the_visit(page: Page) -> None:
    """The phone has noted the open visit, and that its store is no longer the next one: after the screen says so."""
    both = """() => Promise.all(['visit', 'plan'].map(onsite.store.recall))
      .then(([visit, plan]) => Boolean(visit?.id && plan.stops.some(({ done }) => done)))"""
    until(page, lambda: page.evaluate(both), "the visit on this phone")


def keeps(page: Page, what: str) -> None:
    """A note of the phone's own is written: const recall."""
    asked = f"async () => {{ const recall = onsite.store.recall; return Boolean({what}); }}"
    until(page, lambda: page.evaluate(asked), what)


def offline_page(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("No network")


@pytest.fixture
def page(phone, stack, watch) -> Page:
    """R001 at shop 1 with two stores to see, the worker running."""
    watch.allow(GONE)
    plan(stack, 1, 2)
    fresh = phone("R001", service_workers="allow")
    fresh.goto("/today")
    ready(fresh)
    return fresh


@pytest.fixture
def front(stack) -> Iterator[Proxy]:
    with Proxy(stack.url) as proxy:
        yield proxy


@pytest.mark.parametrize("loss", ["no network", "no server"])
def test_a_check_in_from_the_offline_page_is_sent_once_with_its_time(page, stack, loss: str) -> None:
    """With a dead server the phone still believes in its network."""
    page.context.set_offline(True) if loss == "no network" else stack.stop_web()
    page.reload()
    offline_page(page)
    expect(page.locator("#stop")).to_contain_text("Shop 1")
    expect(page.locator("#others")).to_contain_text("Shop 2")
    sees(page, "inside")
    before = datetime.now(UTC)
    tap(page)
    sees(page, "saved")
    after = datetime.now(UTC)
    expect(page.locator("#owed")).to_contain_text("1 entry")
    assert count(stack) == 0
    page.context.set_offline(False) if loss == "no network" else stack.come_back()
    expect(page.locator("h1")).not_to_have_text("No network", timeout=90_000)
    checked_in(page)
    (row,) = rows(stack)
    assert before - timedelta(milliseconds=1) <= row.tapped_at <= after
    assert row.received_at > row.tapped_at


def test_going_without_a_position_is_asked_to_confirm_there_too(page, stack) -> None:
    page.goto("/me/consent")
    page.locator("button[value=no]").click()
    sees(page, "declined")
    keeps(page, "(await recall('look'))?.blind")
    page.context.set_offline(True)
    page.reload()
    offline_page(page)
    sees(page, "declined")
    expect(page.locator("[data-main]")).to_contain_text("Ask to confirm")
    tap(page)
    sees(page, "saved")


def test_a_whole_visit_without_a_network(page, stack) -> None:
    """Checked in on Today, finished on the offline page, then the next store; sent in order."""
    sees(page, "inside")
    tap(page)
    checked_in(page)
    knows_the_visit(page)
    page.context.set_offline(True)
    page.goto("/wallet")
    offline_page(page)
    expect(page.locator("#stop")).to_contain_text("Shop 1")
    page.locator("summary.btn").click()
    page.locator("input[value=order]").check()
    page.locator("form[data-checkout] button").click()
    sees(page, "saved-out")
    page.reload()
    expect(page.locator("#stop")).to_contain_text("Shop 2")
    page.context.set_offline(False)
    wait_until(lambda: [row.kind for row in rows(stack)] == ["in", "out"], "both to arrive", 30)


def test_the_browser_sends_by_itself_when_the_page_is_closed(page, stack) -> None:
    """Background Sync: the worker alone, nobody opens anything."""
    page.context.set_offline(True)
    tap(page)
    sees(page, "saved")
    keeps(page, "(await (await navigator.serviceWorker.ready).sync.getTags()).length")
    context = page.context
    context.new_page()  # of nothing: a context without a page cannot be told of its network
    page.close()
    assert count(stack) == 0
    context.set_offline(False)
    wait_until(lambda: count(stack) == 1, "the worker to send", 30)
    (row,) = rows(stack)
    assert row.tapped_at < row.received_at


def test_nothing_of_a_person_is_in_the_caches(page, stack) -> None:
    """T23: pages of money and people are seen, and none is kept."""
    for path in ("/wallet", "/pay", "/visits", "/me", "/"):
        page.goto(path)
    page.wait_for_url("**/today")
    found = page.evaluate(CACHES)
    assert len({name for name, _, _ in found}) == 1
    assert {path for _, path, _ in found if not path.startswith("/static/")} == {"/offline/en", "/offline/zh"}
    with stack.app.app_context():
        company = find()
        names = [person.name for person in company.people.values()] + [shop.name for shop in company.sites]
    for _, path, text in found:
        assert "data-uid" not in text or path.startswith("/static/js/"), path
        assert not [name for name in names if name in text], path


def test_the_next_person_sees_nothing_of_the_first(page, stack) -> None:
    """T22, T23: neither plan nor what is unsent; back with the first one it is all there."""
    page.context.set_offline(True)
    tap(page)
    sees(page, "saved")
    page.context.add_cookies([stack.cookie("R002")])
    page.context.route("**/check-ins", lambda route: route.abort())
    page.context.set_offline(False)
    page.goto("/today")
    keeps(page, "(await recall('uid')) === document.documentElement.dataset.uid")
    page.context.set_offline(True)
    page.reload()
    offline_page(page)
    owes_nothing(page)
    expect(page.get_by_text("Shop 1")).to_have_count(0)


def test_signing_out_takes_the_plan_along(page, stack) -> None:
    """Also when the page of the sign-out was gone before it had written that down."""
    page.goto("/me")
    page.locator("form[data-signout] button").click()
    page.wait_for_url("**/login")
    page.evaluate("() => onsite.store.keep('plan', { uid: '1', stops: [] })")
    page.reload()
    keeps(page, "!(await recall('plan'))")
    page.context.set_offline(True)
    page.goto("/today")
    offline_page(page)
    expect(page.locator("#stop")).to_have_count(0)
    assert page.evaluate("() => onsite.store.recall('plan')") is None


def test_a_server_that_hangs_is_not_waited_for_for_ever(context, stack, front, watch) -> None:
    watch.allow(GONE)
    plan(stack, 1)
    page = context({**browsers.PHONE, "service_workers": "allow"}, "R001").new_page()
    page.goto(f"{front.url}/today")
    ready(page)
    front.hang()
    page.goto(f"{front.url}/today", timeout=45_000)  # before the server goes on by itself
    offline_page(page)
    sees(page, "inside")
    front.go_on()
    expect(page.locator("h1")).not_to_have_text("No network", timeout=90_000)


def test_a_new_version_waits_for_the_tap_and_strands_nothing(context, stack, front, watch) -> None:
    """v1 to v2 with something unsent: the banner, the tap, the old cache gone, the record kept and then sent."""
    watch.allow(GONE)
    plan(stack, 1)
    page = context({**browsers.PHONE, "service_workers": "allow"}, "R001").new_page()
    page.goto(f"{front.url}/today")
    ready(page)
    page.reload()
    (old,) = page.evaluate("() => caches.keys()")
    page.context.route("**/check-ins", lambda route: route.abort())
    sees(page, "inside")
    unhurried(page)
    tap(page)
    sees(page, "saved")
    front.release("v2")
    page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update(); }")
    banner = page.locator("[data-update]")
    expect(banner).to_contain_text("A new version is ready")
    assert page.evaluate("() => caches.keys()") == sorted([old, f"onsite-v2{old.removeprefix('onsite-')}"])
    page.evaluate("() => { document.getElementById('checkin').dataset.view = 'armed'; }")
    banner.locator("button").click()
    expect(banner).to_contain_text("as soon as your check-in is through")
    page.wait_for_timeout(700)  # nothing happens meanwhile
    assert page.evaluate("() => navigator.serviceWorker.getRegistration().then((r) => Boolean(r.waiting))")
    # The old worker does not go on waiting for this page, which it would for 20 seconds.
    with page.expect_navigation(wait_until="commit", timeout=16_000):
        page.evaluate("() => { document.getElementById('checkin').dataset.view = 'saved'; }")
    page.wait_for_load_state()
    ready(page)
    assert page.evaluate("() => caches.keys()") == [f"onsite-v2{old.removeprefix('onsite-')}"]
    expect(page.locator("[data-update]")).to_have_count(0)
    expect(page.locator("#owed")).to_contain_text("1 entry")
    page.evaluate(NEWER)
    page.context.unroute("**/check-ins")
    page.reload()
    checked_in(page)
    assert count(stack) == 1


def test_the_whole_browser_closed_between(playwright, chromium_path, stack, tmp_path) -> None:
    """The phone is switched off with something unsent; opened again it is sent once. And it can be installed."""
    plan(stack, 1)
    launch = playwright.chromium.launch_persistent_context
    settings = {**browsers.PHONE, "service_workers": "allow", "base_url": stack.url}
    known = {"executable_path": chromium_path, "args": browsers.ARGS, **settings}
    context = launch(str(tmp_path), **known)
    context.add_cookies([{**stack.cookie("R001"), "expires": datetime.now().timestamp() + 86400}])  # noqa: DTZ005
    page = context.pages[0]
    page.goto("/today")
    ready(page)
    session = context.new_cdp_session(page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert session.send("Page.getAppManifest")["errors"] == []
    stack.stop_web()
    page.reload()
    sees(page, "inside")
    tap(page)
    sees(page, "saved")
    context.close()
    stack.come_back()
    assert count(stack) == 0
    context = launch(str(tmp_path), **known)
    context.pages[0].goto("/today")
    checked_in(context.pages[0])
    assert count(stack) == 1
    context.close()
