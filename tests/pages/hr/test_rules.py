"""HR's page of reward rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.rewards.test_settle import settle
from tests.rewards.world import MONDAY, World
from tests.support.clockwork import Frozen
from webapp.core.db import db, do
from webapp.rules import queries, service


@pytest.fixture
def world(app: Flask, freeze: Frozen) -> World:
    freeze("2026-03-03T12:00+08:00")
    made = World(reps=2)
    made.works(MONDAY, late=7)
    settle(made, MONDAY)
    return made


def test_sentence_version_and_what_it_cost(world: World, client_as: Callable[..., Any]) -> None:
    page = client_as(factories.employee(world.branch, "hr")).get("/hr/rules").text
    assert "Attendance allowance of ¥100.00 a scheduled day" in page
    assert "90% up to 15 min late" in page
    assert "¥180.00" in page
    assert "In force" in page


def test_a_version_to_come_and_older_ones(world: World, client_as: Callable[..., Any]) -> None:
    rule = queries.in_force(world.branch.id, MONDAY)[0]
    db.session.remove()
    at = world.at(MONDAY, 12)
    coming = {"effective_from": MONDAY + timedelta(days=9), "params": {"amount": 12300}, "at": at}
    version = do(service.propose_version, by=None, rule_id=rule.rule_id, **coming)
    finance = client_as(factories.employee(world.branch, "finance"))
    assert "Draft" in finance.get("/hr/rules").text
    do(service.approve_version, by=None, version_id=version, at=at)
    page = finance.get("/hr/rules").text
    assert "Coming" in page
    assert "¥123.00" in page
    assert finance.get("/hr/rules?show=all").status_code == 200


def test_another_branch_is_not_there(world: World, client_as: Callable[..., Any]) -> None:
    """T36"""
    factories.branch(name="Elsewhere")
    assert "Elsewhere" not in client_as(factories.employee(world.branch, "hr")).get("/hr/rules").text


def test_the_cost_is_of_thirty_days_with_today(world: World, client_as: Callable[..., Any], freeze: Frozen) -> None:
    hr = client_as(factories.employee(world.branch, "hr"))
    for days, counts in ((29, True), (30, False)):
        freeze(world.at(MONDAY, 12, days=days))
        assert ("¥180.00" in hr.get("/hr/rules").text) is counts
