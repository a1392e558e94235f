"""A cheap phone on a bad line: four times slower, 400 kbit/s, two seconds to every answer (UX U1, U2)."""

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


def measure(kind: str, quick: bool) -> list[Row]:
    """Medians, in seconds."""
    if kind != "sqlite":
        return []
    chromium = browsers.find()
    if not chromium:
        return [Row("a cheap phone on a slow line", "UX U2", browsers.MISSING, None)]
    with company.database(kind) as url, servers.application(url) as app:
        reps, shop = _crew(app, 1 if quick else 5)
        with servers.serving(url, servers.WHOLE) as (port, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=browsers.ARGS)
            address = f"http://127.0.0.1:{port}/today?site={shop}"
            found = [_check_in(browser, address, cookie) for cookie in reps]
            browser.close()

    def middle(name: str) -> float:
        return statistics.median(one[name] for one in found) / 1000

    return [
        at_most("slow 3G, CPU 4x: Today cold, first paint", middle("cold"), 6, " s"),
        at_most("slow 3G, CPU 4x: Today warm, first paint", middle("warm"), 2.6, " s"),
        at_most("slow 3G, CPU 4x: tap to pressed", middle("pressed"), 0.1, " s"),
        at_most("slow 3G, CPU 4x: tap to result", middle("result"), 3.5, " s"),
    ]


def _check_in(browser: Browser, address: str, cookie: dict[str, str]) -> dict[str, float]:
    context = browser.new_context(**{**browsers.PHONE, "viewport": SMALL})
    context.add_cookies([{**cookie, "url": address}])  # type: ignore[list-item]
    page = context.new_page()
    _slow_down(page)
    cold = _opened(page, address)
    warm = _opened(page, address)
    page.locator("#checkin[data-view=inside]").wait_for(timeout=30_000)
    page.evaluate(_WATCH)
    page.locator("#checkin [data-main]").click()
    page.locator("#checkin[data-checkin=open]").wait_for(timeout=30_000)
    page.wait_for_function("() => self.seen.done")
    seen = page.evaluate("() => self.seen")
    context.close()
    return {"cold": cold, "warm": warm, "pressed": seen["pressed"] - seen["tap"], "result": seen["done"] - seen["tap"]}


def _opened(page: Page, address: str) -> float:
    page.goto(address, wait_until="load", timeout=60_000)
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    return float(page.evaluate(_PAINT))


def _slow_down(page: Page) -> None:
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    client.send("Network.emulateNetworkConditions", SLOW)
    client.send("Emulation.setCPUThrottlingRate", {"rate": CPU})


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
