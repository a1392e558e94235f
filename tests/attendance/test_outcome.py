"""What a verdict leads to under a branch's fence policy: rules as a table, then through the service (T6, T7, T11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests import factories
from tests.attendance.days import ON, arrive, evidence, field, leave
from tests.attendance.test_decisions import signed_in
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException, CheckIn, Verdict
from webapp.attendance.rules import Evidence, Judgement, Outcome, ask_first, outcome_of, read_evidence
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, Invalid
from webapp.core.ids import new_id
from webapp.people.models import Branch
from webapp.sites.models import Site
from webapp.sites.rules import FencePolicy
from webapp.visits import queries as visit_queries
from webapp.visits import service as visits

INSIDE = Judgement("inside", "in_range", 10.0)
EDGE = Judgement("uncertain", "at_the_edge", 150.0, possible=True)
ROUGH = Judgement("uncertain", "weak_signal", 150.0, possible=True)
AWAY = Judgement("uncertain", "weak_signal", 5000.0)
BLIND = Judgement("uncertain", "no_fix_denied")
BROKEN = Judgement("uncertain", "not_judged")
OUTSIDE = Judgement("outside", "too_far", 400.0)
ALL = [INSIDE, EDGE, ROUGH, AWAY, BLIND, BROKEN, OUTSIDE]
policies = st.builds(
    FencePolicy,
    uncertain=st.sampled_from(["review", "accept"]),
    outside=st.sampled_from(["exception", "field", "ask"]),
    remark=st.sampled_from(["none", "outside", "always"]),
    approval=st.sampled_from(["before", "after"]),
)


def said(remark: str = "", *, live: bool = False, asked: bool = False) -> Evidence:
    return Evidence(new_id(), live=live, extra={"remark": remark, "asked": asked})


@pytest.mark.parametrize(
    ("judged", "policy", "remark", "kind", "counts"),
    [
        (INSIDE, {}, "", None, False),
        (EDGE, {}, "", "uncertain", False),
        (OUTSIDE, {}, "", "outside", False),
        (EDGE, {"uncertain": "accept"}, "", None, False),
        (ROUGH, {"uncertain": "accept"}, "", None, False),
        (AWAY, {"uncertain": "accept"}, "", "uncertain", False),
        (BLIND, {"uncertain": "accept"}, "", "uncertain", False),
        (BROKEN, {"uncertain": "accept"}, "", "uncertain", False),
        (OUTSIDE, {"uncertain": "accept"}, "", "outside", False),
        (OUTSIDE, {"outside": "field"}, "", None, False),
        (BLIND, {"outside": "field"}, "", "uncertain", False),
        (OUTSIDE, {"outside": "field", "remark": "outside"}, "", "outside", False),
        (OUTSIDE, {"outside": "field", "remark": "outside"}, "At the depot", None, False),
        (OUTSIDE, {"outside": "ask"}, "", "outside", False),
        (INSIDE, {"remark": "outside"}, "", None, False),
        (INSIDE, {"remark": "always"}, "", "remark", False),
        (INSIDE, {"remark": "always"}, "Stock count", None, False),
        (EDGE, {"uncertain": "accept", "remark": "always"}, "", "uncertain", False),
        (OUTSIDE, {"approval": "after"}, "", "outside", True),
        (BLIND, {"approval": "after"}, "", "uncertain", True),
        (BROKEN, {"approval": "after"}, "", "uncertain", False),
        (OUTSIDE, {"approval": "after", "remark": "outside"}, "", "outside", False),
        (OUTSIDE, {"approval": "after", "remark": "outside"}, "Moved", "outside", True),
        (INSIDE, {"approval": "after", "remark": "always"}, "", "remark", False),
    ],
)
def test_what_a_verdict_leads_to(
    judged: Judgement, policy: dict[str, Any], remark: str, kind: str | None, counts: bool
) -> None:
    assert outcome_of(judged, FencePolicy(**policy), said(remark), None) == Outcome(kind, counts)


@given(judged=st.sampled_from(ALL), policy=policies, remark=st.sampled_from(["", "x"]))
def test_what_is_odd_about_the_time_always_waits(judged: Judgement, policy: FencePolicy, remark: str) -> None:
    for problem in ("late_arrival", "clock"):
        assert outcome_of(judged, policy, said(remark), problem) == Outcome(problem)


@given(policy=policies, remark=st.sampled_from(["", "x"]))
def test_t6_what_could_not_be_judged_never_counts_by_itself(policy: FencePolicy, remark: str) -> None:
    assert outcome_of(BROKEN, policy, said(remark), None) == Outcome("uncertain")


@given(judged=st.sampled_from(ALL), policy=policies)
def test_t11_without_its_remark_nothing_counts_by_itself(judged: Judgement, policy: FencePolicy) -> None:
    wanted = policy.remark == "always" or (policy.remark == "outside" and judged.verdict != "inside")
    outcome = outcome_of(judged, policy, said(), None)
    if wanted:
        assert outcome.kind is not None
        assert not outcome.counts


@given(judged=st.sampled_from(ALL), policy=policies, remark=st.sampled_from(["", "x"]), asked=st.booleans())
def test_nobody_is_asked_who_does_not_look(judged: Judgement, policy: FencePolicy, remark: str, asked: bool) -> None:
    ask_first(judged, policy, said(remark, asked=asked), 12)


@pytest.mark.parametrize(
    ("judged", "policy", "given_", "code"),
    [
        (OUTSIDE, {"outside": "ask"}, {}, "ask_needed"),
        (OUTSIDE, {"outside": "ask"}, {"asked": True}, None),
        (EDGE, {"outside": "ask"}, {}, None),
        (OUTSIDE, {"outside": "field", "remark": "outside"}, {}, "remark_needed"),
        (OUTSIDE, {"outside": "ask", "remark": "outside"}, {"asked": True}, "remark_needed"),
        (OUTSIDE, {"outside": "ask", "remark": "outside"}, {"asked": True, "remark": "x"}, None),
        (INSIDE, {"remark": "outside"}, {}, None),
        (INSIDE, {"remark": "always"}, {}, "remark_needed"),
        (OUTSIDE, {}, {}, None),
    ],
)
def test_who_looks_at_the_phone_is_asked_first(
    judged: Judgement, policy: dict[str, Any], given_: dict[str, Any], code: str | None
) -> None:
    if code is None:
        return ask_first(judged, FencePolicy(**policy), said(live=True, **given_), 250.4)
    with pytest.raises(Invalid) as refused:
        ask_first(judged, FencePolicy(**policy), said(live=True, **given_), 250.4)
    assert refused.value.code == code
    assert refused.value.params.get("metres", 250) == 250
    return None


def test_a_remark_is_read_on_one_line_and_belongs_to_the_content() -> None:
    raw = {"client_id": new_id(), "no_fix": "denied"}
    plain = read_evidence(raw)
    told = read_evidence({**raw, "remark": "  Stock \n count\x00\u202e ", "asked": "1", "live": "1"})
    assert (told.remark, told.asked, told.live) == ("Stock count", True, True)
    assert (plain.remark, plain.asked, plain.live) == ("", False, False)
    assert plain.content() != told.content()
    assert plain.content() == read_evidence({**raw, "asked": "1", "live": "1"}).content()
    assert len(read_evidence({**raw, "remark": "a" * 999}).remark) == 300


def day(f: Any) -> Any:
    db.session.remove()
    return queries.days([(f.rep.id, ON)])[f.rep.id, ON]


def fact(f: Any) -> Any:
    [found] = visit_queries.facts([(f.rep.id, ON)])[f.rep.id, ON]
    return found


def exceptions() -> list[AttendanceException]:
    db.session.remove()
    return list(db.session.scalars(select(AttendanceException)))


def test_an_accepted_doubt_counts_at_once_and_stays_visible(app: Flask) -> None:
    f = field(fence_policy={"uncertain": "accept"})
    arrive(f, "09:05", 150)
    assert (day(f).status, day(f).undecided, fact(f).counts) == ("normal", False, True)
    assert exceptions() == []
    assert db.session.scalars(select(Verdict.verdict)).all() == ["uncertain"]
    arrive(f, "11:05", said=evidence(None, f.moment("11:05")))
    assert [one.kind for one in exceptions()] == ["uncertain"]


def test_outside_is_field_work_where_the_store_type_says_so(app: Flask) -> None:
    f = field(kind={"fence_policy": {"outside": "field"}}, fence_policy={"outside": "exception"})
    arrive(f, "09:05", 900)
    assert (day(f).status, day(f).open_exceptions, fact(f).counts) == ("field_work", 0, True)
    assert exceptions() == []


def test_outside_is_asked_about_while_somebody_looks_and_recorded_otherwise(app: Flask) -> None:
    f = field(fence_policy={"outside": "ask"})
    at = f.moment("09:05")
    tap = evidence(f.shop, at, 400, live=True)
    with pytest.raises(Invalid) as refused:
        arrive(f, "09:05", said=tap)
    assert (refused.value.code, refused.value.params) == ("ask_needed", {"metres": 250})
    assert db.session.scalar(select(CheckIn.id)) is None
    asked = Evidence(tap.client_id, tap.tapped_at, fix=tap.fix, live=True, extra={"asked": True})
    assert arrive(f, "09:05", said=asked).recorded.outcome == Outcome("outside")
    again = arrive(f, "09:05", said=asked)
    assert again.recorded.duplicate


@pytest.mark.parametrize("minutes", [0, 3, 90])
def test_a_tap_that_was_kept_on_the_phone_is_never_refused(app: Flask, minutes: int) -> None:
    """Nobody looks (0: a worker sends it), or the person has moved on (3, 90: a page sends what waited)."""
    f = field(fence_policy={"outside": "ask", "remark": "always"})
    at = f.moment("09:05")
    tap = evidence(f.shop, at, 400, live=minutes > 0, sent_at=at + timedelta(minutes=minutes))
    do(visits.check_in, rep=f.me, evidence=tap, site_id=f.shop.id, at=at + timedelta(minutes=minutes))
    [waiting] = exceptions()
    assert (waiting.kind, waiting.state) == ("late_arrival" if minutes else "outside", "open")
    assert (day(f).undecided, fact(f).counts) == (True, False)


def test_approval_after_counts_at_once_and_a_rejection_takes_it_back(app: Flask) -> None:
    f = field(fence_policy={"approval": "after"})
    arrived = arrive(f, "09:05", 400)
    before = day(f)
    assert (before.status, before.undecided, before.open_exceptions) == ("field_work", False, 1)
    assert (fact(f).counts, fact(f).undecided) == (True, False)
    leave(f, arrived, "18:00")
    assert fact(f).counts, "rebuilt from the stored exception it is the same"
    [waiting] = exceptions()
    boss = signed_in(factories.employee(f.branch, role="hr"), f.branch)
    do(service.decide, by=boss, exception_id=waiting.id, decision="rejected", reason="Not there", at=f.moment("19:00"))
    assert (fact(f).counts, day(f).first_in) == (False, None)
    do(service.reopen, by=boss, exception_id=waiting.id, reason="New photo", at=f.moment("19:05"))
    assert fact(f).counts
    do(service.decide, by=boss, exception_id=waiting.id, decision="approved", at=f.moment("19:10"))
    assert (fact(f).counts, day(f).open_exceptions) == (True, 0)


def test_a_policy_of_today_changes_nothing_that_was_recorded(app: Flask) -> None:
    f = field(fence_policy={"approval": "after"})
    arrive(f, "09:05", 400)
    with transaction():
        db.session.execute(update(Branch).values(fence_policy={}))
    do(service.rebuild_day, employee_id=f.rep.id, work_date=ON, at=f.moment("10:00"))
    assert day(f).undecided is False


def test_t11_a_missing_remark_inside_waits_for_a_person(app: Flask) -> None:
    f = field(fence_policy={"remark": "always"})
    arrive(f, "09:05")
    [waiting] = exceptions()
    assert (waiting.kind, day(f).undecided) == ("remark", True)
    arrive(f, "11:05", said=evidence(f.shop, f.moment("11:05"), extra={"remark": "Stock count"}))
    assert len(exceptions()) == 1


def test_a_remark_travels_with_the_evidence_and_its_exception(app: Flask) -> None:
    f = field(fence_policy={"remark": "outside"})
    tap = evidence(f.shop, f.moment("09:05"), 400, extra={"remark": "At the depot"})
    arrive(f, "09:05", said=tap)
    [waiting] = exceptions()
    assert waiting.params["remark"] == "At the depot"
    assert db.session.scalar(select(CheckIn.extra)) == {"remark": "At the depot"}
    with pytest.raises(Conflict):
        arrive(f, "09:05", said=Evidence(tap.client_id, tap.tapped_at, fix=tap.fix, extra={"remark": "Elsewhere"}))


def test_no_statement_more_for_a_policy(app: Flask, queries: Any) -> None:
    plain, strict = field(), field(fence_policy={"uncertain": "accept", "outside": "field", "remark": "outside"})
    with queries() as one:
        arrive(plain, "09:05")
    with queries() as two:
        arrive(strict, "09:05")
    assert len(two) == len(one)


def test_corners_decide_instead_of_the_radius(app: Flask) -> None:
    f = field()
    steps = ((1e-3, 4e-3), (-1e-3, 4e-3), (-1e-3, -1e-3), (1e-3, -1e-3))
    corners = [[f.shop.lat + y, f.shop.lng + x] for y, x in steps]
    with transaction():
        db.session.execute(update(Site).values(polygon=corners))
    assert arrive(f, "09:05", 340).recorded.judgement.verdict == "inside"
    judged = arrive(f, "11:05", 420).recorded.judgement
    assert judged.verdict == "outside"
    assert judged.distance_m == pytest.approx(420 - 381, abs=2)
    [waiting] = exceptions()
    assert waiting.params["radius_m"] is None
    rows = db.session.execute(
        select(Verdict.verdict, Verdict.radius_m, Verdict.distance_m).order_by(Verdict.check_in_id)
    )
    assert [(row.verdict, row.radius_m) for row in rows] == [("inside", None), ("outside", None)]
