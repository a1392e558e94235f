"""What the office does with a site. `by` None is the operator at the console."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.people.service.near_days import tell_branch_later
from webapp.sites import policy, rules
from webapp.sites.models import EarlierStoreType, Site, SiteSupervisor, StoreType
from webapp.sites.queries.fences import branch_policy
from webapp.sites.rules import Datum, SiteFields

_AUDITED = (
    "code", "name", "brand", "address", "store_type_id", "lat", "lng", "datum",
    "source_lat", "source_lng", "radius_m", "polygon",
)  # fmt: skip


def create_site(*, by: SignedIn | None, branch_id: int, fields: SiteFields, at: datetime) -> int:
    """The new site's id. Raises Invalid with the field, Forbidden."""
    _may_edit(by, branch_id)
    site = Site(branch_id=branch_id, datum=Datum.WGS84, created_at=at, fence_version=1, version=1)
    _fill(site, fields)
    db.session.add(site)
    db.session.flush()
    _set_supervisors(site, fields.supervisors)
    _record(by, "site.created", site, None, {**_state(site), "supervisors": sorted(fields.supervisors)}, at)
    return site.id


def update_site(*, by: SignedIn | None, site_id: int, version: int | None, fields: SiteFields, at: datetime) -> None:
    """Raises Conflict when somebody changed the site since `version` (None: do not ask), Invalid, NotFound."""
    site = _locked(by, site_id)
    if version is not None and version != site.version:
        raise Conflict("conflict")
    before = {**_state(site), "supervisors": _supervisors(site.id)}
    _fill(site, fields)
    _keep_type(site, before["store_type_id"], at)
    _set_supervisors(site, fields.supervisors)
    after = {**_state(site), "supervisors": sorted(set(fields.supervisors))}
    if before != after:
        site.version += 1
        _record(by, "site.changed", site, before, after, at)


def reread_position(*, by: SignedIn | None, site_id: int, version: int, datum: Datum, at: datetime) -> None:
    """Read the numbers once typed for this site in another coordinate system. Raises Conflict, NotFound."""
    site = _locked(by, site_id)
    if version != site.version or site.source_lat is None or site.source_lng is None:
        raise Conflict("conflict")
    before, corners = _state(site), rules.in_datum(site.polygon or (), site.datum)
    place(site, (site.source_lat, site.source_lng), datum)
    _outline(site, rules.from_datum(corners, datum))
    site.version += 1
    _record(by, "site.changed", site, before, _state(site), at)


def archive_site(*, by: SignedIn | None, site_id: int, at: datetime) -> None:
    """Nobody can check in there any more; its history stays. Nothing happens when it is archived already."""
    site = _locked(by, site_id)
    if site.archived_at is None:
        site.archived_at = at
        site.version += 1
        _record(by, "site.archived", site, None, None, at)
        tell_branch_later(branch_id=site.branch_id, at=at)


def unarchive_site(*, by: SignedIn | None, site_id: int, at: datetime) -> None:
    site = _locked(by, site_id)
    if site.archived_at is not None:
        site.archived_at = None
        site.version += 1
        _record(by, "site.unarchived", site, None, None, at)
        tell_branch_later(branch_id=site.branch_id, at=at)


def place(site: Site, source: rules.Point | None, datum: Datum) -> None:
    """Set the position from declared coordinates, keeping what was typed."""
    wgs = rules.to_wgs84(*source, datum) if source else (None, None)
    if (site.lat, site.lng) != wgs and site.id is not None:
        site.fence_version += 1
    site.lat, site.lng = wgs
    site.source_lat, site.source_lng = source or (None, None)
    site.datum = str(datum)


def _fill(site: Site, fields: SiteFields) -> None:
    _check_code(site, fields.code)
    _check_store_type(site.branch_id, fields.store_type_id)
    _set_radius(site, fields)
    site.code, site.name = fields.code, fields.name
    site.brand, site.address = fields.brand, fields.address
    if (site.source_lat, site.source_lng, site.datum) != (*(fields.place or (None, None)), str(fields.datum)):
        place(site, fields.place, fields.datum)
    _outline(site, rules.from_datum(fields.polygon, fields.datum))


def _set_radius(site: Site, fields: SiteFields) -> None:
    """A radius from before the bounds stays while nobody touches it."""
    if (site.radius_m, site.store_type_id) != (fields.radius_m, fields.store_type_id):
        rules.radius(fields.radius_m, branch_policy(site.branch_id, fields.store_type_id))
    if site.id is not None and fields.radius_m != site.radius_m:
        site.fence_version += 1
    site.store_type_id, site.radius_m = fields.store_type_id, fields.radius_m


def _outline(site: Site, corners: Sequence[rules.Point]) -> None:
    """Corners in WGS-84. What was only converted there and back is no change."""
    here = None if site.lat is None or site.lng is None else (site.lat, site.lng)
    new, old = rules.outline(corners, here), site.polygon or ()
    if rules.is_same(new, old):
        return
    site.polygon = [list(corner) for corner in new] or None
    if site.id is not None:
        site.fence_version += 1


def _check_code(site: Site, code: str) -> None:
    same = select(Site.id).where(Site.branch_id == site.branch_id, Site.code == code)
    if db.session.scalar(same) not in (None, site.id):
        raise Invalid("site_code_taken", "code", taken=code)


def _check_store_type(branch_id: int, store_type_id: int) -> None:
    kind = db.session.get(StoreType, store_type_id)
    if kind is None or kind.branch_id != branch_id:
        raise Invalid("not_a_choice", "store_type_id")


def _keep_type(site: Site, was: int, at: datetime) -> None:
    """Days before this one keep the hours they had; while nothing is settled the type is simply corrected."""
    branch = db.session.get_one(Branch, site.branch_id)
    if site.store_type_id == was or branch.settled_through is None:
        return
    until_on = at.astimezone(ZoneInfo(branch.timezone)).date()
    if db.session.get(EarlierStoreType, (site.id, until_on)) is None:
        db.session.add(
            EarlierStoreType(site_id=site.id, until_on=until_on, branch_id=site.branch_id, store_type_id=was)
        )


def _set_supervisors(site: Site, wanted: Collection[int]) -> None:
    before, after = set(_supervisors(site.id)), set(wanted)
    known = select(Employee.id).where(
        Employee.id.in_(after - before), Employee.branch_id == site.branch_id, Employee.role == "supervisor"
    )
    if after - before and set(db.session.scalars(known)) != after - before:
        raise Invalid("not_a_choice", "supervisors")
    if gone := before - after:
        here = (SiteSupervisor.site_id == site.id, SiteSupervisor.employee_id.in_(gone))
        conn().execute(delete(SiteSupervisor).where(*here))
    if new := sorted(after - before):
        conn().execute(insert(SiteSupervisor), [{"site_id": site.id, "employee_id": person} for person in new])


def _supervisors(site_id: int) -> list[int]:
    return sorted(db.session.scalars(select(SiteSupervisor.employee_id).where(SiteSupervisor.site_id == site_id)))


def _locked(by: SignedIn | None, site_id: int) -> Site:
    seen = select(Site) if by is None else policy.visible_to(by)
    site = db.session.scalar(seen.where(Site.id == site_id).with_for_update())
    if site is None:
        raise NotFound("not_found")
    _may_edit(by, site.branch_id)
    return site


def _may_edit(by: SignedIn | None, branch_id: int) -> None:
    if by is not None and not policy.can_edit(by, branch_id):
        raise Forbidden("forbidden")


def _state(site: Site) -> dict[str, Any]:
    return {name: getattr(site, name) for name in _AUDITED}


def _record(
    by: SignedIn | None,
    action: str,
    site: Site,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    at: datetime,
) -> None:
    if before is not None and after is not None:
        before, after = audit.changed(before, after)
    audit.record(
        actor_id=by.id if by else None,
        action=action,
        object_type="site",
        object_id=site.id,
        branch_id=site.branch_id,
        before=before,
        after=after,
        at=at,
    )
