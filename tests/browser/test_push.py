"""Notices on a device, as far as a browser without a push service can show them; subscribing itself is stubbed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.rep_phone import until
from tests.notifications.test_push import b64
from tests.pages.account.test_notices import tell
from webapp.core.db import db
from webapp.notifications.models import Notice, PushSubscription
from webapp.people.models import Employee

KEYS = {"p256dh": b64(b"\x04" + bytes(64)), "auth": b64(bytes(16))}
_STUB = """(() => {
  const made = { toJSON: () => (%s), unsubscribe: async () => true };
  PushManager.prototype.subscribe = async () => { sessionStorage.push = '1'; return made; };
  PushManager.prototype.getSubscription = async () => (sessionStorage.push ? made : null);
})()""" % json.dumps({"endpoint": "https://push.example.com/1", "keys": KEYS})  # noqa: UP031 - braces of a script
_COMES = """async () => {
  const registration = await navigator.serviceWorker.ready;
  for (let n = 0; n < 900 && !(await registration.getNotifications()).length; n += 1)
    await new Promise((done) => setTimeout(done, 50));
}"""
_SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map((one) => [one.title, one.body, one.data.link])"""
_READY = """() => Promise.race([navigator.serviceWorker.ready.then(() => true),
  new Promise((done) => setTimeout(() => done(false), 60000))])"""
# Nobody tapped anything here, so the browser would not open a window: what would be opened is kept instead.
_TAP = """async () => {
  self.opened = [];
  Object.defineProperty(self.clients, 'openWindow', { value: async (href) => { self.opened.push(href); } });
  const [notification] = await self.registration.getNotifications();
  const waits = [];
  const event = new NotificationEvent('notificationclick', { notification });
  event.waitUntil = (work) => waits.push(work);
  self.dispatchEvent(event);
  await Promise.all(waits);
  return self.opened;
}"""


def test_turned_on_shown_tapped_and_read(phone: Callable[..., Page], stack: Any) -> None:
    allowed = ["geolocation", "background-sync", "notifications"]
    page = phone("R001", service_workers="allow", permissions=allowed)
    page.add_init_script(_STUB)
    page.goto(stack.url + "/notices/settings")
    assert page.evaluate(_READY)
    page.reload()
    page.get_by_role("button", name="Turn on notices on this device").click()
    expect(page.get_by_text("On since")).to_be_visible()

    with stack.app.app_context():
        rep = db.session.query(Employee).filter_by(staff_no="R001").one()
        assert db.session.query(PushSubscription).one().employee_id == rep.id
        tell(rep, "n1", link="/wallet")
        notice_id = db.session.query(Notice).one().id
        db.session.remove()
    said = {"title": "考勤", "body": "陈洁 已确认", "link": "/wallet", "notice": notice_id}
    deliver(page, stack.url, said)
    page.evaluate(_COMES)
    assert page.evaluate(_SHOWN) == [["考勤", "陈洁 已确认", "/wallet"]]
    assert page.context.service_workers[0].evaluate(_TAP) == [stack.url + "/wallet"]
    with stack.app.app_context():
        assert db.session.query(Notice).one().read_at is not None
        db.session.remove()


def deliver(page: Page, origin: str, said: dict[str, Any]) -> None:
    """As the vendor's push service would hand it to the browser, decrypted."""
    known: list[str] = []
    cdp = page.context.new_cdp_session(page)
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(one["registrationId"] for one in event["registrations"] if not one["isDeleted"]),
    )
    cdp.send("ServiceWorker.enable")
    until(page, lambda: known, "the worker's number")
    message = {"origin": origin, "registrationId": known[-1], "data": json.dumps(said)}
    cdp.send("ServiceWorker.deliverPushMessage", message)
