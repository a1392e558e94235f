"""Sources used: who said that people were there, and which of them together."""

from typing import Any

from webapp.attendance.queries import reports
from webapp.core.charts import Item, bars
from webapp.core.figures import share
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.pages.reporting.asked import Asked
from webapp.pages.reporting.lines import by_words, change, head, highest, line, number, part, summed
from webapp.pages.reporting.meaning import meaning
from webapp.pages.reporting.shape import Column, Drawing, Line, Report, shown

BY = ("sources", "branch", "team", "type", "site")
_COUNTS = ("days", *reports.SOURCES, "single", "both")


def sources(asked: Asked) -> Report:
    assert asked.scope is not None
    told = [(source_words(code), say(f"report_means_{code}")) for code in reports.SOURCES]
    lines, columns, total, drawing = _combined(asked) if asked.scope.by == "sources" else _grouped(asked)
    return Report(
        code="sources", title=gettext("Sources used"), columns=columns, lines=lines, total=total, sort="-days",
        drawings=[drawing], meaning=[*meaning("seen"), *told], by=by_words(BY),
        empty=gettext("Nobody was seen in this period."),
    )  # fmt: skip


def source_words(code: str) -> str:
    """ "phone,device" as people read it."""
    text = " + ".join(say(f"source_{one}") for one in code.split(","))
    return text[:1].upper() + text[1:]


def _combined(asked: Asked) -> tuple[list[Line], list[Column], dict[str, Any], Drawing]:
    assert asked.scope is not None
    found = reports.combinations(asked.scope)
    now, past = sum(one.now for one in found), sum(one.past for one in found)
    lines = []
    for one in found:
        rate, before = share(one.now, now), share(one.past, past)
        name = source_words(one.sources)
        cells = {"name": name, "days": one.now, "rate": rate, "past": before, "change": change(rate, before)}
        lines.append(Line(cells))
    columns = [
        Column("name", gettext("Combination"), "text"),
        Column("days", gettext("Days counted")),
        Column("rate", gettext("Share"), "share"),
        Column("past", gettext("Share before"), "share"),
        Column("change", gettext("Change (points)"), "points"),
    ]
    ordered = sorted(lines, key=lambda one: (-one.cells["days"], one.cells["name"]))
    chart = bars(
        [
            Item(one.cells["name"], one.cells["rate"] or 0, shown(one.cells["rate"], "share"), one.cells["past"])
            for one in ordered
        ]
    )
    told = _told(ordered[0].cells["name"], ordered[0].cells["rate"]) if now else ""
    drawing = Drawing(chart, gettext("Days by who spoke for them"), told, compared=True)
    return lines, columns, {"days": now, "rate": share(now, now)}, drawing


def _told(name: str, rate: float) -> str:
    return gettext("Most days: %(name)s, %(rate)s.", name=name, rate=shown(rate, "share"))


def _grouped(asked: Asked) -> tuple[list[Line], list[Column], dict[str, Any], Drawing]:
    assert asked.scope is not None
    by = asked.scope.by
    groups = reports.sources(asked.scope)
    lines = [line(group, by, _figures(group.now, group.past)) for group in groups]
    now, past = summed(groups, *_COUNTS)
    total = {**now, "rate": share(now["single"], now["days"]), "past": share(past["single"], past["days"])}
    total["change"] = change(total["rate"], total["past"])
    columns = [
        *head(by, several=len(asked.branches) > 1),
        Column("days", gettext("Days counted")),
        *(Column(code, source_words(code)) for code in reports.SOURCES),
        Column("both", gettext("Phone and device")),
        Column("single", gettext("One source only")),
        Column("rate", gettext("Share with one only"), "share"),
        Column("past", gettext("Share before"), "share"),
        Column("change", gettext("Change (points)"), "points"),
    ]
    title = gettext("Days only one source speaks for, highest share first")
    drawing = Drawing(
        highest(lines, "rate", "past"),
        title,
        gettext("Fewer is better: two sources can check each other."),
        compared=True,
    )
    return lines, columns, total, drawing


def _figures(now: Any, past: Any) -> dict[str, Any]:
    rate, before = part(now, "single"), part(past, "single")
    return {
        **{name: number(now, name) for name in _COUNTS},
        "rate": rate,
        "past": before,
        "change": change(rate, before),
    }
