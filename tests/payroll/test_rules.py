"""Payslip arithmetic: base salary by days, and the law that joins wallet and payslip."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.errors import Invalid
from webapp.payroll.rules import PeriodFacts, RewardSum, SalaryRow, Slip, YearToDate, after, compute, join, scheme

EVERY_DAY = frozenset(range(1, 8))
WEEKDAYS = frozenset(range(1, 6))


def facts(month: str = "2026-03", **known: Any) -> PeriodFacts:
    values = {"employee_id": 1, "month": month, "currency": "CNY", "workdays": EVERY_DAY, "left_on": None}
    return PeriodFacts(**{**values, "joined_on": date(2020, 1, 1), "salaries": (salary(),), **known})


def salary(amount: int = 620_000, on: str = "2020-01-01", currency: str = "CNY") -> SalaryRow:
    return SalaryRow(date.fromisoformat(on), amount, currency)


def slip(known: PeriodFacts) -> Slip:
    return compute(scheme("simple"), known, YearToDate())


@pytest.mark.parametrize("month", ["2026-02", "2028-02", "2026-04", "2026-03"])
def test_t33_a_whole_month_is_the_monthly_salary_whatever_its_length(month: str) -> None:
    assert slip(facts(month)).net == 620_000


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"joined_on": date(2026, 3, 16)}, 16 * 20_000),
        ({"left_on": date(2026, 3, 1)}, 20_000),
        ({"joined_on": date(2026, 3, 31)}, 20_000),
        ({"joined_on": date(2026, 3, 10), "left_on": date(2026, 3, 12)}, 60_000),
        ({"left_on": date(2026, 2, 28)}, 0),
        ({"joined_on": date(2026, 3, 7), "left_on": date(2026, 3, 8), "workdays": WEEKDAYS}, 0),
        ({"joined_on": date(2026, 3, 30), "workdays": WEEKDAYS}, 56_364),
        ({"salaries": (salary(), salary(930_000, "2026-03-17"))}, 16 * 20_000 + 15 * 30_000),
        ({"salaries": (salary(930_000, "2026-03-31"),)}, 30_000),
        ({"salaries": (salary(), salary(930_000, "2026-04-01"))}, 620_000),
        ({"salaries": ()}, 0),
    ],
)
def test_t33_partial_months_are_prorated_by_scheduled_days(known: dict[str, Any], expected: int) -> None:
    assert slip(facts(**known)).net == expected


def test_a_salary_in_another_currency_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        slip(facts(salaries=(salary(currency="SGD"),)))
    assert refused.value.code == "pay_salary_currency"


def test_rewards_are_earnings_and_withdrawals_are_already_paid() -> None:
    rewards = (RewardSum(7, "streak", 2, 10_000), RewardSum(8, "effective_visit", 9, 45_000))
    made = slip(facts(rewards=rewards, withdrawn=20_000, available=35_000))
    assert [(line.code, line.amount) for line in made.lines] == [
        ("pay_base", 620_000),
        ("pay_reward", 10_000),
        ("pay_reward", 45_000),
        ("pay_already_paid", -20_000),
    ]
    assert (made.net, made.gross, made.swept, made.counted) == (655_000, 675_000, 35_000, 20_000)


amounts = st.integers(-20_000, 20_000)


@given(entitled=amounts, withdrawn=amounts, available=st.integers(0, 20_000))
def test_the_join_neither_pays_twice_nor_loses(entitled: int, withdrawn: int, available: int) -> None:
    parts = join(entitled, withdrawn, available)
    assert parts.swept + parts.counted + parts.carried == entitled
    assert 0 <= parts.swept <= available
    assert min(0, withdrawn) <= parts.counted <= max(0, withdrawn)
    if available >= entitled - withdrawn:
        assert parts.carried <= 0


@dataclass
class Year:
    """A wallet and its payslips, by the plain rules of MONEY 1.2: what the join has to agree with."""

    available: int = 0
    recovery: int = 0
    held: int = 0
    paid: int = 0
    swept: int = 0
    counted: int = 0
    earned: list[int] = field(default_factory=lambda: [0] * 6)
    nets: list[int] = field(default_factory=list)

    def earn(self, month: int, amount: int) -> None:
        self.earned[max(month, len(self.nets))] += amount
        hand = self.available + self.recovery + amount
        self.available, self.recovery = max(0, hand), min(0, hand)

    def withdraw(self, amount: int) -> None:
        amount = min(amount, self.available)
        self.available, self.held = self.available - amount, self.held + amount

    def decide(self, approved: bool) -> None:
        amount, self.held = self.held, 0
        if approved:
            self.paid += amount
        else:
            hand = self.available + self.recovery + amount
            self.available, self.recovery = max(0, hand), min(0, hand)

    def facts(self) -> PeriodFacts:
        n = len(self.nets)
        return facts(
            f"2026-{n + 1:02}",
            rewards=(RewardSum(1, "streak", 1, self.earned[n]),),
            earned_before=sum(self.earned[:n]),
            settled_before=self.swept + self.counted,
            withdrawn=self.held + self.paid - self.counted,
            available=self.available,
        )

    def issue(self) -> None:
        made = slip(self.facts())
        assert made.net == sum(line.amount for line in made.lines) == 620_000 + made.swept
        self.available -= made.swept
        self.swept += made.swept
        self.counted += made.counted
        self.nets.append(made.net)
        assert self.available >= 0


step = st.one_of(
    st.tuples(st.just("earn"), st.integers(0, 5), st.integers(-3_000, 5_000)),
    st.tuples(st.just("withdraw"), st.integers(1, 5_000)),
    st.tuples(st.just("decide"), st.booleans()),
    st.tuples(st.just("issue")),
)


@given(st.lists(step, max_size=40))
def test_t34_whatever_happens_in_between_each_cent_is_paid_once(steps: list[Any]) -> None:
    """In the end: base of every month and everything earned = payslips and payouts, short only of open debt."""
    year = Year()
    for name, *arguments in steps:
        if name != "issue":
            getattr(year, name)(*arguments)
        elif len(year.nets) < 5:
            year.issue()
    year.decide(approved=True)
    while len(year.nets) < 6:
        year.issue()
    assert sum(year.nets) + year.paid == 6 * 620_000 + sum(year.earned) - year.recovery - year.available
    assert year.available == 0
    assert year.counted <= year.paid


@given(earned=st.integers(0, 9_000), withdrawn=st.integers(0, 12_000), debt=st.integers(0, 3_000))
def test_the_next_month_starts_where_the_slip_ended(earned: int, withdrawn: int, debt: int) -> None:
    first = facts(rewards=(RewardSum(1, "streak", 1, earned),), withdrawn=withdrawn, settled_before=debt)
    first = replace(first, available=max(0, earned - debt - withdrawn))
    made = slip(first)
    second = facts("2026-04", earned_before=earned, **after(first, made))
    assert second.carry_in == made.carried
    assert slip(second).net == 620_000
