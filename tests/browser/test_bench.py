"""The browser bench itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support import browsers


def test_the_real_server_answers_a_signed_in_phone(phone, stack) -> None:
    page = phone("R001")
    answer = page.goto("/healthz")
    assert answer is not None
    assert answer.status == 200
    assert stack.url in page.url


def test_watch_sees_csp_reports_and_console_errors(phone, watch) -> None:
    page = phone()
    page.goto("/healthz")
    page.evaluate("document.body.innerHTML = '<p style=\"color:red\">x</p>'")
    page.evaluate("console.error('oops')")
    expect(page.locator("p")).to_have_text("x")
    found = "\n".join(watch.verdict())
    assert "style-src" in found
    assert "oops" in found
    watch.allow("style-src|CSP|Content Security Policy|oops")


def test_axe_finds_a_button_without_a_name(desk, axe, watch) -> None:
    page = desk()
    page.goto("/healthz")
    page.evaluate("document.body.innerHTML = '<main><h1>x</h1><button></button></main>'")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)


def test_small_targets_are_found(phone) -> None:
    page = phone()
    page.goto("/healthz")
    page.evaluate("document.body.innerHTML = '<button>tiny</button>'")
    assert any("tiny" in found for found in browsers.small_targets(page))
