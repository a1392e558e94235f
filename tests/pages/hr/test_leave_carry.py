"""The page of a year's end, the switches of a kind of leave, and what people see of it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests import factories as make
from webapp.core.db import db, transaction
from webapp.pages.hr import leave_carry
from webapp.schedules.models import LeaveGrant, LeaveType

HERE = "/hr/schedule/leave/carry"


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-01-05T10:00+08:00")
    made = make.branch(workdays=[1, 2, 3, 4, 5])
    with transaction() as conn:
        annual = update(LeaveType).where(LeaveType.code == "annual")
        conn.execute(annual.values(yearly_halves=20, carry_halves=6, carry_months=3))
    return made


@pytest.fixture
def rep(branch: Any) -> Any:
    return make.employee(branch, name="Li Na", staff_no="R001")


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr", name="Lin Mei"))


def grants() -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(LeaveGrant)) or 0


def test_looked_at_then_carried_over_once(client_as: Any, branch: Any, rep: Any, desk: Any) -> None:
    page = desk.get(HERE).text
    for text in ("Li Na", "at most 3 days go into 2026", "Tue 31 Mar", "1 person has days to carry over", "To do"):
        assert text in page
    for _ in range(2):
        answer = desk.post(HERE, data={"branch_id": branch.id, "year": 2025})
        assert answer.status_code == 303
        assert "Doing it again changes nothing." in desk.get(answer.location).text
    assert grants() == 1
    assert "of which 3 until 31 Mar" in desk.get("/hr/schedule/leave/balances").text
    phone = client_as(rep).get("/me/leave").text
    assert "of which 3 days until Tue 31 Mar" in phone
    assert "13 days" in phone


def test_what_takes_long_goes_on_by_itself(branch: Any, rep: Any, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        make.employee(branch)
    monkeypatch.setattr(leave_carry, "SECONDS_PER_REQUEST", -1)
    data = {"branch_id": branch.id, "year": 2025}
    part = desk.post(HERE, data=data, headers={"HX-Request": "true"}).text
    assert grants() == 1
    assert 'hx-trigger="load, submit"' in part
    after = part.split('name="after" value="')[1].split('"')[0]
    assert desk.post(HERE, data={**data, "after": after}).status_code == 303
    assert grants() == 2
    assert "Some people are still to come" in desk.get(HERE).text
    monkeypatch.undo()
    desk.post(HERE, data=data)
    assert grants() == 3


def test_what_changed_since_can_be_given_by_hand(branch: Any, rep: Any, desk: Any) -> None:
    desk.post(HERE, data={"branch_id": branch.id, "year": 2025})
    with transaction() as conn:
        conn.execute(update(LeaveType).values(carry_halves=10))
    page = desk.get(HERE).text
    assert "For 1 person 2025 has changed since" in page
    link = page.split('href="')
    link = next(
        one.split('"')[0].replace("&amp;", "&")
        for one in link
        if one.startswith("/hr/schedule/leave/balances?") and "days=" in one
    )
    form = desk.get(link).text
    assert ('value="R001"' in form, 'value="2"' in form) == (True, True)


def test_a_year_that_runs_and_another_branch(branch: Any, rep: Any, desk: Any) -> None:
    answer = desk.post(HERE, data={"branch_id": branch.id, "year": 2026})
    assert (answer.status_code, "2026 is not over yet" in answer.text) == (422, True)
    assert desk.get(f"{HERE}?branch_id={make.branch().id}").status_code == 404
    assert desk.get(f"{HERE}?year=x&sort=no&page=-3").status_code == 200
    assert grants() == 0


def test_sorted_by_any_column(branch: Any, rep: Any, desk: Any) -> None:
    make.employee(branch, name="An", staff_no="R002", joined_on=date(2025, 1, 1))
    for sort in ("number", "-name", "left", "carried", "lapses", "difference"):
        assert desk.get(f"{HERE}?sort={sort}").status_code == 200
    page = desk.get(f"{HERE}?sort=name").text
    assert page.index("An</th>") < page.index("Li Na</th>")


def test_switches_of_a_kind(branch: Any, desk: Any) -> None:
    one = db.session.scalars(select(LeaveType).where(LeaveType.code == "annual")).one()
    address = f"/hr/schedule/leave/types/{one.id}"
    assert 'value="3"' in desk.get(address).text
    typed = {"name_en": "Annual leave", "name_zh": "年假", "yearly": "10", "half_days": "1", "version": one.version}
    desk.post(address, data={**typed, "prorated": "1", "carry": "2.5", "carry_months": ""})
    db.session.remove()
    one = db.session.get_one(LeaveType, one.id)
    assert (one.prorated, one.carry_halves, one.carry_months) == (True, 5, None)
    listed = desk.get("/hr/schedule/leave/types").text
    assert ("in proportion" in listed, "at most 2.5 days" in listed) == (True, True)
    typed["version"] = one.version
    for wrong, text in (
        ({"carry": "2.2"}, "whole or half days"),
        ({"carry_months": "13"}, ""),
        ({"yearly": "", "carry": "1"}, "First say how many days a year"),
    ):
        answer = desk.post(address, data={**typed, **wrong})
        assert (answer.status_code, text in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("seen_on", "address", "row"),
    [
        ("/hr/schedule/leave", "/hr/schedule/leave/import", "staff_no,kind,first_on\nR001,annual,2026-01-07\n"),
        (
            "/hr/schedule/leave/balances",
            "/hr/schedule/leave/balances/import",
            "staff_no,kind,year,days\nR001,annual,2026,2\n",
        ),
        ("/hr/schedule/shifts", "/hr/schedule/shifts/import", "name,start,end\nEarly,07:00,15:00\n"),
    ],
)
def test_files_are_looked_at_first(desk: Any, branch: Any, rep: Any, seen_on: str, address: str, row: str) -> None:
    assert f'href="{address}"' in desk.get(seen_on).text
    assert "Download an example" in desk.get(address).text
    assert desk.get(f"{address}/sample.csv").status_code == 200
    for done in (True, False):
        file = {"file": (io.BytesIO(row.encode()), "x.csv"), "branch_id": branch.id}
        preview = desk.post(address, data=file, content_type="multipart/form-data").location
        assert ("Import 1 row" in desk.get(preview).text) == done
        assert ("There is nothing to import" in desk.get(preview).text) != done
        desk.post(f"{preview}/apply")
    assert "Imported" in desk.get("/hr/audit").text


def test_a_wrong_day_to_count_from_is_said(desk: Any, branch: Any) -> None:
    file = {"file": (io.BytesIO(b"name,start,end\nA,7:00,8:00\n"), "x.csv"), "from_on": "soon", "branch_id": branch.id}
    answer = desk.post("/hr/schedule/shifts/import", data=file, content_type="multipart/form-data")
    assert (answer.status_code, "Write a date" in answer.text) == (422, True)
