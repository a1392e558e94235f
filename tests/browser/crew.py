"""Reps of shop 1 whose 2 March 2026 needs different looks, in the running product's database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests import factories
from tests.attendance.days import Field, arrive, subject
from tests.support.company import Company, find
from webapp.core.db import do
from webapp.rules.service import seed_defaults
from webapp.schedules.models import PlanStop

NOON, ON = "2026-03-02T12:00+08:00", date(2026, 3, 2)
START = date(2026, 1, 1)


def rep(company: Company, name: str, **known: Any) -> Field:
    person = factories.employee(company.branch, name=name, team_id=company.people["S001"].team_id, **known)
    return Field(company.branch, company.store_type, person, company.sites[0], subject(person, company.branch))


def seed(stack: Any, *, clean: int = 0, far: int = 0, late: int = 0, missing: int = 0) -> None:
    """The company's own two reps have a day off, so that only these count; no two stand on the very same spot."""
    with stack.app.app_context():
        company = find()
        at = datetime.fromisoformat(NOON)
        do(seed_defaults, branch_id=company.branch.id, currency="CNY", effective_from=START, at=at)
        for number in range(clean):
            arrive(rep(company, f"Clean {number}"), "09:02", number)
        for number in range(far):
            arrive(
                rep(company, f"Far 王小明 {number}" if number else "Far Bartholomew Featherstonehaugh-Ng"),
                "09:05",
                400 + number,
            )
        for number in range(late):
            arrive(rep(company, f"Late {number}"), "09:26", 30 + number)
        for number in range(missing):
            found = rep(company, f"Missing {number}", phone=f"1380013800{number}")
            factories.save(PlanStop(employee_id=found.rep.id, work_date=ON, seq=1, site_id=found.shop.id))
    stack.wait_idle()
