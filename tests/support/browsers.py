"""Finding a Chromium, and watching what pages do in it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "en-GB",
    "timezone_id": "Asia/Shanghai",
    # Naming any permission denies all the others, so background sync is named too.
    "permissions": ["geolocation", "background-sync"],
    "geolocation": {"latitude": 31.23045, "longitude": 121.47375, "accuracy": 12},
    "reduced_motion": "reduce",
    "service_workers": "block",
}
DESK: dict[str, Any] = {
    "viewport": {"width": 1366, "height": 768},
    "locale": "en-GB",
    "timezone_id": "Asia/Shanghai",
    "reduced_motion": "reduce",
    "service_workers": "block",
}
MISSING = "no Chromium found: install chromium, or run .venv/bin/python -m playwright install chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
_WATCH_CSP = """document.addEventListener('securitypolicyviolation',
  e => console.error('CSP: ' + e.violatedDirective + ' blocked ' + e.blockedURI + ' ' + e.sample))"""
_SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary, [role=button]')]
  .map(el => [el, (el.closest('label') || el).getBoundingClientRect()])
  .filter(([el, box]) => box.width > 1 && box.height > 1 && box.bottom > 0 && box.height < 47.5
    && !el.closest('p, li p, td, [data-inline]'))
  .map(([el, box]) => `${el.tagName} ${(el.innerText || el.name || '').slice(0, 30)} ${Math.round(box.height)} px`)"""


def find(bundled: str | None = None) -> str | None:
    """A Chromium to run: ONSITE_CHROMIUM, the system's, else Playwright's own."""
    given = os.environ.get("ONSITE_CHROMIUM")
    system = next(filter(None, map(shutil.which, _NAMES)), None)
    return given or system or (bundled if bundled and Path(bundled).exists() else None)


class Watch:
    """Collects what must not happen in any page of a test."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._allowed: list[re.Pattern[str]] = [_EXPECTED]

    def allow(self, pattern: str) -> None:
        """Errors this test provokes on purpose: watch.allow("ERR_CONNECTION_REFUSED")."""
        self._allowed.append(re.compile(pattern))

    def attach(self, context: BrowserContext) -> None:
        context.add_init_script(_WATCH_CSP)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))

    def verdict(self) -> list[str]:
        return [text for text in self.problems if not any(p.search(text) for p in self._allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{message.text} ({message.location.get('url', '')})")

    def _note(self, text: str) -> None:
        self.problems.append(text)


def assert_accessible(page: Page) -> None:
    """axe finds nothing on the page as it is now, once it is all there."""
    page.wait_for_load_state()
    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def small_targets(page: Page) -> list[str]:
    """Controls lower than 48 px, links inside running text left out (T41)."""
    return page.evaluate(_SMALL)
