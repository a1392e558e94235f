"""Rules and snapshots as hypothesis draws them, and the demo's four rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from webapp.rules.rules import RuleInForce, Snapshot, VisitFact

DAY = Snapshot(
    employee_id=1,
    work_date=date(2026, 11, 2),
    currency="CNY",
    store_type_id=1,
    scheduled=True,
    status="normal",
    present=True,
    minutes_late=0,
    minutes_early=0,
    grace_minutes=0,
    excused=False,
    complete=True,
    undecided=False,
    starts="08:00",
    first_in="07:58",
    timezone="Asia/Shanghai",
)
VISIT = VisitFact(1, 10, "2026-11-02T01:00:00+00:00", 30, "order", True, False)


def rule(kind: str, **params: Any) -> RuleInForce:
    """A rule of one kind worth 50.00 unless told otherwise; `rule_id` follows from the kind."""
    number = ("attendance_allowance", "full_attendance_target", "effective_visit", "streak").index(kind) + 1
    return RuleInForce(number, number, 1, kind, kind, {"amount": 5000, **params})


ALL = tuple(rule(kind) for kind in ("attendance_allowance", "full_attendance_target", "effective_visit", "streak"))


def day(**known: Any) -> Snapshot:
    return replace(DAY, **known)


def late(minutes: int, **known: Any) -> Snapshot:
    """The shift starts at 08:00 and the first check-in is `minutes` later."""
    status = "late" if minutes > known.get("grace_minutes", 0) else "normal"
    at = f"{8 + minutes // 60:02}:{minutes % 60:02}"
    return day(minutes_late=minutes, status=status, first_in=at, **known)


visits = st.builds(
    VisitFact,
    visit_id=st.integers(1, 10**6),
    site_id=st.none() | st.integers(1, 5),
    at_iso=st.integers(0, 59).map(lambda m: f"2026-11-02T03:{m:02}:00+00:00"),
    minutes=st.none() | st.integers(0, 90),
    outcome=st.sampled_from([None, "order", "not_met"]),
    counts=st.booleans(),
    undecided=st.booleans(),
)

statuses = st.sampled_from(
    [
        "normal",
        "late",
        "early_leave",
        "absent",
        "missing_out",
        "missing_in",
        "unheard",
        "serious_late",
        "field_work",
        "leave",
        "rest",
        "pending",
    ]
)

snapshots = st.builds(
    Snapshot,
    employee_id=st.just(1),
    work_date=st.just(date(2026, 11, 2)),
    currency=st.sampled_from(["CNY", "SGD"]),
    store_type_id=st.sampled_from([None, 1, 2]),
    scheduled=st.booleans(),
    status=statuses,
    present=st.booleans(),
    minutes_late=st.integers(0, 600),
    minutes_early=st.integers(0, 600),
    grace_minutes=st.sampled_from([0, 20]),
    excused=st.booleans(),
    complete=st.booleans(),
    undecided=st.booleans(),
    sales=st.none() | st.integers(0, 10**7),
    target=st.none() | st.integers(0, 10**7),
    visits=st.lists(visits, max_size=7, unique_by=lambda v: v.visit_id).map(tuple),
    run_before=st.integers(0, 25),
    first_in=st.sampled_from([None, "08:07"]),
    timezone=st.just("Asia/Shanghai"),
)


@st.composite
def allowance_rules(draw: Any) -> RuleInForce:
    uppers = sorted(draw(st.lists(st.integers(0, 300), max_size=3, unique=True)))
    shares = sorted(draw(st.lists(st.integers(0, 10_000), min_size=4, max_size=4)), reverse=True)
    bands = [[upper, keep] for upper, keep in zip(uppers, shares, strict=False)]
    amount = draw(st.integers(0, 10**6))
    return rule("attendance_allowance", amount=amount, bands=bands, beyond_bp=shares[len(bands)])


rules = st.one_of(allowance_rules(), st.sampled_from(ALL), st.builds(rule, st.just("streak"), days=st.integers(1, 12)))
