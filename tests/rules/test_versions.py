"""Versions: in force by date, approved by another person, never edited."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from tests import factories
from webapp.core.db import conn, do, transaction
from webapp.core.errors import Conflict, Forbidden, Invalid
from webapp.rules import queries, service
from webapp.rules.models import RuleVersion

AT = datetime(2026, 3, 1, 2, tzinfo=UTC)


def amounts(branch_id: int, on: date) -> dict[str, int]:
    return {rule.kind: rule.params["amount"] for rule in queries.in_force(branch_id, on)}


def seed(currency: str = "CNY"):
    branch = factories.branch(currency=currency)
    do(service.seed_defaults, branch_id=branch.id, currency=currency, effective_from=date(2026, 1, 1), at=AT)
    return branch


def test_a_new_branch_starts_with_four_rules(app: Flask) -> None:
    china, singapore = seed(), seed("SGD")
    kinds = ["attendance_allowance", "full_attendance_target", "effective_visit", "streak"]
    assert amounts(china.id, date(2026, 1, 1)) == dict(zip(kinds, [10000, 5000, 5000, 5000], strict=True))
    assert amounts(singapore.id, date(2026, 1, 1))["attendance_allowance"] == 2000
    assert amounts(china.id, date(2025, 12, 31)) == {}
    again = do(service.seed_defaults, branch_id=china.id, currency="CNY", effective_from=date(2026, 1, 1), at=AT)
    assert again == []


def test_version_in_force_is_the_one_of_the_work_date(app: Flask) -> None:
    """T31: a change in the middle of a run applies from its date on."""
    branch = seed()
    author, other = factories.employee(branch, "hr"), factories.employee(branch, "hr")
    rule = queries.in_force(branch.id, date(2026, 1, 1))[0]
    draft = {"by": author.id, "rule_id": rule.rule_id, "params": {"amount": 9000}, "at": AT}
    version = do(service.propose_version, effective_from=date(2026, 2, 1), **draft)
    assert amounts(branch.id, date(2026, 2, 1))["attendance_allowance"] == 10000
    with pytest.raises(Forbidden):
        do(service.approve_version, by=author.id, version_id=version, at=AT)
    do(service.approve_version, by=other.id, version_id=version, at=AT)
    assert amounts(branch.id, date(2026, 1, 31))["attendance_allowance"] == 10000
    assert amounts(branch.id, date(2026, 2, 1))["attendance_allowance"] == 9000
    with pytest.raises(Conflict):
        do(service.approve_version, by=other.id, version_id=version, at=AT)


def test_retroactive_version_retires_what_it_covers(app: Flask) -> None:
    branch = seed()
    rule = queries.in_force(branch.id, date(2026, 1, 1))[0]
    for first, amount in ((date(2026, 2, 1), 9000), (date(2026, 1, 15), 8000)):
        version = do(
            service.propose_version,
            by=None,
            rule_id=rule.rule_id,
            params={"amount": amount},
            effective_from=first,
            at=AT,
        )
        do(service.approve_version, by=None, version_id=version, at=AT)
    found = [amounts(branch.id, date(2026, m, d))["attendance_allowance"] for m, d in ((1, 14), (1, 15), (2, 1))]
    assert found == [10000, 8000, 8000]


def test_two_approved_at_once_do_not_overlap(app: Flask) -> None:
    """A day with two versions of one rule could not be settled at all."""
    branch = seed()
    rule = queries.in_force(branch.id, date(2026, 1, 1))[0]
    on, draft = date(2026, 2, 1), {"by": None, "rule_id": rule.rule_id, "at": AT}
    first, second = (do(service.propose_version, params={"amount": n}, effective_from=on, **draft) for n in (1, 2))

    def approve() -> None:
        with app.app_context():
            do(service.approve_version, by=None, version_id=second, at=AT)

    other = Thread(target=approve)
    with transaction():
        service.approve_version(by=None, version_id=first, at=AT)
        other.start()
        other.join(0.5)
    other.join()
    assert [found.params["amount"] for found in queries.in_force(branch.id, on) if found.rule_id == rule.rule_id] == [2]


def test_range_that_would_leave_a_gap_is_refused(app: Flask) -> None:
    branch = seed()
    rule = queries.in_force(branch.id, date(2026, 1, 1))[0]
    version = do(
        service.propose_version,
        by=None,
        rule_id=rule.rule_id,
        params={},
        effective_from=date(2026, 2, 1),
        effective_to=date(2026, 2, 7),
        at=AT,
    )
    with pytest.raises(Invalid):
        do(service.approve_version, by=None, version_id=version, at=AT)


def test_approved_version_cannot_be_edited_or_deleted(app: Flask) -> None:
    seed()
    for change in (update(RuleVersion).values(params={"amount": 1}), delete(RuleVersion)):
        with pytest.raises(DBAPIError, match="immutable"), transaction():
            conn().execute(change)
