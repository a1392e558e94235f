"""Where visits were and what came of them, for lines of money that point at them."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, select

from webapp.core.db import conn
from webapp.sites.models import Site
from webapp.visits.models import Visit


class NamedVisit(NamedTuple):
    id: int
    site: str | None
    outcome: str | None


def named(employee_id: int, ids: Collection[int]) -> dict[int, NamedVisit]:
    """The person's own visits among `ids`, in one statement."""
    rows = conn().execute(_NAMED, {"who": employee_id, "ids": sorted(ids)}) if ids else ()
    return {row.id: NamedVisit(*row) for row in rows}


_NAMED = (
    select(Visit.id, Site.name, Visit.outcome)
    .outerjoin(Site, Site.id == Visit.site_id)
    .where(Visit.employee_id == bindparam("who"), Visit.id.in_(bindparam("ids", expanding=True)))
)
