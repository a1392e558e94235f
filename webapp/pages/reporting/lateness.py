"""Lateness: on which weekday, and at which hour a shift begins."""

from typing import Any, Literal

from babel import dates

from webapp.attendance.queries import reports
from webapp.attendance.queries.reports import Lateness
from webapp.core.charts import Heat, heat
from webapp.core.figures import share
from webapp.core.i18n import LANGUAGES, lang
from webapp.core.i18n import _ as gettext
from webapp.pages.reporting.asked import Asked
from webapp.pages.reporting.lines import change
from webapp.pages.reporting.meaning import meaning
from webapp.pages.reporting.shape import Column, Drawing, Line, Report, shown

BY = ("all",)


def lateness(asked: Asked) -> Report:
    assert asked.scope is not None
    now, past = reports.lateness(asked.scope, asked.zones)
    slots = sorted(now.keys() | past.keys())
    lines = [_line(slot, now.get(slot), past.get(slot)) for slot in slots]
    total, before = _sum(now.values()), _sum(past.values())
    title = gettext("Late days, share by weekday and hour of the shift's start")
    return Report(
        code="lateness", title=gettext("Lateness by weekday and hour"), columns=_columns(), lines=lines,
        total=_figures(total, before), sort="when",
        drawings=[Drawing(_heat(now, narrow=asked.narrow), title, _told(now))] if now else [],
        meaning=meaning("came", "late", "weekday", "hour"), empty=gettext("Nobody came to a shift in this period."),
    )  # fmt: skip


def _columns() -> list[Column]:
    return [
        Column("when", gettext("Weekday"), "code"),
        Column("hour", gettext("Shift begins"), "code"),
        Column("days", gettext("Days somebody came")),
        Column("late", gettext("Late days")),
        Column("rate", gettext("Share late"), "share"),
        Column("past", gettext("Share before"), "share"),
        Column("change", gettext("Change (points)"), "points"),
        Column("mean", gettext("Minutes late, mean"), "minutes"),
        Column("longest", gettext("Most minutes late"), "minutes"),
    ]


def _line(slot: reports.Slot, now: Lateness | None, past: Lateness | None) -> Line:
    weekday, hour = slot
    cells = {"when": _weekday(weekday), "hour": _hour(hour), **_figures(now, past)}
    return Line(cells, order={"when": slot, "hour": (hour, weekday)})


def _figures(now: Lateness | None, past: Lateness | None) -> dict[str, Any]:
    rate, before = _rate(now), _rate(past)
    late = now.late if now else 0
    return {
        "days": now.days if now else 0,
        "late": late,
        "rate": rate,
        "past": before,
        "change": change(rate, before),
        "mean": now.minutes / late if now and late else None,
        "longest": now.longest if now and late else None,
    }


def _rate(one: Lateness | None) -> float | None:
    return share(one.late, one.days) if one else None


def _sum(found: Any) -> Lateness:
    total = Lateness()
    for one in found:
        total.add(one.days, one.late, one.minutes, one.longest)
    return total


def _heat(now: dict[reports.Slot, Lateness], *, narrow: bool) -> Heat:
    """Hours go across; on a phone down."""
    hours = sorted({hour for _, hour in now})
    if narrow:
        turned = [[_cell(now.get((weekday, hour))) for weekday in range(1, 8)] for hour in hours]
        weekdays = [_weekday(day, short=True) for day in range(1, 8)]
        return heat(weekdays, [_hour(hour) for hour in hours], turned, narrow=True)
    values = [[_cell(now.get((weekday, hour))) for hour in hours] for weekday in range(1, 8)]
    return heat([_hour(hour) for hour in hours], [_weekday(day, short=True) for day in range(1, 8)], values)


def _cell(one: Lateness | None) -> tuple[float, str] | None:
    rate = _rate(one)
    return None if rate is None else (rate, f"{rate * 100:.0f}%")


def _weekday(number: int, *, short: bool = False) -> str:
    """1 is Monday."""
    width: Literal["abbreviated", "wide"] = "abbreviated" if short else "wide"
    return str(dates.get_day_names(width, "stand-alone", locale=LANGUAGES[lang()])[number - 1])


def _hour(hour: int) -> str:
    return f"{hour:02}:00"


def _told(now: dict[reports.Slot, Lateness]) -> str:
    """Where it is worst."""
    (weekday, hour), worst = max(now.items(), key=lambda item: (_rate(item[1]) or 0, item[1].late, item[0]))
    if not worst.late:
        return gettext("Nobody came late.")
    return gettext(
        "Most often late: %(weekday)s with shifts from %(hour)s, %(late)s of %(days)s days (%(rate)s).",
        weekday=_weekday(weekday), hour=_hour(hour), late=worst.late, days=worst.days,
        rate=shown(_rate(worst), "share"),
    )  # fmt: skip
