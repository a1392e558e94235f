"""A cheap phone, four times slower, on bad lines: the milliseconds of a rep's acceptance scripts U1, U2, U4 and U5.

What their tests count and measure besides is in tests/browser/test_acceptance_visit.py.
"""

from __future__ import annotations

import statistics
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from tests import factories
from tests.bench import company, servers
from tests.bench.table import Row, at_most
from tests.support import apps, browsers
from tests.support import company as small_company
from webapp.core.db import db
from webapp.people.models import Branch

SLOW = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
ROUGH = {**SLOW, "latency": 400}
FOURTH = {"offline": False, "latency": 50, "downloadThroughput": 1_125_000, "uploadThroughput": 375_000}
DOOR = browsers.PHONE["geolocation"]
STREET = {**DOOR, "latitude": 31.23211}
SMALL = {"width": 360, "height": 640}
CPU = 4
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime || 0"
# The time of the tap, of the first change after it, and of the server's result; by the page's own clock.
_WATCH = """() => {
  const seen = self.seen = {};
  const root = document.getElementById('checkin');
  root.querySelector('[data-main]').addEventListener('click', () => { seen.tap = performance.now(); }, true);
  new MutationObserver(() => {
    const now = document.getElementById('checkin');
    if (seen.tap && !seen.pressed && now.querySelector('[aria-busy]')) {
      requestAnimationFrame(() => { seen.pressed = performance.now(); });
    }
    if (seen.tap && !seen.done && now.dataset.checkin === 'open') {
      requestAnimationFrame(() => { seen.done = performance.now(); });
    }
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""


# What is watched begins before it happens; the moment it is over comes from the page's own clock.
_TURNS = """() => {
  const root = document.getElementById('checkin'), from = performance.now();
  self.turned = new Promise((done) => new MutationObserver(() => {
    if (root.dataset.view === 'inside') done(performance.now() - from);
  }).observe(root, { attributes: true }));
}"""
_ONLINE = "() => addEventListener('online', () => { self.seen.tap = performance.now(); })"


def measure(kind: str, quick: bool) -> list[Row]:
    """Medians, in seconds."""
    if kind != "sqlite":
        return []
    chromium = browsers.find()
    if not chromium:
        return [Row("a cheap phone on a slow line", "UX U2", browsers.MISSING, None)]
    with company.database(kind) as url, servers.application(url) as app:
        reps, shop = _crew(app, 2 if quick else 10)
        with servers.serving(url, servers.WHOLE) as (port, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=browsers.ARGS)
            address = f"http://127.0.0.1:{port}/today?site={shop}"
            found = [
                {**_check_in(browser, address, slow), **_walk_in(browser, address, quick_one)}
                for slow, quick_one in zip(reps[::2], reps[1::2], strict=True)
            ]
            browser.close()

    def middle(name: str) -> float:
        return statistics.median(one[name] for one in found) / 1000

    return [
        at_most("slow 3G, CPU 4x: Today cold, first paint", middle("cold"), 6, " s"),
        at_most("slow 3G, CPU 4x: Today warm, first paint", middle("warm"), 2.6, " s"),
        at_most("slow 3G, CPU 4x: tap to pressed", middle("pressed"), 0.1, " s"),
        at_most("slow 3G, CPU 4x: tap to result", middle("result"), 3.5, " s"),
        at_most("rough 3G, CPU 4x: Today cold, first paint", middle("rough"), 2.5, " s"),
        at_most("4G, CPU 4x: cold from the icon to where one tap checks in", middle("fourth"), 10, " s"),
        at_most("walking in: in range without a tap", middle("turned"), 2, " s"),
        at_most("network is back, the app open: sent and answered", middle("back"), 10, " s"),
    ]


def _check_in(browser: Browser, address: str, cookie: dict[str, str]) -> dict[str, float]:
    page = _phone(browser, address, cookie, SLOW)
    cold = _opened(page, address)
    warm = _opened(page, address)
    page.locator("#checkin[data-view=inside]").wait_for(timeout=30_000)
    page.evaluate(_WATCH)
    page.locator("#checkin [data-main]").click()
    seen = _answered(page)
    page.context.close()
    return {"cold": cold, "warm": warm, "pressed": seen["pressed"] - seen["tap"], "result": seen["done"] - seen["tap"]}


def _walk_in(browser: Browser, address: str, cookie: dict[str, str]) -> dict[str, float]:
    """From the street to the door, then a tap without a network; before that, two other lines."""
    page = _phone(browser, address, cookie, ROUGH)
    found = {"rough": _opened(page, address)}
    page.context.close()
    page = _phone(browser, address, cookie, FOURTH)
    _opened(page, address)
    page.locator("#checkin[data-view=inside]").wait_for(timeout=30_000)
    found["fourth"] = float(page.evaluate("() => performance.now()"))
    page.context.close()
    page = _phone(browser, address, cookie, None)  # two masters of one network would not agree on "offline"
    _opened(page, address)
    page.locator("#checkin[data-view=inside]").wait_for(timeout=30_000)
    page.context.set_geolocation(STREET)
    page.locator("#checkin[data-view=outside]").wait_for(timeout=30_000)
    page.evaluate(_TURNS)
    page.context.set_geolocation(DOOR)
    found["turned"] = float(page.evaluate("() => self.turned"))
    page.evaluate(_WATCH)
    page.context.set_offline(True)
    page.locator("#checkin [data-main]").click()
    page.locator("#checkin[data-view=saved]").wait_for(timeout=30_000)
    page.evaluate(_ONLINE)
    page.context.set_offline(False)
    seen = _answered(page)
    page.context.close()
    return {**found, "back": seen["done"] - seen["tap"]}


def _answered(page: Page) -> dict[str, float]:
    """Moments seen by _WATCH, when the server's answer is shown."""
    page.locator("#checkin[data-checkin=open]").wait_for(timeout=60_000)
    page.wait_for_function("() => self.seen.done")
    seen: dict[str, float] = page.evaluate("() => self.seen")
    return seen


def _opened(page: Page, address: str) -> float:
    page.goto(address, wait_until="load", timeout=60_000)
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    return float(page.evaluate(_PAINT))


def _phone(browser: Browser, address: str, cookie: dict[str, str], line: dict[str, Any] | None) -> Page:
    context = browser.new_context(**{**browsers.PHONE, "viewport": SMALL})
    context.add_cookies([{**cookie, "url": address}])  # type: ignore[list-item]
    page = context.new_page()
    client = context.new_cdp_session(page)
    if line:
        client.send("Network.enable")
        client.send("Network.emulateNetworkConditions", line)
    client.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    return page


def _crew(app: Flask, reps: int) -> tuple[list[dict[str, str]], int]:
    """Cookies of some reps with nothing done yet, and the shop they stand at."""
    serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name = app.config["SESSION_COOKIE_NAME"]
    with app.app_context():
        small_company.build()
        found = small_company.find()
        branch = db.session.get_one(Branch, found.people["R001"].branch_id)
        people = [factories.employee(branch) for _ in range(reps)]
        shop = found.sites[0].id
        signed = [apps.add_sign_in(app, one.staff_no) for one in people]
    return [{"name": name, "value": serializer.dumps({"_user_id": one, "_fresh": True})} for one in signed], shop
