"""The order of a day's visits: never longer, always all of them, times in order, unplaced last, quick."""

from __future__ import annotations

from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.schedules.rules import Stop
from webapp.schedules.rules.route import by_time, legs, suggested, total_m

AREA = st.tuples(st.floats(31.0, 31.4), st.floats(121.2, 121.8))
TIMES = st.none() | st.sampled_from(["08:00", "09:30", "11:00", "14:00"])


def stop(n: int, place: tuple[float, float] | None, starts: str | None = None) -> Stop:
    lat, lng = place or (None, None)
    return Stop(n, f"Shop {n}", "", starts, None, lat, lng, 150)


def a_day(
    most: int = 9, times: st.SearchStrategy = TIMES, places: st.SearchStrategy | None = None
) -> st.SearchStrategy:
    one = st.tuples(places or (st.none() | AREA), times)
    return st.lists(one, max_size=most).map(lambda found: [stop(n, *known) for n, known in enumerate(found)])


@settings(max_examples=60, deadline=None)
@given(a_day())
def test_every_visit_once_the_first_first_and_never_longer(stops: list[Stop]) -> None:
    order = suggested(stops)
    assert sorted(order) == list(range(len(stops)))
    assert order[:1] == by_time(stops)[:1]
    assert total_m([stops[n] for n in order]) <= total_m([stops[n] for n in by_time(stops)]) + 1


@settings(max_examples=60, deadline=None)
@given(a_day())
def test_times_stay_in_order_and_what_has_no_place_comes_last(stops: list[Stop]) -> None:
    order = suggested(stops)
    times = [stops[n].starts for n in order if stops[n].starts]
    assert times[1:] == sorted(times[1:]) if times else True
    assert times == sorted(times)
    free = [stops[n].lat is None for n in order[1:] if not stops[n].starts]
    assert free == sorted(free)


def test_a_plan_that_goes_to_and_fro_is_straightened() -> None:
    line = [stop(n, (31.0 + 0.01 * at, 121.5)) for n, at in enumerate((0, 3, 1, 4, 2))]
    assert suggested(line) == [0, 2, 4, 1, 3]
    assert [round(leg / 1000, 1) if leg else leg for leg in legs(line)] == [None, 3.3, 2.2, 3.3, 2.2]


def test_a_full_day_is_quick() -> None:
    places = [(31.0 + (n * 7919 % 400) / 1000, 121.2 + (n * 104729 % 600) / 1000) for n in range(20)]
    stops = [stop(n, place) for n, place in enumerate(places)]
    started = perf_counter()
    order = suggested(stops)
    assert perf_counter() - started < 2
    assert total_m([stops[n] for n in order]) < 0.7 * total_m(stops)
