"""Base salary of months whose payslips are issued, when the facts behind it change afterwards.

An issued payslip stays as it is, so the next one takes up the difference: a line for each earlier month.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from webapp.core.errors import Invalid
from webapp.payroll.rules.base import BASE
from webapp.payroll.rules.facts import Issue, Line, PaidMonth, PeriodFacts
from webapp.payroll.rules.schemes import PayScheme
from webapp.wallet.rules import month_span

CORRECTION = "pay_base_correction"
LOOK_BACK = 12
"""Months before a payslip's own that it still makes up for."""


@dataclass(frozen=True, slots=True)
class Corrections:
    lines: tuple[Line, ...] = ()
    owed: int = 0
    """Paid too much and not taken back yet: a payslip takes no more than the base salary on it."""
    issues: tuple[Issue, ...] = ()


def look_back(month: str) -> list[str]:
    """The earlier months a payslip may correct, oldest first."""
    first, _ = month_span(month)
    ends = [first.year * 12 + first.month - 1 - n for n in range(LOOK_BACK, 0, -1)]
    return [f"{end // 12}-{end % 12 + 1:02}" for end in ends]


def base_given(month: str, lines: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The base salary on the slip of `month`, as its lines are stored: (the month it was for, what was paid)."""
    for line in lines:
        if line["code"] in BASE:
            yield month, {"amount": line["amount"], **line["params"]}
        elif line["code"] == CORRECTION:
            yield line["params"]["month"], {"amount": line["amount"], "with": month}


def corrections(scheme: PayScheme, facts: PeriodFacts, base: int, locality: str = "") -> Corrections:
    """What the earlier months are short of or above what they are by today's facts.

    base: the base salary of the slip's own month. A month that cannot be computed is left as it was paid.
    """
    wanted, issues = [], []
    since = look_back(facts.month)[0]
    for paid in facts.earlier:
        try:
            now = _by_today(scheme, facts, paid, locality)
        except Invalid as error:
            issues.append(Issue(error.code, error.params))
            continue
        difference = sum(part["amount"] for part in now) - sum(part["amount"] for part in paid.given)
        if difference and paid.month >= since:
            wanted.append((difference, paid, now))
    return _within(base, wanted, issues, facts.currency)


def corrected(earlier: Iterable[PaidMonth], month: str, lines: Iterable[Line]) -> tuple[PaidMonth, ...]:
    """The earlier months once the slip of `month` is issued."""
    given = list(base_given(month, (line.plain() for line in lines)))
    return tuple(
        replace(paid, given=(*paid.given, *(part for whose, part in given if whose == paid.month))) for paid in earlier
    )


def _by_today(scheme: PayScheme, facts: PeriodFacts, paid: PaidMonth, locality: str) -> list[Mapping[str, Any]]:
    then = replace(facts, month=paid.month, workdays=paid.workdays)
    lines = scheme.earnings(then, scheme.parameters(month_span(paid.month)[1], locality))
    return [part for _, part in base_given(paid.month, (line.plain() for line in lines))]


def _within(base: int, wanted: list[Any], issues: list[Issue], currency: str) -> Corrections:
    """Take back only from base salary that is on the slip, the oldest month first; the next slip finds the rest."""
    room = base + sum(difference for difference, _, _ in wanted if difference > 0)
    lines, owed = [], 0
    for difference, paid, now in wanted:
        amount = max(difference, -room)
        room += min(0, amount)
        owed += amount - difference
        params = {"month": paid.month, "then": [dict(part) for part in paid.given], "now": [dict(part) for part in now]}
        if amount:
            lines.append(Line(CORRECTION, "earning", amount, params, {"base_of": paid.month}))
    if lines:
        issues.append(Issue("pay_base_corrected"))
    if owed:
        issues.append(Issue("pay_base_owed", {"left_minor": owed, "currency": currency}))
    return Corrections(tuple(lines), owed, tuple(issues))
