"""A branch where something of every kind waits for HR; 2 April 2026 in Shanghai, March is paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests import factories as make
from tests.payroll.company import Company, company, issued, made
from tests.wallet.people import signed_in
from webapp.attendance.models import AttendanceException
from webapp.core import clock
from webapp.core.db import db, do
from webapp.devices.models import PinHolder, RawPunch, Terminal
from webapp.payroll import queries as payroll
from webapp.payroll import service as pay
from webapp.people.models import Branch, Employee
from webapp.schedules import service as schedules
from webapp.schedules.models import LeaveRequest, RosterDay
from webapp.schedules.rules import Swap

FRIDAY, MONDAY = date(2026, 4, 3), date(2026, 4, 6)


@dataclass
class Waiting:
    it: Company
    exception: int
    leave: int
    swap: int
    held: int
    question: int

    @property
    def paths(self) -> dict[str, str]:
        return {
            "leave_request": f"/hr/inbox/leave/{self.leave}",
            "swap": f"/hr/inbox/swaps/{self.swap}",
            "held_punch": f"/hr/inbox/held/{self.held}",
            "pay_question": f"/hr/inbox/questions/{self.question}",
        }


def waiting() -> Waiting:
    it = company()
    issued(it, made(it))
    swap = wants_to_swap(make.employee(it.branch, name="Anna Asks"), make.employee(it.branch, name="Ben Agrees"))
    held = held_punch(make.terminal(it.branch, name="Back door"), make.employee(it.branch, name="Holly Holds"))
    return Waiting(
        it, exception(make.employee(it.branch, name="Mia Mistake")), leave(make.employee(it.branch, name="Lea Leaves")),
        swap, held, question(it),
    )  # fmt: skip


def exception(person: Employee, on: date = date(2026, 4, 1), **more: Any) -> int:
    known = {"dedup_key": str(uuid4()), "employee_id": person.id, "branch_id": person.branch_id, "work_date": on}
    params = {"category": "other", "note": "x", "own": True}
    return make.save(AttendanceException(kind="mistake", opened_at=clock.now(), params=params, **known, **more)).id


def leave(person: Employee, first: date = FRIDAY, last: date = MONDAY, **known: Any) -> int:
    asked = {"client_id": str(uuid4()), "employee_id": person.id, "branch_id": person.branch_id, "steps": ["hr"]}
    asked |= {"asked_at": clock.now(), "kind": "annual", "halves": 8, "note": "Wedding", **known}
    return make.save(LeaveRequest(first_on=first, last_on=last, **asked)).id


def wants_to_swap(asker: Employee, other: Employee, on: date = FRIDAY) -> int:
    """Both agree already."""
    make.save(RosterDay(employee_id=other.id, work_date=on, branch_id=other.branch_id, kind="rest"))
    wanted = Swap(asker.id, other.id, on, None)
    number = do(schedules.ask_swap, rep=signed_in(asker), client_id=str(uuid4()), swap=wanted, at=clock.now())
    do(schedules.answer_swap, rep=signed_in(other), swap_id=number, agrees=True, at=clock.now())
    return number


def held_punch(door: Terminal, person: Employee | None = None, pin: str = "8", **known: Any) -> int:
    if person is not None:
        span = {"first_on": date(2026, 1, 1), "recorded_at": clock.now()}
        make.save(PinHolder(branch_id=door.branch_id, employee_id=person.id, pin=pin, **span))
    values = {"device_time": "2000-01-01 08:00:00", "zone": door.timezone, "at": clock.now(), "line": "8\tx"}
    values |= {"source": "push", "quality": "reset", "state": "held", "received_at": clock.now(), **known}
    return make.save(RawPunch(terminal_id=door.id, pin=pin, **values)).id


def question(it: Company) -> int:
    slip = payroll.own(it.rep)[0].id
    said = {"slip_id": slip, "line": 0, "category": "base", "note": "I worked 22 days", "client_id": str(uuid4())}
    db.session.remove()
    return do(pay.ask_about_line, by=it.rep, at=clock.now(), **said)


def many_leaves(branch: Branch, number: int, *, asked: timedelta = timedelta()) -> None:
    for n in range(number):
        leave(make.employee(branch, name=f"Many {n:02}"), asked_at=clock.now() - asked)


def fresh(model: Any, number: int) -> Any:
    db.session.remove()
    return db.session.get_one(model, number)
