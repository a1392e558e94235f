"""Taking an import back: all of it, as it was, or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from tests import factories as make
from tests.sites.test_service import refusal, signed
from webapp.core import clock, imports
from webapp.core.audit import AuditEntry
from webapp.core.db import do, transaction
from webapp.people.models import Branch, Employee
from webapp.schedules import queries, service
from webapp.schedules.adapters.imports import PlansImport, RosterImport, ShiftsImport
from webapp.schedules.models import PlanStop, RosterDay, Shift

DAY = date(2026, 3, 5)


@pytest.fixture
def branch(app: Any, freeze: Any) -> Branch:
    freeze("2026-03-04T10:00+08:00")
    return make.branch()


@pytest.fixture
def rep(branch: Branch) -> Employee:
    return make.employee(branch, staff_no="R001")


@pytest.fixture
def hr(branch: Branch) -> Employee:
    return make.employee(branch, "hr")


def begin(kind: Any, hr: Employee, text: str) -> Any:
    ask = imports.Ask(signed(hr), hr.branch_id, {}, clock.now())
    return imports.open_batch(imports.prepare(kind, text.encode(), "x.csv", ask), kind, hr.id)


def bring(kind: Any, hr: Employee, text: str) -> None:
    imports.run(kind, begin(kind, hr, text), signed(hr))


def undo(hr: Employee) -> int:
    change = queries.last_change(signed(hr))
    assert change is not None
    return do(service.undo_change, by=signed(hr), entry_id=change.entry_id, at=clock.now())


def test_rows_of_one_day_come_back_as_they_were(branch: Branch, rep: Employee, hr: Employee) -> None:
    kind = make.store_type(branch)
    for code in ("A1", "A2", "A3"):
        last = make.site(kind, code=code)
    make.save(PlanStop(employee_id=rep.id, work_date=DAY, seq=1, site_id=last.id, starts="11:00"))
    before = queries.plan(rep.id, DAY)
    bring(PlansImport(), hr, f"staff_no,date,site\nR001,{DAY},A1\nR001,{DAY},A2\n")
    assert len(queries.plan(rep.id, DAY)) == 2
    assert undo(hr) == 1
    assert queries.plan(rep.id, DAY) == before
    assert queries.last_change(signed(hr)) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [(ShiftsImport(), "staff_no,date,shift\nR001,{0},rest\n"), (RosterImport(), "staff_no,{0}\nR001,rest\n")],
)
def test_rosters_come_back(branch: Branch, rep: Employee, hr: Employee, kind: Any, text: str) -> None:
    early = make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
    known = {"employee_id": rep.id, "work_date": DAY, "branch_id": branch.id}
    make.save(RosterDay(**known, kind="work", shift_id=early.id))
    bring(kind, hr, text.format(DAY))
    assert queries.some_day(rep.id, DAY).kind == "rest"
    assert undo(hr) == 1
    row = queries.some_day(rep.id, DAY)
    assert (row.kind, row.shift_id) == ("work", early.id)


def test_several_changes_of_one_roster_are_one(branch: Branch, rep: Employee, hr: Employee) -> None:
    """Each entry names only what it changed: the oldest word about each part is what was."""
    early = make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
    known = {"employee_id": rep.id, "work_date": DAY}
    make.save(RosterDay(**known, branch_id=branch.id, kind="work", shift_id=early.id))
    for kind in ("work", "rest"):
        do(service.set_day, by=signed(hr), kind=kind, at=clock.now(), **known)
    with transaction() as opened:
        opened.execute(update(AuditEntry).where(AuditEntry.action == "roster.changed").values(request_id="one"))
    assert undo(hr) == 1
    row = queries.some_day(rep.id, DAY)
    assert (row.kind, row.shift_id) == ("work", early.id)


def test_an_import_of_several_requests_is_one(branch: Branch, rep: Employee, hr: Employee, app: Any) -> None:
    batch = begin(ShiftsImport(), hr, f"staff_no,date,shift\nR001,{DAY},rest\nR001,2026-03-06,rest\n")
    steps = iter([True, False])
    with app.test_request_context():
        imports.run(ShiftsImport(), batch, signed(hr), more=lambda: next(steps, False))
    assert queries.some_day(rep.id, DAY) is not None
    assert queries.last_change(signed(hr)) is None, "the rest is still to come"
    with transaction() as opened:
        entry_id = opened.execute(AuditEntry.__table__.select()).all()[-1].id
    known = {"by": signed(hr), "entry_id": entry_id, "at": clock.now()}
    assert refusal(lambda: do(service.undo_change, **known)).code == "undo_part"
    imports.run(ShiftsImport(), batch, signed(hr))
    assert undo(hr) == 2
    assert (queries.some_day(rep.id, DAY), queries.some_day(rep.id, date(2026, 3, 6))) == (None, None)
