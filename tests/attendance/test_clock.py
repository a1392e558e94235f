"""When a tap was: T13, T22. Between the page's token and the arrival the phone is believed, no further."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.attendance.rules import ON_TIME, Tap, Token, place_tap, trusted

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NEVER_OFF = timedelta(0)
HOURS = 4


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def late(*, waited: float = 60, page: float = 30, wrong: timedelta = NEVER_OFF, then: timedelta | None = None) -> Tap:
    """Tapped `waited` minutes before it arrives, on a page made `page` minutes before the tap.

    `wrong` is the phone's clock at the page and the tap, `then` at the time of sending.
    """
    then = wrong if then is None else then
    token = Token(AT - minutes(waited + page), AT - minutes(waited + page) + wrong)
    tap = place_tap(AT - minutes(waited) + wrong, AT, AT + then, token)
    return trusted(tap, AT, HOURS)


@pytest.mark.parametrize(
    ("known", "problem", "why"),
    [
        ({}, None, None),
        ({"waited": 239}, None, None),
        ({"waited": 240}, None, None),
        ({"waited": 241}, "late_arrival", "old"),
        ({"page": 0}, None, None),
        ({"page": -2}, None, None),
        ({"page": -2.1}, "clock", "before_token"),
        ({"page": 60 * 24}, None, None),
        ({"wrong": timedelta(days=1)}, None, None),
        ({"wrong": timedelta(days=-1)}, None, None),
        ({"wrong": timedelta(days=1), "then": NEVER_OFF}, "clock", "ahead"),
        ({"wrong": minutes(-90), "then": NEVER_OFF, "page": 120}, "clock", "moved"),
        ({"then": minutes(3)}, "clock", "moved"),
        ({"then": minutes(2)}, None, None),
    ],
)
def test_t13_t22_a_late_tap(known: dict[str, object], problem: str | None, why: str | None) -> None:
    tap = late(**known)  # type: ignore[arg-type]
    assert (tap.problem, tap.why) == (problem, why)
    if problem is None:
        waited = float(known.get("waited", 60))  # type: ignore[arg-type]
        assert tap.late
        assert abs(tap.counted_at - (AT - minutes(waited))) <= ON_TIME


def test_late_without_a_token_goes_to_a_person() -> None:
    tap = trusted(place_tap(AT - minutes(30), AT, AT), AT, HOURS)
    assert (tap.problem, tap.why, tap.counted_at) == ("late_arrival", "unvouched", AT - minutes(30))


@pytest.mark.parametrize("waited", [0, 1, 30, 600])
def test_t22_a_forged_token_goes_to_a_person_whenever_it_comes(waited: float) -> None:
    tap = trusted(place_tap(AT - minutes(waited), AT, AT, Token(None, AT)), AT, HOURS)
    assert (tap.problem, tap.why) == ("clock", "forged")


def test_a_token_that_does_not_say_when_it_was_seen_holds_the_clock_to_ours() -> None:
    token = Token(AT - minutes(90))
    right = place_tap(AT - minutes(60), AT, AT, token)
    wrong = place_tap(AT - minutes(60) + minutes(5), AT, AT + minutes(5), token)
    assert (trusted(right, AT, HOURS).problem, wrong.why) == (None, "moved")


def test_no_offline_hours_means_that_a_person_looks_at_every_late_tap() -> None:
    token = Token(AT - minutes(90), AT - minutes(90))
    assert trusted(place_tap(AT - minutes(60), AT, AT, token), AT, 0).why == "old"


_YEAR = datetime(2026, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001
moments = st.datetimes(*_YEAR).map(lambda moment: moment.replace(tzinfo=UTC))
tokens = st.none() | st.builds(Token, st.none() | moments, st.none() | moments)


@given(moments, moments, st.none() | moments, tokens, st.integers(0, 72))
def test_a_late_tap_counts_by_itself_only_between_token_and_arrival(
    tapped: datetime, received: datetime, sent: datetime | None, token: Token | None, hours: int
) -> None:
    tap = trusted(place_tap(tapped, received, sent, token), received, hours)
    assert tap.counted_at <= received
    assert (tap.problem is None) == (tap.why is None)
    if tap.problem is None and received - tap.counted_at > ON_TIME:
        assert tap.late
        assert token is not None
        assert token.at is not None
        assert token.at - ON_TIME <= tap.counted_at
        assert received - tap.counted_at <= timedelta(hours=hours)


@given(moments, st.integers(0, 5 * 24 * 60), st.integers(0, 5 * 24 * 60), st.timedeltas(-timedelta(9), timedelta(9)))
def test_t13_a_clock_that_is_wrong_all_the_time_changes_only_the_skew(
    received: datetime, waited: int, page: int, wrong: timedelta
) -> None:
    def tap(off: timedelta) -> Tap:
        tapped = received - minutes(waited)
        token = Token(tapped - minutes(page), tapped - minutes(page) + off)
        return trusted(place_tap(tapped + off, received, received + off, token), received, HOURS)

    right, off = tap(NEVER_OFF), tap(wrong)
    assert (off.counted_at, off.problem, off.why, off.late) == (right.counted_at, right.problem, right.why, right.late)
