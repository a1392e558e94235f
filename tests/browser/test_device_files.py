"""HR imports a device's file with the keyboard and a script that polls."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.devices.exports import AGL_AMPM, DAMAGED
from tests.support import apps, company


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_from_the_file_to_the_punches(desk, stack, axe, screens, language: str, scheme: str) -> None:
    apps.speak(stack.app, "H001", language)
    with stack.app.app_context():
        factories.terminal(company.find().branch, name="Back door", serial="AJE1261900133")
    page = desk("H001", color_scheme=scheme)
    chinese = language == "zh"
    _choose(page, "1_attlog.dat", DAMAGED)
    axe(page)
    screens(page, f"preview-{language}")
    page.get_by_role("button", name="导入 6 条打卡记录" if chinese else "Import 6 punches").press("Enter")
    expect(page.get_by_text("新增 6 条打卡记录" if chinese else "6 punches are new")).to_be_visible(timeout=20_000)
    axe(page)
    screens(page, f"result-{language}")
    _choose(page, "AGL_001.TXT", AGL_AMPM)
    page.get_by_role("button", name="继续" if chinese else "Go on").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
    screens(page, f"question-{language}")
    page.get_by_label("月在前" if chinese else "Month first").check()
    page.get_by_role("button", name="继续" if chinese else "Go on").press("Enter")
    expect(page.get_by_text("2026-04-07 13:19:29", exact=True)).to_be_visible()
    screens(page, f"answered-{language}")
    _choose(page, "punches.csv", b"name,nr,moment\nAda,0012,2026-03-02 08:55\nBob,7,2026-03-02 08:56\n")
    axe(page)
    screens(page, f"columns-{language}")


def _choose(page: Any, name: str, body: bytes) -> None:
    page.goto("/hr/devices/files")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": body})
    page.locator("form[action='/hr/devices/files'] button").press("Enter")
    page.wait_for_url("**/hr/devices/files/*")
