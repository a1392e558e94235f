"""Plans and rosters from a table."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from tests import factories as make
from webapp.core import clock, imports
from webapp.people.models import Branch, Employee
from webapp.schedules import queries as schedules
from webapp.schedules.adapters.imports import PlansImport, RosterImport, ShiftsImport
from webapp.schedules.models import Shift

DAY = date(2026, 3, 2)


@pytest.fixture
def branch(app: Any) -> Branch:
    return make.branch()


@pytest.fixture
def rep(branch: Branch) -> Employee:
    return make.employee(branch, staff_no="R001")


def bring(kind: Any, branch: Branch, text: str) -> tuple[imports.Counts, list[dict[str, str]]]:
    batch_id = imports.prepare(kind, text.encode(), "x.csv", imports.Ask(None, branch.id, {}, clock.now()))
    imports.run(kind, imports.open_batch(batch_id, kind, None), None)
    errors = [{name: error["code"] for name, error in row.errors.items()} for row in imports.failures(batch_id)]
    return imports.counts(batch_id), errors


def test_a_file_is_the_whole_plan_of_its_days(branch: Branch, rep: Employee) -> None:
    kind = make.store_type(branch)
    one, two = make.site(kind, code="A1"), make.site(kind, code="A2")
    file = "工号,日期,门店,开始,结束\nr001,2026-03-02,A2,9:00,10:30\nR001,2026/3/2,a1,,\nR001,2026-03-03,A1,,\n"
    for _ in range(2):
        assert bring(PlansImport(), branch, file)[0].done == 3
        stops = schedules.plan(rep.id, DAY)
        assert [(stop.site_id, stop.starts) for stop in stops] == [(two.id, "09:00"), (one.id, None)]
    bring(PlansImport(), branch, "staff_no,date,site\nR001,2026-03-02,A1\n")
    assert [stop.site_id for stop in schedules.plan(rep.id, DAY)] == [one.id]
    assert len(schedules.plan(rep.id, date(2026, 3, 3))) == 1


def test_a_wrong_first_row_does_not_keep_the_old_plan(branch: Branch, rep: Employee) -> None:
    make.site(make.store_type(branch), code="A1")
    bring(PlansImport(), branch, "staff_no,date,site,starts\nR001,2026-03-02,A1,08:00\n")
    on = "2026-03-02"
    rows = f"R001,{on},XX,\nR001,{on},A1,11:00\nR001,{on},A1,11:00\nR9,{on},A1,\nR001,2.3.,A1,25:00\n"
    counts, errors = bring(PlansImport(), branch, f"staff_no,date,site,starts\n{rows}")
    assert (counts.done, counts.error) == (1, 4)
    assert errors == [
        {"site": "unknown_site"},
        {"staff_no": "twice_in_file"},
        {"staff_no": "unknown_staff"},
        {"date": "not_a_date", "starts": "not_a_time"},
    ]
    assert [stop.starts for stop in schedules.plan(rep.id, DAY)] == ["11:00"]


def test_rosters_name_a_shift_rest_or_nothing(branch: Branch, rep: Employee) -> None:
    make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
    rows = "R001,2026-03-02,early\nR001,2026-03-03,休息\nR001,2026-03-04,\nR001,2026-03-05,Late\n"
    counts, errors = bring(ShiftsImport(), branch, f"staff_no,date,shift\n{rows}")
    assert (counts.done, errors) == (3, [{"shift": "unknown_shift"}])
    days = [schedules.expectation(rep.id, date(2026, 3, n), branch) for n in (2, 3, 4)]
    assert [(day.kind, day.source) for day in days] == [("work", "roster"), ("rest", "roster"), ("work", "roster")]
    assert [day.starts_at.hour for day in days] == [23, 23, 23], "07:00 in Shanghai, the branch's only shift"


def test_a_grid_of_people_and_dates(branch: Branch, rep: Employee) -> None:
    early = make.save(Shift(branch_id=branch.id, name="早班", start="07:00", end="15:00"))
    other = make.employee(branch, staff_no="R002")
    kept = date(2026, 3, 4)
    file = "工号,姓名,2026-03-02,2026年3月3日,2026/3/4\nR001,Li Na,早班,休,\nR002,Wang,班,-,早班\n"
    bring(ShiftsImport(), branch, f"staff_no,date,shift\nR001,{kept},rest\n")
    for _ in range(2):
        counts, errors = bring(RosterImport(), branch, file)
        assert (counts.done, errors) == (2, [])
    days = [schedules.some_day(rep.id, date(2026, 3, n)) for n in (2, 3, 4)]
    assert [(row.kind, row.shift_id) for row in days if row] == [("work", early.id), ("rest", None), ("rest", None)]
    row = schedules.some_day(other.id, DAY)
    assert row is not None
    assert (row.kind, row.shift_id) == ("work", None)


def test_a_grid_names_the_wrong_cell(branch: Branch, rep: Employee) -> None:
    make.employee(branch, staff_no="R002")
    make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
    file = "staff_no,2026-03-02,2026-03-03,Colour\nR001,Early,Moon,red\nR009,rest,,\nR002,,,\nR001,rest,,\n"
    counts, errors = bring(RosterImport(), branch, file)
    assert (counts.done, counts.skip) == (0, 1)
    assert errors == [{"2026-03-03": "unknown_shift"}, {"staff_no": "unknown_staff"}, {"staff_no": "twice_in_file"}]
    assert schedules.some_day(rep.id, DAY) is None


def test_a_grid_comes_from_a_spreadsheet(branch: Branch, rep: Employee) -> None:
    book = Workbook()
    book.active.append(["Staff number", date(2026, 3, 2), date(2026, 3, 3)])
    book.active.append(["R001", "rest", "work"])
    file = io.BytesIO()
    book.save(file)
    ask = imports.Ask(None, branch.id, {}, clock.now())
    batch_id = imports.prepare(RosterImport(), file.getvalue(), "x.xlsx", ask)
    imports.run(RosterImport(), imports.open_batch(batch_id, RosterImport(), None), None)
    found = [schedules.some_day(rep.id, date(2026, 3, n)) for n in (2, 3)]
    assert [row.kind for row in found if row] == ["rest", "work"]
