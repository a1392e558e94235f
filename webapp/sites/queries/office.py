"""The office's lists and forms."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import NotFound
from webapp.people.models import Branch, Employee
from webapp.sites import policy
from webapp.sites.models import Site, SiteSupervisor, StoreType
from webapp.sites.queries.places import matches

PAGE = 50
_SORTS: dict[str, Any] = {
    "name": Site.name,
    "code": Site.code,
    "type": StoreType.code,
    "branch": Branch.name,
    "radius": Site.radius_m,
}


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """What the list shows; everything comes from the address."""

    q: str = ""
    branch_id: int | None = None
    store_type_id: int | None = None
    state: str = "active"
    """active | archived | all"""
    placed: str = ""
    """yes | no | "" for both"""
    sort: str = "name"
    page: int = 1


@dataclass(frozen=True, slots=True)
class SitePage:
    rows: list[Row[Any]]
    """id, code, name, brand, address, radius_m, lat, archived_at, branch, type_en, type_zh"""
    supervisors: dict[int, list[str]]
    total: int
    page: int
    pages: int


def search(user: SignedIn, wanted: SiteFilter) -> SitePage:
    """One page of sites; a page number beyond the end gives the last page."""
    found = _filtered(user, wanted)
    total = conn().scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, wanted.page), pages)
    rows = list(conn().execute(found.offset((page - 1) * PAGE).limit(PAGE)))
    return SitePage(rows, supervisor_names([row.id for row in rows]), total, page, pages)


def export(user: SignedIn, wanted: SiteFilter) -> Iterator[Row[Any]]:
    """All filtered sites with the columns the import reads."""
    more = (StoreType.code.label("type"), Site.lng, Site.datum, Site.source_lat, Site.source_lng, Site.polygon)
    yield from conn().execute(_filtered(user, wanted).add_columns(*more))


def coverage(user: SignedIn) -> tuple[int, int]:
    """(active sites with a position, active sites) of everything the person sees."""
    mine = policy.visible_to(user).where(Site.archived_at.is_(None)).subquery()
    row = conn().execute(select(func.count(mine.c.lat), func.count()).select_from(mine)).one()
    return row[0], row[1]


def detail(user: SignedIn, site_id: int) -> tuple[Site, list[int]]:
    """The site and the ids of its supervisors. Raises NotFound."""
    site = db.session.scalar(policy.visible_to(user).where(Site.id == site_id))
    if site is None:
        raise NotFound("not_found")
    people = select(SiteSupervisor.employee_id).where(SiteSupervisor.site_id == site_id)
    return site, sorted(conn().scalars(people))


def plannable(user: SignedIn, branch_id: int, also: Collection[int] = ()) -> list[Row[Any]]:
    """(id, code, name) of the active sites somebody may plan visits to, and of those in `also`, by name."""
    open_ = Site.archived_at.is_(None) | Site.id.in_(also)
    mine = policy.visible_to(user).where(Site.branch_id == branch_id, open_)
    return list(conn().execute(mine.with_only_columns(Site.id, Site.code, Site.name).order_by(Site.name, Site.id)))


def store_types(branch_ids: Collection[int]) -> list[StoreType]:
    kinds = select(StoreType).where(StoreType.branch_id.in_(branch_ids))
    return list(db.session.scalars(kinds.order_by(StoreType.branch_id, StoreType.code)))


def supervisors(branch_id: int, also: Collection[int] = ()) -> list[Row[Any]]:
    """(id, staff_no, name) of the branch's supervisors who have not left, and of those in `also`."""
    here = (Employee.branch_id == branch_id, Employee.role == "supervisor")
    people = select(Employee.id, Employee.staff_no, Employee.name).where(*here)
    return list(
        conn().execute(people.where(Employee.left_on.is_(None) | Employee.id.in_(also)).order_by(Employee.name))
    )


def supervisors_of(branch_ids: Collection[int]) -> list[Row[Any]]:
    """(id, name) of the branches' supervisors who have not left, by name."""
    people = select(Employee.id, Employee.name).where(Employee.role == "supervisor", Employee.left_on.is_(None))
    return list(conn().execute(people.where(Employee.branch_id.in_(branch_ids)).order_by(Employee.name)))


def supervised_sites(user: SignedIn) -> list[tuple[int, str]]:
    """(id, name) of the sites this supervisor answers for, in use or not, by name."""
    mine = policy.visible_to(user).with_only_columns(Site.id, Site.name).order_by(Site.name, Site.id)
    return [(row.id, row.name) for row in conn().execute(mine)]


def supervise_with(employee_id: int) -> set[int]:
    """Ids of the others who supervise one of this person's sites."""
    mine = policy.supervised_by(employee_id)
    others = select(SiteSupervisor.employee_id).where(SiteSupervisor.site_id.in_(mine))
    return set(conn().scalars(others.where(SiteSupervisor.employee_id != employee_id)))


def types_and_supervisors(branch_ids: Collection[int]) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """What a list is filtered by: (id, name_en, name_zh) of store types, and supervisors (name_en); one statement."""
    types = select(literal("type").label("tag"), StoreType.id, StoreType.name_en, StoreType.name_zh, StoreType.code)
    types = types.where(StoreType.branch_id.in_(branch_ids))
    people = select(literal("who"), Employee.id, Employee.name, literal(""), Employee.name)
    people = people.where(Employee.role == "supervisor", Employee.left_on.is_(None))
    rows = conn().execute(union_all(types, people.where(Employee.branch_id.in_(branch_ids))))
    found = sorted(rows, key=lambda row: (row.code, row.id))
    return [row for row in found if row.tag == "type"], [row for row in found if row.tag == "who"]


def _filtered(user: SignedIn, wanted: SiteFilter) -> Select[Any]:
    mine = policy.visible_to(user).with_only_columns(Site.id)
    found = (
        select(
            Site.id, Site.code, Site.name, Site.brand, Site.address, Site.radius_m, Site.lat, Site.archived_at,
            Branch.name.label("branch"), StoreType.name_en.label("type_en"), StoreType.name_zh.label("type_zh"),
        )
        .join(Branch, Branch.id == Site.branch_id)
        .join(StoreType, StoreType.id == Site.store_type_id)
        .where(Site.id.in_(mine), matches(wanted.q))
    )  # fmt: skip
    if wanted.branch_id:
        found = found.where(Site.branch_id == wanted.branch_id)
    if wanted.store_type_id:
        found = found.where(Site.store_type_id == wanted.store_type_id)
    if wanted.state in ("active", "archived"):
        active = Site.archived_at.is_(None)
        found = found.where(active if wanted.state == "active" else ~active)
    if wanted.placed in ("yes", "no"):
        unplaced = Site.lat.is_(None)
        found = found.where(unplaced if wanted.placed == "no" else ~unplaced)
    key = _SORTS.get(wanted.sort.removeprefix("-"), Site.name)
    return found.order_by(key.desc() if wanted.sort.startswith("-") else key, Site.id)


def supervisor_names(site_ids: Collection[int]) -> dict[int, list[str]]:
    pairs = (
        select(SiteSupervisor.site_id, Employee.name)
        .join(Employee, Employee.id == SiteSupervisor.employee_id)
        .where(SiteSupervisor.site_id.in_(site_ids))
        .order_by(Employee.name)
    )
    names: dict[int, list[str]] = defaultdict(list)
    for site_id, name in conn().execute(pairs) if site_ids else ():
        names[site_id].append(name)
    return names
