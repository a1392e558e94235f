"""Fence policies, and how many sites each reaches. One statement each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.sites.models import Site, StoreType
from webapp.sites.rules import FencePolicy


@dataclass(frozen=True, slots=True)
class TypeFence:
    """A store type with its own settings, and its active sites by radius."""

    id: int
    code: str
    name_en: str
    name_zh: str
    own: Mapping[str, Any]
    radii: Mapping[int, int]
    """{metres: sites}; sites with an outline are not in it"""
    sites: int

    def out_of(self, policy: FencePolicy) -> int:
        """How many of its sites have a radius the policy would not allow."""
        return sum(count for radius, count in self.radii.items() if not policy.allows(radius))


@dataclass(frozen=True, slots=True)
class SiteFence:
    """What counts at one site, and who said so."""

    branch: Mapping[str, Any]
    own: Mapping[str, Any]
    name_en: str
    name_zh: str

    @property
    def policy(self) -> FencePolicy:
        return FencePolicy.of(self.branch, self.own)

    def source(self, name: str) -> str:
        """type | branch | usual"""
        return "type" if name in self.own else "branch" if name in self.branch else "usual"


def site_fence(branch_id: int, store_type_id: int) -> SiteFence:
    query = select(Branch.fence_policy, StoreType.fence_policy, StoreType.name_en, StoreType.name_zh)
    here = query.join(StoreType, StoreType.branch_id == Branch.id)
    row = conn().execute(here.where(Branch.id == branch_id, StoreType.id == store_type_id)).one()
    return SiteFence(row[0] or {}, row[1] or {}, *row[2:])


def type_fences(branch_id: int) -> list[TypeFence]:
    """Of every store type of a branch, by code."""
    is_round = Site.polygon.is_(None)
    active = and_(Site.store_type_id == StoreType.id, Site.archived_at.is_(None))
    rows = conn().execute(
        select(
            StoreType.id, StoreType.code, StoreType.name_en, StoreType.name_zh, StoreType.fence_policy,
            Site.radius_m, is_round.label("is_round"), func.count(Site.id).label("sites"),
        )
        .outerjoin(Site, active)
        .where(StoreType.branch_id == branch_id)
        .group_by(StoreType.id, Site.radius_m, is_round)
        .order_by(StoreType.code)
    )  # fmt: skip
    found: dict[int, TypeFence] = {}
    for row in rows:
        known = found.get(row.id)
        radii = {**known.radii} if known else {}
        if row.is_round and row.radius_m is not None:
            radii[row.radius_m] = row.sites
        total = row.sites + (known.sites if known else 0)
        found[row.id] = TypeFence(row.id, row.code, row.name_en, row.name_zh, row.fence_policy, radii, total)
    return list(found.values())


def branch_policy(branch_id: int, store_type_id: int | None = None) -> FencePolicy:
    """What counts at the sites of a store type, or where a branch's types have nothing of their own."""
    own = select(StoreType.fence_policy).where(StoreType.id == store_type_id, StoreType.branch_id == branch_id)
    row = conn().execute(select(Branch.fence_policy, own.scalar_subquery()).where(Branch.id == branch_id)).one()
    return FencePolicy.of(*row)


def policies(branch_id: int) -> dict[int, FencePolicy]:
    """What counts at the sites of each store type of a branch."""
    own = select(StoreType.id, StoreType.fence_policy, Branch.fence_policy.label("branch"))
    rows = conn().execute(own.join(Branch, Branch.id == StoreType.branch_id).where(Branch.id == branch_id))
    return {row.id: FencePolicy.of(row.branch, row.fence_policy) for row in rows}
