"""The branch's fence policy on the phone: one tap inside, a remark or a question first where it is wanted (T11)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.browser.rep_phone import DOOR, checked_in, go, rows, sees, shop, tap
from webapp.attendance.models import AttendanceException
from webapp.core.db import db, transaction
from webapp.people.models import Branch
from webapp.sites.models import Site

FAR = {"latitude": 31.23285, "longitude": 121.47375, "accuracy": 20}
HALL = [[31.2334, 121.4742], [31.2300, 121.4742], [31.2300, 121.4733], [31.2334, 121.4733]]


@pytest.fixture
def policy(stack) -> Any:
    """policy(outside="field", …): what the branch wants, until the end of the test."""

    def put(**settings: Any) -> None:
        with stack.app.app_context(), transaction():
            db.session.execute(update(Branch).values(fence_policy=settings))

    yield put
    put()


def waiting(stack: Any) -> list[str]:
    """What a person has to look at, when the worker has had its say too."""
    stack.wait_idle()
    with stack.app.app_context():
        return list(db.session.scalars(select(AttendanceException.kind)))


def test_a_remark_is_asked_for_outside_and_never_inside(phone, stack, policy, axe) -> None:
    policy(remark="outside", outside="field")
    page = phone("R001", geolocation=FAR)
    go(page, stack)
    sees(page, "outside")
    expect(page.locator("[data-sub]").first).to_have_text("It counts as field work")
    expect(page.locator("#f-remark")).to_be_hidden()
    tap(page)
    expect(page.locator("#f-remark")).to_be_focused()
    axe(page)
    page.locator("#f-remark").fill("Stock count at the depot")
    tap(page)
    checked_in(page)
    expect(page.locator("#checkin")).to_contain_text("counted as field work")
    [kept] = rows(stack)
    assert (kept.extra["remark"], waiting(stack)) == ("Stock count at the depot", [])

    other = phone("R002", geolocation=DOOR)
    go(other, stack)
    sees(other, "inside")
    tap(other)
    checked_in(other)


def test_what_the_phone_did_not_know_is_asked_for_and_the_same_tap_goes_again(phone, stack, policy) -> None:
    """The page is from before the policy: the server asks, the tap keeps its id and its time."""
    policy(remark="outside")
    page = phone("R001", geolocation=DOOR)
    go(page, stack)
    sees(page, "inside")
    policy(remark="always", outside="ask")
    with stack.app.app_context(), transaction():
        db.session.execute(update(Site).where(Site.id == shop(stack)).values(lat=31.2340))
    tap(page)
    sees(page, "more-remark")
    assert rows(stack) == []
    tap(page)
    expect(page.locator("#f-remark")).to_be_focused()
    page.reload()
    sees(page, "more-remark")
    page.locator("#f-remark").fill("The gate moved")
    tap(page)
    sees(page, "more-ask")
    expect(page.locator("#range")).to_contain_text("outside the store's area")
    expect(page.locator("[data-label]").first).to_have_text("Ask to confirm")
    tap(page)
    checked_in(page)
    [kept] = rows(stack)
    assert (kept.extra["remark"], kept.extra["asked"], waiting(stack)) == ("The gate moved", True, ["outside"])


def test_an_outline_advises_the_walker(phone, stack) -> None:
    with stack.app.app_context(), transaction():
        db.session.execute(update(Site).where(Site.id == shop(stack)).values(polygon=HALL))
    page = phone("R001", geolocation=FAR)
    go(page, stack)
    sees(page, "inside")
    page.context.set_geolocation({"latitude": 31.2304, "longitude": 121.4750, "accuracy": 10})
    sees(page, "outside")
    expect(page.locator("#range")).to_contain_text("m too far from the store")
    page.context.set_geolocation({"latitude": 31.2304, "longitude": 121.47415, "accuracy": 30})
    sees(page, "near")
