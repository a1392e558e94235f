"""Where a device was when, and whose days that is about."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, union

from webapp.attendance.models import AttendanceDay, CheckIn, Punch, TerminalStay
from webapp.attendance.queries.heard import USUAL
from webapp.core.db import conn
from webapp.devices.models import RawPunch
from webapp.devices.rules.stays import Stay
from webapp.schedules.models import PlanStop
from webapp.sites.models import Site

_stay = TerminalStay.__table__.c
Pair = tuple[int, date]


def stays_of(terminal_id: int) -> list[Stay]:
    query = select(_stay.site_id, _stay.from_at, _stay.until_at).where(_stay.terminal_id == terminal_id)
    return [Stay(*row) for row in conn().execute(query.order_by(_stay.id))]


@dataclass(frozen=True, slots=True)
class Place(Stay):
    """A stay with the name of the shop."""

    site: str = ""


def places(terminal_id: int) -> list[Place]:
    """Everywhere it was used, the newest first."""
    query = (
        select(_stay.site_id, _stay.from_at, _stay.until_at, Site.name)
        .join(Site, Site.id == _stay.site_id)
        .where(_stay.terminal_id == terminal_id)
        .order_by(_stay.until_at.desc().nulls_first(), _stay.from_at.desc().nulls_last(), Site.name)
    )
    return [Place(*row) for row in conn().execute(query)]


def days_about(terminal_id: int, site_ids: Collection[int], first: date, last: date) -> list[Pair]:
    """Stored days of people who were planned or checked in at these shops, or lately used the device; two statements.

    A day more at both ends, whatever zone the branch is in.
    """
    first, last = first - timedelta(days=1), last + timedelta(days=1)
    day = AttendanceDay.__table__.c
    there = [
        select(day.employee_id, day.work_date)
        .join(model, (model.employee_id == day.employee_id) & (model.work_date == day.work_date))
        .where(model.site_id.in_(site_ids), model.work_date.between(first, last))
        for model in (PlanStop, CheckIn)
    ]
    used = select(day.employee_id, day.work_date).where(
        day.employee_id.in_(_users(terminal_id, first, last)), day.work_date.between(first, last)
    )
    return sorted((row[0], row[1]) for row in conn().execute(union(*there, used)))


def _users(terminal_id: int, first: date, last: date) -> list[int]:
    """Who punched there shortly before or then."""
    shown = RawPunch.device_time.between(f"{first - USUAL}", f"{last + timedelta(days=1)}")
    query = select(Punch.employee_id).join(RawPunch, RawPunch.id == Punch.raw_id)
    return list(conn().scalars(query.where(RawPunch.terminal_id == terminal_id, shown).distinct()))
