"""A real Chromium against the real server, worker and Valkey."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.support import apps, browsers, company, databases
from tests.support.stack import Stack

HERE = Path(__file__).parent
expect.set_options(timeout=30_000)  # what is not true at once on a busy machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one instance a process may have; launch_persistent_context needs it."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_path(playwright: Playwright) -> str:
    path = browsers.find(playwright.chromium.executable_path)
    if not path:
        pytest.skip(f"browser tests: {browsers.MISSING}")
    return path


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium_path, args=browsers.ARGS)
    yield running
    running.close()


@pytest.fixture(scope="session")
def _whole_stack(chromium_path: str) -> Iterator[tuple[Stack, Path]]:
    """Started once; the database file is put back to the seeded company for every test."""
    store = databases.open_store("sqlite", apps.build_schema)
    store.reset()
    stack = Stack(store.url)
    with stack.app.app_context():
        company.build()
    seeded = stack.folder / "seeded.db"
    _copy(Path(store.path), seeded)
    stack.start()
    yield stack, seeded
    stack.stop()
    store.close()


@pytest.fixture
def stack(_whole_stack: tuple[Stack, Path]) -> Iterator[Stack]:
    """The running product with the small company of tests/support/company.py, as if nobody had used it yet."""
    running, seeded = _whole_stack
    _copy(seeded, Path(running.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")))
    running.flushall()
    yield running
    running.come_back()
    running.wait_idle()


@pytest.fixture
def watch() -> Iterator[browsers.Watch]:
    """Fails the test on any CSP report or console error that is not a 4xx answer."""
    watching = browsers.Watch()
    yield watching
    assert not watching.verdict(), "\n".join(watching.verdict())


@pytest.fixture
def context(browser: Browser, stack: Stack, watch: browsers.Watch) -> Iterator[Callable[..., BrowserContext]]:
    """context(settings, who): a browser context, watched, with base_url set, signed in as `who` if given."""
    made: list[BrowserContext] = []

    def make(settings: dict[str, Any], who: str | None = None) -> BrowserContext:
        fresh = browser.new_context(base_url=stack.url, **settings)
        fresh.set_default_timeout(60_000)
        watch.attach(fresh)
        if who:
            fresh.add_cookies([stack.cookie(who)])
        made.append(fresh)
        return fresh

    yield make
    for each in made:
        each.close()


@pytest.fixture
def phone(context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """phone("R001", geolocation=..., color_scheme="dark"): a page on a 390x844 phone at shop 1."""
    return lambda who=None, **changes: context({**browsers.PHONE, **changes}, who).new_page()


@pytest.fixture
def desk(context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """desk("H001"): a page on a 1366x768 screen."""
    return lambda who=None, **changes: context({**browsers.DESK, **changes}, who).new_page()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    return browsers.assert_accessible


@pytest.fixture
def screens(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """screens(page, "today") saves a picture into the folder ONSITE_SHOTS names; else does nothing."""
    folder = os.environ.get("ONSITE_SHOTS")

    def save(page: Page, name: str) -> None:
        if folder:
            # Hiding the caret leaves style="" on fields, which htmx copies and the CSP then reports.
            page.screenshot(path=f"{folder}/{request.node.name}-{name}.png", full_page=True, caret="initial")

    return save


def _copy(source: Path, target: Path) -> None:
    """SQLite's own backup: the target may be open in other processes, they see it as one big write."""
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)
