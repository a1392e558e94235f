"""A time that is past is shown by the clock of its branch, whoever looks, from where, and whenever (T17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests import factories
from tests.attendance.days import ON, arrive, field
from webapp.people.models import BranchScope

YORK = {"timezone": "America/New_York", "currency": "USD", "country": "US", "language": "en"}


def test_t17_a_past_tap_keeps_its_time(app: Any, freeze: Any, client_as: Any) -> None:
    york = field(**YORK)
    freeze(york.moment("20:35"))
    arrive(york, "20:35", metres=400)
    admin = factories.employee(factories.branch(), "admin")
    factories.save(BranchScope(employee_id=admin.id, branch_id=york.branch.id))
    phone, desk = client_as(york.rep), client_as(admin)
    for later in (timedelta(), timedelta(hours=6), timedelta(days=7)):  # over midnight, and into summer time
        freeze(york.moment("20:35") + later)
        assert "20:35" in phone.get(f"/visits?view=day&day={ON}").text
        assert "20:35" in desk.get("/hr/inbox").text
