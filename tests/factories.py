"""Plain builders: each saves one row with believable defaults and returns it, detached and loaded."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from webapp.attendance.models import TerminalStay
from webapp.core import clock
from webapp.core.db import db, transaction
from webapp.devices.models import Terminal, TerminalSite
from webapp.people.models import Branch, Employee
from webapp.people.rules import CONSENT_TEXT
from webapp.schedules.models import LeaveType
from webapp.schedules.rules import LEAVE_TYPES
from webapp.sites.models import Site, SiteSupervisor, StoreType

_number = count(1)


def save(*rows: Any) -> Any:
    """Write rows in one unit of work; the first one comes back."""
    with transaction():
        db.session.add_all(rows)
        db.session.flush()
    return rows[0]


def branch(code: str | None = None, **known: Any) -> Branch:
    """A Shanghai branch in CNY unless told otherwise."""
    values = {
        "code": code or f"B{next(_number)}",
        "name": "Shanghai",
        "timezone": "Asia/Shanghai",
        "currency": "CNY",
        "language": "zh",
        "country": "CN",
        "settlement_time": "10:00",
        "workdays": [1, 2, 3, 4, 5, 6, 7],
        "settled_from": date(2026, 1, 1),
    }
    made = save(Branch(**{**values, **known}))
    named = (LeaveType(branch_id=made.id, code=code, name_en=en, name_zh=zh) for code, en, zh in LEAVE_TYPES)
    save(*named)
    return made


def employee(branch: Branch, role: str = "rep", **known: Any) -> Employee:
    """Somebody of the company who has been here for a while and agreed to positions; English reader."""
    number = next(_number)
    values = {
        "staff_no": f"{role[0].upper()}{number:04}",
        "name": f"Person {number}",
        "branch_id": branch.id,
        "role": role,
        "employer": "own",
        "joined_on": date(2020, 1, 1),
        "language": "en",
        "created_at": clock.now(),
        "consent_text": CONSENT_TEXT,
        "consent_given": True,
    }
    return save(Employee(**{**values, **known}))


def store_type(branch: Branch, **known: Any) -> StoreType:
    """A supermarket open 09:00-18:00 with 20 minutes of grace."""
    values = {
        "branch_id": branch.id,
        "code": f"type-{next(_number)}",
        "name_en": "Supermarket",
        "name_zh": "超市",
        "shift_start": "09:00",
        "shift_end": "18:00",
        "grace_minutes": 20,
    }
    return save(StoreType(**{**values, **known}))


def site(store_type: StoreType, *supervisors: Employee, **known: Any) -> Site:
    """A shop near People's Square in Shanghai, radius 150 m."""
    number = next(_number)
    values = {
        "branch_id": store_type.branch_id,
        "store_type_id": store_type.id,
        "code": f"SH{number:04}",
        "name": f"Shop {number}",
        "lat": 31.23045,
        "lng": 121.47375,
        "created_at": clock.now(),
    }
    made = save(Site(**{**values, **known}))
    if supervisors:
        save(*(SiteSupervisor(site_id=made.id, employee_id=person.id) for person in supervisors))
    return made


def zone(branch: Branch) -> ZoneInfo:
    return ZoneInfo(branch.timezone)


def terminal(branch: Branch, *sites: Site, **known: Any) -> Terminal:
    """A ZKTeco device that pushes, on the wall of these shops."""
    number = next(_number)
    values = {
        "serial": f"ZK{number:06}",
        "name": f"Door {number}",
        "branch_id": branch.id,
        "kind": "zk_push",
        "timezone": branch.timezone,
        "created_at": clock.now(),
    }
    made = save(Terminal(**{**values, **known}))
    if sites:
        save(*(TerminalSite(terminal_id=made.id, site_id=site.id) for site in sites))
        save(*(TerminalStay(terminal_id=made.id, site_id=site.id) for site in sites))
    return made
