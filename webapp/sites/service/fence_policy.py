"""Changing the fence policy of a branch and of its store types. `by` None is the operator at the console."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.people.models import Branch
from webapp.sites import policy
from webapp.sites.models import StoreType
from webapp.sites.rules.policy import FencePolicy, of_branch, of_store_type, told


def set_branch_fence(
    *, by: SignedIn | None, branch_id: int, version: int | None, settings: Mapping[str, Any], at: datetime
) -> None:
    """Settings that are not given become the defaults. Raises Invalid with the field, Conflict, NotFound."""
    branch = db.session.get(Branch, branch_id, with_for_update=True)
    if branch is None or (by is not None and not policy.can_edit(by, branch_id)):
        raise NotFound("not_found")
    _check_version(branch.version, version)
    new = of_branch(settings)
    for kind in db.session.scalars(select(StoreType).where(StoreType.branch_id == branch_id)):
        merged = FencePolicy.of(new, kind.fence_policy)
        if merged.radius_min > merged.radius_max:
            raise Invalid("policy_type_bounds", "radius_max", name=kind.code)
    before, branch.fence_policy = branch.fence_policy, new
    if before != new:
        branch.version += 1
        _record(by, "branch", branch.id, branch_id, told(before), told(new), at)


def set_type_fence(
    *, by: SignedIn | None, store_type_id: int, version: int | None, settings: Mapping[str, Any], at: datetime
) -> None:
    """Settings that are not given are the branch's. Raises Invalid with the field, Conflict, NotFound."""
    kind = db.session.get(StoreType, store_type_id, with_for_update=True)
    if kind is None or (by is not None and not policy.can_edit(by, kind.branch_id)):
        raise NotFound("not_found")
    _check_version(kind.version, version)
    branch = db.session.get_one(Branch, kind.branch_id)
    new = of_store_type(settings, branch.fence_policy)
    before, kind.fence_policy = kind.fence_policy, new
    if before != new:
        kind.version += 1
        both = told(before, inherits=True), told(new, inherits=True)
        _record(by, "store_type", kind.id, kind.branch_id, *both, at)


def _check_version(now: int, seen: int | None) -> None:
    if seen is not None and seen != now:
        raise Conflict("conflict")


def _record(
    by: SignedIn | None,
    kind: str,
    object_id: int,
    branch_id: int,
    before: dict[str, Any],
    after: dict[str, Any],
    at: datetime,
) -> None:
    old, new = audit.changed(before, after)
    audit.record(
        actor_id=by.id if by else None,
        action="fence.changed",
        object_type=kind,
        object_id=object_id,
        branch_id=branch_id,
        before=old,
        after=new,
        at=at,
    )
