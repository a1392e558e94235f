"""Where the sources of a day disagree, and what a decision about it does. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attendance.test_punches import END, LATER, MIDNIGHT, REST, WORK, at, mark, stamps
from webapp.attendance.rules import DayFacts, Issue, Mark, Silence, Stamp, Word, build_day
from webapp.attendance.rules.doubt import Doubt, Known, doubt_of

HEARD = Known({1: [Silence(7, END + timedelta(hours=1))]}, phone=True)


def facts(*punches: str, marks: Any = (), **known: Any) -> DayFacts:
    return DayFacts(MIDNIGHT, marks, punches=stamps(*punches), **known)


def code(told: DayFacts, known: Known = HEARD, *, over: bool = True, expected: Any = WORK) -> str | None:
    found = doubt_of(told, expected, known, over=over)
    return found.code if found else None


def asked(doubt: str, state: Any, **more: Any) -> Issue:
    return Issue(9, "sources", state, None, {"doubt": doubt, **more})


HERE = [mark(1, "in", "08:55"), mark(2, "out", "18:01")]


def test_the_phone_alone_is_a_question_only_where_a_used_device_was_heard_and_saw_nobody() -> None:
    assert code(facts(marks=HERE)) == "phone_only"
    assert code(facts(marks=HERE), over=False) is None, "they may still punch"
    assert code(facts(marks=HERE), Known()) is None, "nobody is asked about a shop without a device they use"
    assert code(facts(marks=HERE), Known({2: HEARD.devices[1]})) is None, "another shop's device"
    late = [Silence(7, END - timedelta(minutes=1))]
    assert code(facts(marks=HERE), Known({1: late})) is None, "it was not heard to the end"
    assert code(facts(marks=HERE), Known({1: [Silence(7, None)]})) is None
    assert code(facts(marks=HERE), Known({1: [*HEARD.devices[1], *late]})) is None, "one of two may have seen them"
    assert code(facts("13:00", marks=HERE), HEARD) == "times", "any punch there says that they were there"


def test_the_device_alone_is_a_question_only_for_people_who_use_a_phone() -> None:
    assert code(facts("08:55", "18:01")) == "device_only"
    assert code(facts("08:55", "18:01"), replace(HEARD, phone=False)) is None
    assert code(facts("08:55", alone_waits=True), replace(HEARD, phone=False)) == "device_only", "the branch asks"


def test_nobody_is_at_two_places() -> None:
    away = [Mark(1, "in", at("09:00"), 2, "inside")]
    far = replace(HEARD, places={1: (31.23, 121.47), 2: (31.40, 121.47)})
    found = doubt_of(facts("08:55", marks=away), WORK, far, over=True)
    assert found == Doubt("device_only", 1, {"at": at("08:55").isoformat(), "elsewhere": 2})
    near = replace(far, places={1: (31.23, 121.47), 2: (31.232, 121.47)})
    assert code(facts("08:55", marks=away), near) is None
    assert code(facts("08:55", marks=away), HEARD) is None, "nobody knows where the shops are"
    assert code(facts("08:55", marks=[Mark(1, "in", at("11:00"), 2, "inside")]), far) is None, "two hours are enough"


@pytest.mark.parametrize(("punched", "expected"), [("09:25", None), ("09:25:01", "times"), ("08:24:59", "times")])
def test_times_of_one_shop_may_lie_half_an_hour_apart(punched: str, expected: str | None) -> None:
    assert code(facts(punched, "18:01", marks=HERE)) == expected


def test_departures_are_compared_too() -> None:
    found = doubt_of(facts("08:55", "17:20", marks=HERE), WORK, HEARD, over=True)
    assert found is not None
    assert (found.code, found.params["kind"]) == ("times", "out")


def test_a_word_against_what_is_recorded() -> None:
    gone, there = Word("absent", "no_show"), Word("present")
    assert code(facts(marks=HERE, word=gone), over=False) == "word"
    assert code(facts("08:55", word=gone)) == "word"
    assert code(facts(word=gone)) is None
    assert code(facts(marks=HERE, word=Word("absent", "system"))) is None, "the system may have erred"
    assert code(facts(word=there)) == "word", "confirmed without anything"
    assert code(facts(marks=HERE, word=there)) is None, "their word ends the question of the device"
    assert code(facts(marks=HERE, word=gone), replace(HEARD, office=True)) is None, "HR saw it and said so"
    refused = [Issue(3, "outside", "rejected", 1), Issue(4, "outside", "rejected", 2)]
    assert code(facts(marks=HERE, word=gone, issues=refused)) is None, "a rejected check-in is gone"


def test_what_hr_granted_for_the_day_ends_the_question() -> None:
    given = Issue(5, "mistake", "approved", None, {"category": "forgot_in", "at": at("09:00").isoformat()})
    assert code(facts("13:40", marks=HERE, issues=[given])) is None
    leave = Issue(5, "mistake", "approved", None, {"category": "leave"})
    assert code(facts(marks=HERE, issues=[leave])) is None


def test_a_decision_does_what_the_page_says() -> None:
    def day(told: DayFacts) -> Any:
        return build_day(told, WORK, LATER)

    no_phone = facts(marks=HERE, issues=[asked("phone_only", "rejected", at_site=1)])
    assert day(no_phone).status == "absent"
    elsewhere = facts(marks=HERE, issues=[asked("phone_only", "rejected", at_site=2)])
    assert day(elsewhere).status == "normal", "only at that shop"
    assert day(facts("08:55", "18:01", issues=[asked("device_only", "rejected")])).status == "absent"
    both = facts("09:40", "18:05", marks=HERE, issues=[asked("times", "rejected")])
    assert (day(both).status, day(both).minutes_late, day(both).sources) == ("late", 40, "device")
    word = facts(marks=HERE, word=Word("absent", "no_show"), issues=[asked("word", "rejected")])
    assert (day(word).status, day(word).confirmed) == ("normal", "absent")
    for doubt in ("phone_only", "device_only", "times"):
        for state in ("open", "approved", "withdrawn"):
            told = facts("08:55", "18:01", marks=HERE)
            as_is = replace(told, issues=[asked(doubt, state, at_site=1)])
            assert replace(day(as_is), open_exceptions=0) == day(told), "nothing else changes the day"


def test_a_day_only_a_device_speaks_for_waits_where_the_branch_says_so() -> None:
    def day(told: DayFacts, as_of: Any = LATER) -> Any:
        return build_day(replace(told, alone_waits=True), WORK, as_of)

    alone = facts("08:55", "18:01")
    assert (day(alone).status, day(alone).undecided) == ("pending", True)
    assert build_day(alone, WORK, LATER).status == "normal", "not by default"
    assert day(replace(alone, word=Word("present"))).status == "normal"
    assert day(replace(alone, marks=[mark(1, "in", "09:00")])).status == "normal"
    doubtful = [Issue(1, "outside", "open", 1)]
    assert day(replace(alone, marks=[mark(1, "in", "09:00")], issues=doubtful)).undecided
    assert day(replace(alone, issues=[asked("device_only", "approved")])).status == "normal"
    assert day(replace(alone, issues=[asked("device_only", "rejected")])).status == "absent"
    assert day(replace(alone, word=Word("absent", "no_show"))).status == "absent"


@pytest.mark.parametrize(("word", "status"), [("absent", "normal"), ("present", "pending")])
def test_hr_who_does_not_believe_an_absence_has_looked(word: Any, status: str) -> None:
    """Else the day would wait for ever: the question cannot come up again."""
    refused = asked("word", "rejected", word=word)
    alone = facts("08:55", "18:01", alone_waits=True, word=Word(word, "no_show"), issues=[refused])
    assert build_day(alone, WORK, LATER).status == status
    again = replace(alone, issues=[replace(refused, state="open")])
    assert build_day(again, WORK, LATER).status == ("absent" if word == "absent" else "normal")


def test_corrections_of_a_status_have_their_effect() -> None:
    def day(category: str, *, told: DayFacts | None = None, expected: Any = WORK, **asks: Any) -> Any:
        issue = Issue(5, "mistake", "approved", None, {"category": category, **asks})
        return build_day(replace(told or facts(), issues=[issue]), expected, LATER)

    away = day("field")
    assert (away.status, away.first_in, away.last_out, away.sources) == ("field_work", WORK.starts_at, END, "hr")
    late = day("field", at=at("09:40").isoformat())
    assert (late.status, late.minutes_late) == ("late", 40)
    assert day("field", told=facts("11:00", "18:01")).minutes_late == 0, "HR's time is stronger than a punch"
    assert day("field", expected=REST, at=at("10:00").isoformat()).status == "field_work"
    leave = day("leave", told=facts("10:00"))
    assert (leave.status, leave.confirmed, leave.present) == ("leave", None, False)


CLOCKS = st.integers(0, 18 * 60).map(lambda minute: at("00:00") + timedelta(hours=5, minutes=minute))


@given(st.lists(CLOCKS, max_size=5), st.lists(CLOCKS, max_size=4), st.randoms(), st.booleans())
def test_the_order_in_which_things_arrived_does_not_matter(punches: Any, taps: Any, random: Any, over: bool) -> None:
    given_punches = [Stamp(n, moment, 1 + n % 2) for n, moment in enumerate(punches, 1)]
    given_marks = [Mark(n, "in", moment, 1, "inside") for n, moment in enumerate(taps, 1)]
    one = doubt_of(DayFacts(MIDNIGHT, given_marks, punches=given_punches), WORK, HEARD, over=over)
    random.shuffle(given_punches), random.shuffle(given_marks)
    assert doubt_of(DayFacts(MIDNIGHT, given_marks, punches=given_punches), WORK, HEARD, over=over) == one
