"""A small company whose days are written by hand, so that every figure of a report can be counted on fingers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests import factories as make
from webapp.attendance.models import AttendanceDay, AttendanceException, CheckIn, CheckInVoid, Confirmation, Punch
from webapp.core.db import db
from webapp.devices.models import RawPunch
from webapp.people.models import Branch, BranchScope, Employee, Team
from webapp.sites.models import StoreType

NOW = "2026-03-16T12:00+08:00"
SINCE, UNTIL = date(2026, 3, 9), date(2026, 3, 15)
"""Monday to Sunday; the period before is 2 to 8 March."""
PERIOD = f"since={SINCE}&until={UNTIL}"
_number = count(1)


@dataclass
class House:
    branch: Branch
    other: Branch
    foreign: Branch
    """A branch that the HR person may not see."""
    team: Team
    shop: Any
    depot: Any
    reps: list[Employee]
    boss: Employee
    hr: Employee

    def shop_type(self) -> StoreType:
        return db.session.get_one(StoreType, self.shop.store_type_id)


def house() -> House:
    branch, other = make.branch("SH", name="Shanghai"), make.branch("TY", name="Tokyo", timezone="Asia/Tokyo")
    foreign = make.branch("XX", name="Elsewhere")
    team = make.save(Team(branch_id=branch.id, name="North"))
    shop = make.site(make.store_type(branch), name="Riverside", code="S1")
    depot = make.site(make.store_type(branch, name_en="Depot", name_zh="仓库"), name="Depot", code="S2")
    reps = [make.employee(branch, name="Ann", team_id=team.id), make.employee(branch, name="Bob")]
    reps.append(make.employee(other, name="Cid"))
    boss, hr = make.employee(branch, "supervisor", name="Boss"), make.employee(branch, "hr")
    make.save(BranchScope(employee_id=hr.id, branch_id=other.id))
    return House(branch, other, foreign, team, shop, depot, reps, boss, hr)


def moment(on: date, clock: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(f"{on}T{clock}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day(rep: Employee, on: date, status: str = "normal", **known: Any) -> AttendanceDay:
    """A day of 09:00 to 18:00 that is over, on which the rep came at nine unless the status says otherwise."""
    came = status not in ("absent", "missing_in", "rest", "leave")
    values = {
        "employee_id": rep.id, "work_date": on, "branch_id": rep.branch_id, "status": status, "scheduled": True,
        "expected": "work", "present": came, "over": True, "starts_at": moment(on, "09:00"),
        "ends_at": moment(on, "18:00"), "first_in": moment(on, "09:00") if came else None,
        "sources": "phone" if came else "", "rebuilt_at": moment(on, "23:00"),
    }  # fmt: skip
    return make.save(AttendanceDay(**{**values, **known}))


def came(rep: Employee, on: date, site: Any, clock: str = "09:00") -> CheckIn:
    at = moment(on, clock)
    return make.save(
        CheckIn(
            client_id=str(uuid4()), fingerprint="x", employee_id=rep.id, branch_id=rep.branch_id, site_id=site.id,
            kind="in", work_date=on, tapped_at=at, received_at=at, counted_at=at, skew_s=0,
        )
    )  # fmt: skip


def issue(rep: Employee, on: date, state: str = "open", kind: str = "outside") -> AttendanceException:
    return make.save(
        AttendanceException(
            dedup_key=f"key {next(_number)}", employee_id=rep.id, branch_id=rep.branch_id, work_date=on, kind=kind,
            opened_at=moment(on, "09:00"), params={}, state=state,
        )
    )  # fmt: skip


def word(rep: Employee, on: date, by: Employee, after: timedelta, seq: int = 1, said: str = "present") -> Confirmation:
    """So long after 18:00."""
    at = moment(on, "18:00") + after
    return make.save(Confirmation(employee_id=rep.id, work_date=on, seq=seq, word=said, by=by.id, at=at))


def void(check_in: CheckIn) -> None:
    make.save(CheckInVoid(check_in_id=check_in.id, at=check_in.received_at, by=check_in.employee_id))


def punch(rep: Employee, on: date, site: Any) -> Punch:
    return make.save(
        Punch(
            raw_id=next(_number), terminal_id=1, employee_id=rep.id, branch_id=rep.branch_id, site_id=site.id,
            work_date=on, at=moment(on, "09:00"), recorded_at=moment(on, "09:00"),
        )
    )  # fmt: skip


def raw(door: Any, at: datetime, lag: float | None = 0, **known: Any) -> RawPunch:
    """What a device sent, so many seconds later."""
    wall = at.astimezone(ZoneInfo(door.timezone)).strftime("%Y-%m-%d %H:%M:%S")
    values = {
        "terminal_id": door.id, "pin": str(next(_number)), "device_time": wall, "zone": door.timezone, "at": at,
        "line": "x", "source": "push", "received_at": at + timedelta(seconds=lag or 0), "quality": "ok",
        "state": "mapped",
    }  # fmt: skip
    return make.save(RawPunch(**{**values, **known}))
