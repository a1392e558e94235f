"""Base salary of one month, by scheduled days."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from webapp.core.errors import Invalid
from webapp.core.money import round_half_up
from webapp.payroll.rules.facts import Line, PeriodFacts
from webapp.wallet.rules import month_span

BASE = ("pay_base", "pay_base_part")


def base_salary(facts: PeriodFacts) -> list[Line]:
    """One line per salary in force: monthly × days worked for it ÷ scheduled days of the month.

    Joining, leaving and a rise in mid-month are prorated; a whole month is exactly the monthly amount.
    Raises Invalid when a salary is in another currency than the branch pays.
    """
    scheduled = _scheduled_days(facts)
    lines = []
    for monthly, days in _stretches(facts, scheduled):
        amount = round_half_up(Fraction(monthly * len(days), len(scheduled)))
        span = {"first": days[0].isoformat(), "last": days[-1].isoformat()}
        params = {"monthly": monthly, "days": len(days), "of": len(scheduled), **span}
        code = "pay_base" if len(days) == len(scheduled) else "pay_base_part"
        lines.append(Line(code, "earning", amount, params, {"salary": monthly}))
    return lines


def _scheduled_days(facts: PeriodFacts) -> list[date]:
    """The month's calendar days that are normally worked; public holidays on them are paid and count."""
    first, last = month_span(facts.month)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.isoweekday() in facts.workdays] or days


def _stretches(facts: PeriodFacts, scheduled: list[date]) -> Iterator[tuple[int, list[date]]]:
    stretch: list[date] = []
    current: int | None = None
    for day in scheduled:
        employed = facts.joined_on <= day and (facts.left_on is None or day <= facts.left_on)
        monthly = _in_force(facts, day) if employed else None
        if monthly != current and stretch:
            if current:
                yield current, stretch
            stretch = []
        current = monthly
        stretch.append(day)
    if current:
        yield current, stretch


def _in_force(facts: PeriodFacts, day: date) -> int | None:
    rows = [row for row in facts.salaries if row.effective_from <= day]
    if not rows:
        return None
    latest = max(rows, key=lambda row: row.effective_from)
    if latest.currency != facts.currency:
        raise Invalid("pay_salary_currency", salary=latest.currency, branch=facts.currency)
    return latest.amount
