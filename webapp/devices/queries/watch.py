"""What the alarms look at."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, null, or_, select, union_all

from webapp.attendance.models import TerminalStay
from webapp.core.db import conn
from webapp.devices.models import DeviceEvent, PinHolder, RawPunch, Terminal, TerminalState
from webapp.devices.queries.health import known
from webapp.devices.rules import Known
from webapp.devices.rules.clocks import LINES
from webapp.people.models import Branch
from webapp.schedules.models import PlanStop
from webapp.schedules.queries.days import expectations

LOOKED_AT = 4 * LINES
"""Punches among which the newest live ones are looked for."""
_CLOCK_SET = ("time_set", "factory_reset")
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Watched:
    """A device in use, or one about which something was told. `told`: what, and since when."""

    terminal_id: int
    name: str
    branch_id: int
    branch: str
    known: Known
    told: Mapping[str, str]
    received_at: datetime | None


def watched() -> list[Watched]:
    """Every device that has been heard, in one statement."""
    state = [column for column in TerminalState.__table__.c if column.name != "terminal_id"]
    query = (
        select(Terminal.id, Terminal.name, Terminal.branch_id, Terminal.kind, Terminal.state, *state,
               Branch.name.label("branch"))
        .join(TerminalState, TerminalState.terminal_id == Terminal.id)
        .join(Branch, Branch.id == Terminal.branch_id)
        .where(or_(Terminal.state == "active", TerminalState.alarms.is_not(None)))
        .order_by(Terminal.id)
    )  # fmt: skip
    return [
        Watched(row.id, row.name, row.branch_id, row.branch, known(row), row.alarms or {}, row.received_at)
        for row in conn().execute(query)
    ]


def shifts(terminals: Collection[Watched], at: datetime) -> dict[int, list[Span]]:
    """The hours of yesterday and today of everybody who has an id of their own on a device or is planned where it
    hung when they began; a few statements for each branch.
    """
    users = _users(terminals, at)
    found: dict[int, list[Span]] = defaultdict(list)
    for branch_id in {one.branch_id for one in terminals}:
        branch = conn().execute(select(Branch.id, Branch.timezone).where(Branch.id == branch_id)).one()
        today = at.astimezone(ZoneInfo(branch.timezone)).date()
        mine = [use for one in terminals if one.branch_id == branch_id for use in users.get(one.terminal_id, ())]
        wanted = {(use.employee_id, on) for use in mine for on in (today, today - timedelta(days=1)) if use.on(on)}
        days = expectations(wanted, branch)
        for use, on in ((use, on) for use in mine for on in (today, today - timedelta(days=1))):
            day = days.get((use.employee_id, on)) if use.on(on) else None
            if day is not None and day.scheduled and day.come_by and day.ends_at and use.hangs(day.come_by):
                found[use.terminal_id].append((day.come_by, day.ends_at))
    return found


def clocks_due() -> list[int]:
    """Devices that sent punches since their clock was estimated."""
    newer = or_(TerminalState.skew_at.is_(None), TerminalState.received_at > TerminalState.skew_at)
    return list(conn().scalars(select(TerminalState.terminal_id).where(TerminalState.received_at.is_not(None), newer)))


def live_arrivals(terminal_id: int) -> tuple[list[Span], bool]:
    """((received, shown) of the newest punches sent as they happened, newest first; whether its clock was set since).

    Those from before the clock was set tell nothing any more.
    """
    event = (DeviceEvent.terminal_id == terminal_id, DeviceEvent.code.in_(_CLOCK_SET))
    set_at = conn().scalar(select(func.max(DeviceEvent.received_at)).where(*event))
    newest = (
        select(RawPunch.received_at, RawPunch.at, RawPunch.live)
        .where(RawPunch.terminal_id == terminal_id)
        .order_by(RawPunch.id.desc())
        .limit(LOOKED_AT)
    )
    rows = [row for row in conn().execute(newest) if row.live and row.at is not None]
    after = [row for row in rows if set_at is None or row.received_at > set_at]
    return [(row.received_at, row.at) for row in after[:LINES]], len(after) < len(rows)


@dataclass(frozen=True, slots=True)
class _Use:
    """Somebody uses a device, from one date to another; where it hangs only from one moment to another."""

    terminal_id: int
    employee_id: int
    first_on: date
    last_on: date | None
    from_at: datetime | None
    until_at: datetime | None

    def on(self, day: date) -> bool:
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)

    def hangs(self, at: datetime) -> bool:
        return (self.from_at is None or self.from_at <= at) and (self.until_at is None or at < self.until_at)


def _users(terminals: Collection[Watched], at: datetime) -> dict[int, list[_Use]]:
    """Of the last and the next days, whichever date it is where the device hangs."""
    ids = [one.terminal_id for one in terminals]
    first, last = at.date() - timedelta(days=2), at.date() + timedelta(days=1)
    open_end = or_(PinHolder.last_on.is_(None), PinHolder.last_on >= first)
    holders = (
        select(PinHolder.terminal_id, PinHolder.employee_id, PinHolder.first_on, PinHolder.last_on)
        .add_columns(null(), null())
        .where(PinHolder.terminal_id.in_(ids), PinHolder.first_on <= last, open_end)
    )
    planned = (
        select(TerminalStay.terminal_id, PlanStop.employee_id, PlanStop.work_date, PlanStop.work_date)
        .add_columns(TerminalStay.from_at, TerminalStay.until_at)
        .join(PlanStop, PlanStop.site_id == TerminalStay.site_id)
        .where(TerminalStay.terminal_id.in_(ids), PlanStop.work_date.between(first, last))
    )
    found: dict[int, list[_Use]] = defaultdict(list)
    for row in conn().execute(union_all(planned, holders)) if ids else ():
        found[row[0]].append(_Use(*row))
    return found
