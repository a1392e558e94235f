"""Whatever is found out late, the base salary paid in all is that of today's facts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payroll.test_rules import facts, salary, slip
from webapp.payroll.rules import PaidMonth, Slip, after, base_given, look_back
from webapp.payroll.rules.facts import PeriodFacts, SalaryRow

WEEKDAYS = frozenset(range(1, 6))
MONTHS = [f"2026-{n:02}" for n in range(1, 7)]


def paid(month: str, *amounts: int, workdays: frozenset[int] = frozenset(range(1, 8))) -> PaidMonth:
    return PaidMonth(month, workdays, tuple({"amount": amount} for amount in amounts))


def base(made: Slip) -> list[tuple[str, int]]:
    return [(line.params.get("month", "own"), line.amount) for line in made.lines if line.code.startswith("pay_base")]


def codes(made: Slip) -> list[str]:
    return [issue.code for issue in made.issues]


def test_the_difference_of_an_earlier_month_is_one_line() -> None:
    rise = (salary(), salary(930_000, "2026-03-17"))
    made = slip(facts("2026-04", salaries=rise, earlier=(paid("2026-02", 620_000), paid("2026-03", 620_000))))
    assert base(made) == [("own", 930_000), ("2026-03", 150_000)]
    assert (made.gross, made.net, codes(made)) == (1_080_000, 1_080_000, ["pay_base_corrected"])


def test_what_was_corrected_before_counts_as_paid() -> None:
    rise = (salary(), salary(930_000, "2026-03-17"))
    assert base(slip(facts("2026-05", salaries=rise, earlier=(paid("2026-03", 620_000, 150_000),)))) == [
        ("own", 930_000)
    ]


def test_a_month_is_computed_by_the_week_it_had() -> None:
    month = paid("2026-03", 281_818, workdays=WEEKDAYS)
    known = facts("2026-04", joined_on=date(2026, 3, 18), earlier=(month,))
    assert base(slip(known)) == [("own", 620_000)]


def test_too_much_is_taken_back_from_base_salary_only_and_the_rest_waits() -> None:
    """A payslip is never negative, and rewards stay what they are."""
    cut = (salary(50_000),)
    first = facts("2026-04", salaries=cut, earlier=(paid("2026-02", 620_000), paid("2026-03", 80_000)), available=9)
    made = slip(first)
    assert base(made) == [("own", 50_000), ("2026-02", -50_000)]
    assert (made.net, codes(made)) == (0, ["pay_base_corrected", "pay_base_owed"])
    assert made.issues[1].params["left_minor"] == 550_000
    second = replace(facts("2026-05", salaries=cut), **after(first, made))
    assert base(slip(second)) == [("own", 50_000), ("2026-02", -50_000)]


def test_nothing_to_take_it_from_is_said() -> None:
    made = slip(facts("2026-04", left_on=date(2026, 2, 28), earlier=(paid("2026-03", 620_000),)))
    assert (made.lines, codes(made)) == ((), ["pay_no_salary", "pay_base_owed"])


def test_a_month_that_cannot_be_computed_does_not_stop_the_others() -> None:
    mixed = (salary(currency="SGD"), salary(500_000, "2026-03-01"))
    made = slip(facts("2026-04", salaries=mixed, earlier=(paid("2026-02"), paid("2026-03", 480_000))))
    assert base(made) == [("own", 500_000), ("2026-03", 20_000)]
    assert codes(made) == ["pay_salary_currency", "pay_base_corrected"]


@pytest.mark.parametrize(
    ("month", "first", "last"), [("2026-04", "2025-04", "2026-03"), ("2026-01", "2025-01", "2025-12")]
)
def test_a_year_is_looked_back(month: str, first: str, last: str) -> None:
    months = look_back(month)
    assert (len(months), months[0], months[-1]) == (12, first, last)
    assert base(slip(facts(month, earlier=(paid("2024-12"),)))) == [("own", 620_000)]


@dataclass
class Company:
    """One person's facts as they are known, and the payslips issued so far."""

    salaries: dict[date, int] = field(default_factory=lambda: {date(2020, 1, 1): 620_000})
    joined_on: date = date(2020, 1, 1)
    left_on: date | None = None
    given: dict[str, list[Any]] = field(default_factory=dict)
    n: int = 0

    def rise(self, day: date, amount: int) -> None:
        self.salaries[day] = amount

    def join(self, day: date) -> None:
        self.joined_on = day

    def leave(self, day: date | None) -> None:
        self.left_on = day

    def facts(self, month: str) -> PeriodFacts:
        rows = tuple(SalaryRow(day, amount, "CNY") for day, amount in self.salaries.items())
        earlier = tuple(PaidMonth(m, WEEKDAYS, tuple(self.given.get(m, ()))) for m in MONTHS[: self.n])
        known = {"joined_on": self.joined_on, "left_on": self.left_on, "workdays": WEEKDAYS, "earlier": earlier}
        return facts(month, salaries=rows, **known)

    def estimate(self) -> Slip:
        return slip(self.facts(MONTHS[self.n]))

    def issue(self) -> None:
        made = self.estimate()
        for month, part in base_given(MONTHS[self.n], [line.plain() for line in made.lines]):
            self.given.setdefault(month, []).append(part)
        self.n += 1


days = st.dates(date(2025, 12, 1), date(2026, 6, 30))
step = st.one_of(
    st.tuples(st.just("rise"), days, st.integers(0, 900_000)),
    st.tuples(st.just("join"), days),
    st.tuples(st.just("leave"), st.none() | days),
    st.tuples(st.just("issue")),
    st.tuples(st.just("issue")),
)


@given(st.lists(step, max_size=20))
def test_whatever_the_order_issued_slips_and_the_next_one_are_todays_facts(steps: list[Any]) -> None:
    it = Company()
    for name, *arguments in steps:
        if name != "issue" or it.n < 5:
            getattr(it, name)(*arguments)
    made = it.estimate()
    paid_so_far = sum(part["amount"] for parts in it.given.values() for part in parts)
    facts_now = [slip(replace(it.facts(month), earlier=())).gross for month in MONTHS[: it.n + 1]]
    owed = sum(issue.params["left_minor"] for issue in made.issues if issue.code == "pay_base_owed")
    assert paid_so_far + made.gross - owed == sum(facts_now)
    assert made.gross == made.net >= 0
    assert not owed or made.net == 0


@given(st.lists(step, max_size=12))
def test_the_estimate_after_the_next_slip_is_the_slip_after_it(steps: list[Any]) -> None:
    it = Company()
    for name, *arguments in steps:
        if name != "issue" or it.n < 4:
            getattr(it, name)(*arguments)
    this, known = it.estimate(), it.facts(MONTHS[it.n])
    following = slip(replace(it.facts(MONTHS[it.n + 1]), **after(known, this)))
    it.issue()
    assert base(it.estimate()) == base(following)
