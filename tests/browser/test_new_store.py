"""A store that is not in the list: added without a network and sent once, the day reported, and HR who adds it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests import factories as make
from tests.browser.rep_phone import Net
from tests.browser.test_offline import GONE, plan, ready
from tests.support.company import find
from tests.support.process import wait_until
from tests.support.stack import Stack
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import db
from webapp.core.ids import new_id
from webapp.sites.models import NewSite, Site


@pytest.fixture
def page(phone: Any, stack: Stack, watch: Any) -> Page:
    watch.allow("net::ERR_|status of 5|status of 4")
    fresh = phone("R001", viewport={"width": 360, "height": 640})
    fresh.net = Net(fresh)
    return fresh


def kept(stack: Stack) -> list[Any]:
    with stack.app.app_context():
        return list(db.session.execute(select(NewSite.name, NewSite.note, NewSite.lat).order_by(NewSite.id)))


def reported(stack: Stack) -> list[str]:
    with stack.app.app_context():
        return [params["note"] for params in db.session.scalars(select(AttendanceException.params))]


def test_added_without_a_network_it_is_sent_once_and_today_is_reported(
    page: Any, stack: Stack, screens: Any, axe: Any
) -> None:
    page.goto("/sites/choose")
    page.get_by_label("Name, address or number").fill("Corner shop")
    expect(page.locator("#found")).to_contain_text("No store matches this.")
    screens(page, "none")
    page.get_by_role("link", name="Add “Corner shop”").click()
    expect(page.get_by_label("Name of the store")).to_have_value("Corner shop")
    screens(page, "form")
    axe(page)
    page.context.set_offline(True)
    page.get_by_label("What helps to find it").fill("2nd floor")
    page.get_by_role("button", name="Add this store").click()
    expect(page.locator("[data-kind=store] [data-told]")).to_contain_text("Saved on this phone.", timeout=10_000)
    page.get_by_role("button", name="Report that I am here").click()
    expect(page.locator("[data-next] [data-told]")).to_contain_text("Saved on this phone.")
    screens(page, "kept")
    page.context.set_offline(False)
    expect(page.locator("[data-kind=store] [data-told]")).to_contain_text("Sent. You hear what becomes of it.")
    expect(page.locator("[data-next] [data-told]")).to_contain_text("Sent. A person confirms it")
    expect(page.locator("#alike")).to_contain_text("Shop 1")
    screens(page, "sent")
    axe(page)
    ((name, note, lat),) = kept(stack)
    assert (name, note, round(lat, 3)) == ("Corner shop", "2nd floor", 31.23)
    with stack.app.app_context():
        asked = db.session.scalars(select(AttendanceException)).one()
    assert (asked.params["tap"], asked.params["note"]) == ("here", "Corner shop")
    page.reload()
    expect(page.get_by_text("You reported that you are there today.")).to_be_visible()
    screens(page, "after")


def test_two_stores_wait_side_by_side_and_an_answer_that_was_lost_doubles_nothing(page: Any, stack: Stack) -> None:
    page.goto("/sites/new?name=First")
    page.net.then("lost")
    page.get_by_role("button", name="Add this store").click()
    expect(page.locator("[data-kind=store] [data-told]")).to_contain_text("Saved on this phone.", timeout=10_000)
    page.net.then("503")
    for name, note in (("Second", ""), ("First", "Another one of the chain")):
        page.goto(f"/sites/new?name={name}")
        page.locator("[name=note]").fill(note)
        page.get_by_role("button", name="Add this store").click()
        expect(page.locator("[data-kind=store] [data-told]")).to_contain_text("Saved on this phone.", timeout=10_000)
    page.goto("/me/outbox")
    expect(page.locator("#outbox li").filter(has_text="A store not in the list · ")).to_have_count(3)
    page.net.then("ok")
    page.evaluate("() => onsite.outbox.flush('tap')")
    expect(page.get_by_text("Everything is sent")).to_be_visible()
    assert sorted(name for name, _, _ in kept(stack)) == ["First", "First", "Second"]


def test_hr_adds_it_with_one_word_typed(desk: Any, stack: Stack, screens: Any, axe: Any) -> None:
    with stack.app.app_context():
        firm = find()
        said = {"name": "Corner shop", "note": "Nanjing Rd 12, 2F", "fingerprint": "x", "client_id": new_id()}
        spot = {"lat": 31.2306, "lng": 121.4740, "accuracy_m": 18.0, "proposed_at": clock.now()}
        make.save(NewSite(employee_id=firm.people["R001"].id, branch_id=firm.branch.id, **said, **spot))
    page = desk("H001")
    page.goto("/hr/sites/proposals")
    screens(page, "list")
    axe(page)
    page.get_by_role("link", name="Corner shop").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Corner shop")
    screens(page, "store")
    axe(page)
    page.get_by_label("Site code").fill("SH001")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("has the code SH001")
    expect(page.get_by_label("Address")).to_have_value("Nanjing Rd 12, 2F")
    screens(page, "mistake")
    page.get_by_label("Site code").fill("SH009")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The site is added.")).to_be_visible()
    with stack.app.app_context():
        assert db.session.scalars(select(Site.name).where(Site.code == "SH009")).one() == "Corner shop"


def test_the_page_without_a_network_takes_one_too(phone: Any, stack: Stack, watch: Any, screens: Any, axe: Any) -> None:
    watch.allow(GONE)
    plan(stack, 1)
    page = phone("R001", service_workers="allow", viewport={"width": 360, "height": 640})
    page.goto("/today")
    ready(page)
    page.context.set_offline(True)
    page.reload()
    page.get_by_text("Not in the list? Add it").click()
    page.get_by_label("Name of the store").fill("Corner shop")
    screens(page, "offline-form")
    axe(page)
    page.get_by_role("button", name="Add this store").click()
    expect(page.locator("[data-kind=store] [data-told]")).to_contain_text("Saved on this phone.", timeout=10_000)
    page.get_by_role("button", name="Report that I am here").click()
    expect(page.locator("[data-next] [data-told]")).to_contain_text("Saved on this phone.")
    screens(page, "offline-kept")
    page.context.set_offline(False)
    wait_until(lambda: bool(kept(stack)) and bool(reported(stack)), "both to arrive", 30)
    assert ([name for name, _, _ in kept(stack)], reported(stack)) == (["Corner shop"], ["Corner shop"])
