"""A branch with the demo's rules and reps whose days are made of real check-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from tests import factories
from webapp.attendance.models import CheckIn, CheckInVoid, Verdict
from webapp.attendance.service import scan
from webapp.attendance.service.days import rebuild_days
from webapp.core.db import conn, do
from webapp.core.ids import new_id
from webapp.people.models import Branch, Employee
from webapp.rules import service as rules
from webapp.visits.models import Visit

MONDAY = date(2026, 3, 2)
START, END = time(9), time(18)
_number = count(1)


class World:
    """Shop open 09:00-18:00 without grace; every method commits."""

    def __init__(self, reps: int = 1, **branch: Any) -> None:
        self.branch: Branch = factories.branch(settled_from=MONDAY, **branch)
        self.zone = ZoneInfo(self.branch.timezone)
        self.reps: list[Employee] = [factories.employee(self.branch) for _ in range(reps)]
        self.type = factories.store_type(self.branch, grace_minutes=0)
        self.sites = [factories.site(self.type) for _ in range(5)]
        do(
            rules.seed_defaults,
            branch_id=self.branch.id,
            currency=self.branch.currency,
            effective_from=MONDAY,
            at=self.at(MONDAY, 0),
        )

    @property
    def rep(self) -> Employee:
        return self.reps[0]

    def at(self, on: date, hour: int, minute: int = 0, days: int = 0) -> datetime:
        return datetime.combine(on + timedelta(days=days), time(hour, minute), self.zone)

    def morning_after(self, on: date) -> datetime:
        """When a date is due for settlement."""
        return self.at(on, 10, days=1)

    def works(
        self,
        on: date,
        reps: Sequence[Employee] | None = None,
        *,
        late: int = 0,
        verdict: str = "inside",
        visits: int = 0,
        until: int | None = 18,
        at: datetime | None = None,
    ) -> None:
        """Check in `late` minutes after 09:00, make `visits` visits of an hour with an outcome, leave at `until`.

        Their evidence is weighed, as the job does.
        """
        do(self._write, on=on, reps=reps or self.reps, late=late, verdict=verdict, visits=visits, until=until)
        pairs = [(rep.id, on) for rep in reps or self.reps]
        do(rebuild_days, pairs=pairs, at=at or self.morning_after(on))
        scan(pairs=pairs, at=at or self.morning_after(on))

    def forget(self, on: date, rep: Employee | None = None) -> None:
        """Take every check-in and visit of the day back, as if nothing had been recorded."""
        who = rep or self.rep
        do(self._void, rep_id=who.id, on=on)

    def stays_away(self, on: date, reps: Sequence[Employee] | None = None) -> None:
        do(rebuild_days, pairs=[(rep.id, on) for rep in reps or self.reps], at=self.morning_after(on))

    def _write(
        self, *, on: date, reps: Sequence[Employee], late: int, verdict: str, visits: int, until: int | None
    ) -> None:
        for rep in reps:
            begin = self.at(on, 9) + timedelta(minutes=late)
            for number in range(max(1, visits)):
                start = begin + timedelta(minutes=70 * number)
                entry = self._mark(rep, on, "in", start, verdict, number)
                if number < visits:
                    end = self._mark(rep, on, "out", start + timedelta(minutes=60), "inside", number)
                    self._visit(rep, on, entry, end, start, number)
            if until is not None:
                self._mark(rep, on, "out", self.at(on, until), "inside", 0)

    def _void(self, *, rep_id: int, on: date) -> None:
        mine = (CheckIn.employee_id == rep_id, CheckIn.work_date == on)
        known = select(CheckInVoid.check_in_id)
        for check_in in conn().scalars(select(CheckIn.id).where(*mine, CheckIn.id.not_in(known))).all():
            conn().execute(insert(CheckInVoid.__table__).values(check_in_id=check_in, at=self.at(on, 18), by_id=rep_id))
        conn().execute(update(Visit).where(Visit.employee_id == rep_id, Visit.work_date == on).values(state="void"))

    def _mark(self, rep: Employee, on: date, kind: str, at: datetime, verdict: str, site: int) -> int:
        made = conn().execute(
            insert(CheckIn)
            .values(
                client_id=new_id(),
                fingerprint="x",
                employee_id=rep.id,
                branch_id=self.branch.id,
                site_id=self.sites[site].id,
                kind=kind,
                work_date=on,
                tapped_at=at,
                received_at=at,
                counted_at=at,
                skew_s=0,
            )  # fmt: skip
            .returning(CheckIn.id)
        )
        check_in = made.scalar_one()
        conn().execute(insert(Verdict).values(check_in_id=check_in, verdict=verdict, reason="in_range"))
        return check_in

    def _visit(self, rep: Employee, on: date, entry: int, end: int, at: datetime, site: int) -> None:
        conn().execute(
            insert(Visit).values(
                employee_id=rep.id,
                branch_id=self.branch.id,
                site_id=self.sites[site].id,
                work_date=on,
                check_in_id=entry,
                check_out_id=end,
                started_at=at,
                ended_at=at + timedelta(hours=1),
                state="done",
                outcome="order",
                note="",
            )  # fmt: skip
        )
