"""What the tests of the Today screen share: a rep in front of shop 1, and what the server holds."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from playwright.sync_api import Error, Page, Route, expect
from sqlalchemy import func, select, update

from tests.support.company import find
from webapp.attendance.models import CheckIn
from webapp.core.db import db, transaction
from webapp.people.models import Employee

DOOR = {"latitude": 31.23045, "longitude": 121.47375, "accuracy": 12}
# A fix is as old as the phone's clock says, also when a test has set that clock.
FRESH_FIX = "Object.defineProperty(GeolocationPosition.prototype, 'timestamp', {get: () => Date.now()})"
# A fixed answer of the phone's location service: fix, error code or none yet; replaced by setFix(...) in the page.
STUB = """() => {
  let answer = {code: 3};
  const watchers = new Map();
  let next = 1;
  const give = (ok, fail) => answer.silent ? null : answer.code
    ? fail(answer) : ok({coords: {altitude: null, speed: null, ...answer}, timestamp: Date.now()});
  self.setFix = (value) => { answer = value; watchers.forEach(([ok, fail]) => give(ok, fail)); };
  const geo = {
    watchPosition(ok, fail) { watchers.set(next, [ok, fail]); setTimeout(() => give(ok, fail), 20); return next++; },
    clearWatch(id) { watchers.delete(id); },
    getCurrentPosition(ok, fail) { setTimeout(() => give(ok, fail), 20); },
  };
  Object.defineProperty(navigator, 'geolocation', {value: geo});
}"""
_NEVER_AGAIN = """() => { const soon = setTimeout;
  self.setTimeout = (work, ms) => ([5000, 15000, 20000, 60000, 300000].includes(ms) ? 0 : soon(work, ms)); }"""


def until(page: Page, condition: Callable[[], Any], what: str, within: float = 60) -> Any:
    """Poll, and let the page and its routes go on; what was found. wait_for_function takes a promise for true."""
    give_up = monotonic() + within
    while not (found := _now(condition)):
        assert monotonic() < give_up, f"{what}: not within {within} s"
        page.wait_for_timeout(20)
    return found


def _now(condition: Callable[[], Any]) -> Any:
    """Nothing, while the page is just being asked for anew."""
    try:
        return condition()
    except Error as error:
        if "context was destroyed" not in str(error):
            raise
        return None


def unhurried(page: Page) -> None:
    """This page neither tries again nor gives up looking by the clock: what a tap left can be looked at at leisure."""
    page.evaluate(_NEVER_AGAIN)


def shop(stack: Any, number: int = 1) -> int:
    with stack.app.app_context():
        return find().sites[number - 1].id


def go(page: Page, stack: Any, number: int = 1) -> None:
    """Today, with this shop chosen."""
    page.goto(f"/today?site={shop(stack, number)}")


def sees(page: Page, view: str) -> None:
    """The check-in block shows this view of view.js."""
    expect(page.locator("#checkin")).to_have_attribute("data-view", view)


def checked_in(page: Page) -> None:
    """Also when that takes a second try or a third."""
    expect(page.locator("#checkin[data-checkin=open]")).to_be_visible(timeout=60_000)


def tap(page: Page) -> None:
    page.locator("#checkin [data-main]").click()


def arrive(page: Page, stack: Any) -> None:
    """Inside the fence, checked in."""
    go(page, stack)
    sees(page, "inside")
    tap(page)
    checked_in(page)


def finish(page: Page, *, note: str = "") -> None:
    """The open visit, with an order."""
    page.locator("summary.btn").click()
    page.locator("input[value=order]").check()
    if note:
        page.locator("form[data-checkout] [name=note]").fill(note)
    page.locator("form[data-checkout] button").click()
    expect(page.locator("#checkin[data-checkin=open]")).to_have_count(0)


def rows(stack: Any) -> list[CheckIn]:
    with stack.app.app_context():
        return list(db.session.scalars(select(CheckIn).order_by(CheckIn.id)))


def reads(stack: Any, size: str) -> None:
    """The size of text R001 chose, "normal" or "large"."""
    with stack.app.app_context(), transaction():
        db.session.execute(update(Employee).where(Employee.staff_no == "R001").values(text_size=size))


def noted(page: Page, kind: str = "check-in") -> dict[str, Any]:
    """The first entry of this kind, once it is written down: the screen shows a tap before that."""
    entry: dict[str, Any] = until(
        page,
        lambda: page.evaluate("kind => onsite.store.all().then((all) => all.find((one) => one.kind === kind))", kind),
        f"a {kind} on this phone",
    )
    return entry


def owes_nothing(page: Page) -> None:
    """Everything was sent, and the line says so too; the line alone is hidden until the page has looked."""
    left = "() => onsite.outbox.list().then((mine) => mine.length)"
    until(page, lambda: not page.evaluate(left), "everything to be sent")
    expect(page.locator("#owed")).to_be_hidden()


def count(stack: Any) -> int:
    with stack.app.app_context():
        return db.session.scalar(select(func.count()).select_from(CheckIn)) or 0


class Net:
    """What happens to the posts of a page: net.then("503", "lost", "ok"); the last one stays."""

    def __init__(self, page: Page) -> None:
        self.posts: list[dict[str, str]] = []
        self._plan = ["ok"]
        page.context.route("**/check-ins", self._answer)
        page.context.route("**/check-outs", self._answer)
        page.context.route("**/sites/new", self._answer)

    def then(self, *plan: str) -> None:
        self._plan = list(plan)

    def _answer(self, route: Route) -> None:
        kind = self._plan.pop(0) if len(self._plan) > 1 else self._plan[0]
        self.posts.append(route.request.post_data_json)
        if kind == "ok":
            route.continue_()
        elif kind == "cut":
            route.abort("internetdisconnected")
        elif kind == "lost":
            route.fetch()
            route.fulfill(status=504, body="")
        elif kind == "portal":
            route.fulfill(status=200, content_type="text/html", body="<h1>Hotel Wi-Fi</h1>")
        else:
            self._refuse(route, kind)

    def _refuse(self, route: Route, kind: str) -> None:
        status, _, code = kind.partition(" ")
        headers = {"X-Onsite-Error": code} if code else {}
        route.fulfill(status=int(status), headers=headers, body=f"<p data-reason>words for {code}</p>")
