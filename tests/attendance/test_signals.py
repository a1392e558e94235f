"""Each signal fires for what it means and leaves honest phones alone. T5, T13."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.attendance.rules.signals import (
    WEIGHTS,
    Again,
    CodeTyped,
    Facts,
    Phone,
    PhotoAgain,
    Seen,
    SignalSettings,
    packed,
    weigh,
)
from webapp.core.errors import WORDS, Invalid

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE = (31.2306117, 121.4738523)
SHOP = (31.23045, 121.47375)
LONG_AGO = AT - 90 * DAY


def seen(number: int = 100, at: datetime = AT, where: tuple[float, float] = HERE, **known: Any) -> Seen:
    """An honest check-in; `wrong`: the error of the phone's clock."""
    wrong = known.pop("wrong", timedelta(0))
    values: dict[str, Any] = {
        "tapped_at": at + wrong, "received_at": at + 2 * SECOND, "accuracy_m": 11.3, "fix_at": at + wrong - 3 * SECOND,
        "site": SHOP, "sent_at": at + wrong + 2 * SECOND, "token_at": at - 5 * MINUTE,
    }  # fmt: skip
    return Seen(number, 1, at.date(), at, lat=where[0], lng=where[1], **{**values, **known})


def again(number: int = 50, who: int = 1, at: datetime = AT - DAY, fix_at: datetime | None = None) -> Again:
    return Again(number, who, at.date(), at, fix_at)


def fired(tap: Seen | None = None, settings: SignalSettings | None = None, **facts: Any) -> dict[str, Any]:
    """{signal: parameters}"""
    weighed = weigh(Facts(tap or seen(), **facts), settings or SignalSettings())
    return {signal.code: dict(signal.params) for signal in weighed.against}


def east(metres: float) -> tuple[float, float]:
    return HERE[0], HERE[1] + metres / 95_200


def test_an_honest_check_in_has_no_signal_and_something_in_its_favour() -> None:
    before = [seen(n, AT - (9 - n) * HOUR, east(7.3 * n), accuracy_m=8.1 + n) for n in range(1, 9)]
    assert fired(before=before) == {}
    weighed = weigh(Facts(seen(speed=6.0), before), SignalSettings())
    assert weighed.score == 10
    assert [signal.code for signal in weighed.favour] == ["varies", "way_fits", "fresh"]


@pytest.mark.parametrize(
    ("metres", "waited", "fires"),
    [
        (40_000, 10 * MINUTE, True),
        (30_000, 10 * MINUTE, False),
        (33_500, 10 * MINUTE, True),  # both errors are taken off: 22.6 m
        (33_200, 10 * MINUTE, False),
        (3_000, SECOND, False),  # a minute at least, whatever the phone says
        (3_400, SECOND, True),
        (0, SECOND, False),
    ],
)
def test_travel_faster_than_possible(metres: float, waited: timedelta, fires: bool) -> None:
    found = fired(seen(where=east(metres)), before=[seen(1, AT - waited)])
    assert ("travel" in found) is fires, found


def test_the_fastest_speed_is_the_branchs() -> None:
    facts = {"tap": seen(where=east(300_000)), "before": [seen(1, AT - HOUR)]}
    assert "travel" in fired(**facts)
    assert "travel" not in fired(**facts, settings=SignalSettings.of({"kmh": 350}))


def test_a_fix_kept_by_the_phone_is_not_a_journey() -> None:
    """It says where the phone was then; the next, true one is far away a minute later."""
    kept = seen(2, AT - MINUTE, fix_at=AT - 40 * MINUTE)
    assert "travel" not in fired(seen(where=east(20_000)), before=[kept])


def test_after_one_stray_fix_the_way_back_is_not_held_against_the_next() -> None:
    home, stray = seen(1, AT - 20 * MINUTE), seen(2, AT - 10 * MINUTE, east(60_000))
    assert "travel" in fired(stray, before=[home])
    assert "travel" not in fired(seen(), before=[home, stray])
    assert "travel" in fired(seen(where=east(120_000)), before=[home, stray])


def test_a_jump_counts_even_if_there_was_time_since_the_one_before_the_last() -> None:
    assert "travel" in fired(seen(where=east(50_000)), before=[seen(1, AT - 3 * HOUR), seen(2, AT - 2 * MINUTE)])


def test_the_same_spot_on_three_days_and_not_within_one() -> None:
    assert "repeat" not in fired(again=[again(n, at=AT - n * HOUR / 2) for n in range(1, 9)])
    assert "repeat" not in fired(again=[again()])
    assert fired(again=[again(), again(51, at=AT - 2 * DAY)])["repeat"] == {"days": 3}
    assert "repeat" not in fired(again=[again(), again(51, who=2, at=AT - 2 * DAY)])


def test_a_kept_fix_is_honest_all_day_and_a_copied_one_is_not() -> None:
    fix_at = AT - 3 * SECOND
    assert "copied" not in fired(again=[again(at=AT - 2 * HOUR, fix_at=fix_at)])
    assert fired(again=[again(at=AT - DAY, fix_at=fix_at)])["copied"]["who"] == 1
    assert fired(again=[again(who=2, at=AT - HOUR, fix_at=fix_at)])["copied"]["who"] == 2


def test_who_was_first_is_not_the_copy() -> None:
    later = again(101, who=2, at=AT + MINUTE, fix_at=AT - 3 * SECOND)
    assert list(fired(again=[later])) == ["colleague"]


def test_a_colleague_at_the_same_access_point_alone_asks_nobody() -> None:
    found = weigh(Facts(seen(), again=[again(who=2, at=AT - 9 * MINUTE)]), SignalSettings())
    assert [signal.code for signal in found.against] == ["colleague"]
    assert found.score == 40 < SignalSettings().threshold
    assert not fired(again=[again(who=2, at=AT - 11 * MINUTE)])


@pytest.mark.parametrize(
    ("stated", "fires"),
    [
        ([7.7] * 5, True), ([7.7] * 4, False), ([65.0] * 5, False), ([5.0] * 5, True),
        ([5.0, 10.0, 1.0, 20.0, 5.0], True),
        ([5.0, 10.0, 1.0, 20.0, 5.1], False), ([7.7, 7.7, 7.7, 7.7, 7.8], False),
    ],
)  # fmt: skip
def test_an_accuracy_that_never_changes(stated: list[float], fires: bool) -> None:
    before = [seen(n, AT - (9 - n) * HOUR, east(n), accuracy_m=value) for n, value in enumerate(stated[:-1])]
    assert ("accuracy" in fired(seen(accuracy_m=stated[-1]), before=before)) is fires


def test_one_fix_given_five_times_is_one() -> None:
    before = [seen(n, AT - n * MINUTE, fix_at=AT - 3 * SECOND) for n in range(5, 0, -1)]
    assert "accuracy" not in fired(seen(fix_at=AT - 3 * SECOND), before=before)


@pytest.mark.parametrize(
    ("lat", "lng", "fires"),
    [(31.2304, 121.4737, True), (31.23, 121.0, True), (31.23041, 121.4737, False), (0.5, 0.0, True)],
)
def test_too_round(lat: float, lng: float, fires: bool) -> None:
    assert ("round" in fired(seen(where=(lat, lng)))) is fires


def test_the_middle_of_the_site_again_and_again() -> None:
    def middle(number: int, days: int) -> Seen:
        return seen(number, AT - days * DAY, (SHOP[0] + 2e-6, SHOP[1]))

    assert "centre" not in fired(middle(100, 0), before=[middle(n, 0) for n in range(9)])
    assert "centre" not in fired(middle(100, 0), before=[middle(1, 1)])
    assert fired(middle(100, 0), before=[middle(1, 2), middle(2, 1)])["centre"] == {"times": 3}
    assert "centre" not in fired(seen(), before=[middle(1, 2), middle(2, 1)])


@pytest.mark.parametrize(("age", "fires"), [(120, False), (121, True), (-120, False), (-121, True)])
def test_t5_a_fix_of_another_time(age: int, fires: bool) -> None:
    assert ("fix_age" in fired(seen(fix_at=AT - age * SECOND))) is fires


@pytest.mark.parametrize("wrong", [DAY, -DAY, 7 * MINUTE])
def test_t13_an_honest_wrong_clock_is_one_light_signal(wrong: timedelta) -> None:
    """Whether the fix has the phone's time or the true one of the satellites."""
    for fix_at in (AT - 3 * SECOND, AT + wrong - 3 * SECOND):
        found = weigh(Facts(seen(wrong=wrong, fix_at=fix_at)), SignalSettings())
        assert [signal.code for signal in found.against] == ["clock"]
        assert found.score < SignalSettings().threshold


def test_a_tap_that_waited_offline_has_no_signal() -> None:
    assert not fired(seen(received_at=AT + 5 * HOUR, sent_at=AT + 5 * HOUR - SECOND))


def test_a_clock_turned_back_for_the_tap_is_an_impossible_time() -> None:
    """The page was loaded after the time that is claimed."""
    tap = seen(at=AT - 2 * HOUR, received_at=AT + SECOND, sent_at=AT, token_at=AT - 5 * MINUTE)
    assert fired(tap)["time"] == {"minutes": 115}
    assert "time" not in fired(replace(tap, token_at=AT - 3 * HOUR))
    assert fired(replace(tap, tapped_at=AT + 3 * HOUR))["time"] == {"minutes": 180}


def phones(*known: tuple[int, datetime, str, bool]) -> list[Phone]:
    return [Phone(who, state, since, approved) for who, since, state, approved in known]


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        ([(1, LONG_AGO, "bound", False)], set()),
        ([], {"key_unknown"}),
        ([(1, LONG_AGO, "waiting", False)], {"key_unknown"}),
        ([(1, LONG_AGO, "bound", False), (2, LONG_AGO - DAY, "bound", False)], {"key_shared"}),
        ([(1, LONG_AGO, "bound", False), (2, LONG_AGO + DAY, "bound", False)], set()),  # this person was first
        ([(1, LONG_AGO, "bound", True), (2, LONG_AGO - DAY, "bound", False)], set()),  # somebody said it is right
        ([(1, LONG_AGO, "bound", False), (2, LONG_AGO - DAY, "refused", False)], set()),
        ([(2, LONG_AGO, "bound", False)], {"key_shared", "key_unknown"}),
    ],
)
def test_keys_of_phones(known: list[tuple[int, datetime, str, bool]], codes: set[str]) -> None:
    assert set(fired(seen(device_key="k", signed=True), phones=phones(*known))) == codes


def test_a_new_phone_and_the_first_one() -> None:
    tap, mine = seen(device_key="k", signed=True), phones((1, AT - MINUTE, "bound", False))
    assert "key_new" not in fired(tap, phones=mine)
    assert "key_new" in fired(tap, phones=mine, before=[seen(1, AT - DAY, east(3), device_key="old", signed=True)])


def test_signatures() -> None:
    signed = seen(1, AT - DAY, east(3), device_key="k", signed=True)
    assert "signature" in fired(seen(device_key="k", signed=False), phones=phones((1, LONG_AGO, "bound", False)))
    assert "unsigned" in fired(before=[signed])
    assert not fired(before=[seen(1, AT - DAY, east(3))])


def test_photos_altitude_and_speed() -> None:
    assert fired(photos=[PhotoAgain(True, False, AT.date())])["photo"] == {"on": "2026-03-02"}
    assert "altitude" in fired(seen(altitude=0.0))
    assert not fired(seen(altitude=0.0, accuracy_m=80.0))
    assert not fired(seen(altitude=0.1))
    assert fired(seen(speed=6.0))["speed"] == {"kmh": 22}
    assert not fired(seen(speed=4.9))


def test_the_stores_code_speaks_for_it_and_shared_digits_a_little_against() -> None:
    assert not fired(code=CodeTyped())
    weighed = weigh(Facts(seen(), code=CodeTyped([2])), SignalSettings())
    assert ([signal.code for signal in weighed.against], weighed.score) == (["code_shared"], 10)
    assert weighed.favour[0].code == "code_typed"


def test_weights_and_switches() -> None:
    tap = seen(where=(31.2304, 121.4737), speed=9.0)
    settings = SignalSettings.of({"weights": {"round": 7}, "off": ["speed"]})
    weighed = weigh(Facts(tap), settings)
    assert (weighed.score, [signal.code for signal in weighed.against]) == (7, ["round"])
    for bad in ({"threshold": 9}, {"kmh": 59}, {"weights": {"round": 101}}):
        with pytest.raises(Invalid):
            SignalSettings.of(bad).checked()
    assert SignalSettings.of(SignalSettings().stored()) == SignalSettings()


def test_every_signal_has_its_words() -> None:
    assert {f"{family}_{code}" for family in ("signal", "means") for code in WEIGHTS} <= set(WORDS)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_packed_spot_fits_a_column_and_is_one_place(lat: float, lng: float) -> None:
    spot = seen(where=(lat, lng)).spot
    assert spot is not None
    assert 0 <= packed(spot) < 2**63
    assert packed(spot) != packed((spot[0], spot[1] - 1))
    assert packed(spot) != packed((spot[0] - 1, spot[1]))


@given(
    st.builds(seen, where=st.tuples(st.floats(-90, 90), st.floats(-180, 180)), accuracy_m=st.floats(0, 1e9) | st.none())
)
def test_whatever_a_phone_says_can_be_weighed(tap: Seen) -> None:
    assert weigh(Facts(tap, [seen(1, AT - DAY), tap]), SignalSettings()).score >= 0
