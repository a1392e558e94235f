"""How devices did over a period, from what is stored: their punches, bad lines, compared days and told silences."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.engine import Row

from webapp.attendance.models import TerminalStay
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.figures import MEDIAN, NINETY, epoch, nearest, tally
from webapp.devices import policy
from webapp.devices.models import BadLine, RawPunch, Terminal, TerminalDay, TerminalState
from webapp.devices.queries.health import HELD
from webapp.notifications.models import Notice
from webapp.people.models import Branch
from webapp.sites.models import Site


@dataclass(frozen=True, slots=True)
class Period:
    """Dates, both counted; `before` begins the period before, which ends the day before `since`."""

    before: date
    since: date
    until: date

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime, datetime]:
        days = (self.before, self.since, self.until + timedelta(days=1))
        before, since, end = (datetime.combine(day, time(), zone) for day in days)
        return before, since, end


@dataclass(slots=True)
class Punches:
    """`lags`: {seconds from the punch to its arrival: punches}, of those that were sent or asked for and believed."""

    punches: int
    days: int
    doubtful: int
    held: int
    lags: dict[int, int] = field(default_factory=dict)

    @property
    def median(self) -> int | None:
        return nearest(self.lags, MEDIAN)

    @property
    def ninety(self) -> int | None:
        return nearest(self.lags, NINETY)

    @property
    def longest(self) -> int | None:
        return max(self.lags, default=None)


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """`device`: id, name, serial, kind, state, branch, seen_at."""

    device: Row[Any]
    sites: Sequence[str]
    """Where it was used in the period."""
    now: Punches | None
    past: Punches | None
    bad: int
    missing: int
    """Punches the device counts and we have not, as last compared."""
    silences: int
    """How often the office was told in the period that it is silent."""


def device_reports(
    user: SignedIn, branch_ids: Collection[int], store_type_id: int | None, period: Period
) -> list[DeviceReport]:
    """Devices that are in use or sent something, at shops of that type if one is named; seven statements in all."""
    devices = _devices(user, branch_ids)
    sites = _sites(devices, store_type_id, period)
    devices = [one for one in devices if one.id in sites or not store_type_id]
    ids = [one.id for one in devices]
    if not ids:
        return []
    punches = _punches(ids, period)
    bad, missing, silences = _bad(devices, period), _missing(ids, period), _silences(devices, period)
    found = [
        DeviceReport(
            one, sites.get(one.id, []), punches.get((one.id, 0)), punches.get((one.id, 1)), bad.get(one.id, 0),
            missing.get(one.id, 0), silences.get(one.id, 0),
        )
        for one in devices
    ]  # fmt: skip
    return [one for one in found if one.device.state != "retired" or one.now is not None]


def _devices(user: SignedIn, branch_ids: Collection[int]) -> list[Row[Any]]:
    mine = policy.visible_to(user).with_only_columns(Terminal.id)
    found = (
        select(Terminal.id, Terminal.name, Terminal.serial, Terminal.kind, Terminal.state, Terminal.branch_id,
               Branch.name.label("branch"), Branch.timezone, TerminalState.seen_at)
        .join(Branch, Branch.id == Terminal.branch_id)
        .outerjoin(TerminalState, TerminalState.terminal_id == Terminal.id)
        .where(Terminal.id.in_(mine), Terminal.branch_id.in_(branch_ids))
    )  # fmt: skip
    return list(conn().execute(found.order_by(Terminal.id)))


def _sites(devices: Sequence[Row[Any]], store_type_id: int | None, period: Period) -> dict[int, list[str]]:
    """Names of the shops (of a type) whose people used each device at any time of the period."""
    spans = {one.id: period.moments(ZoneInfo(one.timezone)) for one in devices}
    stays = (
        select(TerminalStay.terminal_id, Site.name, TerminalStay.from_at, TerminalStay.until_at)
        .join(Site, Site.id == TerminalStay.site_id)
        .where(TerminalStay.terminal_id.in_(spans))
    )
    if store_type_id:
        stays = stays.where(Site.store_type_id == store_type_id)
    found: dict[int, set[str]] = {}
    for terminal_id, name, first, last in conn().execute(stays) if spans else ():
        _, since, end = spans[terminal_id]
        if (first is None or first < end) and (last is None or last > since):
            found.setdefault(terminal_id, set()).add(name)
    return {terminal_id: sorted(names) for terminal_id, names in found.items()}


def _punches(ids: Collection[int], period: Period) -> dict[tuple[int, int], Punches]:
    """By device and period, dated by the device's own clock, as the index has them."""
    raw = RawPunch
    lag = epoch(raw.received_at) - epoch(raw.at)
    rows = (
        select(
            raw.terminal_id,
            case((raw.device_time < str(period.since), 1), else_=0).label("past"),
            func.substr(raw.device_time, 1, 10).label("day"),
            raw.quality,
            case((HELD, 1), else_=0).label("held"),
            case((and_(raw.quality == "ok", raw.source != "file"), case((lag > 0, lag), else_=0))).label("lag"),
        )
        .where(
            raw.terminal_id.in_(ids),
            raw.device_time >= str(period.before),
            raw.device_time < str(period.until + timedelta(days=1)),
        )
        .subquery()
        .c
    )
    group = (rows.terminal_id, rows.past)
    doubtful, held = tally(rows.quality != "ok"), tally(rows.held == 1)
    counted = select(*group, func.count(), func.count(rows.day.distinct()), doubtful, held).group_by(*group)
    found = {(row[0], row[1]): Punches(*row[2:]) for row in conn().execute(counted)}
    lags = select(*group, rows.lag, func.count()).where(rows.lag.is_not(None)).group_by(*group, rows.lag)
    for terminal_id, past, seconds, number in conn().execute(lags):
        found[terminal_id, past].lags[seconds] = number
    return found


def _bad(devices: Sequence[Row[Any]], period: Period) -> dict[int, int]:
    found = select(BadLine.terminal_id, func.count()).where(
        BadLine.terminal_id.in_([one.id for one in devices]), _within(devices, BadLine.received_at, period)
    )
    return _by_device(found.group_by(BadLine.terminal_id))


def _missing(ids: Collection[int], period: Period) -> dict[int, int]:
    day = TerminalDay
    found = select(day.terminal_id, func.sum(day.theirs - day.ours)).where(
        day.terminal_id.in_(ids), day.on >= period.since, day.on <= period.until, day.theirs > day.ours
    )
    return _by_device(found.group_by(day.terminal_id))


def _silences(devices: Sequence[Row[Any]], period: Period) -> dict[int, int]:
    """Several people are told of one silence at the same moment."""
    spans = [period.moments(ZoneInfo(one.timezone)) for one in devices]
    first, last = min(span[1] for span in spans), max(span[2] for span in spans)
    told = select(Notice.about, func.count(Notice.at.distinct())).where(
        Notice.at >= first, Notice.at < last, Notice.code == "notice_device_silent"
    )
    wanted = {f"device|{one.id}|silent": one.id for one in devices}
    return {wanted[about]: n for about, n in conn().execute(told.group_by(Notice.about)) if about in wanted}


def _within(devices: Sequence[Row[Any]], moment: Any, period: Period) -> ColumnElement[bool]:
    """Inside the period by each branch's own time; one condition for each time zone."""
    zones: dict[str, list[int]] = {}
    for one in devices:
        zones.setdefault(one.timezone, []).append(one.id)
    spans = {name: period.moments(ZoneInfo(name)) for name in zones}
    return or_(
        *(
            and_(BadLine.terminal_id.in_(ids), moment >= spans[name][1], moment < spans[name][2])
            for name, ids in zones.items()
        )
    )


def _by_device(counted: Any) -> dict[int, int]:
    return {row[0]: int(row[1]) for row in conn().execute(counted)}
