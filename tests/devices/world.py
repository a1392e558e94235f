"""A branch with a device on the wall, people who use it, and a clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tests import factories
from webapp.attendance import queries as days
from webapp.attendance.models import Punch
from webapp.attendance.rules import DayResult
from webapp.core.authz import BranchInfo, Role, SignedIn
from webapp.core.db import db, do
from webapp.devices import service
from webapp.devices.models import PinHolder, RawPunch, Terminal
from webapp.devices.rules import Line
from webapp.devices.service.store import Coming
from webapp.people.models import Branch, Employee
from webapp.sites.models import Site, StoreType

ON = date(2026, 3, 2)
LATER = datetime(2026, 3, 20, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    branch: Branch
    kind: StoreType
    shop: Site
    door: Terminal
    hr: SignedIn

    def moment(self, clock: str, on: date = ON) -> datetime:
        return datetime.fromisoformat(f"{on}T{clock}").replace(tzinfo=ZoneInfo(self.branch.timezone)).astimezone(UTC)

    def rep(self, pin: str | None = None, first_on: date = date(2025, 1, 1), **known: Any) -> Employee:
        person = factories.employee(self.branch, **known)
        if pin is not None:
            self.hold(pin, person, first_on)
        return person

    def hold(self, pin: str, person: Employee, first_on: date, last_on: date | None = None, door: Any = None) -> None:
        values = {"branch_id": self.branch.id, "pin": pin, "employee_id": person.id, "first_on": first_on}
        factories.save(PinHolder(**values, last_on=last_on, terminal_id=door and door.id, recorded_at=LATER))

    def send(self, *punches: str, pin: str = "7", at: datetime = LATER, door: Any = None, status: str | None = None,
             live: bool = False, digest: bool = True) -> None:  # fmt: skip
        """Punches as the device shows them: "08:55", or with another date "2026-03-03 06:01:00"."""
        device = door or self.door
        written = [f"{ON} {one}" if "-" not in one else one for one in punches]
        written = [one if one.count(":") == 2 else f"{one}:00" for one in written]
        lines = [Line(pin, one, f"{pin}\t{one}", status=status) for one in written]
        do(service.store_lines, lines=lines, coming=Coming(device.id, device.timezone, "push", at, live=live))
        if digest:
            self.digest(device, at)

    def digest(self, door: Any = None, at: datetime = LATER, limit: int = 500) -> None:
        while do(service.digest, terminal_id=(door or self.door).id, at=at, limit=limit).looked_at:
            pass


def world(**branch: Any) -> World:
    made = factories.branch(**branch)
    kind = factories.store_type(made)
    shop = factories.site(kind)
    hr = factories.employee(made, role="hr")
    door = factories.terminal(made, shop, created_at=datetime(2025, 1, 1, tzinfo=UTC))
    return World(made, kind, shop, door, signed_in(hr, made))


def signed_in(person: Employee, branch: Branch, *others: Branch) -> SignedIn:
    info = BranchInfo(**{name: getattr(branch, name) for name in BranchInfo.__dataclass_fields__})
    ids = tuple(one.id for one in (branch, *others))
    return SignedIn(
        person.id, person.staff_no, person.name, Role(person.role), "own", "en", "auto", "normal", info, ids, 0
    )


def day_of(person: Employee, on: date = ON) -> DayResult | None:
    found = days.days([(person.id, on)]).get((person.id, on))
    db.session.remove()
    return found


def punches(person: Employee | None = None) -> list[tuple[Any, ...]]:
    """(employee, work date, moment, site, state) of every punch, in order."""
    asked = select(Punch.employee_id, Punch.work_date, Punch.at, Punch.site_id, Punch.state).order_by(Punch.raw_id)
    found = [
        tuple(row)
        for row in db.session.execute(asked if person is None else asked.where(Punch.employee_id == person.id))
    ]
    db.session.remove()
    return found


def states() -> Sequence[str]:
    found = list(db.session.scalars(select(RawPunch.state).order_by(RawPunch.id)))
    db.session.remove()
    return found


def days_later(on: date, days: int) -> date:
    return on + timedelta(days=days)
