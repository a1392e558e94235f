"""Visits: finished, forgotten, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests import factories
from tests.attendance.days import ON, arrive, client_id_of, evidence, field, leave
from webapp.attendance import queries as attendance
from webapp.attendance import service as service_days
from webapp.core.db import db, do
from webapp.core.errors import Conflict, Invalid
from webapp.visits import queries, service
from webapp.visits.models import Visit

NEXT = ON + timedelta(days=1)


def facts(f: Any) -> Any:
    db.session.remove()
    return queries.facts([(f.rep.id, ON)]).get((f.rep.id, ON), ())


def visit(number: int) -> Visit:
    db.session.remove()
    return db.session.get(Visit, number)


def test_finishing_far_away_is_accepted_and_noted(app: Flask) -> None:
    f = field()
    arrived = arrive(f, "09:05")
    at = f.moment("18:10")
    out = leave(f, arrived, "18:10", said=evidence(f.shop, at, 5000))
    assert out.recorded.judgement.verdict == "outside"
    assert out.recorded.exception_id is None
    assert facts(f)[0].minutes == 545


def test_t18_finishing_twice_is_finishing_once(app: Flask) -> None:
    f = field()
    arrived = arrive(f, "09:05")
    said = evidence(f.shop, f.moment("18:00"))
    first = leave(f, arrived, "18:00", said=said)
    assert leave(f, arrived, "18:00", said=said).recorded.check_in_id == first.recorded.check_in_id
    with pytest.raises(Conflict, match="same_id_other_content"):
        leave(f, arrived, "18:00", said=said, outcome="other")
    with pytest.raises(Conflict, match="visit_finished"):
        leave(f, arrived, "18:20")


@pytest.mark.parametrize(
    ("change", "field_name"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "won"}, "outcome"),
        ({"next_on": ON - timedelta(days=1)}, "next_on"),
        ({"check_in": "x"}, "check_in"),
    ],
)
def test_what_is_missing_is_said_with_its_field(app: Flask, change: dict[str, Any], field_name: str) -> None:
    f = field()
    finish = replace(service.Finish(client_id_of(arrive(f, "09:05")), "order"), **change)
    at = f.moment("10:00")
    with pytest.raises(Invalid) as refused:
        do(service.check_out, rep=f.me, evidence=evidence(f.shop, at), finish=finish, at=at)
    assert refused.value.field == field_name


def test_t19_yesterdays_unfinished_visit_never_blocks_and_finishing_it_gives_no_time(app: Flask) -> None:
    f = field()
    yesterday = arrive(f, "09:05")
    today = arrive(f, "09:00", on=NEXT)
    assert today.recorded.judgement.verdict == "inside"
    late = leave(f, yesterday, "09:10", on=NEXT)
    assert late.recorded.problem == "missing_out"
    assert late.recorded.work_date == ON
    [fact] = facts(f)
    assert (fact.minutes, fact.outcome) == (None, "order")
    day = attendance.days([(f.rep.id, ON)])[f.rep.id, ON]
    assert (day.status, day.last_out, day.open_exceptions) == ("pending", None, 1)
    assert visit(today.visit_id).state == "open"


def test_a_check_out_tapped_in_time_and_sent_the_next_morning_keeps_its_time(app: Flask) -> None:
    """T22: the phone had no network in the evening; a person looks at it, nobody has to write the time."""
    f = field()
    arrived = arrive(f, "09:05")
    morning = f.moment("08:00", NEXT)
    service_days.close_due(branch_id=f.branch.id, at=morning)
    said = evidence(f.shop, f.moment("18:02"), sent_at=morning)
    finish = service.Finish(client_id_of(arrived), "order", next_on=ON)
    late = do(service.check_out, rep=f.me, evidence=said, finish=finish, at=morning)
    assert (late.recorded.problem, late.recorded.counted_at) == ("late_arrival", f.moment("18:02"))
    assert visit(arrived.visit_id).ended_at == f.moment("18:02")
    assert attendance.days([(f.rep.id, ON)])[f.rep.id, ON].status == "pending"


def test_t14_a_visit_of_a_day_off_may_end_after_midnight(app: Flask) -> None:
    f = field(workdays=[2, 3, 4, 5, 6, 7])
    arrived = arrive(f, "23:30")
    out = leave(f, arrived, "00:20", on=NEXT)
    assert (out.recorded.problem, out.recorded.exception_id) == (None, None)
    assert [fact.minutes for fact in facts(f)] == [50]


def test_a_next_visit_is_judged_by_the_tap(app: Flask) -> None:
    """Sent again after midnight, the day it names may be over; it was not when it was written."""
    f = field()
    arrived = arrive(f, "23:00")
    at = f.moment("23:50")
    finish = service.Finish(client_id_of(arrived), "order", next_on=ON)
    said = evidence(f.shop, at)
    first = do(service.check_out, rep=f.me, evidence=said, finish=finish, at=at)
    again = do(service.check_out, rep=f.me, evidence=said, finish=finish, at=at + timedelta(minutes=15))
    assert again.recorded.duplicate
    assert again.visit_id == first.visit_id


def test_a_new_check_in_elsewhere_leaves_the_earlier_visit_unfinished(app: Flask) -> None:
    f = field()
    first = arrive(f, "09:05")
    second = arrive(f, "10:00", site=factories.site(f.kind, lat=31.3))
    leave(f, second, "18:00")
    assert visit(first.visit_id).state == "open"
    assert [fact.minutes for fact in facts(f)] == [None, 480]


def test_undo_of_a_check_out_opens_the_visit_again(app: Flask) -> None:
    f = field()
    arrived = arrive(f, "09:05")
    said = evidence(f.shop, f.moment("17:00"))
    leave(f, arrived, "17:00", said=said)
    do(service.undo, rep=f.me, client_id=said.client_id, at=f.moment("17:00:20"))
    assert (visit(arrived.visit_id).state, visit(arrived.visit_id).outcome) == ("open", None)
    leave(f, arrived, "18:00", outcome="interested")
    assert facts(f)[0].outcome == "interested"


def test_undo_of_a_check_in_takes_its_quick_check_out_along(app: Flask) -> None:
    f = field()
    arrived = arrive(f, "09:05")
    leave(f, arrived, "09:05:10")
    do(service.undo, rep=f.me, client_id=client_id_of(arrived), at=f.moment("09:05:20"))
    assert facts(f) == ()
    assert attendance.days([(f.rep.id, ON)])[f.rep.id, ON].last_out is None
    with pytest.raises(Conflict, match="visit_gone"):
        leave(f, arrived, "10:00")


def test_a_check_out_sent_before_its_check_in_is_told_so(app: Flask) -> None:
    f = field()
    at = f.moment("10:00")
    finish = service.Finish(evidence(None, at).client_id, "order")
    with pytest.raises(Invalid, match="check_out_first"):
        do(service.check_out, rep=f.me, evidence=evidence(f.shop, at), finish=finish, at=at)
