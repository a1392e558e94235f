"""What a payslip is computed from, and what it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class SalaryRow:
    """Base salary per month in minor units from a day on."""

    effective_from: date
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class RewardSum:
    """Everything one rule gave in the month. `rule_id` None: booked by hand, of no rule."""

    rule_id: int | None
    kind: str | None
    n: int
    amount: int


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """An earlier month that is issued, and what one person got of its base salary, corrections included."""

    month: str
    workdays: frozenset[int]
    given: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodFacts:
    """One person's month, as read at one moment. All amounts in minor units of `currency`."""

    employee_id: int
    month: str
    currency: str
    workdays: frozenset[int]
    joined_on: date
    left_on: date | None
    salaries: tuple[SalaryRow, ...] = ()
    rewards: tuple[RewardSum, ...] = ()
    earned_before: int = 0
    """Rewards booked before the month, ever."""
    settled_before: int = 0
    """What earlier issued slips paid of them or counted as already paid."""
    withdrawn: int = 0
    """Withdrawals held or paid so far that no issued slip has counted; negative when one counted was given back."""
    available: int = 0
    """What the wallet holds now: no more than this can be swept."""
    earlier: tuple[PaidMonth, ...] = ()

    @property
    def earned(self) -> int:
        return sum(reward.amount for reward in self.rewards)

    @property
    def carry_in(self) -> int:
        """Entitlement left from earlier months; negative when too much was paid."""
        return self.earned_before - self.settled_before


@dataclass(frozen=True, slots=True)
class YearToDate:
    """From the issued slips of the year, never typed."""

    gross: int = 0
    net: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """side: earning | employee | carry | paid are part of net; employer is shown beside it.

    `source` says what is behind the line: {"rule": 3}, {"salary": 500000}, {"base_of": "2026-03"},
    {"withdrawals": true}.
    """

    code: str
    side: str
    amount: int
    params: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] | None = None

    def plain(self) -> dict[str, Any]:
        source = None if self.source is None else dict(self.source)
        return {
            "code": self.code, "side": self.side, "amount": self.amount, "params": dict(self.params), "source": source,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a person should look at before the slip is issued."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slip:
    """A computed payslip; its lines (without the employer's) sum to net."""

    lines: tuple[Line, ...]
    gross: int
    net: int
    counted: int
    """Withdrawals counted as already paid."""
    swept: int
    """What moves from the wallet to the payslip."""
    carried: int
    """Left for the next slip; negative when too much was paid."""
    basis: int
    """Earnings and what was left before: may not change between review and issue."""
    issues: tuple[Issue, ...] = ()
