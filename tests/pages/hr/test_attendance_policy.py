"""HR sets what a branch decides about its attendance."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from tests import factories
from tests.attendance.days import Field, field
from webapp.attendance.rules import AttendancePolicy
from webapp.core.audit import AuditEntry
from webapp.core.db import db
from webapp.core.outbox import OutboxRow
from webapp.people.models import Branch


@pytest.fixture
def f(app: Any, freeze: Any) -> Field:
    freeze("2026-03-04T12:00+08:00")
    return field()


@pytest.fixture
def hr(f: Field, client_as: Any) -> Any:
    return client_as(factories.employee(f.branch, "hr"))


def form(f: Field, **changes: Any) -> dict[str, Any]:
    db.session.expire_all()
    return {**asdict(AttendancePolicy()), "version": db.session.get_one(Branch, f.branch.id).version, **changes}


def waiting() -> int:
    return db.session.query(OutboxRow).filter_by(topic="schedule_changed").count()


def test_only_what_differs_is_kept_and_it_is_on_record(f: Field, hr: Any) -> None:
    page = f"/hr/settings/{f.branch.id}/attendance"
    assert page in hr.get(f"/hr/settings/{f.branch.id}").text
    assert hr.get(page).status_code == 200
    before = waiting()
    sent = form(f, correction_quota="3", disagreement="silent")
    assert hr.post(page, data=sent).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Branch, f.branch.id).attendance == {"correction_quota": 3, "disagreement": "silent"}
    entry = db.session.query(AuditEntry).one()
    assert (entry.action, entry.before) == ("branch.attendance", {"correction_quota": 0, "disagreement": "opens"})
    assert "Corrections a month" in hr.get("/hr/audit").text
    assert waiting() == before, "no day comes out differently"
    stale = hr.post(page, data=sent)
    assert (stale.status_code, 'value="3"' in stale.text) == (422, True)
    assert db.session.query(AuditEntry).count() == 1


def test_days_that_are_not_paid_follow_what_makes_days(f: Field, hr: Any) -> None:
    page = f"/hr/settings/{f.branch.id}/attendance"
    assert hr.post(page, data=form(f, device_alone="waits")).status_code == 303
    assert waiting() > 0


def test_what_is_out_of_bounds_is_told_beside_the_field(f: Field, hr: Any) -> None:
    page = f"/hr/settings/{f.branch.id}/attendance"
    answer = hr.post(page, data=form(f, correction_days="0"))
    assert (answer.status_code, "At least 1." in answer.text) == (422, True)
    assert hr.post(page, data=form(f, device_alone="x")).status_code == 422
    other = field()
    assert hr.get(f"/hr/settings/{other.branch.id}/attendance").status_code == 404
