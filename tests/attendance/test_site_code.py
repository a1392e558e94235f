"""The store's code: settles a doubtful place, never a time or another place; nobody finds it by trying."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from tests import factories
from tests.attendance.days import ON, arrive, client_id_of, evidence, subject
from tests.attendance.test_decisions import Crew, count, crew, newest, status
from tests.support import queries as asked
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException, CodeTry, CodeUse
from webapp.attendance.rules.site_code import TRIES, Doubt, minutes_to_wait, settles
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, NotFound
from webapp.sites import service as sites
from webapp.sites.queries.codes import code_secret, open_screens
from webapp.sites.rules.codes import digits_at
from webapp.visits import service as visits

__all__ = ["crew"]
MINUTE = timedelta(minutes=1)
T0 = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("doubt", "typed_after", "vouched", "settled"),
    [
        (Doubt("uncertain", "uncertain", None), 0, True, True),
        (Doubt("cannot", "uncertain", None), 5, True, True),
        (Doubt("cannot", "inside", None), -5, True, True),
        (Doubt("uncertain", "uncertain", None), 6, True, False),
        (Doubt("uncertain", "uncertain", None), 0, False, False),
        (Doubt("outside", "outside", None), 0, True, False),
        (Doubt("cannot", "outside", None), 0, True, False),
        (Doubt("cannot", "uncertain", "late_arrival"), 0, True, False),
        (Doubt("late_arrival", "uncertain", "late_arrival"), 0, True, False),
        (Doubt("clock", "inside", "clock"), 0, True, False),
    ],
)
def test_what_a_code_settles(doubt: Doubt, typed_after: int, vouched: bool, settled: bool) -> None:
    assert settles(doubt, T0, T0 + typed_after * MINUTE, vouched=vouched) is settled


def test_after_five_tries_one_waits_for_the_oldest_to_pass() -> None:
    tries = [T0 + n * MINUTE for n in range(TRIES)]
    assert minutes_to_wait(tries[:-1], T0 + 4 * MINUTE) == 0
    assert minutes_to_wait(tries, T0 + 4 * MINUTE) == 6
    assert minutes_to_wait(tries, T0 + timedelta(minutes=9, seconds=59)) == 1
    assert minutes_to_wait(tries, T0 + 10 * MINUTE) == 0


@pytest.fixture
def shop(crew: Crew) -> Crew:
    do(sites.start_code, by=crew.boss, site_id=crew.f.shop.id, at=crew.f.moment("08:00"))
    return crew


def digits(c: Crew, clock: str) -> str:
    return digits_at(code_secret(c.f.shop.id) or "", c.f.moment(clock))


def blind(c: Crew, clock: str = "09:00", **known: Any) -> Any:
    """A check-in without a position."""
    return arrive(c.f, clock, said=evidence(None, c.f.moment(clock), **known))


def enter(c: Crew, arrived: Any, typed: str, clock: str, **known: Any) -> Any:
    known = {"rep_id": c.f.rep.id, "client_id": client_id_of(arrived), "at": c.f.moment(clock), **known}
    return do(service.enter_code, digits=typed, **known)


def test_the_right_code_makes_a_doubtful_check_in_count_at_once(shop: Crew) -> None:
    arrived = blind(shop)
    assert status(shop.f) == "pending"
    assert enter(shop, arrived, digits(shop, "09:01"), "09:01").outcome == "settled"
    assert status(shop.f) == "normal"
    settled = newest()
    assert (settled.state, settled.decided_by, settled.state_seq) == ("approved", None, 0)
    assert queries.mark_rows([(shop.f.rep.id, ON)])[shop.f.rep.id, ON][0].code_at == shop.f.moment("09:01")
    assert enter(shop, arrived, digits(shop, "09:01"), "09:02").outcome == "counts"
    assert count(CodeUse) == 1


def test_it_comes_with_the_check_in_itself(shop: Crew) -> None:
    arrived = blind(shop, code=digits(shop, "09:00"))
    assert arrived.code.outcome == "settled"
    assert status(shop.f) == "normal"


@pytest.mark.parametrize(("typed", "outcome"), [("12", "digits"), ("000 000", "wrong")])
def test_whatever_is_wrong_with_the_digits_the_arrival_stays(shop: Crew, typed: str, outcome: str) -> None:
    arrived = blind(shop, code=typed)
    assert (arrived.code.outcome, arrived.recorded.exception_id is not None) == (outcome, True)
    assert status(shop.f) == "pending"


def test_a_store_without_a_code_says_so(crew: Crew) -> None:
    assert blind(crew, code="123456").code.outcome == "off"


def test_outside_it_is_evidence_and_a_person_decides(shop: Crew) -> None:
    arrived = arrive(shop.f, "09:00", 900)
    assert enter(shop, arrived, digits(shop, "09:01"), "09:01").outcome == "kept"
    assert status(shop.f) == "pending"
    assert queries.mark_rows([(shop.f.rep.id, ON)])[shop.f.rep.id, ON][0].code_at is not None


def test_a_code_typed_long_after_the_tap_does_not_say_where_the_tap_was(shop: Crew) -> None:
    arrived = blind(shop)
    assert enter(shop, arrived, digits(shop, "09:30"), "09:30").outcome == "kept"
    assert status(shop.f) == "pending"


def test_a_person_may_open_it_again_and_turn_it_down(shop: Crew) -> None:
    arrived = blind(shop)
    enter(shop, arrived, digits(shop, "09:01"), "09:01")
    known = {"by": shop.hr, "exception_id": arrived.recorded.exception_id, "at": shop.f.moment("10:00")}
    do(service.reopen, reason="Digits were in the group chat", expected_seq=0, **known)
    assert status(shop.f) == "pending"
    assert enter(shop, arrived, digits(shop, "09:03"), "09:03").outcome == "kept"
    do(service.decide, decision="rejected", reason="Was not there", expected_seq=1, **known)
    assert enter(shop, arrived, digits(shop, "09:04"), "09:04").outcome == "kept"
    assert newest().state == "rejected"


def test_five_wrong_tries_then_a_wait_for_this_person_at_this_store(shop: Crew) -> None:
    arrived = blind(shop)
    outcomes = [enter(shop, arrived, f"00000{n}", f"09:0{n}").outcome for n in range(TRIES)]
    assert outcomes == ["wrong"] * (TRIES - 1) + ["locked"]
    locked = enter(shop, arrived, digits(shop, "09:05"), "09:05")
    assert (locked.outcome, locked.minutes) == ("locked", 5)
    assert count(CodeTry) == TRIES
    colleague = replace(shop, f=replace(shop.f, rep=(other := factories.employee(shop.f.branch)), me=subject(other, shop.f.branch)))  # fmt: skip  # noqa: E501
    assert blind(colleague, "09:05", code=digits(shop, "09:05")).code.outcome == "settled"
    assert enter(shop, arrived, digits(shop, "09:10"), "09:10").outcome == "kept"


def test_a_record_that_is_sent_again_is_one_try(shop: Crew) -> None:
    said = evidence(None, shop.f.moment("09:00"), code="000000", code_at=shop.f.moment("09:00"))
    for _ in range(3):
        again = do(visits.check_in, rep=shop.f.me, evidence=said, site_id=shop.f.shop.id, at=shop.f.moment("09:00"))
    assert again.code.outcome == "wrong"
    assert count(CodeTry) == 1
    assert count(AttendanceException) == 1


def test_digits_added_to_a_record_already_sent_are_no_other_content(shop: Crew) -> None:
    said = evidence(None, shop.f.moment("09:00"))
    site = shop.f.shop.id
    do(visits.check_in, rep=shop.f.me, evidence=said, site_id=site, at=shop.f.moment("09:00"))
    again = replace(said, code=digits(shop, "09:01"), code_at=shop.f.moment("09:01"))
    done = do(visits.check_in, rep=shop.f.me, evidence=again, site_id=site, at=shop.f.moment("09:01"))
    assert (done.recorded.duplicate, done.code.outcome) == (True, "settled")


def test_two_reps_in_one_step_both_count_and_it_is_a_signal(shop: Crew) -> None:
    first = blind(shop, code=digits(shop, "09:00"))
    other = factories.employee(shop.f.branch)
    colleague = replace(shop, f=replace(shop.f, rep=other, me=subject(other, shop.f.branch)))
    second = blind(colleague, code=digits(shop, "09:00"))
    assert (first.code.outcome, second.code.outcome) == ("settled", "settled")
    ids = [first.recorded.check_in_id, second.recorded.check_in_id]
    with asked.record() as statements:
        found = queries.code_reuse(ids)
    assert found == {ids[0]: (other.id,), ids[1]: (shop.f.rep.id,)}
    assert len(statements) == 1
    assert queries.code_reuse([blind(colleague, "10:00", code=digits(shop, "10:00")).recorded.check_in_id]) == {}


def test_the_same_digits_serve_one_check_in(shop: Crew) -> None:
    blind(shop, code=digits(shop, "09:00"))
    assert blind(shop, "09:01", code=digits(shop, "09:00")).code.outcome == "used"
    assert blind(shop, "09:02", code=digits(shop, "09:02")).code.outcome == "settled"


def test_typed_without_a_network_it_is_judged_at_the_tap(shop: Crew) -> None:
    """The phone's clock is an hour ahead; what counts is how long the record waited."""
    ahead = timedelta(hours=1)
    tapped, sent = shop.f.moment("09:00") + ahead, shop.f.moment("09:01") + ahead
    said = evidence(None, tapped, sent_at=sent, code=digits(shop, "09:00"), code_at=tapped)
    done = do(visits.check_in, rep=shop.f.me, evidence=said, site_id=shop.f.shop.id, at=shop.f.moment("09:01"))
    assert done.code.outcome == "settled"


def test_typed_too_long_ago_to_vouch_for_goes_to_a_person_with_the_code(shop: Crew) -> None:
    tapped = shop.f.moment("09:00")
    said = evidence(None, tapped, sent_at=shop.f.moment("18:00"), code=digits(shop, "09:00"), code_at=tapped)
    done = do(visits.check_in, rep=shop.f.me, evidence=said, site_id=shop.f.shop.id, at=shop.f.moment("18:00"))
    assert done.code.outcome == "kept"
    assert db.session.scalar(select(CodeUse)).vouched is False


def test_only_ones_own_check_in_that_stands(shop: Crew) -> None:
    arrived = blind(shop)
    stranger = factories.employee(shop.f.branch).id
    with pytest.raises(NotFound):
        enter(shop, arrived, digits(shop, "09:00"), "09:00", rep_id=stranger)
    do(visits.undo, rep=shop.f.me, client_id=client_id_of(arrived), at=shop.f.moment("09:00"))
    with pytest.raises(Conflict, match="visit_gone"):
        enter(shop, arrived, digits(shop, "09:00"), "09:00")


def test_a_supervisor_who_sells_there_is_flagged(shop: Crew) -> None:
    from webapp.sites.models import SiteSupervisor

    arrived = blind(shop, code=digits(shop, "09:00"))
    pair = (shop.f.rep.id, ON)
    assert queries.mark_rows([pair])[pair][0].code_own is False
    factories.save(SiteSupervisor(site_id=shop.f.shop.id, employee_id=shop.f.rep.id))
    assert queries.mark_rows([pair])[pair][0].code_own is True
    assert arrived.code.outcome == "settled"


def test_a_code_that_was_used_is_evidence(shop: Crew) -> None:
    blind(shop, code=digits(shop, "09:00"))
    for change in (CodeUse.__table__.update().values(step=1), CodeUse.__table__.delete()):
        with pytest.raises(DatabaseError, match="code_use is immutable"), transaction() as conn:
            conn.execute(change)


def test_an_ordinary_check_in_asks_nothing_more(shop: Crew) -> None:
    """The hot path: no statement because a store has a code."""
    with asked.record() as with_code:
        arrive(shop.f, "09:00")
    other = factories.site(shop.f.kind)
    arrive(shop.f, "10:00", site=other)
    with asked.record() as again:
        arrive(shop.f, "11:00", site=other)
    assert not [text for text in [*with_code, *again] if "code_" in text]
    assert db.session.scalar(select(func.count()).select_from(CodeTry)) == 0


def test_a_page_from_before_the_code_overrides_nothing(shop: Crew) -> None:
    arrived = blind(shop)
    enter(shop, arrived, digits(shop, "09:01"), "09:01")
    known = {"by": shop.hr, "exception_id": arrived.recorded.exception_id, "at": shop.f.moment("10:00")}
    with pytest.raises(Conflict):
        do(service.decide, decision="rejected", reason="No position", expected_seq=0, **known)
    assert newest().state == "approved"


def test_a_new_code_closes_the_screens_that_showed_the_old_one(shop: Crew) -> None:
    known = {"by": shop.boss, "site_id": shop.f.shop.id, "at": shop.f.moment("08:30")}
    do(sites.open_screen, label="Till", **known)
    do(sites.renew_code, **known)
    assert open_screens(shop.f.shop.id) == 0
