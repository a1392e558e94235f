"""A supervisor's three reports: what HR's count, of their own people and stores only. Never money."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from webapp.attendance.queries import reports
from webapp.attendance.queries.reports import Group
from webapp.core.figures import share
from webapp.core.i18n import _ as gettext
from webapp.pages.reporting import confirming, lateness
from webapp.pages.reporting.asked import Asked
from webapp.pages.reporting.lines import change, highest, line, number, part, summed
from webapp.pages.reporting.meaning import meaning
from webapp.pages.reporting.shape import Column, Drawing, Line, Report, shown

_COUNTS = ("days", "present", "late", "missing", "absent", "early", "waiting")
_SLOTS = ("when", "hour", "rate", "past", "change", "late", "days", "mean", "longest")
_DELAYS = ("name", "note", "rate", "past", "change", "median", "before", "ninety", "longest", "open", "days")


@dataclass(frozen=True, slots=True)
class Kind:
    by: str
    make: Callable[[Asked], Report]
    told: Callable[[Report], str]
    """The figure at the top in words."""


def attendance(asked: Asked) -> Report:
    scope = asked.scope
    assert scope is not None
    groups = reports.anomalies(scope)
    lines = [_person(group, scope.until) for group in groups]
    now, past = summed(groups, *_COUNTS)
    total = {**now, **_shares(share(now["present"], now["days"]), share(past["present"], past["days"]))}
    away = [replace(one, cells={**one.cells, "away": _rest(one.cells["rate"]), "then": _rest(one.cells["past"])})
            for one in lines]  # fmt: skip
    chart = highest([one for one in away if one.cells["away"]], "away", "then", narrow=True)
    drawing = Drawing(chart, gettext("Days not present, highest share first"), "", compared=True)
    return Report(
        code="attendance", title=gettext("Present"), columns=_columns(), lines=lines, total=total, sort="rate",
        drawings=[drawing] if chart.rows else [],
        meaning=meaning("due", "present", "late", "absences", "undecided", "whose"),
        empty=gettext("Nobody was to work in this period."),
    )  # fmt: skip


def late(asked: Asked) -> Report:
    found = lateness.lateness(asked)
    return replace(_picked(found, _SLOTS), title=gettext("Late days"), meaning=[*found.meaning, *meaning("whose")])


def confirmation(asked: Asked) -> Report:
    found = confirming.confirming(asked)
    elsewhere = gettext("Other stores")
    lines = [one if one.href else replace(one, cells={**one.cells, "name": elsewhere}) for one in found.lines]
    kept = [replace(one, href=None) for one in lines]
    slow = highest(lines, "median", kind="minutes", narrow=True)
    told = [pair for pair in found.meaning if pair not in meaning("speaker")]
    return replace(
        _picked(found, _DELAYS), title=gettext("Confirmed in time"), lines=kept, sort="rate",
        drawings=[replace(one, chart=slow) for one in found.drawings],
        meaning=[*told, *meaning("site", "whose")],
    )  # fmt: skip


def _picked(report: Report, codes: tuple[str, ...]) -> Report:
    """With these columns, in this order: the first ones are in sight on a phone."""
    columns = {column.code: column for column in report.columns}
    return replace(report, columns=[columns[code] for code in codes])


def _person(group: Group, until: date) -> Line:
    figures = {name: number(group.now, name) for name in _COUNTS}
    found = line(group, "person", {**figures, **_shares(part(group.now, "present"), part(group.past, "present"))})
    return replace(found, href=f"/team/{group.key}/month?month={until:%Y-%m}")


def _shares(rate: float | None, past: float | None) -> dict[str, Any]:
    return {"rate": rate, "past": past, "change": change(rate, past)}


def _rest(rate: float | None) -> float | None:
    return None if rate is None else 1 - rate


def _columns() -> list[Column]:
    return [
        Column("name", gettext("Person"), "text"),
        Column("note", gettext("Number"), "code"),
        Column("rate", gettext("Share present"), "share"),
        Column("past", gettext("Share before"), "share"),
        Column("change", gettext("Change (points)"), "points"),
        Column("late", gettext("Late")),
        Column("missing", gettext("In or out missing")),
        Column("absent", gettext("Absent")),
        Column("early", gettext("Left early")),
        Column("waiting", gettext("Undecided")),
        Column("present", gettext("Present")),
        Column("days", gettext("Scheduled days")),
    ]


def _present(report: Report) -> str:
    total = report.total or {}
    return gettext("%(present)s of %(days)s scheduled days", **_counts(total, "present"))


def _late(report: Report) -> str:
    return gettext("%(late)s of %(days)s days somebody came", **_counts(report.total or {}, "late"))


def _within(report: Report) -> str:
    return gettext("%(within)s of %(days)s days", **_counts(report.total or {}, "within"))


def _counts(total: Any, name: str) -> dict[str, str]:
    return {code: shown(total[code], "count") for code in (name, "days")}


KINDS = {
    "attendance": Kind("person", attendance, _present),
    "lateness": Kind("all", late, _late),
    "confirmation": Kind("site", confirmation, _within),
}
