"""Rewards of a day whose shift has two parts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.attendance.days import ON, Field, arrive, field, leave
from webapp.core.db import db, do
from webapp.rewards.queries import earned_today
from webapp.rules import service as rules

SPLIT = {"kind": "split", "breaks": [["12:00", "16:00"]]}


def allowance(f: Field, clock: str) -> tuple[int, bool]:
    """What the day is worth so far, without visits, and whether it waits."""
    db.session.remove()
    found = earned_today(f.rep.id, ON, f.moment(clock))
    assert found is not None
    return sum(line.amount for line in found.lines if line.code.startswith("allowance")), found.waiting


@pytest.mark.parametrize(("terms", "first"), [(SPLIT, 0), ({}, 10000)])
def test_a_split_day_earns_its_allowance_when_both_parts_are_done(
    app: Flask, freeze: Any, terms: Any, first: int
) -> None:
    freeze("2026-03-02T07:00+08:00")
    f = field(kind={"shift_start": "08:00", "shift_end": "21:00", "terms": terms}, settled_from=ON)
    made = {"branch_id": f.branch.id, "currency": f.branch.currency, "effective_from": ON, "at": f.moment("00:00")}
    do(rules.seed_defaults, **made)
    leave(f, arrive(f, "07:55"), "12:01")
    assert allowance(f, "12:02")[0] == first
    leave(f, arrive(f, "15:58"), "21:00")
    assert allowance(f, "21:01")[0] == 10000
