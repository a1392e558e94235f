"""The first position is asked about before it is taken; who goes without checks in without."""

from __future__ import annotations

from sqlalchemy import update

from tests.browser.rep_phone import Net, checked_in, go, rows, sees, tap
from webapp.core.db import transaction
from webapp.people.models import Employee

SPY = """() => {
  self.asked = 0;
  const own = navigator.geolocation;
  const watchPosition = own.watchPosition.bind(own);
  own.watchPosition = (...how) => { self.asked += 1; return watchPosition(...how); };
}"""


def never_asked(stack) -> None:
    with stack.app.app_context(), transaction() as opened:
        opened.execute(update(Employee).where(Employee.staff_no == "R001").values(consent_text=0, consent_given=False))


def fresh(phone, stack):
    never_asked(stack)
    page = phone("R001")
    page.add_init_script(f"({SPY})()")
    go(page, stack)
    return page


def test_one_tap_to_agree_then_the_bar_as_always(phone, stack, axe) -> None:
    page = fresh(phone, stack)
    axe(page)
    assert page.evaluate("() => self.asked") == 0
    page.locator("#checkin button[value=yes]").click()
    sees(page, "inside")
    tap(page)
    checked_in(page)
    assert rows(stack)[0].lat is not None


def test_without_a_position_it_is_asked_to_confirm(phone, stack, axe) -> None:
    """Permission was given to the browser, and still nothing is taken."""
    page = fresh(phone, stack)
    net = Net(page)
    page.locator("#checkin button[value=no]").click()
    sees(page, "declined")
    axe(page)
    tap(page)
    checked_in(page)
    assert page.evaluate("() => self.asked") == 0
    assert (net.posts[0]["no_fix"], "lat" in net.posts[0]) == ("declined", False)
    row = rows(stack)[0]
    assert (row.lat, row.no_fix) == (None, "declined")
