"""What the acceptance scripts count and measure: taps, bytes over the wire, geometry, cut text."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, Route

from tests.browser.rep_phone import until

# Text that does not fit: cut at the edge of its box or of the window, or a figure broken over two lines.
_CUT = """() => [...document.querySelectorAll('body *')].filter((el) => {
  const style = getComputedStyle(el);
  const text = [...el.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const box = el.getBoundingClientRect();
  if (!text || !box.width || box.height < 2 || el.closest('.vh, .skip, [hidden]')) return false;
  const hides = (name) => !['visible', 'auto', 'scroll'].includes(style[name]);
  return (hides('overflowX') && el.scrollWidth > el.clientWidth + 1)
    || (hides('overflowY') && el.scrollHeight > el.clientHeight + 1)
    || ((box.right > innerWidth + 1 || box.left < -1) && !el.closest('.scroll'))
    || (el.matches('.money, .hero') && box.height > 1.9 * parseFloat(style.lineHeight || style.fontSize));
}).map((el) => el.tagName + ' ' + el.className + ': ' + el.textContent.trim().slice(0, 40))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Finger:
    """Counts what a person does: `tap` for every control, `type` for every character."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.characters = 0

    def tap(self, what: Locator | str) -> None:
        """A control, or the words of a link, button or choice."""
        self.taps += 1
        (self.page.locator(what) if isinstance(what, str) else what).first.tap()

    def link(self, name: str | re.Pattern[str]) -> None:
        self.tap(self.page.get_by_role("link", name=name))

    def button(self, name: str | re.Pattern[str]) -> None:
        self.tap(self.page.get_by_role("button", name=name))

    def tab(self, path: str) -> None:
        self.tap(f".tabs a[href='{path}']")

    def type(self, field: Locator, text: str) -> None:
        """Typing begins with a tap on the field, which is part of it."""
        self.characters += len(text)
        field.fill(text)


class Wire:
    """Bytes of bodies as they came over the wire since the last `take`, by address."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._names: dict[str, str] = {}
        self._heads: dict[str, int] = {}
        self._bytes: dict[str, int] = {}
        client = page.context.new_cdp_session(page)
        client.send("Network.enable")
        client.on("Network.requestWillBeSent", self._asked)
        client.on("Network.responseReceived", self._head)
        client.on("Network.loadingFinished", self._came)

    def wait_for(self, address: str) -> None:
        """Its end is told a moment after the page has it."""
        until(self._page, lambda: address in self._bytes, address)

    def take(self) -> dict[str, int]:
        found, self._bytes = self._bytes, {}
        return found

    def _asked(self, event: dict[str, Any]) -> None:
        self._names[event["requestId"]] = event["request"]["url"]

    def _head(self, event: dict[str, Any]) -> None:
        self._heads[event["requestId"]] = event["response"]["encodedDataLength"]

    def _came(self, event: dict[str, Any]) -> None:
        """All of it less the headers; nothing came for what the browser had."""
        name, head = self._names.get(event["requestId"], ""), self._heads.get(event["requestId"], 0)
        self._bytes[name] = self._bytes.get(name, 0) + max(0, event["encodedDataLength"] - head)


class Held:
    """Requests to a path that are kept waiting until `go_on`; later ones pass."""

    def __init__(self, page: Page, path: str) -> None:
        self._page = page
        self._waiting: list[Route] = []
        self._open = False
        page.route(path, self._came)

    def go_on(self) -> None:
        until(self._page, lambda: self._waiting, "a request to hold")
        self._open = True
        for route in self._waiting:
            route.continue_()

    def _came(self, route: Route) -> None:
        if self._open:
            route.continue_()
        else:
            self._waiting.append(route)


def cut(page: Page) -> list[str]:
    """Texts of the page a person cannot read to their end."""
    found: list[str] = page.evaluate(_CUT)
    wide = page.evaluate(TOO_WIDE)
    return [*found, *([f"{page.url} scrolls sideways by {wide} px"] if wide > 0 else [])]
