"""Where somebody may check in, and what is near. For the hot paths: Core, one statement each."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, true
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.people.models import Branch
from webapp.sites.models import Site, SiteCode, StoreType
from webapp.sites.rules import FencePolicy, Near, SiteInfo, boxes, nearest

FIRST_LOOK_M = 600
MOST_CHOICES = 30


def shows_code(site_id: Any) -> ColumnElement[bool]:
    """As a column of a statement about sites."""
    return exists().where(SiteCode.site_id == site_id).label("shows_code")


_INFO_COLUMNS = (
    Site.id,
    Site.branch_id,
    Site.code,
    Site.name,
    Site.address,
    Site.lat,
    Site.lng,
    Site.radius_m,
    Site.fence_version,
    Site.store_type_id,
    Site.polygon,
    Branch.fence_policy,
    StoreType.fence_policy.label("own_policy"),
    shows_code(Site.id),
)
INFO_WIDTH = len(_INFO_COLUMNS)
_INFO = (
    select(*_INFO_COLUMNS).join(Branch, Branch.id == Site.branch_id).join(StoreType, StoreType.id == Site.store_type_id)
)
FOR_REP = _INFO.where(Site.id == bindparam("site"), Site.branch_id == bindparam("branch"), Site.archived_at.is_(None))
"""One site a rep may use, as `site_info` reads it; binds `site` and `branch`. Others may join what they need to it."""
_MANY = _INFO.where(Site.id.in_(bindparam("sites", expanding=True)))
_BOXED = select(Site.id, Site.name, Site.address, Site.radius_m, Site.lat, Site.lng, Site.store_type_id).where(
    Site.branch_id == bindparam("branch"),
    Site.archived_at.is_(None),
    Site.lat.between(bindparam("south"), bindparam("north")),
    or_(
        Site.lng.between(bindparam("west"), bindparam("east")),
        Site.lng.between(bindparam("west2"), bindparam("east2")),
    ),
)


def for_rep(user: SignedIn, site_id: int) -> SiteInfo:
    """An active site of the person's branch, also one without a position. Raises NotFound."""
    row = conn().execute(FOR_REP, {"site": site_id, "branch": user.branch_id}).first()
    if row is None:
        raise NotFound("not_found", "site_id")
    return site_info(row)


def fences(site_ids: Collection[int]) -> dict[int, SiteInfo]:
    """Sites by id, archived ones too, in one statement."""
    rows = conn().execute(_MANY, {"sites": sorted(set(site_ids))}) if site_ids else ()
    return {row.id: site_info(row) for row in rows}


def near(branch_id: int, lat: float, lng: float, limit: int = 5, within_m: float = 50_000) -> list[Near]:
    """The branch's nearest active, placed sites, nearest first, ties by id; metres by geodesic.

    Looks into a small box first and widens it until enough sites are surely the nearest ones.
    """
    reach = min(FIRST_LOOK_M, within_m)
    while True:
        found = [place for place in _look(branch_id, lat, lng, reach, limit) if place.distance_m <= reach]
        if len(found) >= limit or reach >= within_m:
            return found
        reach = min(reach * 8, within_m)


def choices(user: SignedIn, text: str = "", limit: int = MOST_CHOICES) -> list[SiteInfo]:
    """Sites the person may check in at whose name, code or address holds `text`, by name."""
    found = _INFO.where(Site.branch_id == user.branch_id, Site.archived_at.is_(None), matches(text))
    return [site_info(row) for row in conn().execute(found.order_by(Site.name, Site.id).limit(limit))]


def site_info(row: Sequence[Any]) -> SiteInfo:
    """The first INFO_WIDTH columns of a row as a site."""
    *known, branch, own, coded = row[:INFO_WIDTH]
    return SiteInfo(*known, FencePolicy.of(branch, own), bool(coded))


def matches(text: str) -> ColumnElement[bool]:
    """Every word of `text` is somewhere in name, code, brand or address."""
    words, spots = text.split()[:5], (Site.name, Site.code, Site.brand, Site.address)
    return and_(true(), *(or_(*(spot.icontains(word, autoescape=True) for spot in spots)) for word in words))


def _look(branch_id: int, lat: float, lng: float, reach: float, limit: int) -> list[Near]:
    rows = sorted(_boxed(branch_id, lat, lng, reach), key=lambda row: row.id)
    chosen = nearest((lat, lng), [(row.lat, row.lng) for row in rows], limit)
    return [_near(rows[index], metres) for metres, index in chosen]


def _boxed(branch_id: int, lat: float, lng: float, reach: float) -> list[Row]:
    parts = boxes(lat, lng, reach)
    first, last = parts[0], parts[-1]
    span = {"south": first.south, "north": first.north, "west": first.west, "east": first.east}
    return list(conn().execute(_BOXED, {**span, "west2": last.west, "east2": last.east, "branch": branch_id}))


def _near(row: Row, metres: float) -> Near:
    return Near(row.id, row.name, row.address, metres, row.radius_m, row.lat, row.lng, row.store_type_id)
