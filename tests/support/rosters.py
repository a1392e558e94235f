"""A branch's month as offices have it: three shifts, two free days a week, up to four visits a day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from tests import factories as make
from webapp.people.models import Branch, Employee
from webapp.schedules.models import PlanStop, RosterDay, Shift

NAMES = ("Zhang Wei", "李娜", "Wang Fang", "陈杰", "Liu Yang", "赵敏")


def fill(branch: Branch, people: int, first: date, days: int) -> list[Employee]:
    """Needs an app context; the same every time."""
    dice = random.Random(7)
    hours = (("Early", 7), ("Day", 9), ("Late", 13))
    known = {"branch_id": branch.id}
    shifts = [make.save(Shift(**known, name=name, start=f"{n:02}:00", end=f"{n + 8:02}:00")) for name, n in hours]
    kind = make.store_type(branch)
    sites = [make.site(kind).id for _ in range(8)]
    team = [make.employee(branch, name=f"{NAMES[n % len(NAMES)]} {n}") for n in range(people)]
    rows: list[Any] = []
    for person in team:
        for n in range(days):
            rows += _day(dice, person, first + timedelta(days=n), [shift.id for shift in shifts], sites)
    make.save(*rows)
    return team


def _day(dice: random.Random, person: Employee, on: date, shifts: list[int], sites: list[int]) -> list[Any]:
    free, known = dice.random() < 2 / 7, {"employee_id": person.id, "work_date": on}
    shift_id = None if free or dice.random() < 0.1 else dice.choice(shifts)
    rows: list[Any] = [
        RosterDay(**known, branch_id=person.branch_id, kind="rest" if free else "work", shift_id=shift_id)
    ]
    visits = dice.randrange(5) if not free or dice.random() < 0.1 else 0
    for seq in range(visits):
        starts = f"{dice.randrange(8, 17):02}:00" if dice.random() < 0.3 else None
        rows.append(PlanStop(**known, seq=seq + 1, site_id=dice.choice(sites), starts=starts))
    return rows
