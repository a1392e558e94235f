"""A branch whose month is over: four days of it, a rep with a device and a phone, HR, and what comes late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from jobs import attendance as jobs
from jobs import sweep
from tests.attendance.days import evidence, subject
from tests.devices.world import World, world
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceDay, HeldDay
from webapp.core import clock, outbox
from webapp.core.db import db, do
from webapp.devices import service as devices
from webapp.people.models import Employee
from webapp.rules import service as rules
from webapp.visits import service as visits
from webapp.wallet import queries as wallet

MONTH = "2026-03"
DAYS = [date(2026, 3, day) for day in (28, 29, 30, 31)]
CLOSING = date(2026, 4, 2)


@dataclass(frozen=True)
class Branch:
    """`known`: has an id on the device; `unknown`: nobody has said whose their id is yet."""

    w: World
    known: Employee
    unknown: Employee

    def close(self, reason: str = "", **given: Any) -> None:
        said = {"by": self.w.hr, "branch_id": self.w.branch.id, "month": MONTH, "reason": reason, "at": clock.now()}
        do(service.close_month, **{**said, **given})

    def reopen(self, reason: str = "A punch came late", **given: Any) -> None:
        said = {"by": self.w.hr, "branch_id": self.w.branch.id, "month": MONTH, "reason": reason, "at": clock.now()}
        do(service.reopen_month, **{**said, **given})

    def punch(self, pin: str, on: date, *times: str) -> None:
        self.w.send(*(f"{on} {time}:00" for time in times), pin=pin, at=clock.now())

    def tap(self, rep: Employee, on: date, time: str) -> Any:
        """A check-in that the phone had kept since."""
        then = self.w.moment(time, on)
        said = evidence(self.w.shop, then, sent_at=clock.now())
        me = subject(rep, self.w.branch)
        return do(visits.check_in, rep=me, evidence=said, site_id=self.w.shop.id, at=clock.now())

    def assign(self, pin: str, rep: Employee) -> int:
        known = {"branch_id": self.w.branch.id, "terminal_id": None, "first_on": date(2026, 1, 1), "last_on": None}
        return do(devices.assign, by=self.w.hr, pin=pin, employee_id=rep.id, at=clock.now(), **known)

    def days(self) -> list[Any]:
        """The results of both people's days, without what is only theirs."""
        pairs = [(rep.id, on) for rep in (self.known, self.unknown) for on in DAYS]
        found = queries.days(pairs)
        db.session.remove()
        return [found.get(pair) for pair in pairs]

    def held(self) -> list[tuple[int, date]]:
        rows = db.session.execute(select(HeldDay.employee_id, HeldDay.work_date).order_by(HeldDay.work_date))
        found = [(row[0], row[1]) for row in rows]
        db.session.remove()
        return found

    def rows(self) -> Sequence[Any]:
        """Every stored column of the branch's days, to see that nothing moved."""
        mine = select(AttendanceDay.__table__).where(AttendanceDay.branch_id == self.w.branch.id)
        found = db.session.execute(mine.order_by(AttendanceDay.employee_id, AttendanceDay.work_date)).all()
        db.session.remove()
        return found


def branch(**known: Any) -> Branch:
    """Two people, of whom the first came on time on every day but one."""
    w = world(settled_from=DAYS[0], **known)
    do(rules.seed_defaults, branch_id=w.branch.id, currency="CNY", effective_from=DAYS[0], at=clock.now())
    made = Branch(w, w.rep("7"), w.rep())
    for on in (DAYS[0], DAYS[1], DAYS[3]):
        w.send(f"{on} 08:55:00", f"{on} 18:02:00", pin="7", at=w.moment("19:00", on))
    return made


def over(branches: Sequence[Branch], freeze: Callable[..., Any]) -> None:
    """The month is over, and every day of it has an answer."""
    freeze(branches[0].w.moment("09:00", CLOSING))
    jobs.close_days()
    work()


def work() -> None:
    """What the drain does, until nothing is left."""
    while items := do(outbox.claim, at=clock.now()):
        sweep._work(items)


def later(freeze: Callable[..., Any], of: Branch, hours: int) -> datetime:
    return freeze(of.w.moment("09:00", CLOSING) + timedelta(hours=hours))


def wage(of: Branch, rep: Employee) -> int:
    """What the rep may have paid out, in minor units."""
    found = wallet.balances(rep.id, of.w.branch.currency).available
    db.session.remove()
    return found
