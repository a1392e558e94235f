"""The inbox's lines: each exception with the money its approval would move."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from webapp.attendance.queries import InboxRow
from webapp.attendance.rules import Assume
from webapp.attendance.rules.deadlines import Deadlines
from webapp.core.money import exponent
from webapp.rewards import queries as rewards
from webapp.rewards.rules import Preview
from webapp.schedules.rules import read_demand

ROWS_TO_CHECK, UNITS_TO_CHECK = 20, 1000
"""More rows, or more money (in whole units of the currency), are looked at on a page of their own first."""
_TIMED = frozenset({"forgot_in", "forgot_out", "wrong_time"})
Decision = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `effect` is None for decided rows, without a day, and where a time must be given first."""

    row: InboxRow
    effect: Preview | None = None
    problem: str = ""
    due: date | None = None
    """By when it should be decided; None once it is."""
    age: int = 0
    """Working days since it was opened."""
    overdue: bool = False
    own: bool = False
    """About its reader, or whom they stand in for: others decide it."""
    kind = ""
    """A Matter has one."""

    @property
    def mark(self) -> tuple[str, int]:
        return "exception", self.row.id

    @property
    def change(self) -> int:
        return self.effect.change if self.effect else 0

    @property
    def lacks_time(self) -> bool:
        return self.row.state == "open" and needs_time(self.row) and self.row.asked_at is None

    @property
    def decidable(self) -> bool:
        return self.row.state == "open" and not self.own

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.row.timezone)


def lines(
    rows: Sequence[InboxRow],
    *,
    at: datetime,
    problems: Mapping[int, str] | None = None,
    due: Mapping[int, Deadlines] | None = None,
) -> list[Line]:
    """Constant statements for any number of rows."""
    said = problems or {}
    asked = [row for row in rows if row.state == "open" and not (needs_time(row) and row.asked_at is None)]
    found = rewards.preview_each([(row.pair, deciding([row], "approved")) for row in asked], at=at) if asked else []
    effects = {row.id: effect for row, effect in zip(asked, found, strict=True)}
    return [Line(row, effects.get(row.id), said.get(row.id, ""), *_timely(row, due or {}, at)) for row in rows]


def _timely(row: InboxRow, due: Mapping[int, Deadlines], at: datetime) -> tuple[date | None, int, bool]:
    known = due.get(row.branch_id)
    if known is None or row.state != "open":
        return None, 0, False
    on = known.due(row.opened_at)
    return on, known.age(row.opened_at, at), on < known.local(at)


def needs_time(row: InboxRow) -> bool:
    return row.kind == "missing_out" or row.params.get("category") in _TIMED


def takes_time(row: InboxRow) -> bool:
    """May be approved with another time than the one that was asked for or measured."""
    return needs_time(row) or row.kind in ("absent", "cannot", "late_arrival", "clock")


def proposed_time(row: InboxRow) -> datetime | None:
    """What the form starts with: the time asked for, else the end (or start) of the shift, else the tap."""
    if row.asked_at is not None:
        return row.asked_at
    if needs_time(row) and read_demand(row.terms or "", row.starts_at).kind == "split":
        return None  # of which part, only a person knows
    if row.kind == "missing_out" or row.params.get("category") == "forgot_out":
        return row.ends_at
    if row.params.get("category") == "forgot_in":
        return row.starts_at
    return row.counted_at if needs_time(row) else None


def deciding(
    rows: Collection[InboxRow], decision: Decision, granted: Mapping[int, dict[str, Any]] | None = None
) -> Assume:
    return Assume(decisions=dict.fromkeys((row.id for row in rows), decision), granted=granted or {})


def together(rows: Collection[InboxRow], decision: Decision, *, at: datetime) -> dict[str, int]:
    """{currency: change} of deciding all of them the same way."""
    by_day: dict[Any, list[InboxRow]] = defaultdict(list)
    for row in rows:
        by_day[row.pair].append(row)
    items = {pair: deciding(mine, decision) for pair, mine in by_day.items()}
    return rewards.change_together(items, at=at) if items else {}


def needs_check(found: Sequence[Line], totals: Mapping[str, int], decision: Decision) -> bool:
    """Too many, too much, more than one currency, or another sum than the rows show."""
    if len(found) > ROWS_TO_CHECK or len(totals) > 1:
        return True
    if any(abs(change) > UNITS_TO_CHECK * 10 ** exponent(currency) for currency, change in totals.items()):
        return True
    return decision == "approved" and sum(totals.values()) != sum(line.change for line in found)


def moves(line: Line, minimum: int) -> bool:
    """At least so many whole units of its currency."""
    return line.effect is not None and abs(line.change) >= minimum * 10 ** exponent(line.row.currency)
