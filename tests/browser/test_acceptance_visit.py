"""Acceptance scripts U1 to U7, a rep's visit: taps, bytes, states, and what the server then holds.

Each test says its bar. Milliseconds on a slow line are bars of `make bench phone`. Left to people: that they tap the
right thing at first (U1), say in own words how far to go (U4), and the seconds they need to read and to decide.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from tests.browser.bars import Finger, Held, Wire
from tests.browser.rep_phone import DOOR, FRESH_FIX, arrive, checked_in, count, go, rows, sees, shop, until
from tests.support.company import find
from webapp.attendance.models import Verdict
from webapp.core import clock
from webapp.core.db import db, do
from webapp.rewards import service as settlement
from webapp.rules.service import seed_defaults
from webapp.wallet import queries as wallet
from webapp.wallet.models import Txn

KB = 1024
MORNING, ON = "2026-03-02T08:55+08:00", date(2026, 3, 2)
OUTSIDE = {"latitude": 31.23211, "longitude": 121.47375, "accuracy": 20}  # 35 m beyond the circle of 150 m

_BROUGHT = """async () => Boolean(onsite.shrink && document.getElementById('t-photo')
  && (await onsite.store.recall('plan')))"""


@pytest.fixture
def rep(stack, phone, freeze, watch) -> Page:
    """R001's phone a few minutes before the shift, with rules that pay for being there."""
    watch.allow("net::ERR_")
    at = freeze(MORNING)
    with stack.app.app_context():
        do(seed_defaults, branch_id=find().branch.id, currency="CNY", effective_from=date(2026, 1, 1), at=at)
    page = phone("R001")
    page.context.add_init_script(FRESH_FIX)
    page.context.clock.set_fixed_time(at)
    return page


def test_u1_the_first_check_in(rep, stack, axe) -> None:
    """At most 1 tap from Today, which is where the app's icon leads; the focus is on the result, in words (T41)."""
    _planned(stack)
    rep.goto(rep.request.get("/manifest.webmanifest").json()["start_url"])
    finger = Finger(rep)
    sees(rep, "inside")
    expect(rep.locator("#range")).to_contain_text("At the store · 0 m")
    axe(rep)
    finger.tap("#checkin [data-main]")
    checked_in(rep)
    expect(rep.locator("#range")).to_contain_text("Checked in 08:55 · +¥100.00")
    expect(rep.locator("#range")).to_be_focused()
    expect(rep.locator("#range svg")).to_have_count(1)
    assert finger.taps == 1
    axe(rep)


def test_u2_few_bytes_and_pressed_at_once(rep, stack) -> None:
    """Today cold at most 30 KB, warm 3 KB, the check-in's answer 1 KB; pressed before anything is heard."""
    wire = Wire(rep)
    cold, warm = (_read(rep, stack, wire) for _ in range(2))
    held = Held(rep, "**/check-ins")
    Finger(rep).tap("#checkin [data-main]")
    sees(rep, "sending")
    expect(rep.locator("#checkin [data-main][aria-busy=true]")).to_be_visible()
    assert count(stack) == 0
    held.go_on()
    checked_in(rep)
    wire.wait_for(f"{stack.url}/check-ins")
    answer = wire.take()
    assert 10 * KB < sum(cold.values()) <= 30 * KB, cold
    assert KB < sum(warm.values()) <= 3 * KB, warm
    assert 0 < answer[f"{stack.url}/check-ins"] <= KB, answer


def test_u3_five_taps_and_a_reload_in_flight(rep, stack) -> None:
    """Exactly 1 visit, 1 entry in the ledger (T18, T21)."""
    go(rep, stack)
    sees(rep, "inside")
    held: list[Route] = []
    rep.route("**/check-ins", lambda route: route.continue_() if held else held.append(route))
    box = rep.locator("#checkin [data-main]").bounding_box()
    assert box is not None
    for _ in range(5):
        rep.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    sees(rep, "sending")
    until(rep, lambda: held, "the first request")
    rep.reload()
    checked_in(rep)
    assert count(stack) == 1
    stack.wait_idle()
    with stack.app.app_context():
        me = find().people["R001"].id
        settlement.settle_many(pairs=[(me, ON)], at=clock.now() + timedelta(days=1), cause="due")
        assert db.session.scalar(select(func.count()).select_from(Txn)) == 1


def test_u4_35_m_outside(rep, stack) -> None:
    """It says the metres to go and what follows; walking in turns it; 1 tap, then it waits and no money moves."""
    rep.context.set_geolocation(OUTSIDE)
    go(rep, stack)
    sees(rep, "outside")
    expect(rep.locator("#range")).to_contain_text("35 m too far from the store (±20 m)")
    expect(rep.locator("#checkin [data-main]")).to_contain_text("Your supervisor checks it, then it counts")
    rep.context.set_geolocation(DOOR)
    sees(rep, "inside")
    rep.context.set_geolocation(OUTSIDE)
    sees(rep, "outside")
    finger = Finger(rep)
    finger.tap("#checkin [data-main]")
    checked_in(rep)
    expect(rep.locator("#range")).to_have_class("range wait")
    assert finger.taps == 1
    (row,) = rows(stack)
    stack.wait_idle()
    with stack.app.app_context():
        assert db.session.get_one(Verdict, row.id).verdict == "outside"
        assert wallet.balances(find().people["R001"].id, "CNY").earned == 0


def test_u5_no_signal_in_a_basement(rep, stack, freeze) -> None:
    """1 tap, saved with its time, app closed; sent 20 minutes later by itself, and the server knows both times (T18).

    Never "checked in" before the server said so.
    """
    go(rep, stack)
    sees(rep, "inside")
    rep.context.set_offline(True)
    finger = Finger(rep)
    finger.tap("#checkin [data-main]")
    sees(rep, "saved")
    expect(rep.locator("#range")).to_contain_text("Your check-in of 08:55 is saved on this phone")
    assert "Checked in" not in rep.locator("body").inner_text()
    context = rep.context
    rep.close()
    context.clock.set_fixed_time(freeze("2026-03-02T09:15+08:00"))
    context.set_offline(False)
    later = context.new_page()
    later.goto("/today")
    checked_in(later)
    assert finger.taps == 1
    (row,) = rows(stack)
    assert row.received_at - row.tapped_at == timedelta(minutes=20)
    expect(later.locator("#range")).to_contain_text("08:55")


def test_u6_location_denied(rep, stack) -> None:
    """No error code; at most 2 taps; no coordinates on the server, not those of a minute ago either (T4)."""
    go(rep, stack)
    sees(rep, "inside")
    rep.context.clear_permissions()
    rep.context.grant_permissions(["background-sync"])  # naming one denies the others
    go(rep, stack)
    sees(rep, "denied")
    said = rep.locator("#checkin").inner_text()
    assert "Location is off on this phone" in said
    assert not re.search(r"(?i)error|denied|code|\b[0-9]\b", said)
    finger = Finger(rep)
    finger.tap("#checkin [data-main]")
    checked_in(rep)
    assert finger.taps <= 2
    (row,) = rows(stack)
    assert (row.lat, row.lng, row.accuracy_m, row.no_fix) == (None, None, None, "denied")


def test_u7_the_wrong_store(rep, stack, freeze) -> None:
    """Within 30 s undo is 1 tap; after that "report a mistake" is at most 3 taps away."""
    arrive(rep, stack)
    finger = Finger(rep)
    finger.button(re.compile("Undo"))
    expect(rep.locator("#checkin[data-checkin=open]")).to_have_count(0)
    expect(rep.locator("#range")).to_be_focused()
    assert finger.taps == 1
    arrive(rep, stack)
    rep.context.clock.set_fixed_time(freeze("2026-03-02T08:57+08:00"))
    rep.goto("/today")
    expect(rep.get_by_role("button", name=re.compile("Undo"))).to_have_count(0)
    finger = Finger(rep)
    finger.link("Report a mistake")
    finger.tap(rep.get_by_text("It was another store"))
    finger.type(rep.get_by_label("What happened?"), "It was Shop 2")
    finger.tap("#mistake [type=submit]")
    expect(rep.locator("#flashes")).to_contain_text("Sent.")
    assert finger.taps <= 3


def _read(page: Page, stack: Any, wire: Wire) -> dict[str, int]:
    """Bytes of everything Today asked for until it was quiet."""
    go(page, stack)
    sees(page, "inside")
    until(page, lambda: page.evaluate(_BROUGHT), "what comes after the page")
    page.wait_for_load_state("networkidle")
    return wire.take()


def _planned(stack: Any) -> None:
    from tests import factories
    from webapp.schedules.models import PlanStop

    with stack.app.app_context():
        me = find().people["R001"].id
        factories.save(PlanStop(employee_id=me, work_date=ON, seq=1, site_id=shop(stack)))
