"""Anomaly rate: by branch, team, store type, site and person."""

from typing import Any

from webapp.attendance.queries import reports
from webapp.core.figures import share
from webapp.core.i18n import _ as gettext
from webapp.pages.reporting.asked import Asked
from webapp.pages.reporting.lines import by_words, change, head, highest, line, number, part, summed
from webapp.pages.reporting.meaning import meaning
from webapp.pages.reporting.shape import Column, Drawing, Line, Report, shown

BY = reports.BY
_MEANING = ("due", "odd", "late", "early", "absences", "undecided", "site", "team")
_COUNTS = ("days", "odd", "late", "early", "absent", "missing", "waiting", "excepted")


def anomalies(asked: Asked) -> Report:
    assert asked.scope is not None
    by = asked.scope.by
    groups = reports.anomalies(asked.scope)
    lines = [line(group, by, _figures(group.now, group.past)) for group in groups if group.now or group.past]
    now, past = summed(groups, *_COUNTS)
    total = {**now, "rate": share(now["odd"], now["days"]), "past": share(past["odd"], past["days"])}
    total["change"] = change(total["rate"], total["past"])
    drawing = Drawing(
        highest(lines, "rate", "past"), gettext("Anomaly rate, highest first"), _told(lines), compared=True
    )
    return Report(
        code="anomalies", title=gettext("Anomaly rate"),
        columns=[*head(by, several=len(asked.branches) > 1), *_columns()], lines=lines, total=total, sort="-rate",
        drawings=[drawing], meaning=meaning(*_MEANING), by=by_words(BY),
        empty=gettext("Nobody was to work in this period."),
    )  # fmt: skip


def _figures(now: Any, past: Any) -> dict[str, Any]:
    rate, before = part(now, "odd"), part(past, "odd")
    return {
        **{name: number(now, name) for name in _COUNTS},
        "rate": rate,
        "past": before,
        "change": change(rate, before),
    }


def _columns() -> list[Column]:
    return [
        Column("days", gettext("Scheduled days")),
        Column("odd", gettext("Days with an anomaly")),
        Column("rate", gettext("Rate"), "share"),
        Column("past", gettext("Rate before"), "share"),
        Column("change", gettext("Change (points)"), "points"),
        Column("late", gettext("Late")),
        Column("early", gettext("Left early")),
        Column("absent", gettext("Absent")),
        Column("missing", gettext("In or out missing")),
        Column("waiting", gettext("Undecided")),
        Column("excepted", gettext("With an exception")),
    ]


def _told(lines: list[Line]) -> str:
    """What rose most, in a sentence."""
    risen = [one for one in lines if (one.cells["change"] or 0) > 0 and (one.href or one.deeper)]
    if not risen:
        return gettext("Nothing rose against the period before.")
    most = max(risen, key=lambda one: (one.cells["change"], str(one.cells["name"])))
    return gettext(
        "Rose most: %(name)s, by %(points)s points to %(rate)s.",
        name=most.cells["name"],
        points=shown(most.cells["change"], "points").lstrip("+"),
        rate=shown(most.cells["rate"], "share"),
    )
