"""I cannot check in: an ordinary check-in with whatever there is, and a person who is asked whatever it says (T7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.attendance.days import ON, arrive, client_id_of, evidence
from tests.attendance.test_decisions import Crew, confirm, count, crew, newest, status
from webapp.attendance import queries, service
from webapp.attendance.models import AttendanceException, CheckIn
from webapp.attendance.rules import CANNOT, read_evidence, standing
from webapp.core.db import do
from webapp.core.errors import Conflict, Invalid
from webapp.core.ids import new_id
from webapp.visits import service as visits

__all__ = ["crew"]


def ask(c: Crew, clock: str = "09:05", metres: float | None = None, reason: str = "slow", **known: Any) -> Any:
    at = c.f.moment(clock)
    said = evidence(None if metres is None else c.f.shop, at, metres or 0, cannot=reason, **known)
    return arrive(c.f, clock, said=said)


@pytest.mark.parametrize(("metres", "verdict"), [(None, "uncertain"), (0, "inside"), (900, "outside")])
def test_a_person_decides_whatever_the_phone_says(crew: Crew, metres: float | None, verdict: str) -> None:
    asked = ask(crew, metres=metres, note="behind the freezers")
    assert asked.recorded.judgement.verdict == verdict
    found = newest()
    assert (found.kind, found.state, found.params["cannot"]) == ("cannot", "open", "slow")
    assert found.params["note"] == "behind the freezers"
    assert status(crew.f) == "pending"
    confirm(crew)
    assert status(crew.f) == ("field_work" if verdict == "outside" else "normal")
    day = queries.days([(crew.f.rep.id, ON)])[crew.f.rep.id, ON]
    assert day.first_in == crew.f.moment("09:05")


def test_its_supervisor_may_turn_it_down_with_a_reason(crew: Crew) -> None:
    asked = ask(crew)
    known = {"by": crew.boss, "exception_id": asked.recorded.exception_id, "at": crew.f.moment("10:00")}
    with pytest.raises(Invalid, match="reason_needed"):
        do(service.decide, decision="rejected", **known)
    do(service.decide, decision="rejected", reason="Nobody saw you", **known)
    assert newest().state == "rejected"


def test_after_a_good_check_in_of_the_day_it_still_asks(crew: Crew) -> None:
    arrive(crew.f, "08:50")
    ask(crew, "13:00", metres=0)
    assert (newest().kind, newest().state) == ("cannot", "open")


def test_asked_twice_is_asked_once(crew: Crew) -> None:
    first, second = ask(crew), ask(crew, "09:06", note="again")
    assert second.recorded.duplicate
    assert (second.visit_id, second.recorded.check_in_id) == (first.visit_id, first.recorded.check_in_id)
    assert (count(CheckIn), count(AttendanceException)) == (1, 1)


def test_the_same_entry_again_is_the_same_and_another_note_is_not(crew: Crew) -> None:
    at = crew.f.moment("09:05")
    said = evidence(None, at, cannot="network", note="basement")
    known = {"rep": crew.f.me, "site_id": crew.f.shop.id, "at": at}
    first, again = (do(visits.check_in, evidence=said, **known) for _ in range(2))
    assert (again.visit_id, again.recorded.duplicate) == (first.visit_id, True)
    with pytest.raises(Conflict, match="same_id_other_content"):
        do(visits.check_in, evidence=replace(said, note="other"), **known)


def test_taken_back_it_may_be_asked_anew(crew: Crew) -> None:
    first = ask(crew)
    do(visits.undo, rep=crew.f.me, client_id=client_id_of(first), at=crew.f.moment("09:05"))
    assert ask(crew, "09:06").recorded.duplicate is False


def test_a_ticket_that_waited_for_the_network_still_goes_to_the_supervisor(crew: Crew) -> None:
    tapped = crew.f.moment("09:05")
    said = evidence(None, tapped, sent_at=crew.f.moment("11:00"), cannot="network")
    do(visits.check_in, rep=crew.f.me, evidence=said, site_id=crew.f.shop.id, at=crew.f.moment("11:00"))
    assert (newest().kind, newest().params["problem"]) == ("cannot", "late_arrival")
    confirm(crew)
    assert queries.days([(crew.f.rep.id, ON)])[crew.f.rep.id, ON].first_in == tapped


def test_an_impossible_clock_stays_a_matter_of_hr(crew: Crew) -> None:
    said = evidence(None, crew.f.moment("15:00"), sent_at=crew.f.moment("09:00"), cannot="slow")
    do(visits.check_in, rep=crew.f.me, evidence=said, site_id=crew.f.shop.id, at=crew.f.moment("09:00"))
    assert newest().kind == "clock"


@pytest.mark.parametrize(
    ("form", "code", "field"),
    [
        ({"ask": "1"}, "required", "cannot"),
        ({"cannot": "bored"}, "not_a_choice", "cannot"),
        ({"cannot": "other"}, "note_needed", "note"),
        ({"cannot": "slow", "note": "x" * 501}, "too_long", "note"),
    ],
)
def test_what_the_form_refuses(form: dict[str, str], code: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_evidence({"client_id": new_id(), **form})
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("reason", CANNOT)
def test_every_reason_is_read(reason: str) -> None:
    read = read_evidence({"client_id": new_id(), "cannot": reason, "note": " why "})
    assert (read.cannot, read.note) == (reason, "why")


def test_two_that_were_tapped_hours_apart_are_two(crew: Crew) -> None:
    early = evidence(None, crew.f.moment("09:00"), cannot="slow")
    ask(crew, "15:05")
    arrive(crew.f, "15:06", said=early)
    assert count(CheckIn) == 2


def test_what_comes_after_the_word_is_shown_to_its_speaker_again(crew: Crew) -> None:
    arrive(crew.f, "08:50")
    confirm(crew)
    ask(crew, "13:00")
    person = queries.person_day(crew.boss, crew.f.rep.id, ON)
    now = crew.f.moment("20:00")
    assert standing(person.day, person.expected, now, left=bool(person.approvable)) == "look"
    assert queries.waiting(crew.boss, [ON]) == {ON: 1}
    confirm(crew)
    assert status(crew.f) == "normal"
    assert queries.waiting(crew.boss, [ON]) == {}
