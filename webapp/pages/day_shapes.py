"""How a day's status looks: a shape in the grid of a month, a chip beside the date."""

from webapp.attendance.rules import DayResult
from webapp.core.i18n import say

Chip = tuple[str, str, str | None]
"""(kind, text, icon) as ui.chip takes them."""
SHAPES = {
    "normal": ("ok", "check"),
    "field_work": ("ok", "check"),
    "late": ("att", "triangle-alert"),
    "serious_late": ("att", "triangle-alert"),
    "early_leave": ("att", "triangle-alert"),
    "missing_out": ("att", "triangle-alert"),
    "missing_in": ("att", "triangle-alert"),
    "unheard": ("", "hourglass"),
    "absent": ("stop", "x"),
    "pending": ("", "circle"),
}
_CHIPS = {"ok": "ok", "att": "att", "stop": "stop", "": "wait"}


def shape(day: DayResult | None) -> tuple[str, str | None]:
    """(kind, icon) of a cell."""
    return SHAPES.get(day.status, ("", None)) if day else ("", None)


def status_word(day: DayResult) -> str:
    """The word for its status: rest because the calendar says so is a holiday."""
    return "status_holiday" if (day.status, day.expected) == ("rest", "holiday") else f"status_{day.status}"


def chip(day: DayResult | None) -> Chip | None:
    if day is None:
        return None
    kind, icon = SHAPES.get(day.status, ("plain", "circle"))
    code = {"late": "late_minutes", "serious_late": "serious_late_minutes"}.get(day.status, status_word(day))
    return _CHIPS.get(kind, "plain"), say(code, minutes=day.minutes_late), icon
