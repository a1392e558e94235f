"""Device health over a period."""

from typing import Any

from webapp.core.authz import me
from webapp.core.figures import share
from webapp.core.i18n import _ as gettext
from webapp.devices.queries.report import DeviceReport, Period, device_reports
from webapp.pages.reporting.asked import Asked
from webapp.pages.reporting.lines import change, highest, number
from webapp.pages.reporting.meaning import meaning
from webapp.pages.reporting.shape import Column, Drawing, Line, Report, shown

BY = ("all",)


def devices(asked: Asked) -> Report:
    found = found_devices(asked)
    lines = [_line(one) for one in found]
    total = totals(found)
    slow = highest(lines, "ninety", kind="seconds")
    title = gettext("Nine in ten punches arrive within, longest first")
    return Report(
        code="devices", title=gettext("Device health"), columns=_columns(several=len(asked.branches) > 1), lines=lines,
        total=total, sort="-ninety",
        drawings=[Drawing(slow, title, _told(total))] if slow.rows else [],
        meaning=meaning("punches", "lag", "nearest", "doubtful", "bad", "missing", "silences"),
        without=frozenset({"team_id"}), empty=gettext("No device was in use in this period."),
    )  # fmt: skip


def found_devices(asked: Asked) -> list[DeviceReport]:
    scope = asked.scope
    assert scope is not None
    return device_reports(me(), scope.branch_ids, scope.store_type_id, Period(scope.before, scope.since, scope.until))


def totals(found: list[DeviceReport]) -> dict[str, Any]:
    now = {name: sum(number(one.now, name) for one in found) for name in ("punches", "doubtful", "held")}
    past = {name: sum(number(one.past, name) for one in found) for name in ("punches", "doubtful")}
    rate, before = share(now["doubtful"], now["punches"]), share(past["doubtful"], past["punches"])
    summed = {name: sum(getattr(one, name) for one in found) for name in ("bad", "missing", "silences")}
    return {**now, **summed, "rate": rate, "past": before, "change": change(rate, before)}


def _line(one: DeviceReport) -> Line:
    device, now, past = one.device, one.now, one.past
    rate = share(number(now, "doubtful"), number(now, "punches"))
    before = share(number(past, "doubtful"), number(past, "punches"))
    cells = {
        "name": device.name, "note": device.serial, "branch": device.branch, "sites": ", ".join(one.sites),
        "seen": device.seen_at, "punches": number(now, "punches"), "days": number(now, "days"),
        "median": _seconds(now, "median"), "ninety": _seconds(now, "ninety"), "longest": _seconds(now, "longest"),
        "doubtful": number(now, "doubtful"), "held": number(now, "held"), "rate": rate, "past": before,
        "change": change(rate, before), "bad": one.bad, "missing": one.missing, "silences": one.silences,
    }  # fmt: skip
    return Line(cells, href=f"/hr/devices/{device.id}")


def _seconds(row: Any, name: str) -> int | None:
    value = getattr(row, name) if row is not None else None
    return None if value is None else int(value)


def _columns(*, several: bool) -> list[Column]:
    return [
        Column("name", gettext("Device"), "text"),
        Column("note", gettext("Serial number"), "code"),
        *([Column("branch", gettext("Branch"), "text")] if several else []),
        Column("sites", gettext("Sites"), "text"),
        Column("seen", gettext("Last heard"), "moment"),
        Column("punches", gettext("Punches")),
        Column("days", gettext("Days with punches")),
        Column("median", gettext("Lag, median"), "seconds"),
        Column("ninety", gettext("Lag, nine in ten"), "seconds"),
        Column("longest", gettext("Lag, longest"), "seconds"),
        Column("doubtful", gettext("Doubtful times")),
        Column("rate", gettext("Share"), "share"),
        Column("past", gettext("Share before"), "share"),
        Column("change", gettext("Change (points)"), "points"),
        Column("held", gettext("Still held")),
        Column("bad", gettext("Unreadable lines")),
        Column("missing", gettext("Missing here")),
        Column("silences", gettext("Silences")),
    ]


def _told(total: dict[str, Any]) -> str:
    return gettext(
        "%(punches)s punches, %(doubtful)s of them with a doubtful time.",
        punches=shown(total["punches"], "count"),
        doubtful=shown(total["doubtful"], "count"),
    )
