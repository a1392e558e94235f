"""The overview: one figure of each report with its change, and where anomalies rose most."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from webapp.attendance.queries import reports
from webapp.core import clock
from webapp.core.figures import share
from webapp.core.i18n import _ as gettext
from webapp.pages.reporting import anomalies as anomaly
from webapp.pages.reporting import confirming, devices, lateness
from webapp.pages.reporting.asked import Asked
from webapp.pages.reporting.lines import change, number, part
from webapp.pages.reporting.shape import Report, shown, sorted_lines


@dataclass(frozen=True, slots=True)
class Card:
    code: str
    title: str
    figure: str
    change: str
    """With its sign; "" when there is nothing to compare with."""
    told: str


@dataclass(frozen=True, slots=True)
class Overview:
    cards: Sequence[Card]
    report: Report
    lines: Sequence[Any]


def overview(asked: Asked) -> Overview:
    """One statement more for each report, whatever the number of people."""
    report = anomaly.anomalies(asked)
    lines, _ = sorted_lines(report, "-change")
    cards = [_anomalies(report), _lateness(asked), _sources(asked), _devices(asked), _confirming(asked)]
    return Overview(cards, report, lines[:10])


def _card(code: str, title: str, now: float | None, past: float | None, told: str) -> Card:
    moved = change(now, past)
    return Card(code, title, shown(now, "share"), "" if moved is None else shown(moved, "points"), told)


def _count(value: int) -> str:
    return shown(value, "count")


def _anomalies(report: Report) -> Card:
    total = report.total or {}
    told = gettext("%(odd)s of %(days)s scheduled days", odd=_count(total["odd"]), days=_count(total["days"]))
    return _card("anomalies", gettext("Days with an anomaly"), total["rate"], total["past"], told)


def _lateness(asked: Asked) -> Card:
    total = lateness.lateness(asked).total or {}
    told = gettext("%(late)s of %(days)s days somebody came", late=_count(total["late"]), days=_count(total["days"]))
    return _card("lateness", gettext("Late days"), total["rate"], total["past"], told)


def _sources(asked: Asked) -> Card:
    assert asked.scope is not None
    found = reports.combinations(asked.scope)
    counted = [(one.sources.count(","), one.now, one.past) for one in found]
    days, past = sum(one[1] for one in counted), sum(one[2] for one in counted)
    single = [one for one in counted if not one[0]]
    alone, before = sum(one[1] for one in single), sum(one[2] for one in single)
    told = gettext("%(alone)s of %(days)s days", alone=_count(alone), days=_count(days))
    return _card("sources", gettext("Only one source"), share(alone, days), share(before, past), told)


def _devices(asked: Asked) -> Card:
    total = devices.totals(devices.found_devices(asked))
    doubtful, punches = _count(total["doubtful"]), _count(total["punches"])
    told = gettext("%(doubtful)s of %(punches)s punches", doubtful=doubtful, punches=punches)
    return _card("devices", gettext("Doubtful device times"), total["rate"], total["past"], told)


def _confirming(asked: Asked) -> Card:
    assert asked.scope is not None
    found = reports.confirming(replace(asked.scope, by="all"), confirming.confirm_hours(asked), clock.now())
    now, past = (found[0].now, found[0].past) if found else (None, None)
    within, days = _count(number(now, "within")), _count(number(now, "days"))
    told = gettext("%(within)s of %(days)s days", within=within, days=days)
    return _card("confirmation", gettext("Confirmed in time"), part(now, "within"), part(past, "within"), told)
