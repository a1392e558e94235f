"""Acceptance scripts U13 to U16, a rep's screen: large text, one hand, the sun, two languages.

Each test says its bar. Left to people: a 60-year-old's time (U13), the grip (U14), reading chips aloud at noon (U15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from tests.attendance.test_decisions import signed_in
from tests.browser.bars import Finger, cut
from tests.browser.rep_phone import DOOR, STUB, Net, arrive, checked_in, count, go, reads, sees, tap, unhurried
from tests.support import apps, money
from tests.support.company import find
from webapp.attendance import service
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import db, do, transaction
from webapp.sites.models import Site

TALL, SMALL = {"width": 390, "height": 844}, {"width": 360, "height": 640}
WIDTHS = (320, 360, 390)
FAR = {**DOOR, "latitude": 31.23285, "accuracy": 20}
WEAK = {**DOOR, "accuracy": 180}
SEEN = ((DOOR, "inside"), (FAR, "outside"), (WEAK, "weak"), ({"code": 3}, "timeout"))
TAP_WHILE_LOCATING = """() => {
  setFix({silent: true});
  document.querySelector('[data-do=locate]').click();
  document.querySelector('[data-main]').click();
}"""
_BUTTON = """() => {
  const button = [...document.querySelectorAll('#checkin .btn.primary.xl')].find((el) => el.offsetHeight);
  const box = button.getBoundingClientRect(), over = document.querySelector('.tabs').getBoundingClientRect().top;
  return {whole: box.top >= 0 && box.bottom <= over, height: box.height, wide: box.width / innerWidth,
    middle: (box.top + box.height / 2) / innerHeight};
}"""
# The line of the state: its icon, its words, and the contrast of both with what is behind them, as greys.
_LINE = """() => {
  const grey = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((n) => n / 255)
      .map((n) => (n <= .04045 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (el) => {
    const own = getComputedStyle(el).backgroundColor;
    return own.startsWith('rgba') ? behind(el.parentElement) : own;
  };
  const contrast = (el) => {
    const [low, high] = [grey(getComputedStyle(el).color), grey(behind(el))].sort((a, b) => a - b);
    return (high + .05) / (low + .05);
  };
  const chip = document.querySelector('#checkin .chip') || document.getElementById('range');
  const icon = chip.querySelector('svg');
  return {icon: icon.querySelector('use').getAttribute('href').split('#')[1], words: chip.innerText.trim(),
    contrast: Math.min(contrast(icon), contrast(chip.querySelector('span') || chip))};
}"""


@pytest.fixture
def today(phone, stack, watch, freeze) -> Callable[..., Page]:
    """today(language, size): Today of a store with a long name, for R001 who is late."""
    watch.allow("net::ERR_|status of 503")
    freeze("2026-03-02T09:26+08:00")
    named = {"name": "Wanjia Supermarket Zhongshan Road", "address": "128 Zhongshan East Road, by the south gate"}
    with stack.app.app_context(), transaction():
        db.session.execute(update(Site).where(Site.code == "SH001").values(**named))

    def open_page(language: str = "en", size: str = "normal") -> Page:
        apps.speak(stack.app, "R001", language)
        reads(stack, size)
        page = phone("R001", viewport=SMALL)
        page.add_init_script(f"({STUB})(); setFix({DOOR!r})")
        page.context.clock.set_fixed_time(clock.now())
        go(page, stack)
        return page

    return open_page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_u13_large_text(today, stack, language: str) -> None:
    """At 140 % nothing scrolls sideways; the button is whole at 390x844 in every state, at 360x640 in all but one."""
    page = today(language, "large")
    hidden = []
    for state in _states(page, stack):
        for screen in (TALL, SMALL):
            page.set_viewport_size(screen)
            assert not cut(page), state
            if not page.evaluate(_BUTTON)["whole"]:
                hidden.append((state, screen["width"]))
    assert not [state for state, width in hidden if width == TALL["width"]]
    assert len(hidden) <= 1, hidden


def test_u14_one_hand(today, stack) -> None:
    """In every state the button's centre is between 45 and 92 % of the height; 60 px high or more, full width."""
    page = today()
    for state in _states(page, stack):
        for screen in (TALL, SMALL):
            page.set_viewport_size(screen)
            button = page.evaluate(_BUTTON)
            assert button["whole"], state
            assert 0.45 <= button["middle"] <= 0.92, (state, button)
            assert button["height"] >= 60, (state, button)
            assert button["wide"] >= 0.9, (state, button)


def test_u15_sun(today, stack) -> None:
    """Without colour each meaning has a shape and words of its own, and both keep 4.5:1, light and dark."""
    page = today()
    lines: dict[str, tuple[str, str]] = {}
    for state in _states(page, stack):
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            line = page.evaluate(_LINE)
            assert line["contrast"] >= 4.5, (state, scheme, line)
        lines[state] = (line["icon"], line["words"])
    meanings = {
        "inside": "map-pin-check", "outside": "map-pin-off", "weak": "triangle-alert", "late": "clock-4",
        "waiting": "hourglass", "rejected": "x", "saved": "cloud-off",
    }  # fmt: skip
    assert {state: lines[state][0] for state in meanings} == meanings
    assert len({words for _, words in lines.values()}) == len(lines)


def test_u16_switch_the_language_and_back_in_a_visit(phone, stack, watch) -> None:
    """At most 3 taps each way; the visit, what is typed and what is not sent yet are all still there."""
    watch.allow("net::ERR_|status of 503")
    page = phone("R001")
    arrive(page, stack)
    page.locator("summary.btn").click()
    page.locator("form[data-checkout] [name=note]").fill("two boxes")
    for language, save, said in (("中文", "Save", "你在"), ("English", "保存", "You are at")):
        finger = Finger(page)
        finger.tab("/me")
        finger.tap(page.get_by_text(language, exact=True))
        finger.button(save)
        expect(page.locator("#flashes")).to_be_visible()
        assert finger.taps <= 3
        page.goto("/today")
        expect(page.locator("#stop")).to_contain_text(said)
        expect(page.locator("form[data-checkout] [name=note]")).to_have_value("two boxes")
    assert count(stack) == 1


@pytest.mark.walk
@pytest.mark.parametrize("language", ["en", "zh"])
def test_u16_nothing_is_cut(today, stack, language: str) -> None:
    """No text is cut and nothing scrolls sideways: 320, 360 and 390 px, at 100 and 140 %."""
    with stack.app.app_context():
        people = find().people
        entry, slip = money.entry(people["R001"], months_ago=1), money.payslip(people["R001"], people["H001"])
        money.withdrawal(people["R001"])
    for size in ("normal", "large"):
        page = today(language, size)
        for path in (
            "/today",
            "/visits",
            "/wallet",
            f"/wallet/{entry}",
            "/wallet/withdraw",
            "/pay",
            f"/pay/{slip}",
            "/me",
        ):
            page.goto(path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 640})
                assert not cut(page), (path, size, width)


def _states(page: Page, stack: Any) -> Iterator[str]:
    """Today in 12 states, as the visits of a bad morning go through them."""
    net = Net(page)
    for answer, view in SEEN:
        page.evaluate("answer => { setFix(answer); document.querySelector('[data-do=locate]')?.click(); }", answer)
        yield _seen(page, view)
    net.then("503")
    unhurried(page)
    page.evaluate(TAP_WHILE_LOCATING)
    yield _seen(page, "armed")
    page.evaluate("fix => setFix(fix)", DOOR)
    yield _seen(page, "saved")
    net.then("ok")
    tap(page)
    checked_in(page)
    yield "late"
    page.reload()
    page.locator("form[data-undo] button").click()
    expect(page.locator("#checkin[data-checkin=none]")).to_be_visible()
    yield "none"
    page.add_init_script("navigator.permissions.query = async () => ({state: 'prompt'}); localStorage.clear()")
    go(page, stack)
    yield _seen(page, "ask")
    tap(page)
    sees(page, "inside")
    page.evaluate("() => setFix({code: 1})")
    yield _seen(page, "denied")
    tap(page)
    checked_in(page)
    yield "waiting"
    _reject(stack)
    page.goto("/today")
    expect(page.locator("#range.stop")).to_be_visible()
    yield "rejected"


def _seen(page: Page, view: str) -> str:
    sees(page, view)
    return view


def _reject(stack: Any) -> None:
    with stack.app.app_context():
        company = find()
        issue = db.session.scalar(select(AttendanceException).where(AttendanceException.state == "open"))
        assert issue is not None
        known = {"by": signed_in(company.people["H001"], company.branch), "exception_id": issue.id}
        do(service.decide, **known, decision="rejected", reason="The shop sign is not to be seen", at=clock.now())
