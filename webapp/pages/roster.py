"""The roster as a table, the same for every role: spans, and what stands in each cell."""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import flash, request

from webapp.core import clock
from webapp.core.authz import me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, ngettext, say, time_text
from webapp.schedules import queries, service
from webapp.schedules.queries import Cell
from webapp.schedules.rules import monday_of

SPANS = ("week", "two", "month")
_LOOKS = {"work": "w", "rest": "r", "holiday": "h", "leave": "l"}


@dataclass(frozen=True, slots=True)
class Span:
    """What the table shows: whole weeks from a Monday, or a month from its first."""

    name: str
    first: date
    days: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def before(self) -> date:
        return span_of(self.name, self.first - timedelta(days=1)).first

    @property
    def after(self) -> date:
        return self.last + timedelta(days=1)


def span_of(name: str, day: date) -> Span:
    if name == "month":
        return Span("month", day.replace(day=1), calendar.monthrange(day.year, day.month)[1])
    if name == "two":
        return Span("two", monday_of(day), 14)
    return Span("week", monday_of(day), 7)


@dataclass(frozen=True, slots=True)
class Box:
    """One cell as it is shown."""

    on: str
    look: str
    text: str
    more: str
    notes: tuple[str, ...]
    untold: bool


@dataclass(frozen=True, slots=True)
class Total:
    """A person's row in one line."""

    days: int
    minutes: int
    untold: int


class Boxes:
    """Makes boxes; each text is looked up once, however many cells say it."""

    def __init__(self, span: Span, today: date) -> None:
        self._brief, self._today = span.name != "week", today
        self._said: dict[Any, str] = {}

    def box(self, cell: Cell) -> Box:
        day, brief = cell.expected, self._brief
        look = "x" if day.source == "employment" else _LOOKS[day.kind]
        hours = self._hours(cell) if day.kind == "work" else ""
        text = (cell.shift if brief and cell.shift and hours else hours) or self._word(look, day.kind)
        parts = [cell.shift] if cell.shift and not brief and hours else []
        visits = len(cell.stops)
        if visits:
            parts.append(self._once(("visits", visits), lambda: ngettext("%(num)s visit", "%(num)s visits", visits)))
        notes = tuple(self._once(code, partial(say, code)) for code in self._codes(cell))
        if cell.on == self._today:
            look += " now"
        return Box(cell.on.isoformat(), look, text, " · ".join(parts), notes, cell.untold)

    def _codes(self, cell: Cell) -> Sequence[str]:
        return [f"brief_{code}" for code in cell.conflicts] if self._brief else cell.conflicts

    def _hours(self, cell: Cell) -> str:
        begin, end = cell.expected.starts_at, cell.expected.ends_at
        if begin is None or end is None:
            return ""
        return f"{time_text(begin, cell.zone)}–{time_text(end, cell.zone)}"

    def _word(self, look: str, kind: str) -> str:
        code = "day_not_employed" if look == "x" else f"day_{kind}"
        return self._once(code, lambda: say(code))

    def _once(self, key: Any, make: Callable[[], str]) -> str:
        if key not in self._said:
            self._said[key] = make()
        return self._said[key]


def total_of(cells: Sequence[Cell]) -> Total:
    """Days and minutes that are to be worked, and days the person was not told of yet."""
    worked = [cell.expected for cell in cells if cell.expected.kind == "work"]
    spans = [day.ends_at - day.starts_at for day in worked if day.starts_at and day.ends_at]
    minutes = int(sum(spans, timedelta()).total_seconds() // 60)
    return Total(len(worked), minutes, sum(cell.untold for cell in cells))


def told_alone(branch_id: int) -> str:
    """Which changes people hear of without anybody's doing; "" where it is none."""
    days = queries.roster_policy(branch_id).tell_days
    if days < 2:
        return gettext("Changes of today are told by themselves.") if days else ""
    if days == 2:
        return gettext("Changes of today and tomorrow are told by themselves.")
    return gettext("Changes of the next %(days)s days are told by themselves.", days=days)


def copied_text(copied: int, kept: int) -> str:
    """What became of copying a week."""
    if not copied and not kept:
        return gettext("The week before has nothing to copy.")
    text = ngettext("%(num)s day copied.", "%(num)s days copied.", copied)
    stay = gettext("Days that had something already stay: %(n)s.", n=kept)
    return f"{text} {stay}" if kept else text


def undo_change() -> None:
    """Take the change back whose number the form holds; what became of it is shown on the next page."""
    entry_id = request.form.get("entry", 0, type=int)
    try:
        days = do(service.undo_change, by=me(), entry_id=entry_id, at=clock.now())
    except DomainError as error:
        flash(explain(error), "att")
        return
    flash(
        ngettext("%(num)s day is as before.", "%(num)s days are as before.", days) if days else gettext("Undone."), "ok"
    )
