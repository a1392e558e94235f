"""Store types: hours with a date, grace, names in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from webapp.core.db import db
from webapp.schedules import queries as schedules
from webapp.sites.models import StoreType

NEW = {"code": "mall", "name_en": "Mall", "name_zh": "商场", "start": "10:00", "end": "22:00", "grace_minutes": "10"}


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    return make.branch()


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


def test_a_store_type_is_added_and_its_hours_change_from_a_date(desk: Any, branch: Any) -> None:
    assert desk.post("/hr/sites/store-types", data={**NEW, "branch_id": branch.id}).status_code == 303
    kind = db.session.scalars(select(StoreType)).one()
    change = {**NEW, "start": "09:00", "from_on": "2026-04-01", "version": 1}
    assert desk.post(f"/hr/sites/store-types/{kind.id}", data=change).status_code == 303
    rep, site = make.employee(branch), make.site(kind)
    days = [schedules.expectation(rep.id, on, branch, site_id=site.id) for on in (date(2026, 3, 31), date(2026, 4, 1))]
    assert [(day.starts_at.hour + 8, day.grace_minutes) for day in days] == [(10, 10), (9, 10)]
    assert "until then 10:00–22:00" in desk.get("/hr/sites/store-types").text
    assert "Until Wed 1 Apr 2026" in desk.get(f"/hr/sites/store-types/{kind.id}").text


def test_a_store_type_has_terms_of_its_own(desk: Any, branch: Any) -> None:
    typed = {
        **NEW,
        "kind": "core",
        "core_start": "11:00",
        "core_end": "15:00",
        "minimum": "420",
        "branch_id": branch.id,
    }
    assert desk.post("/hr/sites/store-types", data=typed).status_code == 303
    kind = db.session.scalars(select(StoreType)).one()
    assert kind.terms == {"kind": "core", "core": ["11:00", "15:00"], "minimum": 420}
    page = desk.get(f"/hr/sites/store-types/{kind.id}").text
    assert "Be there from 11:00 to 15:00; come and go at any time between 10:00 and 22:00." in page
    change = {**NEW, "kind": "fixed", "serious": "60", "from_on": "2026-04-01", "version": 1}
    assert desk.post(f"/hr/sites/store-types/{kind.id}", data=change).status_code == 303
    rep, site = make.employee(branch), make.site(kind)
    days = [schedules.expectation(rep.id, on, branch, site_id=site.id) for on in (date(2026, 3, 31), date(2026, 4, 1))]
    assert [(day.terms.kind, day.terms.serious) for day in days] == [("core", 0), ("fixed", 60)]
    assert "Be there from 11:00" in desk.get(f"/hr/sites/store-types/{kind.id}").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("start", "25:00"), ("end", "10:00"), ("grace_minutes", "241"), ("name_zh", ""), ("code", "x" * 31)],
)
def test_mistakes_come_back_beside_their_field(desk: Any, branch: Any, field: str, value: str) -> None:
    answer = desk.post("/hr/sites/store-types", data={**NEW, "branch_id": branch.id, field: value})
    assert (answer.status_code, f'id="f-{field}-error"' in answer.text) == (422, True), answer.text


def test_what_is_not_ones_own_does_not_exist(desk: Any, branch: Any) -> None:
    foreign = make.store_type(make.branch())
    change = {**NEW, "from_on": "2026-04-01", "version": 1}
    assert desk.get(f"/hr/sites/store-types/{foreign.id}").status_code == 404
    assert desk.post(f"/hr/sites/store-types/{foreign.id}", data=change).status_code == 404
    assert desk.post("/hr/sites/store-types", data={**NEW, "branch_id": foreign.branch_id}).status_code == 403
    mine = make.store_type(branch, version=3)
    stale = desk.post(f"/hr/sites/store-types/{mine.id}", data=change)
    assert (stale.status_code, "Somebody changed this" in stale.text) == (422, True)
