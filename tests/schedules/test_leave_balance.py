"""What is left of a kind of leave: in proportion, carried over, used first, lapsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.errors import Invalid
from webapp.schedules.rules import Balance, Span, carried_until, carry_over, check_balance, halves_by_year, prorated

YEAR = 2026
MARCH = date(YEAR, 3, 31)
halves = st.integers(0, 40)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


class TestProportion:
    def test_by_calendar_days_rounded_down_to_half_days(self) -> None:
        assert prorated(20, YEAR, date(2020, 1, 1), None) == 20
        assert prorated(20, YEAR, date(YEAR, 7, 2), None) == 10, "183 of 365 days: 10.03 halves"
        assert prorated(20, YEAR, date(YEAR, 7, 3), None) == 9, "182 of 365 days: 9.97 halves"
        assert prorated(20, YEAR, date(2020, 1, 1), date(YEAR, 6, 30)) == 9
        assert prorated(20, YEAR, date(YEAR, 12, 31), date(YEAR, 12, 31)) == 0
        assert prorated(20, 2028, date(2028, 7, 2), None) == 10, "183 of 366 days are half of it"

    def test_nothing_outside_the_time_of_work(self) -> None:
        assert prorated(20, YEAR, date(2027, 1, 1), None) == 0
        assert prorated(20, YEAR, date(2020, 1, 1), date(2025, 12, 31)) == 0

    @given(halves, days, st.none() | days)
    def test_never_more_than_the_whole(self, yearly: int, joined: date, left: date | None) -> None:
        found = prorated(yearly, YEAR, joined, left)
        assert 0 <= found <= yearly
        if joined <= date(YEAR, 1, 1) and (left is None or left >= date(YEAR, 12, 31)):
            assert found == yearly

    @given(halves, st.dates(date(YEAR, 1, 2), date(YEAR, 12, 31)))
    def test_two_people_after_another_have_no_more_than_one(self, yearly: int, on: date) -> None:
        before = prorated(yearly, YEAR, date(2020, 1, 1), on - timedelta(days=1))
        assert before + prorated(yearly, YEAR, on, None) in (yearly, yearly - 1)


@st.composite
def balances(draw: st.DrawFn) -> Balance:
    used, asked = draw(halves), draw(halves)
    carried = draw(st.integers(0, 12))
    early = draw(st.integers(0, used + asked)) if carried else 0
    until = MARCH if carried else None
    return Balance(
        "annual", draw(halves), draw(st.integers(-6, 6)), used, asked, carried, until, early, draw(st.booleans())
    )


class TestCarriedOver:
    @given(balances(), st.integers(0, 20))
    def test_no_more_goes_over_than_there_is_and_than_may(self, balance: Balance, most: int) -> None:
        found = carry_over(balance, most)
        assert 0 <= found.carried <= most
        assert found.lapses >= 0
        assert found.carried + found.lapses == found.left == max(balance.left or 0, 0)

    def test_a_debt_is_not_carried(self) -> None:
        found = carry_over(Balance("annual", 10, used=14), 10)
        assert (found.left, found.carried, found.lapses) == (0, 0, 0)
        assert carry_over(Balance("other", None, used=14), 10).carried == 0

    def test_carried_days_do_not_go_over_again(self) -> None:
        old = Balance("annual", 10, carried=4, valid_until=date(YEAR, 12, 31), early=3, used=3, over=True)
        assert (old.left, carry_over(old, 99).carried) == (10, 10), "1 of the 4 lapsed"

    def test_the_last_day(self) -> None:
        assert carried_until(2028, 2) == date(2028, 2, 29)
        assert carried_until(YEAR, 3) == MARCH
        assert carried_until(YEAR, None) == date(YEAR, 12, 31)


class TestUsedFirst:
    @given(balances())
    def test_what_lapses_was_never_used(self, balance: Balance) -> None:
        assert 0 <= balance.lapsed <= balance.carried
        assert balance.lapsed + min(balance.early, balance.carried) == balance.carried or not balance.over
        before, after = replace(balance, over=False), replace(balance, over=True)
        assert before.lapsed == 0
        assert before.left is not None
        assert after.left == before.left - after.lapsed

    @given(balances(), st.integers(1, 20))
    def test_leave_in_time_uses_what_was_carried(self, balance: Balance, taken: int) -> None:
        then = replace(balance, used=balance.used + taken, early=balance.early + taken, over=True)
        now = replace(balance, over=True)
        assert now.left is not None
        assert then.left == now.left - taken + min(taken, now.unused)

    @given(balances(), st.integers(1, 30), st.integers(0, 30))
    def test_what_may_be_asked_for_never_runs_out_later(self, balance: Balance, wanted: int, early: int) -> None:
        """What is accepted leaves nobody below zero once carried days have lapsed; nothing else is refused."""
        early = min(early, wanted) if balance.valid_until else 0
        then = replace(balance, used=balance.used + wanted, early=balance.early + early, over=True)
        try:
            check_balance(balance, wanted, YEAR, early)
        except Invalid:
            assert then.left is not None
            assert then.left < 0
        else:
            assert then.left is not None
            assert then.left >= 0

    def test_days_after_the_last_one_are_told_apart(self) -> None:
        balance = Balance("annual", 10, carried=6, valid_until=MARCH)
        check_balance(balance, 16, YEAR, early=6)
        with pytest.raises(Invalid) as later:
            check_balance(balance, 16, YEAR, early=0)
        assert (later.value.code, later.value.params["left"]) == ("leave_balance_later", "5")
        with pytest.raises(Invalid) as more:
            check_balance(balance, 17, YEAR, early=17)
        assert (more.value.code, more.value.params["left"]) == ("leave_balance", "8")

    def test_only_days_up_to_the_last_one_count_as_early(self) -> None:
        span = Span(date(YEAR, 3, 30), date(YEAR, 4, 2), starts_half=True)
        working = set(span.dates())
        assert halves_by_year(span, working, MARCH) == {YEAR: 3}
        assert halves_by_year(span, working) == {YEAR: 7}
