"""Choosing a store on the phone, planning a day, placing and checking a site, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import factories as make
from tests.support import company
from tests.support.stack import Stack
from webapp.core import clock
from webapp.core.db import do
from webapp.core.ids import new_id
from webapp.schedules import service
from webapp.schedules.rules import PlannedStop
from webapp.sites.models import SiteProposal

Shots = Callable[[Page, str], None]


@pytest.fixture
def plan(stack: Stack) -> date:
    """A roster, a plan and an unplaced site with a proposal, for today."""
    with stack.app.app_context():
        firm, at = company.find(), clock.now()
        today = at.astimezone(make.zone(firm.branch)).date()
        hours = {"start": "08:00", "end": "16:30", "grace_minutes": 5}
        early = do(service.create_shift, by=None, branch_id=firm.branch.id, name="Early", at=at, **hours)
        stops = [PlannedStop(firm.sites[0].id, "09:00", "10:30"), PlannedStop(firm.sites[2].id, "19:00")]
        day = {"employee_id": firm.people["R001"].id, "work_date": today, "kind": "work", "shift_id": early}
        do(service.schedule_day, by=None, stops=stops, at=at, **day)
        do(service.schedule_day, by=None, stops=stops, at=at, **{**day, "work_date": today - timedelta(days=7)})
        new = make.site(firm.store_type, firm.people["S001"], name="Unplaced corner", lat=None, lng=None)
        spot = {"lat": 31.2304, "lng": 121.4737, "accuracy_m": 18.0, "proposed_at": at}
        make.save(SiteProposal(site_id=new.id, employee_id=firm.people["R002"].id, client_id=new_id(), **spot))
    return today


def test_a_rep_finds_the_nearest_store_and_one_by_name(phone: Any, plan: date, axe: Any, screens: Shots) -> None:
    page = phone("R001")
    page.goto("/sites/choose")
    axe(page)
    screens(page, "choose")
    page.get_by_text("Show the nearest stores").click()
    near = page.locator("#stops .rowlink")
    expect(near.first).to_contain_text("Shop 1")
    screens(page, "near")
    page.get_by_label("Name, address or number").fill("unplaced")
    expect(page.locator("#found .rowlink")).to_have_count(1)
    page.locator("#found .rowlink").click()
    expect(page).to_have_url(re.compile(r"/today\?site=\d+"))


def test_a_supervisor_plans_a_day_and_decides_a_position(phone: Any, plan: date, axe: Any, screens: Shots) -> None:
    page = phone("S001")
    page.goto("/schedule")
    axe(page)
    screens(page, "team")
    page.get_by_role("link", name=re.compile("Li Na")).click()
    expect(page.get_by_text("Tap to change this day")).to_be_visible()
    axe(page)
    screens(page, "day")
    page.get_by_role("button", name="Rest").click()
    expect(page.get_by_text("Visits are planned on a day off.")).to_be_visible()
    page.get_by_role("link", name="1 proposal of a rep").click()
    expect(page.get_by_role("button", name="Take over this position")).to_be_visible()
    axe(page)
    screens(page, "proposal")
    page.get_by_role("button", name="Take over this position").click()
    expect(page.get_by_text("The site has a position now.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hr_looks_after_sites_and_hours(
    desk: Any, plan: date, axe: Any, screens: Shots, stack: Stack, scheme: str
) -> None:
    page = desk("H001", color_scheme=scheme)
    with stack.app.app_context():
        site = company.find().sites[0].id
    for name, path in {
        "sites": "/hr/sites", "new": "/hr/sites/new", "site": f"/hr/sites/{site}", "import": "/hr/sites/import",
        "proposals": "/hr/sites/proposals", "types": "/hr/sites/store-types", "week": "/hr/schedule",
        "shifts": "/hr/schedule/shifts/new", "calendar": "/hr/schedule/calendar", "leave": "/hr/schedule/leave",
    }.items():  # fmt: skip
        page.goto(path)
        axe(page)
        screens(page, name)
    page.goto(f"/hr/sites/{site}")
    page.get_by_label("Radius in metres").fill("31")
    page.get_by_label("Latitude").fill("95")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Degrees must lie between").first).to_be_visible()
    screens(page, "mistake")
    page.goto("/hr/sites")
    page.get_by_label("Name, code or address").fill("river")
    expect(page.get_by_text("No site matches this.")).to_be_visible()


def test_tomorrows_shift_is_changed_in_three_taps(phone: Any, plan: date, screens: Shots) -> None:
    """U22: at most four, and nothing is dragged."""
    page = phone("S001")
    page.goto("/schedule")
    taps = 0
    tomorrow = plan + timedelta(days=1)
    if tomorrow.weekday() == 0:
        page.get_by_role("link", name="Week after").click()
        taps += 1
    page.locator(f'.cal a[href="/schedule?on={tomorrow}"]').click()
    page.get_by_role("link", name=re.compile("Li Na")).click()
    page.get_by_role("button", name=re.compile("Early")).click()
    expect(page.get_by_role("link", name=re.compile("Li Na.*08:00"))).to_be_visible()
    assert taps + 3 <= 4
    page.get_by_role("link", name="Tell people of this week").click()
    page.get_by_role("button", name=re.compile("Tell 1 person")).click()
    expect(page.get_by_text("1 person was told.")).to_be_visible()


def test_the_roster_by_keyboard_alone(desk: Any, plan: date, axe: Any, screens: Shots) -> None:
    """Into the table once, along it by arrows, a day changed, and back on its cell."""
    page = desk("H001")
    page.goto("/hr/schedule")
    axe(page)
    page.locator("[data-roster] td.now > a").first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    cell = page.locator("[data-roster] tbody tr").nth(1).locator("td > a").first
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#editor [aria-pressed=true]")).to_be_focused()
    axe(page)
    page.keyboard.press("Escape")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#editor [aria-pressed=true]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(cell).to_contain_text("Rest")
    expect(cell).to_be_focused()
    expect(page.locator("#undo button")).to_be_visible()
