"""Dates as devices and spreadsheets write them, and the order of their parts."""

import re
from collections.abc import Iterable, Sequence

from webapp.devices.adapters.file.shape import Answers, Choice, Question, answer

_DATE = r"(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,4})日?"
_HALF = r"(AM|PM|am|pm|上午|下午)?"
_CLOCK = rf"{_HALF}\s*(\d{{1,2}}):(\d{{1,2}})(?::(\d{{1,2}}))?(?:\.\d+)?\s*{_HALF}"
WHEN = re.compile(rf"(?<![\d-]){_DATE}[T\s]+{_CLOCK}(?![\d:])")
DAY = re.compile(rf"(?<![\d-]){_DATE}(?!\d)")
CLOCK = re.compile(rf"(?<![\d:-]){_CLOCK}(?![\d:])")
ORDERS = ("ymd", "mdy", "dmy")
Parts = tuple[str, str, str]
_SURE = 0.95


def wall(date: Parts, clock: Sequence[str | None], order: str) -> str | None:
    """ "YYYY-MM-DD HH:MM:SS" of the parts of CLOCK and DAY; None when no such date can be meant.

    A February 30 can: devices do write it, and it is held later, not thrown away.
    """
    placed = _placed(date, order)
    before, hour_text, minute, second, after = clock
    hour = _hour(int(hour_text or 0), before or after)
    if placed is None or hour is None or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    year, month, day = placed
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{int(minute or 0):02}:{int(second or 0):02}"


def order_of(dates: Iterable[Parts]) -> str | None:
    """The one order that makes dates of (nearly) all of them; None when more than one does, or none does."""
    seen = set(dates)
    fits = sorted((sum(_placed(date, order) is not None for date in seen), order) for order in ORDERS)
    (_, _), (second, _), (most, best) = fits
    return best if most > second and (most >= _SURE * len(seen) or not second) else None


def order_question(dates: Iterable[Parts], answers: Answers) -> list[Question]:
    """Asked only where the file leaves it open: every day is at most 12, in both places."""
    seen = sorted(set(dates))
    if not seen or order_of(seen):
        return []
    possible = [order for order in ORDERS if any(_placed(date, order) for date in seen)]
    example = next((date for date in seen if date[0] != date[1]), seen[0])
    choices = [Choice(order, f"file_order_{order}", _example(example, order)) for order in possible]
    return [Question("order", choices, answer("order", choices, answers))] if choices else []


def _example(date: Parts, order: str) -> dict[str, str]:
    placed = _placed(date, order)
    meant = "{:04}-{:02}-{:02}".format(*placed) if placed else "…"
    return {"written": "-".join(date), "meant": meant}


def _placed(date: Parts, order: str) -> tuple[int, int, int] | None:
    """(year, month, day), when the parts can be that. Only a year has four digits."""
    year_text, month, day = (date[order.index(part)] for part in "ymd")
    if len(year_text) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    year = int(year_text) + (2000 if len(year_text) == 2 else 0)
    return (year, int(month), int(day)) if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else None


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour if hour <= 23 else None
    if not 1 <= hour <= 12 and half.lower() in ("am", "pm"):
        return None
    late = half.lower() in ("pm", "下午")
    return hour % 12 + (12 if late else 0)
