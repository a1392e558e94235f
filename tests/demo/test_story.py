"""The demo's story: the same for a seed and a moment, and worth looking at whenever it is made."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from webapp.demo import places
from webapp.demo.acts import STREAK, act
from webapp.demo.cast import PEOPLE, REPS
from webapp.demo.plan import EARLY_BIRDS, Story

MONDAY = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
MOMENTS = [MONDAY + timedelta(days=n, hours=5 * n) for n in range(7)]


def test_the_company_is_as_big_as_promised() -> None:
    assert len(REPS) == 40
    assert len(places.PLACES) == 60
    assert len({place.kind for place in places.PLACES}) == 4
    assert len({member.staff_no for member in PEOPLE}) == len(PEOPLE) == 50
    assert any(m.employer == "client" for m in PEOPLE)


def test_the_same_story_comes_out_twice() -> None:
    def tell() -> list[object]:
        story = Story(MONDAY)
        return [act(story, member, on) for on in list(story.past())[-3:] for member in story.working(on)]

    assert tell() == tell()
    assert tell() != [act(Story(MONDAY, seed=7), *key) for key in [(REPS[0], date(2026, 3, 1))]]


@pytest.mark.parametrize("made_at", MOMENTS)
def test_r001_works_today_and_has_seven_good_days_behind_them(made_at: datetime) -> None:
    story, r001 = Story(made_at), REPS[0]
    assert story.works(r001, story.today)
    worked = [on for on in story.past() if story.works(r001, on)]
    late = [act(story, r001, on).visits[0].in_at > _latest(story, on) for on in worked]
    assert late[-STREAK:] == [False] * STREAK
    assert late[-STREAK - 1]


@pytest.mark.parametrize("made_at", MOMENTS)
def test_r001_has_a_next_stop_today(made_at: datetime) -> None:
    story = Story(made_at)
    local = made_at.astimezone(_zone()).strftime("%H:%M")
    *before, last = story.stops(REPS[0], story.today)
    assert local > "22:00" or last.starts >= local
    assert last.place not in [stop.place for stop in before], "Today takes a store that was visited for done"


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_somebody_is_there_to_confirm_at_any_hour_of_the_day(hour: int) -> None:
    story = Story(datetime(2026, 3, 4, hour, 40, tzinfo=UTC))
    team = [member for member in REPS if member.staff_no in EARLY_BIRDS]
    there = [act(story, member, story.today).visits[0].in_at <= story.made_at for member in team]
    assert sum(there) >= 3


@pytest.mark.parametrize("made_at", MOMENTS)
def test_history_is_about_two_months_from_the_first_of_one(made_at: datetime) -> None:
    story = Story(made_at)
    assert story.first_on.day == 1
    assert 45 <= (story.today - story.first_on).days <= 76


def test_visits_follow_each_other() -> None:
    story = Story(MONDAY)
    for on in list(story.past())[-5:]:
        for member in story.working(on):
            visits = [visit for visit in act(story, member, on).visits if not visit.undone]
            assert all(visit.out_at is None or visit.out_at > visit.in_at for visit in visits)
            assert all(first.in_at < second.in_at for first, second in pairwise(visits))


def _latest(story: Story, on: date) -> datetime:
    starts, _, grace = story.hours(REPS[0], on)
    return story.moment("SH", on, starts, grace + 1)


def _zone() -> object:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Shanghai")
