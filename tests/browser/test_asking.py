"""What a phone asks of a person: about what was refused, and where a store is that nobody has placed (T18, T22)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.browser.rep_phone import Net, checked_in, count, go, sees, shop, tap
from webapp.attendance.models import AttendanceException
from webapp.core.db import db, transaction
from webapp.sites.models import Site, SiteProposal

# The visit of the check-in that waits, finished on this phone.
FINISH = """async () => {
  const [{ id }] = await onsite.outbox.list();
  const fields = { client_id: onsite.note.unique(), uid: onsite.outbox.uid(), tapped_at: new Date().toISOString() };
  await onsite.outbox.add({ id: fields.client_id, kind: 'check-out', url: '/check-outs', about: 'Shop 1', after: id,
    fields: { ...fields, check_in: id, outcome: 'order' } });
}"""
NETWORK = "net::ERR_|status of 5|status of 4"


@pytest.fixture
def page(phone, stack, watch):
    watch.allow(NETWORK)
    fresh = phone("R001", viewport={"width": 360, "height": 640})
    fresh.net = Net(fresh)
    return fresh


def asked(stack: Any) -> list[dict[str, Any]]:
    with stack.app.app_context():
        return [dict(row) for row in db.session.scalars(select(AttendanceException.params).order_by("id"))]


def test_a_refused_visit_goes_to_a_person_in_one_tap(page, stack, screens, axe) -> None:
    """The check-in and the check-out that waits for it; kept without a network, gone once the server has them."""
    go(page, stack)
    sees(page, "inside")
    page.net.then("503")
    tap(page)
    sees(page, "saved")
    page.evaluate(FINISH)
    page.net.then("422 some_reason")
    page.goto("/me/outbox")
    rows = page.locator("#outbox li")
    expect(rows.filter(has_text="words for some_reason")).to_have_count(1)
    expect(rows.filter(has_text="It waits for the entry")).to_have_count(1)
    screens(page, "refused")
    axe(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Ask my supervisor").click()
    expect(rows.filter(has_text="No network.")).to_have_count(2)
    screens(page, "asking")
    page.net.then("ok")
    page.context.set_offline(False)
    expect(page.locator("[data-asked]")).to_contain_text("Your supervisor and HR have it now")
    expect(page.get_by_text("Everything is sent")).to_be_visible()
    screens(page, "asked")
    both = [("forgot_in", "check_in"), ("forgot_out", "check_out")]
    assert [(row["category"], row["tap"]) for row in asked(stack)] == both
    assert all("words for some_reason" in row["note"] for row in asked(stack))
    assert count(stack) == 0


def test_where_a_store_is_is_kept_without_a_network_and_sent_once(page, stack, screens, axe) -> None:
    with stack.app.app_context(), transaction():
        db.session.execute(update(Site).where(Site.id == shop(stack)).values(lat=None, lng=None))
    page.goto(f"/sites/{shop(stack)}/position")
    screens(page, "position")
    axe(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Suggest this spot").click()
    expect(page.locator("[data-told]")).to_contain_text("Saved on this phone.")
    page.context.set_offline(False)
    expect(page.locator("[data-told]")).to_contain_text("Sent. You hear what becomes of it.")
    with stack.app.app_context():
        (row,) = db.session.scalars(select(SiteProposal))
    assert round(row.lat, 4) == 31.2305


def test_without_a_position_there_is_nothing_to_propose(page, stack) -> None:
    with stack.app.app_context(), transaction():
        db.session.execute(update(Site).where(Site.id == shop(stack)).values(lat=None, lng=None))
    page.add_init_script("navigator.geolocation.watchPosition = (ok, fail) => setTimeout(() => fail({code: 1}), 20)")
    page.goto(f"/sites/{shop(stack)}/position")
    page.get_by_role("button", name="Suggest this spot").click()
    expect(page.locator("[data-told]")).to_contain_text("Try near a door or a window, then tap again.")
    page.goto("/me/outbox")
    expect(page.get_by_text("Everything is sent")).to_be_visible()


def test_a_phone_that_cannot_look_says_so(page, stack, screens, axe) -> None:
    """IndexedDB that never answers is not "nothing to send"."""
    page.add_init_script("IDBFactory.prototype.open = () => ({})")
    page.goto("/me")
    expect(page.locator("#owed")).to_contain_text("This phone cannot look into what it saved.")
    page.locator("form[data-signout] button").click()
    expect(page.locator("#live")).to_contain_text("This phone cannot look into what it saved.")
    page.locator("#owed").click()
    expect(page.get_by_role("alert")).to_contain_text("open Onsite in the phone's browser")
    expect(page.get_by_text("Everything is sent")).to_be_hidden()
    screens(page, "mute")
    axe(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Try again").click()


def test_the_list_of_phones_marks_this_one(page, stack, screens) -> None:
    go(page, stack)
    sees(page, "inside")
    tap(page)
    checked_in(page)
    stack.wait_idle()
    page.goto("/me/phones")
    expect(page.get_by_text("This phone ·")).to_be_visible()
    screens(page, "phones")
    page.evaluate("() => onsite.store.keep('key', null)")
    page.reload()
    expect(page.get_by_text("This phone ·")).to_be_hidden()
