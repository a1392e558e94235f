"""Which kind of store a rep-day belongs to; asked only where a rule is limited to one."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from webapp.attendance.models import CheckIn, Punch
from webapp.core.db import conn
from webapp.schedules.models import PlanStop
from webapp.sites.models import Site
from webapp.sites.queries import type_on

Pair = tuple[int, date]


def store_types(pairs: Collection[Pair]) -> dict[Pair, int]:
    """{pair: store type}: of the first check-in's site, else of the first punch's, else of the first planned one, as it
    was on the date.
    """
    ids, dates = sorted({who for who, _ in pairs}), sorted({on for _, on in pairs})
    planned = (
        select(PlanStop.employee_id, PlanStop.work_date, type_on(PlanStop.work_date))
        .join(Site, Site.id == PlanStop.site_id)
        .where(PlanStop.employee_id.in_(ids), PlanStop.work_date.in_(dates))
        .order_by(PlanStop.seq.desc())
    )
    punched = (
        select(Punch.employee_id, Punch.work_date, type_on(Punch.work_date))
        .join(Site, Site.id == Punch.site_id)
        .where(Punch.employee_id.in_(ids), Punch.work_date.in_(dates), Punch.state != "ignored")
        .order_by(Punch.at.desc(), Punch.raw_id.desc())
    )
    visited = (
        select(CheckIn.employee_id, CheckIn.work_date, type_on(CheckIn.work_date))
        .join(Site, Site.id == CheckIn.site_id)
        .where(CheckIn.employee_id.in_(ids), CheckIn.work_date.in_(dates), CheckIn.kind == "in")
        .order_by(CheckIn.counted_at.desc(), CheckIn.id.desc())
    )
    found: dict[Pair, int] = {}
    for query in (planned, punched, visited):
        found |= {(row.employee_id, row.work_date): row.store_type_id for row in conn().execute(query)}
    return found
