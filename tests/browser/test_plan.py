"""A rep's own plan on the phone: a shorter way taken, also where there is no network to take it with."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests import factories
from tests.browser.crew import NOON, ON
from tests.support import company
from webapp.core.db import db
from webapp.schedules.models import PlanStop

NETWORK = "net::ERR_"


@pytest.fixture
def shops(stack: Any, freeze: Any) -> list[int]:
    """Shop 1, the one across the river, and the one next door: the way to and fro."""
    freeze(NOON)
    with stack.app.app_context():
        firm = company.find()
        order = [firm.sites[n].id for n in (0, 2, 1)]
        who = firm.people["R001"].id
        factories.save(*(PlanStop(employee_id=who, work_date=ON, seq=n, site_id=one) for n, one in enumerate(order, 1)))
    return order


def kept(stack: Any) -> list[int]:
    with stack.app.app_context():
        return list(db.session.scalars(select(PlanStop.site_id).order_by(PlanStop.seq)))


def test_without_a_network_the_plan_says_so_and_waits(
    stack: Any, phone: Any, shops: list[int], watch: Any, axe: Any
) -> None:
    watch.allow(NETWORK)
    page = phone("R001", viewport={"width": 360, "height": 640})
    page.goto("/plan")
    axe(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Use this order").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Nothing was lost.")
    axe(page)
    told.get_by_role("button", name="Try again").click()
    expect(told).to_contain_text("Nothing was lost.")
    expect(page.get_by_text("A shorter order")).to_be_visible()
    assert kept(stack) == shops
    page.context.set_offline(False)
    told.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Your visits are in the new order.")).to_be_visible()
    expect(page.get_by_text("A shorter order")).to_have_count(0)
    assert kept(stack) == [shops[0], shops[2], shops[1]]


def test_what_is_typed_without_a_network_stays(stack: Any, phone: Any, freeze: Any, watch: Any) -> None:
    watch.allow(NETWORK)
    freeze(NOON)
    page = phone("R001")
    page.goto("/me/leave/new?kind=sick")
    page.get_by_label("First day of leave").fill(str(ON))
    page.get_by_label("Note").fill("In the basement")
    page.context.set_offline(True)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was lost.")
    expect(page.get_by_label("Note")).to_have_value("In the basement")
    page.context.set_offline(False)
    page.get_by_role("alert").get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Is this right?")).to_be_visible()
    expect(page.get_by_text("In the basement")).to_be_visible()


def test_a_network_found_once_is_looked_for_again(stack: Any, phone: Any, shops: list[int], watch: Any) -> None:
    """The browser said there was none, and there was; the page came back, and then there really was none."""
    watch.allow(NETWORK)
    page = phone("R001")
    page.goto("/plan")
    page.route("**/plan/order", lambda route: route.fulfill(status=204))
    page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    button = page.get_by_role("button", name="Use this order")
    button.click()
    with page.expect_request(lambda asked: asked.method == "POST"):
        page.get_by_role("alert").get_by_role("button", name="Try again").click()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.context.set_offline(True)
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was lost.")
    assert kept(stack) == shops
