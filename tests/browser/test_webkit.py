"""The engine family of iPhones, which has neither Background Sync nor Push: a smoke test, not a promise about iOS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import webkit
from tests.browser.rep_phone import count, rows, shop
from tests.support import process

# selenium 4.51 warns about its own WebKitGTK driver
pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")
# WebKitGTK in a container has no location service; the page asks the same questions of this one.
_AT_THE_DOOR = """
const fix = () => ({timestamp: Date.now(), coords: {latitude: 31.23045, longitude: 121.47375, accuracy: 12,
  altitude: null, speed: null, heading: null, altitudeAccuracy: null}});
const geo = {getCurrentPosition: (ok) => setTimeout(() => ok(fix()), 20), clearWatch() {},
  watchPosition: (ok) => { setTimeout(() => ok(fix()), 20); return 1; }};
Object.defineProperty(navigator, 'geolocation', {value: geo, configurable: true});
"""


@pytest.fixture
def safari(stack: Any, tmp_path: Any) -> Iterator[Any]:
    if not webkit.is_here():
        pytest.skip(webkit.MISSING)
    with webkit.driven(tmp_path) as driver:
        driver.get(f"{stack.url}/healthz")
        driver.add_cookie({name: value for name, value in stack.cookie("R001").items() if name != "url"})
        yield driver


def test_online_offline_and_sent_again(safari: Any, stack: Any) -> None:
    """Checks in, reloads without a server, taps there, and the page sends it by its own timers."""
    can = safari.execute_script("return [!!navigator.serviceWorker, 'SyncManager' in self]")
    _open(safari, stack, f"/today?site={shop(stack)}")
    _tap(safari)
    _until(safari, "document.querySelector('#checkin')?.dataset.checkin === 'open'", "a check-in online")
    assert count(stack) == 1
    assert can == [True, False]
    _finish(safari)
    _until(safari, "document.querySelector('#checkin')?.dataset.checkin !== 'open'", "the finish")
    safari.execute_script("navigator.serviceWorker.ready.then(() => { self.isReady = true; })")
    _until(safari, "self.isReady", "the worker")
    safari.get(f"{stack.url}/today")
    _until(safari, "navigator.serviceWorker.controller", "the worker to answer for pages")
    stack.stop_web()
    safari.get(f"{stack.url}/today")
    _until(safari, "document.querySelector('[data-offline]')", "the page without a network")
    stack.start_web()
    _until(safari, "location.pathname === '/today' && !document.querySelector('[data-offline]')", "the real page")


def test_a_tap_without_a_server_is_sent_when_it_is_back(safari: Any, stack: Any) -> None:
    _open(safari, stack, f"/today?site={shop(stack)}")
    stack.stop_web()
    _tap(safari)
    _until(safari, "document.querySelector('#checkin').dataset.view === 'saved'", "the tap to be kept")
    stack.start_web()
    process.wait_until(lambda: count(stack) == 1, "the tap to be sent by the page's own timers", within=30)
    [row] = rows(stack)
    assert row.lat is not None


def _open(driver: Any, stack: Any, path: str) -> None:
    driver.get(stack.url + path)
    driver.execute_script(_AT_THE_DOOR)


def _tap(driver: Any) -> None:
    driver.execute_script("document.querySelector('#checkin [data-main]').click()")
    _until(driver, "!['ask', 'ready'].includes(document.querySelector('#checkin').dataset.view)", "the phone to look")
    if driver.execute_script("return document.querySelector('#checkin').dataset.checkin") == "ready":
        looking = "['inside', 'sending', 'saved'].includes(document.querySelector('#checkin').dataset.view)"
        _until(driver, looking, "a fix")
        driver.execute_script("document.querySelector('#checkin[data-view=inside] [data-main]')?.click()")


def _finish(driver: Any) -> None:
    driver.execute_script(
        "document.querySelector('details.finish').open = true;"
        "document.querySelector('form[data-checkout] [value=order]').checked = true;"
        "document.querySelector('form[data-checkout] button:not([type=button])').click()"
    )


def _until(driver: Any, condition: str, what: str) -> None:
    process.wait_until(lambda: driver.execute_script(f"return Boolean({condition})"), what, within=20)
