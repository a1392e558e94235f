"""What a rule is given and what it answers. Amounts are minor units of the snapshot's currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class VisitFact:
    """One visit. `counts`: inside the fence, or decided so. `minutes` is None while it is not finished."""

    visit_id: int
    site_id: int | None
    at_iso: str
    minutes: int | None
    outcome: str | None
    counts: bool
    undecided: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the rules may know about one rep-day.

    `starts` and `first_in` are local "HH:MM", for the explanation only. `run_before` is the number of good
    scheduled days in a row before this one.
    """

    employee_id: int
    work_date: date
    currency: str
    store_type_id: int | None
    scheduled: bool
    status: str
    present: bool
    minutes_late: int
    minutes_early: int
    grace_minutes: int
    excused: bool
    complete: bool
    undecided: bool
    sales: int | None = None
    target: int | None = None
    visits: tuple[VisitFact, ...] = ()
    run_before: int = 0
    starts: str | None = None
    first_in: str | None = None
    timezone: str = "UTC"
    parted: bool = False
    """The shift has two parts; the second can still be late, or missed."""

    @property
    def late(self) -> int:
        """Minutes late that count: 0 within grace or when excused."""
        return 0 if self.excused or self.minutes_late <= self.grace_minutes else self.minutes_late

    @property
    def early(self) -> int:
        return 0 if self.excused else self.minutes_early


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """One approved version. The slot belongs to `rule_id`, so a new version corrects and never pays twice."""

    rule_id: int
    version_id: int
    n: int
    code: str
    kind: str
    params: Mapping[str, Any]
    store_type_id: int | None = None


class Line(NamedTuple):
    """One sentence of an explanation, as data."""

    code: str
    params: dict[str, Any]
    amount: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`pending`: a person or the day itself has not decided yet; what is undecided is worth 0 until then."""

    amount: int
    lines: tuple[Line, ...] = ()
    pending: bool = False
    instant: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)
