"""One person's month: a grid of shapes, the days in words, their sums. No money: the client's staff see it too."""

from calendar import Calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request

from webapp.attendance.queries.month import month_of
from webapp.attendance.rules import DayResult
from webapp.core import clock
from webapp.core.authz import SignedIn
from webapp.core.errors import N_, words
from webapp.core.i18n import date_text, say
from webapp.pages.day_shapes import chip, shape, status_word

words(
    {
        "month_late": N_("%(minutes)s min late"),
        "month_early": N_("left %(minutes)s min early"),
        "month_open": N_("%(number)s open"),
    }
)
_LATE = ("late", "serious_late")
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Totals:
    scheduled: int = 0
    present: int = 0
    late: int = 0
    minutes_late: int = 0
    early: int = 0
    missing: int = 0
    absent: int = 0
    leave: int = 0
    undecided: int = 0
    worked: int = 0


def totals(days: Mapping[date, DayResult]) -> Totals:
    """`days` that are over; of a running one only what is certain counts."""
    found = list(days.values())
    return Totals(
        scheduled=sum(day.scheduled for day in found),
        present=sum(day.present for day in found),
        late=sum(day.minutes_late > 0 for day in found),
        minutes_late=sum(day.minutes_late for day in found),
        early=sum(day.minutes_early > 0 for day in found),
        missing=sum(day.status in ("missing_in", "missing_out") for day in found),
        absent=sum(day.status == "absent" for day in found),
        leave=sum(day.status == "leave" for day in found),
        undecided=sum(day.undecided or day.open_exceptions > 0 for day in found),
        worked=sum(day.worked_minutes for day in found),
    )


def month_context(user: SignedIn, employee_id: int, link: Callable[[date], str | None]) -> dict[str, Any]:
    """`link` gives the page of a day, None where there is none. Raises NotFound."""
    today = clock.now().astimezone(user.branch.zone).date()
    first = _asked() or today.replace(day=1)
    later = (first + timedelta(days=32)).replace(day=1)
    name, days = month_of(user, employee_id, first, later - timedelta(days=1))
    weeks = [
        [_cell(on, first, days.get(on), link, today) for on in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    return {
        "employee_id": employee_id, "name": name, "month": first, "weeks": weeks, "totals": totals(days),
        "earlier": (first - timedelta(days=1)).replace(day=1), "later": later if later <= today else None,
        "rows": [(on, day, chip(day), link(on), _notes(day)) for on, day in sorted(days.items(), reverse=True)],
    }  # fmt: skip


def _notes(day: DayResult) -> list[str]:
    """What the chip does not say."""
    found = [say("month_late", minutes=day.minutes_late)] if day.minutes_late and day.status not in _LATE else []
    found += [say("month_early", minutes=day.minutes_early)] if day.minutes_early else []
    found += [say("month_open", number=day.open_exceptions)] if day.open_exceptions else []
    return found


def _cell(on: date, first: date, day: DayResult | None, link: Callable[[date], str | None], today: date) -> Any:
    if on.month != first.month:
        return {"day": on.day, "off": True, "kind": "", "href": None, "icon": None, "today": False, "text": ""}
    kind, icon = shape(day)
    text = ", ".join(word for word in (date_text(on), say(status_word(day)) if day else "") if word)
    href = link(on) if day else None
    return {"day": on.day, "off": False, "kind": kind, "icon": icon, "href": href, "today": on == today, "text": text}


def _asked() -> date | None:
    try:
        found = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return None
    return found if _FIRST <= found < _LAST else None
