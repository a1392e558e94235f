"""Sales figures by hand and from a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.rewards.world import MONDAY, World
from tests.support.clockwork import Frozen
from webapp.core.audit import AuditEntry
from webapp.core.db import db
from webapp.core.outbox import OutboxRow
from webapp.sales import queries as sales
from webapp.sales.models import SalesFigure


@pytest.fixture
def world(app: Flask, freeze: Frozen) -> World:
    freeze("2026-03-03T09:30+08:00")
    return World(reps=2)


@pytest.fixture
def hr(world: World, client_as: Callable[..., Any]) -> Any:
    return client_as(factories.employee(world.branch, "hr"))


def figure(world: World, on: date = MONDAY) -> Any:
    db.session.remove()
    return sales.figures([(world.rep.id, on)]).get((world.rep.id, on))


def form(world: World, **changed: str) -> dict[str, str]:
    return {"staff_no": world.rep.staff_no, "work_date": "2026-03-02", "amount": "3,200.50", "target": "", **changed}


def test_a_figure_is_kept_with_every_correction_and_announced(world: World, hr: Any) -> None:
    """T26, T38: 0 is a figure, an empty target is none."""
    assert hr.post("/hr/sales", data=form(world)).status_code == 303
    assert (figure(world).amount, figure(world).target) == (320050, None)
    assert hr.post("/hr/sales", data=form(world, amount="0", target="0")).status_code == 303
    assert (figure(world).amount, figure(world).target) == (0, 0)
    assert db.session.scalars(select(SalesFigure.revision).order_by(SalesFigure.revision)).all() == [1, 2]
    assert db.session.scalar(select(OutboxRow.key)) == f"{world.rep.id}|2026-03-02"
    assert "sales.corrected" in db.session.scalars(select(AuditEntry.action)).all()
    assert "corrected" in hr.get("/hr/sales").text


def test_the_same_figure_again_changes_nothing(world: World, hr: Any) -> None:
    for _ in range(2):
        hr.post("/hr/sales", data=form(world))
    db.session.remove()
    assert db.session.scalars(select(SalesFigure.revision)).all() == [1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("staff_no", "R9999"),
        ("staff_no", ""),
        ("work_date", "2026-03-04"),
        ("work_date", "2019-12-31"),
        ("work_date", "yesterday"),
        ("amount", "-1"),
        ("amount", "1.234"),
        ("amount", "NaN"),
        ("amount", "1e400"),
        ("amount", "lots"),
        ("target", "-0.01"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_typed_is_lost(world: World, hr: Any, field: str, value: str) -> None:
    answer = hr.post("/hr/sales", data=form(world, **{field: value}))
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert "3,200.50" in answer.text or field == "amount"
    assert figure(world) is None


def test_people_of_another_branch_are_nobody(world: World, hr: Any) -> None:
    """T36"""
    other = factories.employee(factories.branch())
    answer = hr.post("/hr/sales", data=form(world, staff_no=other.staff_no))
    assert (answer.status_code, other.name in answer.text) == (422, False)


def test_a_file_with_good_known_and_wrong_rows(world: World, hr: Any) -> None:
    hr.post("/hr/sales", data=form(world, amount="100", target="90"))
    staff, other = (rep.staff_no for rep in world.reps)
    rows = [
        "工号,日期,销售额,目标",
        f"{staff},2026-03-02,100.00,90",
        f"{other},2026/03/02,55.5,",
        "R9999,2026-03-02,1,1",
        f"{other},soon,1,1",
        f"{staff},2026-03-03,-5,1",
    ]
    batch = _sent(hr, world, rows)
    preview = hr.get(batch).text
    assert "New 1" in preview
    assert "Already so 1" in preview
    assert "Wrong 3" in preview
    hr.post(f"{batch}/apply")
    db.session.remove()
    kept = db.session.execute(select(SalesFigure.amount, SalesFigure.source).order_by(SalesFigure.amount)).all()
    assert [tuple(row) for row in kept] == [(5550, "import"), (10000, "form")]


def test_a_file_of_sales_alone_takes_no_target_away(world: World, hr: Any) -> None:
    """A cash register knows what was sold and nothing of targets; an empty cell of a target column does say "none"."""
    hr.post("/hr/sales", data=form(world, amount="0", target="90"))
    staff = world.rep.staff_no
    for header, row, target in (
        ("工号,日期,销售额", f"{staff},2026-03-02,120", 9000),
        ("工号,日期,销售额,目标", f"{staff},2026-03-02,130,", None),
    ):
        hr.post(f"{_sent(hr, world, [header, row])}/apply")
        db.session.remove()
        assert figure(world).target == target


def _sent(hr: Any, world: World, rows: list[str]) -> str:
    """Uploaded; where its preview is."""
    upload = {"file": (io.BytesIO("\n".join(rows).encode("gbk")), "sales.csv"), "branch_id": str(world.branch.id)}
    sent = hr.post("/hr/sales/import", data=upload, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    return sent.headers["Location"]


def test_list_by_day_and_name_with_a_link_that_fills_the_form(world: World, hr: Any) -> None:
    hr.post("/hr/sales", data=form(world))
    assert world.rep.name in hr.get("/hr/sales?on=2026-03-02").text
    assert world.rep.name not in hr.get("/hr/sales?on=2026-03-01").text
    filled = hr.get(f"/hr/sales?staff_no={world.rep.staff_no}&on=2026-03-02").text
    assert 'value="3200.50"' in filled
