"""Planned visits."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import bindparam, select

from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.schedules.models import PlanStop
from webapp.schedules.rules import Stop
from webapp.sites.models import Site, StoreType
from webapp.sites.queries.places import shows_code
from webapp.sites.rules import FencePolicy

_STOPS = (
    select(
        PlanStop.employee_id,
        PlanStop.work_date,
        PlanStop.site_id,
        Site.name,
        Site.address,
        PlanStop.starts,
        PlanStop.ends,
        Site.lat,
        Site.lng,
        Site.radius_m,
        Site.code,
        Site.polygon,
        Branch.fence_policy,
        StoreType.fence_policy.label("own_policy"),
        shows_code(Site.id),
    )
    .join(Site, Site.id == PlanStop.site_id)
    .join(Branch, Branch.id == Site.branch_id)
    .join(StoreType, StoreType.id == Site.store_type_id)
    .where(
        PlanStop.employee_id.in_(bindparam("people", expanding=True)),
        PlanStop.work_date.in_(bindparam("dates", expanding=True)),
        Site.archived_at.is_(None),
    )
    .order_by(PlanStop.employee_id, PlanStop.work_date, PlanStop.seq)
)


def plan(employee_id: int, work_date: date) -> list[Stop]:
    """The planned visits of a day in order, without archived sites."""
    return plans([(employee_id, work_date)]).get((employee_id, work_date), [])


def plans(pairs: Collection[tuple[int, date]]) -> dict[tuple[int, date], list[Stop]]:
    """The same for many (employee_id, work_date) in one statement; pairs without a plan are left out."""
    if not pairs:
        return {}
    span = {"people": sorted({person for person, _ in pairs}), "dates": sorted({on for _, on in pairs})}
    wanted, found = set(pairs), defaultdict(list)
    for person, on, *stop, branch, own, coded in conn().execute(_STOPS, span):
        if (person, on) in wanted:
            found[person, on].append(Stop(*stop, FencePolicy.of(branch, own), bool(coded)))
    return dict(found)
