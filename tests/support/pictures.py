"""Makes docs/pictures again: `.venv/bin/python -m tests.support.pictures`, both languages.

A small demo company at one fixed moment, the real server and a Chromium; every picture is a step of one morning.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.rep_phone import FRESH_FIX, Net, checked_in, sees, tap
from tests.support import apps, browsers, databases
from tests.support.clockwork import Frozen
from tests.support.stack import Stack
from webapp.core import clock
from webapp.demo import cast, company, fill
from webapp.demo.plan import Story

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
MORNING = datetime.fromisoformat("2026-06-10T08:52+08:00")
# Somebody of each branch, or a branch is never settled.
STORY = Story(MORNING, reps=("R001", "R002", "R003", "R004", "R005", "R006", "R007", "R026"))
ZH = {"en": "en-GB", "zh": "zh-CN"}
COLOURS = 64


def main(folder: Path = FOLDER) -> None:
    apps.prepare_environment()
    freeze = Frozen()
    freeze(MORNING)
    store = databases.open_store("sqlite", apps.build_schema)
    store.reset()
    stack = Stack(store.url)
    with stack.app.app_context():
        assert company.prepare(STORY)
        assert fill.fill()
    stack.start()
    stack.wait_idle(60)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.ARGS)
            for language in ("zh", "en"):
                freeze(MORNING)
                _Pictures(stack, browser, freeze, folder, language).take()
            browser.close()
    finally:
        stack.stop()
        store.close()
        freeze.release()


class _Pictures:
    """One language; the second begins where the first took back what it had done."""

    def __init__(self, stack: Stack, browser: Browser, freeze: Frozen, folder: Path, language: str) -> None:
        self.stack, self.browser, self.freeze, self.folder, self.language = stack, browser, freeze, folder, language

    def take(self) -> None:
        with self.page("R001", **self.at_the_store()) as page:
            self.visit(page)
        with self.page("S001", browsers.PHONE) as page:
            self.supervisor(page)
        with self.page("H001", browsers.DESK) as page:
            self.desk(page)
        with self.page("R001", **self.at_the_store()) as page:
            self.money(page)

    def at_the_store(self) -> dict[str, Any]:
        place = STORY.stops(cast.REPS[0], STORY.today)[0].place
        spot = {"latitude": place.lat + 0.00014, "longitude": place.lng, "accuracy": 12}
        return {"settings": browsers.PHONE, "geolocation": spot}

    def visit(self, page: Page) -> None:
        net = Net(page)
        page.goto("/today")
        sees(page, "inside")
        self.shot(page, "today")
        page.context.set_offline(True)
        tap(page)
        sees(page, "saved")
        self.shot(page, "saved")
        net.then("cut")
        page.context.set_offline(False)
        page.goto("/me/outbox")
        page.locator("[data-drop]").wait_for()
        self.shot(page, "outbox")
        net.then("ok")
        page.goto("/today")
        checked_in(page)
        self.shot(page, "checked-in")
        page.locator("form[data-undo] button").click()
        page.locator("#checkin[data-checkin=open]").wait_for(state="detached")

    def money(self, page: Page) -> None:
        page.goto("/wallet")
        self.shot(page, "wallet")
        page.locator("#entries a.rowlink", has_text=re.compile("Attendance allowance|考勤奖")).first.click()
        self.shot(page, "wallet-entry")
        page.goto("/pay")
        page.locator("#slips a.rowlink").first.click()
        page.locator("table.sums").wait_for()
        self.shot(page, "payslip")
        page.goto("/notices")
        self.shot(page, "notices")

    def supervisor(self, page: Page) -> None:
        page.goto("/confirm")
        self.shot(page, "confirm")
        page.goto("/site-codes")
        page.locator("main a.rowlink").first.click()
        page.wait_for_url(re.compile(r"/site-codes/\d+"))
        if (start := page.locator("form[action$='/start'] button")).count():
            start.click()
        page.locator(".digits").wait_for()
        self.shot(page, "store-code")

    def desk(self, page: Page) -> None:
        branch = company_branch(self.stack)
        page.goto("/hr/inbox")
        page.locator("tr[data-row]", has_text=re.compile("Evidence to check|佐证待核")).locator(
            "a[data-open]"
        ).first.click()
        page.locator("#detail h2").first.wait_for()
        page.evaluate("() => scrollTo(0, 0)")
        self.shot(page, "inbox")
        for name, path in {
            "signals": f"/hr/settings/{branch}/signals",
            "fence": f"/hr/settings/{branch}/fence",
            "settlement": "/hr/settlement",
        }.items():
            page.goto(path)
            self.shot(page, name)
        page.goto("/hr/pay-runs")
        page.locator("main table a").first.click()
        self.shot(page, "pay-run")

    def shot(self, page: Page, name: str) -> None:
        """What fits on the screen, in a palette."""
        page.wait_for_load_state("networkidle")
        seen = Image.open(io.BytesIO(page.screenshot(caret="initial"))).convert("RGB")
        small = seen.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(self.folder / f"{name}-{self.language}.png", optimize=True)

    @contextmanager
    def page(self, who: str, settings: dict[str, Any], **changes: Any) -> Iterator[Page]:
        apps.speak(self.stack.app, who, self.language)
        looks = {**settings, **changes, "locale": ZH[self.language], "base_url": self.stack.url}
        looks["device_scale_factor"] = 1.5 if settings is browsers.PHONE else 1
        context = self.browser.new_context(**looks)
        context.add_cookies([self.stack.cookie(who)])  # type: ignore[list-item]
        context.add_init_script(FRESH_FIX)
        context.clock.set_fixed_time(clock.now())
        yield context.new_page()
        context.close()


def company_branch(stack: Stack) -> int:
    with stack.app.app_context():
        return company.branch_ids()["SH"]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
