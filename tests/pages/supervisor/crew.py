"""A supervisor with a shop and reps whose days need different looks; 2 March 2026 in Shanghai."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tests import factories
from tests.attendance.days import ON, Field, arrive, field, leave, subject
from webapp.core.db import do
from webapp.people.models import Employee
from webapp.rules.service import seed_defaults
from webapp.sites.models import SiteSupervisor

NOON = "2026-03-02T12:00+08:00"


@dataclass(frozen=True)
class Crew:
    field: Field
    boss: Employee
    hr: Employee

    def rep(self, name: str, **known: Any) -> Field:
        """A further rep of the same shop's branch."""
        person = factories.employee(self.field.branch, name=name, **known)
        return replace(self.field, rep=person, me=subject(person, self.field.branch))

    def came(self, name: str, clock: str = "09:05", metres: float = 0, *, on: date = ON, **known: Any) -> Field:
        """A rep who checked in at the shop."""
        found = self.rep(name, **known)
        arrive(found, clock, metres, on=on)
        return found


def crew(**boss: Any) -> Crew:
    """Money rules in force, one supervisor of the shop, one HR person."""
    made = field()
    start = date(2026, 1, 1)
    do(seed_defaults, branch_id=made.branch.id, currency="CNY", effective_from=start, at=made.moment("00:00", start))
    person = factories.employee(made.branch, "supervisor", name="Chen Jie", **boss)
    factories.save(SiteSupervisor(site_id=made.shop.id, employee_id=person.id))
    return Crew(made, person, factories.employee(made.branch, "hr", name="Lin Mei"))


__all__ = ["NOON", "ON", "Crew", "arrive", "crew", "leave"]
