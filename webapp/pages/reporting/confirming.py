"""Confirmation delay: from the end of a shift to the first word about it."""

from typing import Any

from webapp.attendance.queries import reports
from webapp.attendance.rules.settings import read_policy
from webapp.core import clock
from webapp.core.figures import share
from webapp.core.i18n import _ as gettext
from webapp.pages.reporting.asked import Asked
from webapp.pages.reporting.lines import by_words, change, head, highest, line, number, part, summed
from webapp.pages.reporting.meaning import meaning
from webapp.pages.reporting.shape import Column, Drawing, Report, shown

BY = ("supervisor", "branch", "team", "type", "site")


def confirming(asked: Asked) -> Report:
    assert asked.scope is not None
    by = asked.scope.by
    groups = reports.confirming(asked.scope, confirm_hours(asked), clock.now())
    lines = [line(group, by, figures(group.now, group.past)) for group in groups]
    now, past = summed(groups, "days", "said", "within")
    total = {**now, "rate": share(now["within"], now["days"]), "past": share(past["within"], past["days"])}
    total |= {"change": change(total["rate"], total["past"]), "open": now["days"] - now["said"]}
    slow = highest(lines, "median", kind="minutes")
    return Report(
        code="confirmation", title=gettext("Confirmation delay"),
        columns=[*head(by, several=len(asked.branches) > 1), *_columns(by)], lines=lines, total=total, sort="-median",
        drawings=[Drawing(slow, gettext("Median delay, longest first"), _told(total))],
        meaning=meaning("confirm", "delay", "in_time", "nearest", "speaker", hours=_hours(asked)),
        by=by_words(BY), empty=gettext("Nothing was to be confirmed in this period."),
    )  # fmt: skip


def confirm_hours(asked: Asked) -> dict[int, int]:
    return {branch.id: read_policy(branch.attendance).confirm_hours for branch in asked.branches}


def figures(now: Any, past: Any) -> dict[str, Any]:
    rate, before = part(now, "within"), part(past, "within")
    return {
        **{name: number(now, name) for name in ("days", "said", "within")},
        "open": number(now, "days") - number(now, "said"),
        **{name: _minutes(now, name) for name in ("median", "ninety", "longest")},
        "before": _minutes(past, "median"),
        "rate": rate,
        "past": before,
        "change": change(rate, before),
    }


def _minutes(row: Any, name: str) -> float | None:
    value = getattr(row, name) if row is not None else None
    return None if value is None else int(value) // 60


def _columns(by: str) -> list[Column]:
    days = [Column("days", gettext("Days to confirm")), Column("open", gettext("Not confirmed"))]
    return [
        *([] if by == "supervisor" else days),
        Column("said", gettext("Confirmed")),
        Column("median", gettext("Median"), "minutes"),
        Column("before", gettext("Median before"), "minutes"),
        Column("ninety", gettext("Nine in ten within"), "minutes"),
        Column("longest", gettext("Longest"), "minutes"),
        Column("within", gettext("In time")),
        Column("rate", gettext("Share in time"), "share"),
        Column("past", gettext("Share before"), "share"),
        Column("change", gettext("Change (points)"), "points"),
    ]


def _told(total: dict[str, Any]) -> str:
    if not total["days"]:
        return ""
    return gettext(
        "%(within)s of %(days)s days were confirmed in time.",
        within=shown(total["within"], "count"),
        days=shown(total["days"], "count"),
    )


def _hours(asked: Asked) -> str:
    return " / ".join(str(number) for number in sorted(set(confirm_hours(asked).values())))
