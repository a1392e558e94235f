"""How leave is asked for and counted; pure. Days are counted in halves, so that nothing is ever a fraction."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from webapp.core.errors import Invalid

LEAVE_TYPES = (
    ("annual", "Annual leave", "年假"),
    ("sick", "Sick leave", "病假"),
    ("personal", "Personal leave", "事假"),
    ("other", "Other leave", "其他假"),
)
"""What a new branch begins with: code, English, Chinese."""
STEPS = ("supervisor", "hr")
"""Who may be in a chain, in the only order there is."""
LONGEST = 366
UNANNOUNCED = "sick"
"""Nobody knows ahead that they will be ill."""


@dataclass(frozen=True, slots=True)
class LeavePolicy:
    """Of one branch (Branch.leave_policy holds what differs)."""

    chain: tuple[str, ...] = ("supervisor", "hr")
    """Who answers, in order: supervisor | hr."""
    hr_from_halves: int = 0
    """HR answers only what takes at least so many half days; 0: everything."""
    notice_days: int = 0
    """Asked for at least so many days ahead, illness apart; 0: today is enough."""
    back_days: int = 3
    """How many days back leave (sick, mostly) may be asked for."""


def read_leave_policy(written: Mapping[str, Any] | None) -> LeavePolicy:
    known = {name: (written or {})[name] for name in LeavePolicy.__dataclass_fields__ if name in (written or {})}
    if "chain" in known:
        known["chain"] = tuple(known["chain"])
    return LeavePolicy(**known)


def written_leave_policy(policy: LeavePolicy) -> dict[str, Any]:
    """What differs from the usual, for storing."""
    usual = LeavePolicy()
    found = {name: getattr(policy, name) for name in LeavePolicy.__dataclass_fields__}
    return {
        name: list(value) if name == "chain" else value
        for name, value in found.items()
        if value != getattr(usual, name)
    }


@dataclass(frozen=True, slots=True)
class Span:
    """Days off, both included; the first may begin at noon and the last end at noon."""

    first_on: date
    last_on: date
    starts_half: bool = False
    """Only the second half of the first day is off."""
    ends_half: bool = False
    """Only the first half of the last day is off."""

    def dates(self) -> Iterator[date]:
        return (self.first_on + timedelta(days=n) for n in range((self.last_on - self.first_on).days + 1))

    def halves_of(self, on: date) -> int:
        """How much of a date is off, working day or not: 0, 1 or 2."""
        if not self.first_on <= on <= self.last_on:
            return 0
        return 2 - (self.starts_half and on == self.first_on) - (self.ends_half and on == self.last_on)

    def overlaps(self, other: "Span") -> bool:
        """A morning and an afternoon of the same day do not."""
        return self._from() <= other._through() and other._from() <= self._through()

    def _from(self) -> int:
        return self.first_on.toordinal() * 2 + self.starts_half

    def _through(self) -> int:
        return self.last_on.toordinal() * 2 + 1 - self.ends_half


def span_of(row: Any) -> Span:
    """Of a Leave or a LeaveRequest."""
    return Span(row.first_on, row.last_on, row.starts_half, row.ends_half)


def check_span(span: Span) -> None:
    """Raises Invalid with the field."""
    if span.last_on < span.first_on:
        raise Invalid("leave_order", "last_on")
    if (span.last_on - span.first_on).days >= LONGEST:
        raise Invalid("leave_too_long", "last_on", limit=LONGEST)
    if span.first_on == span.last_on and span.starts_half and span.ends_half:
        raise Invalid("leave_nothing", "ends_half")


def check_when(span: Span, kind: str, policy: LeavePolicy, today: date) -> None:
    """Not too late and not too far back. Raises Invalid."""
    if kind != UNANNOUNCED and policy.notice_days and span.first_on < today + timedelta(days=policy.notice_days):
        earliest = today + timedelta(days=policy.notice_days)
        raise Invalid("leave_notice", "first_on", days=policy.notice_days, day=earliest)
    earliest = today - timedelta(days=policy.back_days)
    if span.first_on < earliest:
        raise Invalid("leave_too_far_back", "first_on", day=earliest)


def halves_by_year(span: Span, working: Collection[date], until: date | None = None) -> dict[int, int]:
    """Half working days it takes from each calendar year; what falls on other days takes nothing.

    until: only days up to this one count.
    """
    found: dict[int, int] = {}
    for on in span.dates():
        if on in working and (until is None or on <= until):
            found[on.year] = found.get(on.year, 0) + span.halves_of(on)
    return found


def steps_of(policy: LeavePolicy, halves: int, *, supervised: bool) -> tuple[str, ...]:
    """Who has to answer; there is always somebody."""
    steps = [step for step in policy.chain if step in STEPS]
    if not supervised:
        steps = [step for step in steps if step != "supervisor"]
    elif halves < policy.hr_from_halves and "supervisor" in steps:
        steps = [step for step in steps if step != "hr"]
    return tuple(steps) or ("hr",)


def step_after(steps: Sequence[str], step: int, *, by_office: bool) -> int:
    """The one to answer next. Where HR answered in place of a supervisor who is no longer there, or stands in for one
    and nobody else of the office could answer its step, HR has answered."""
    step += 1
    while by_office and step < len(steps) and steps[step] == "hr":
        step += 1
    return step
