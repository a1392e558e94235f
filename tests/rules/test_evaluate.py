"""What the four kinds of rules pay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rules.samples import VISIT, day, late, rule
from webapp.core.errors import Invalid
from webapp.rules.rules import complete_params, evaluate, run_after

ALLOWANCE = rule("attendance_allowance")
TARGET = rule("full_attendance_target")
VISITS = rule("effective_visit")
STREAK = rule("streak")


@pytest.mark.parametrize(
    ("minutes", "grace", "amount"),
    [
        (0, 0, 5000),
        (7, 0, 4500),
        (15, 0, 4500),
        (16, 0, 3500),
        (60, 0, 3500),
        (61, 0, 0),
        (20, 20, 5000),
        (21, 20, 3500),
    ],
)
def test_allowance_bands_are_upper_inclusive_and_count_from_the_shift(minutes: int, grace: int, amount: int) -> None:
    """T16: exactly at the limit is still inside it."""
    assert evaluate(ALLOWANCE, late(minutes, grace_minutes=grace)).amount == amount


def test_allowance_says_why() -> None:
    (line,) = evaluate(ALLOWANCE, late(7)).lines
    assert line.code == "allowance_share"
    assert line.params == {
        "full_minor": 5000,
        "paid_minor": 4500,
        "currency": "CNY",
        "share_bp": 9000,
        "time": "08:07",
        "late": 7,
        "grace": 0,
    }


def test_allowance_rounds_half_up_once() -> None:
    """T27"""
    assert evaluate(rule("attendance_allowance", amount=5, bands=[[15, 9000]]), late(1)).amount == 5
    assert evaluate(rule("attendance_allowance", amount=5, bands=[[15, 5000]]), late(1)).amount == 3


def test_allowance_waits_for_a_silent_device_only_where_nobody_saw_the_arrival() -> None:
    """What is paid for an arrival that is known is not taken back because a device may know more."""
    unheard = {"status": "unheard", "undecided": True, "present": False}
    assert evaluate(ALLOWANCE, day(**unheard)).amount == 5000
    # of two arrivals one is not known: it could be a late one
    second = evaluate(ALLOWANCE, day(**unheard, complete=False))
    assert (second.amount, second.pending) == (0, True)
    outcome = evaluate(ALLOWANCE, day(**unheard, first_in=None))
    assert (outcome.amount, outcome.pending) == (0, True)


@pytest.mark.parametrize("status", ["absent", "leave", "rest"])
def test_allowance_of_a_day_not_worked_is_zero_with_a_reason(status: str) -> None:
    outcome = evaluate(ALLOWANCE, day(status=status, scheduled=status == "absent", present=False))
    assert (outcome.amount, outcome.pending) == (0, False)
    assert outcome.lines[0].code.startswith("allowance_")


def test_absent_because_our_system_failed_costs_nothing() -> None:
    outcome = evaluate(ALLOWANCE, day(status="absent", present=False, excused=True, first_in=None))
    assert (outcome.amount, outcome.lines[0].code) == (5000, "allowance_system")


def test_allowance_of_a_split_shift_waits_for_its_second_part() -> None:
    """Paid at the first arrival it would be taken back from whoever misses the second."""
    half = day(parted=True, complete=False)
    found = evaluate(ALLOWANCE, half)
    assert (found.amount, found.pending, found.lines[0].code) == (0, True, "allowance_second_part")
    for known in ({"parted": False}, {"complete": True}):
        assert evaluate(ALLOWANCE, replace(half, **known)).amount == 5000


def test_undecided_day_pays_nothing_yet() -> None:
    for kind in (ALLOWANCE, STREAK):
        outcome = evaluate(kind, day(status="pending", undecided=True, run_before=9))
        assert (outcome.amount, outcome.pending) == (0, True)


@pytest.mark.parametrize(
    ("known", "amount"),
    [
        ({"sales": 100, "target": 100}, 5000),
        ({"sales": 99, "target": 100}, 0),
        ({"sales": 0, "target": 0}, 0),
        ({"sales": 5, "target": None}, 0),
        ({"sales": None, "target": 5}, 0),
        ({"sales": 100, "target": 100, "minutes_early": 1, "status": "early_leave"}, 0),
        ({"sales": 100, "target": 100, "minutes_early": 1, "status": "early_leave", "excused": True}, 5000),
        ({"sales": 100, "target": 100, "complete": False}, 0),
        ({"sales": 100, "target": 100, "scheduled": False}, 0),
        ({"sales": 100, "target": 100, "status": "missing_out"}, 0),
    ],
)
def test_target(known: dict[str, object], amount: int) -> None:
    """T38: a target of 0 is no target; 0 sold is a figure."""
    outcome = evaluate(TARGET, day(**known))
    assert outcome.amount == amount
    assert outcome.instant


def test_visits_pay_the_first_at_each_shop_up_to_the_limit() -> None:
    again = [replace(VISIT, visit_id=i, site_id=i % 6, at_iso=f"2026-11-02T0{i}:00:00+00:00") for i in range(9)]
    outcome = evaluate(VISITS, day(visits=tuple(reversed(again))))
    assert outcome.amount == 4 * 5000
    assert [line.params["visit_id"] for line in outcome.lines if line.amount] == [0, 1, 2, 3]
    assert [line.code for line in outcome.lines[4:]] == ["visit_over_limit"] * 2 + ["visit_same_shop"] * 3


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"minutes": 9}, "visit_short"),
        ({"minutes": 0}, "visit_short"),
        ({"minutes": None}, "visit_open"),
        ({"outcome": None}, "visit_no_outcome"),
        ({"counts": False}, "visit_outside"),
        ({"undecided": True}, "visit_undecided"),
    ],
)
def test_visit_that_is_not_paid_says_why(known: dict[str, object], code: str) -> None:
    outcome = evaluate(VISITS, day(visits=(replace(VISIT, **known),)))
    assert outcome.amount == 0
    assert outcome.lines[0].code == code
    assert outcome.pending is (code == "visit_undecided")


def test_visit_of_exactly_the_minimum_counts() -> None:
    outcome = evaluate(VISITS, day(visits=(replace(VISIT, minutes=10),)))
    assert outcome.amount == 5000
    assert outcome.lines[0].params["time"] == "09:00"


@pytest.mark.parametrize(
    ("known", "run"),
    [
        ({}, 8),
        ({"status": "field_work"}, 8),
        ({"status": "late", "minutes_late": 5}, 0),
        ({"status": "late", "minutes_late": 5, "excused": True}, 8),
        ({"status": "serious_late", "minutes_late": 90}, 0),
        ({"status": "serious_late", "minutes_late": 90, "excused": True}, 8),
        ({"status": "early_leave"}, 0),
        ({"status": "missing_out"}, 0),
        ({"status": "missing_out", "excused": True}, 0),
        ({"status": "absent"}, 0),
        ({"status": "absent", "excused": True, "present": False}, 8),
        ({"status": "leave"}, 7),
        ({"status": "rest", "scheduled": False}, 7),
        ({"status": "field_work", "scheduled": False}, 7),
        ({"status": "late", "undecided": True}, 7),
        ({"complete": False}, 7),
    ],
)
def test_streak_run(known: dict[str, object], run: int) -> None:
    """T31: leave and rest are neutral, being late breaks it."""
    assert run_after(7, day(**known)) == run


def test_streak_pays_at_ten_and_twenty_and_never_on_a_neutral_day() -> None:
    """T31"""
    paid = [evaluate(STREAK, day(run_before=before)).amount for before in range(25)]
    assert [before + 1 for before, amount in enumerate(paid) if amount] == [10, 20]
    assert evaluate(STREAK, day(run_before=10, status="rest", scheduled=False)).amount == 0
    once = rule("streak", repeat=False)
    assert [b + 1 for b in range(25) if evaluate(once, day(run_before=b)).amount] == [10]


def test_rule_of_another_store_type_says_nothing() -> None:
    scoped = replace(ALLOWANCE, store_type_id=2)
    assert evaluate(scoped, day(store_type_id=1)).lines == ()
    assert evaluate(scoped, day(store_type_id=2)).amount == 5000


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        ("attendance_allowance", {"amount": -1}, "amount"),
        ("attendance_allowance", {"amount": 1.5}, "amount"),
        ("attendance_allowance", {"amount": True}, "amount"),
        ("attendance_allowance", {"bands": [[15, 7000], [60, 9000]]}, "bands"),
        ("attendance_allowance", {"bands": [[60, 9000], [15, 7000]]}, "bands"),
        ("attendance_allowance", {"beyond_bp": 8000}, "beyond_bp"),
        ("effective_visit", {"max_per_day": 0}, "max_per_day"),
        ("effective_visit", {"colour": 1}, "colour"),
        ("streak", {"days": 0}, "days"),
        ("nonsense", {}, "kind"),
    ],
)
def test_bad_parameters_are_refused_with_their_field(kind: str, params: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        complete_params(kind, params)
    assert refused.value.field == field
