"""Which devices of the places where somebody belongs were heard, and up to when."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Select, String, and_, bindparam, literal_column, select, union

from webapp.attendance.models import AttendanceDay, CheckIn, DeviceHeard, Punch, TerminalStay
from webapp.attendance.rules import Silence
from webapp.core.db import conn
from webapp.schedules.models import PlanStop

Pair = tuple[int, date]
USUAL = timedelta(days=14)
"""Where somebody punched in these days before a date they are looked for on it."""


def silences(pairs: Collection[Pair]) -> dict[Pair, list[Silence]]:
    """Devices of planned and visited shops of each date, and those lately used; one statement."""
    if not pairs:
        return {}
    dates = {on for _, on in pairs}
    asked = {"people": sorted({who for who, _ in pairs}), "dates": sorted(dates)}
    asked |= {"first": min(dates) - USUAL, "last": max(dates)}
    there: dict[Pair, set[Silence]] = defaultdict(set)
    used: dict[int, list[tuple[date, Silence]]] = defaultdict(list)
    for row in conn().execute(_DEVICES, asked):
        if row.tag == "used":
            used[row.person].append((row.on, Silence(*row[3:])))
        else:
            there[row.person, row.on].add(Silence(*row[3:]))
    for who, on in pairs:
        there[who, on] |= {device for day, device in used[who] if on - USUAL <= day <= on}
    return {pair: sorted(there[pair], key=_in_order) for pair in set(pairs)}


def unheard_days(branch_id: int, *, after: Pair, limit: int) -> dict[Pair, tuple[datetime | None, datetime | None]]:
    """Days of a branch that wait for devices, in order of (date, person) behind `after`: {pair: (start, end)}."""
    asked = {"branch": branch_id, "who": after[0], "on": after[1]}
    return {(row[0], row[1]): (row[2], row[3]) for row in conn().execute(_UNHEARD.limit(limit), asked)}


def branches_unheard() -> list[int]:
    """Branches with days that wait for devices."""
    return list(
        conn().scalars(
            select(AttendanceDay.branch_id).where(AttendanceDay.status == literal_column("'unheard'")).distinct()
        )
    )


def heard_rows() -> dict[tuple[int, int], datetime | None]:
    """{(terminal, site): heard through}"""
    rows = conn().execute(select(DeviceHeard.terminal_id, DeviceHeard.site_id, DeviceHeard.through))
    return {(row.terminal_id, row.site_id): row.through for row in rows}


def _in_order(one: Silence) -> tuple[Any, ...]:
    return one.terminal_id, one.since is not None, one.since, one.until is None, one.until


STAYS = (TerminalStay.terminal_id == DeviceHeard.terminal_id) & (TerminalStay.site_id == DeviceHeard.site_id)
"""From when until when a device that is to be heard was used at its shop."""
_PEOPLE, _DATES = bindparam("people", expanding=True), bindparam("dates", expanding=True)


def _at_sites(owner: Any) -> Select[Any]:
    return (
        select(literal_column("'there'", String).label("tag"), owner.employee_id.label("person"))
        .add_columns(owner.work_date.label("on"), DeviceHeard.terminal_id, DeviceHeard.through)
        .add_columns(TerminalStay.from_at, TerminalStay.until_at)
        .join(DeviceHeard, DeviceHeard.site_id == owner.site_id)
        .outerjoin(TerminalStay, STAYS)
        .where(owner.employee_id.in_(_PEOPLE), owner.work_date.in_(_DATES))
    )


_DEVICES = union(
    _at_sites(PlanStop),
    _at_sites(CheckIn),
    select(literal_column("'used'", String), Punch.employee_id, Punch.work_date, DeviceHeard.terminal_id)
    .add_columns(DeviceHeard.through, TerminalStay.from_at, TerminalStay.until_at)
    .join(DeviceHeard, (DeviceHeard.terminal_id == Punch.terminal_id) & (DeviceHeard.site_id == Punch.site_id))
    .outerjoin(TerminalStay, STAYS)
    .where(
        Punch.employee_id.in_(_PEOPLE),
        Punch.work_date >= bindparam("first"),
        Punch.work_date <= bindparam("last"),
    ),
)
# the partial index must see its condition as text
_UNHEARD = (
    select(AttendanceDay.employee_id, AttendanceDay.work_date, AttendanceDay.starts_at, AttendanceDay.ends_at)
    .where(
        AttendanceDay.branch_id == bindparam("branch"),
        AttendanceDay.status == literal_column("'unheard'"),
        (AttendanceDay.work_date > bindparam("on", type_=Date))
        | and_(AttendanceDay.work_date == bindparam("on", type_=Date), AttendanceDay.employee_id > bindparam("who")),
    )
    .order_by(AttendanceDay.work_date, AttendanceDay.employee_id)
)
