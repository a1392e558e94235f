"""Recording check-ins on both databases: once, whole, and judged by the server."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.attendance.days import ON, arrive, evidence, field, leave
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceDay, AttendanceException, CheckIn, CheckInVoid, Verdict
from webapp.attendance.rules import fence
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.core.outbox import OutboxRow
from webapp.sites.models import SiteProposal
from webapp.visits import queries as visit_queries
from webapp.visits import service as visits
from webapp.visits.models import Visit

NEXT = ON + timedelta(days=1)


def stored(f: Any, on: date = ON) -> Any:
    db.session.remove()
    return queries.days([(f.rep.id, on)])[f.rep.id, on]


def count(model: Any) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_day_in_the_life(app: Flask) -> None:
    f = field()
    arrived = arrive(f, "09:05")
    assert arrived.recorded.judgement.verdict == "inside"
    assert arrived.recorded.work_date == ON
    assert (stored(f).status, stored(f).first_in) == ("normal", f.moment("09:05"))
    done = leave(f, arrived, "18:00")
    assert done.visit_id == arrived.visit_id
    assert stored(f).complete
    [fact] = visit_queries.facts([(f.rep.id, ON)])[f.rep.id, ON]
    assert (fact.minutes, fact.outcome, fact.counts, fact.undecided) == (535, "order", True, False)
    row = db.session.scalar(select(OutboxRow))
    assert (row.topic, row.key) == ("day_changed", f"{f.rep.id}|{ON}")


def test_what_a_check_in_costs(app: Flask, queries: Any) -> None:
    f = field()
    with queries() as first:
        arrive(f, "09:05")
    extra = sum("advisory" in text for text in first)
    assert len(first) - extra <= 8, first
    with queries() as second:
        arrive(f, "11:05")
    assert len(second) - extra <= 8, second


def test_t18_twenty_threads_with_one_id_make_one_row(app: Flask) -> None:
    f = field()
    at = f.moment("09:05")
    said = evidence(f.shop, at)

    def tap(number: int) -> bool:
        with app.app_context():
            later = at + timedelta(milliseconds=number)
            return do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=later).recorded.duplicate

    with ThreadPoolExecutor(20) as pool:
        answers = Counter(pool.map(tap, range(20)))
    assert answers == {False: 1, True: 19}
    assert [count(model) for model in (CheckIn, Verdict, Visit, AttendanceDay)] == [1, 1, 1, 1]


def test_t18_same_id_with_other_content_is_refused_and_a_retry_is_not(app: Flask) -> None:
    f = field()
    at = f.moment("09:05")
    said = evidence(f.shop, at)
    first = do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=at)
    again = replace(said, sent_at=at + timedelta(seconds=40), extra={"attempts": "4"})
    second = do(visits.check_in, rep=f.me, evidence=again, site_id=f.shop.id, at=at + timedelta(seconds=40))
    assert second.recorded.duplicate
    assert (second.visit_id, second.recorded.judgement.verdict) == (first.visit_id, "inside")
    moved = replace(said, tapped_at=at - timedelta(seconds=1))
    with pytest.raises(Conflict):
        do(visits.check_in, rep=f.me, evidence=moved, site_id=f.shop.id, at=at)
    assert count(CheckIn) == 1


def test_t18_many_people_at_once_each_get_their_day(app: Flask) -> None:
    f = field()
    fields = [
        replace(f, rep=rep, me=replace(f.me, id=rep.id)) for rep in (factories.employee(f.branch) for _ in range(6))
    ]

    def work(mine: Any) -> str:
        with app.app_context():
            arrived = arrive(mine, "09:05")
            arrive(mine, "10:00")
            leave(mine, arrived, "18:05")
            return queries.days([(mine.rep.id, ON)])[mine.rep.id, ON].status

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(work, fields)) == {"normal"}
    assert count(Visit) == 12


def test_t8_a_site_of_another_branch_or_archived_is_not_there(app: Flask) -> None:
    f, other = field(), field()
    with pytest.raises(NotFound):
        arrive(f, "09:05", site=other.shop)
    at = f.moment("09:05")
    said = evidence(f.shop, at)
    first = do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=at)
    with transaction():
        db.session.get(type(f.shop), f.shop.id).archived_at = at
    with pytest.raises(NotFound):
        arrive(f, "09:06")
    assert do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=at).visit_id == first.visit_id


def test_t2_t6_outside_uncertain_and_broken_fences_go_to_a_person(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    f = field()
    outside = arrive(f, "09:05", 400)
    assert (stored(f).status, stored(f).open_exceptions) == ("pending", 1)
    exception = db.session.get(AttendanceException, outside.recorded.exception_id)
    assert (exception.kind, exception.state, exception.params["distance_m"]) == (
        "outside",
        "open",
        pytest.approx(400, abs=1),
    )
    arrive(f, "09:06", 150)

    def broken(*_: Any) -> float:
        raise ZeroDivisionError

    monkeypatch.setattr(fence, "distance_m", broken)
    judged = arrive(f, "09:07").recorded.judgement
    assert (judged.verdict, judged.reason) == ("uncertain", "not_judged")
    assert count(CheckIn) == count(Visit) == count(AttendanceException) == 3


def test_t4_no_position_and_no_site_position_wait_for_a_person(app: Flask) -> None:
    f = field(shop={"lat": None, "lng": None})
    at = f.moment("09:05")
    said = evidence(None, at)
    assert (
        do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=at).recorded.judgement.reason
        == "no_fix_denied"
    )
    here = replace(said, client_id=evidence(None, at).client_id, no_fix=None, fix=fence.Fix(31.2, 121.4, 10, at))
    assert (
        do(visits.check_in, rep=f.me, evidence=here, site_id=f.shop.id, at=at).recorded.judgement.reason
        == "no_site_location"
    )


def test_a_check_in_at_a_site_nobody_placed_suggests_the_spot_when_it_is_exact(app: Flask) -> None:
    f = field(shop={"lat": None, "lng": None})
    at = f.moment("09:05")
    for accuracy in (900.0, 12.0):
        said = evidence(None, at, no_fix=None, fix=fence.Fix(31.2, 121.4, accuracy, at))
        do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=at)
    db.session.remove()
    [proposal] = db.session.scalars(select(SiteProposal))
    assert (proposal.lat, proposal.lng, proposal.accuracy_m, proposal.state) == (31.2, 121.4, 12.0, "open")


def test_a_tap_that_arrives_late_counts_at_its_time_once_approved(app: Flask) -> None:
    f = field()
    tapped = f.moment("09:05")
    said = evidence(f.shop, tapped)
    result = do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=tapped + timedelta(hours=5))
    assert result.recorded.problem == "late_arrival"
    assert result.recorded.judgement.verdict == "inside"
    assert stored(f).status == "pending"
    assert db.session.scalar(select(Visit.started_at)) == tapped
    assert not visit_queries.facts([(f.rep.id, ON)])[f.rep.id, ON][0].counts


@pytest.mark.parametrize(
    ("zone", "clock", "shift", "on"),
    [
        ("Asia/Shanghai", "23:59:59", ("09:00", "18:00"), ON),
        ("Asia/Shanghai", "00:00:00", ("09:00", "18:00"), ON),
        ("Asia/Shanghai", "00:00:01", ("09:00", "18:00"), ON),
        ("Asia/Shanghai", "00:00:01", ("22:00", "06:00"), ON - timedelta(days=1)),
        ("Asia/Shanghai", "21:59:59", ("22:00", "06:00"), ON),
        ("Asia/Shanghai", "05:59:00", ("22:00", "06:00"), ON - timedelta(days=1)),
        ("Asia/Shanghai", "07:59:59", ("09:00", "18:00"), ON),
        ("Asia/Kolkata", "05:29:59", ("09:00", "18:00"), ON),
        ("Asia/Kathmandu", "05:45:00", ("09:00", "18:00"), ON),
        ("America/New_York", "19:00:00", ("09:00", "18:00"), ON),
        ("America/New_York", "20:30:00", ("20:00", "04:00"), ON),
    ],
)
def test_t14_t15_the_work_date_is_that_of_the_shift(
    app: Flask, zone: str, clock: str, shift: tuple[str, str], on: date
) -> None:
    f = field(kind={"shift_start": shift[0], "shift_end": shift[1]}, timezone=zone)
    assert arrive(f, clock).recorded.work_date == on


def test_t14_out_on_the_next_day_belongs_to_the_shift_of_its_in(app: Flask) -> None:
    f = field(kind={"shift_start": "22:00", "shift_end": "06:00"})
    arrived = arrive(f, "22:05")
    out = leave(f, arrived, "06:03", on=NEXT)
    assert out.recorded.work_date == ON
    assert (stored(f).status, stored(f).complete) == ("normal", True)


def test_the_same_day_is_built_again_from_its_facts(app: Flask) -> None:
    """T16: incrementally at each tap, or all at once later."""
    f = field()
    other = factories.site(factories.store_type(f.branch, shift_start="10:00", grace_minutes=0), lat=31.3)
    arrive(f, "09:30", site=other)
    first = arrive(f, "11:00")
    leave(f, first, "18:30")
    arrive(f, "18:40", 500)
    before = stored(f)
    assert do(service.rebuild_day, employee_id=f.rep.id, work_date=ON, at=f.moment("18:40")) == before
    assert (before.starts_at, before.status) == (f.moment("10:00"), "normal")


def test_an_earlier_tap_that_comes_later_decides_the_hours(app: Flask) -> None:
    f = field()
    other = factories.site(factories.store_type(f.branch, shift_start="08:00", grace_minutes=0), lat=31.3)
    arrive(f, "09:30")
    at = f.moment("08:00")
    said = evidence(other, at)
    do(visits.check_in, rep=f.me, evidence=said, site_id=other.id, at=f.moment("09:40"))
    day = stored(f)
    assert day.starts_at == at
    assert do(service.rebuild_day, employee_id=f.rep.id, work_date=ON, at=f.moment("09:40")) == day


def test_undo_within_thirty_seconds_keeps_the_evidence(app: Flask) -> None:
    f = field()
    at = f.moment("09:05")
    said = evidence(f.shop, at, 400)
    do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=at)
    for seconds in (40, 90):
        do(visits.undo, rep=f.me, client_id=said.client_id, at=at + timedelta(seconds=seconds))
    assert (stored(f).status, stored(f).first_in, stored(f).open_exceptions) == ("pending", None, 0)
    assert (count(CheckIn), count(CheckInVoid)) == (1, 1)
    assert visit_queries.facts([(f.rep.id, ON)]) == {}
    assert db.session.scalar(select(AttendanceException.state)) == "withdrawn"


def test_undo_is_over_after_thirty_seconds_and_only_for_oneself(app: Flask) -> None:
    """Ten more for the answer and the request on their way: the phone counts between them."""
    f = field()
    at = f.moment("09:05")
    said = evidence(f.shop, at)
    do(visits.check_in, rep=f.me, evidence=said, site_id=f.shop.id, at=at)
    with pytest.raises(Invalid, match="undo_closed"):
        do(visits.undo, rep=f.me, client_id=said.client_id, at=at + timedelta(seconds=41))
    with pytest.raises(NotFound):
        do(visits.undo, rep=replace(f.me, id=factories.employee(f.branch).id), client_id=said.client_id, at=at)


def test_evidence_cannot_be_rewritten_or_deleted(app: Flask) -> None:
    """T26"""
    f = field()
    arrive(f, "09:05")
    for change in ("UPDATE check_in SET tapped_at = '2020-01-01 00:00:00'", "DELETE FROM check_in"):
        with pytest.raises(Exception, match="evidence"), transaction() as connection:
            connection.exec_driver_sql(change)
