"""A phone two people share, used at random: what they tapped, what the phone says, and what the server holds.

Everything follows from a seed. After every act nothing may be lost, doubled or somebody else's; in the end the server
holds exactly the taps that were made.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Route
from sqlalchemy import select

from tests.browser.rep_phone import DOOR, STUB, owes_nothing
from tests.support.company import find
from webapp.attendance.models import AttendanceException, CheckIn
from webapp.core.db import db

PEOPLE = ("R001", "R002")
# Every entry is told to the test as soon as it is written down, before anything else happens to it.
LISTEN = """document.addEventListener('onsite:outbox', ({detail: {kind, here, record}}) =>
  kind === 'changed' && here && record.id && self.made(record))"""
TAP = """() => { const button = document.querySelector('#checkin[data-view=inside]:not([data-record]) [data-main]');
  if (button) button.click();
  return Boolean(button); }"""
FINISH = """() => { const form = document.querySelector('#checkin:not([data-view=saved-out]) form[data-checkout]');
  if (form) { form.querySelector('[value=order]').checked = true; form.requestSubmit(); }
  return Boolean(form); }"""
ACTS = {"tap": 6, "finish": 4, "offline": 2, "online": 4, "close": 2, "kill": 2, "revive": 4, "lose": 2, "switch": 2}


@dataclass(frozen=True)
class Made:
    uid: int
    kind: str
    tapped_at: datetime
    after: str | None


class Shared:
    """One run. `kill` and `revive` are the server's; without them requests are refused as by a dead one."""

    def __init__(
        self,
        stack: Any,
        context: BrowserContext,
        seed: int,
        server: tuple[Callable[[], Any], Callable[[], Any]] | None = None,
    ) -> None:
        self.stack, self.context, self.chance = stack, context, random.Random(seed)
        self.kill, self.revive = server or (lambda: None, lambda: None)
        self.is_real = server is not None
        self.made: dict[str, Made] = {}
        self.story: list[str] = []
        self.online = self.alive = True
        self.loses = False
        self.page: Page | None = None
        self.who = PEOPLE[0]
        with stack.app.app_context():
            company = find()
            self.ids = {name: company.people[name].id for name in PEOPLE}
            self.shops = [site.id for site in company.sites[:2]]
        context.expose_binding("made", lambda _, record: self._note(record))
        context.add_init_script(f"({STUB})(); setFix({json.dumps(DOOR)}); {LISTEN}")
        context.route("**/*", self._answer)

    def run(self, acts: int) -> None:
        self._sign_in(self.who)
        self._open()
        for _ in range(acts):
            act = self.chance.choices(list(ACTS), list(ACTS.values()))[0]
            self.story.append(act)
            getattr(self, f"_{act}")()
            self.check()
        self._end()

    def check(self) -> None:
        """Whatever was tapped is on the server or on the phone, under the right name, and the phone says how much."""
        held = self.held() if self.page else None
        there = self.there()
        assert set(there) <= set(self.made), self._told()
        for key, row in there.items():
            made = self.made[key]
            assert (row.employee_id, row.kind) == (made.uid, {"check-in": "in", "check-out": "out"}[made.kind]), key
            assert abs(row.tapped_at - made.tapped_at) < timedelta(milliseconds=2), self._told()
        if held is None or self.page is None:
            return
        for key in self.made:
            assert key in there or key in held, f"lost {key}: {self._told()}"
        for key, record in held.items():
            assert record["state"] != "sent" or key in there, f"not sent {key}: {self._told()}"
        self._says(held)

    def held(self) -> dict[str, Any]:
        return {record["id"]: record for record in self._ask("() => onsite.store.all()")}

    def there(self) -> dict[str, CheckIn]:
        with self.stack.app.app_context():
            return {row.client_id: row for row in db.session.scalars(select(CheckIn))}

    def _says(self, held: dict[str, Any]) -> None:
        assert self.page is not None
        owed = """() => onsite.outbox.list().then((mine) => { const line = document.getElementById('owed');
          return [mine.length, line.hidden ? 0 : Number((line.textContent.match(/\\d+/) || [1])[0])]; })"""
        for _ in range(600):
            count, said = self._ask(owed)
            if count == said:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the phone says {said} of {count}: {self._told()}")

    def _note(self, record: dict[str, Any]) -> None:
        at = datetime.fromisoformat(record["fields"]["tapped_at"])
        self.made[record["id"]] = Made(int(record["uid"]), record["kind"], at, record.get("after"))

    def _told(self) -> str:
        return f"{' '.join(self.story)}; made {self.made}"

    # what a person, a network and a server do

    def _tap(self) -> None:
        if self._reachable():
            self._go(f"/today?site={self.chance.choice(self.shops)}")
        if self.page is None or not self.page.locator("#checkin[data-checkin=ready]").count():
            return
        before = len(self.made)
        self.page.locator("#checkin[data-view=inside], #checkin[data-record], #checkin[data-checkin=open]").wait_for()
        self._trouble()
        if not self._ask(TAP):
            return  # an older tap got its answer meanwhile, and the screen shows that
        self._wait(lambda: len(self.made) > before)
        self._settle()

    def _finish(self) -> None:
        form = self.page and self.page.locator("form[data-checkout]")
        if self.page is None or not form or not form.count():
            return
        if self.page.locator("#checkin[data-view=saved-out]").count():
            return
        before = len(self.made)
        self._trouble()
        if not self._ask(FINISH):
            return  # finished meanwhile
        self._wait(lambda: len(self.made) > before)
        self._settle()

    def _trouble(self) -> None:
        """Often the network, the server or the answer goes between looking and tapping."""
        act = self.chance.choice(["offline", "kill", "lose", "", "", ""])
        if act:
            self.story.append(f"({act})")
            getattr(self, f"_{act}")()

    def _offline(self) -> None:
        self.online = False
        self.context.set_offline(True)

    def _online(self) -> None:
        self.online = True
        self.context.set_offline(False)
        self._settle()

    def _close(self) -> None:
        if self.page:
            self.page.close()
            self.page = None
        if self._reachable():
            self._open()

    def _kill(self) -> None:
        if self.alive:
            self.alive = False
            self.kill()

    def _revive(self) -> None:
        if not self.alive:
            self.alive = True
            self.revive()
        if self.page is None and self._reachable():
            self._open()
        elif self.page:
            self._ask("() => { onsite.outbox.flush('tap'); }")
            self._settle()

    def _lose(self) -> None:
        """The next answers do not arrive."""
        self.loses = not self.loses

    def _switch(self) -> None:
        if self._reachable():
            self._sign_in(PEOPLE[1 - PEOPLE.index(self.who)])
            self._go("/today")

    def _end(self) -> None:
        """A good day: each of them opens the app where there is a network."""
        self.loses = False
        self._online()
        self._revive()
        for who in PEOPLE:
            self._sign_in(who)
            self._go("/me")
            assert self.page is not None
            owes_nothing(self.page)
            self.check()
        assert set(self.there()) == set(self.made), self._told()
        with self.stack.app.app_context():
            doubts = db.session.scalars(select(AttendanceException.kind).where(AttendanceException.kind == "clock"))
            assert not list(doubts), self._told()

    def _reachable(self) -> bool:
        return self.online and self.alive

    def _sign_in(self, who: str) -> None:
        self.who = who
        self.context.add_cookies([self.stack.cookie(who)])

    def _open(self) -> None:
        self._go("/today")

    def _go(self, path: str) -> None:
        if self.page is None:
            self.page = self.context.new_page()
        self.page.goto(path, wait_until="domcontentloaded")
        self._settle()

    def _settle(self) -> None:
        """Until the running try has ended, however it ends."""
        if self.page:
            quiet = """async () => { for (let n = 0; n < 1200; n++) {
              await new Promise((done) => setTimeout(done, 25));
              if (!(await onsite.store.all()).some((one) => ['sending', 'locating'].includes(one.state))) return; } }"""
            self._ask(quiet)

    def _ask(self, question: str) -> Any:
        """Of the page; again, when it was just asking for itself anew."""
        assert self.page is not None
        for _ in range(3):
            try:
                return self.page.evaluate(question)
            except Error as error:
                if "context was destroyed" not in str(error):
                    raise
                self.page.wait_for_load_state("domcontentloaded")
        return self.page.evaluate(question)

    def _wait(self, until: Callable[[], bool]) -> None:
        for _ in range(2400):
            if until():
                return
            assert self.page is not None
            self.page.wait_for_timeout(25)
        raise AssertionError(f"nothing was written down: {self._told()}")

    def _answer(self, route: Route) -> None:
        """A dead server refuses, a bad line loses what the server said."""
        if not self.alive and not self.is_real:
            route.abort("connectionrefused")
        elif self.loses and route.request.method == "POST":
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()
