"""Store types: what kind of place a site is. Their hours are changed by schedules, which keeps the earlier ones."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.sites import policy
from webapp.sites.models import StoreType


def create_store_type(
    *,
    by: SignedIn | None,
    branch_id: int,
    code: str,
    name_en: str,
    name_zh: str,
    shift_start: str,
    shift_end: str,
    grace_minutes: int,
    terms: dict[str, Any] | None = None,
    at: datetime,
) -> int:
    """The new store type's id; hours are local "HH:MM", terms as written. Raises Invalid with the field, Forbidden."""
    if by is not None and not policy.can_edit(by, branch_id):
        raise Forbidden("forbidden")
    same = select(StoreType.id).where(StoreType.branch_id == branch_id, StoreType.code == code)
    if db.session.scalar(same) is not None:
        raise Invalid("store_type_code_taken", "code", taken=code)
    hours = {"shift_start": shift_start, "shift_end": shift_end, "grace_minutes": grace_minutes}
    kind = StoreType(
        branch_id=branch_id, code=code, name_en=name_en, name_zh=name_zh, version=1, terms=terms or {}, **hours
    )
    db.session.add(kind)
    db.session.flush()
    audit.record(
        actor_id=by.id if by else None,
        action="store_type.created",
        object_type="store_type",
        object_id=kind.id,
        branch_id=branch_id,
        after={"code": code, "name_en": name_en, "name_zh": name_zh, **hours},
        at=at,
    )
    return kind.id


def rename_store_type(
    *, by: SignedIn | None, store_type_id: int, version: int | None, name_en: str, name_zh: str, at: datetime
) -> StoreType:
    """The store type, locked. Raises Conflict when it changed since `version`, NotFound."""
    kind = db.session.get(StoreType, store_type_id, with_for_update=True)
    if kind is None or (by is not None and not policy.can_edit(by, kind.branch_id)):
        raise NotFound("not_found")
    if version is not None and version != kind.version:
        raise Conflict("conflict")
    before = {"name_en": kind.name_en, "name_zh": kind.name_zh}
    kind.name_en, kind.name_zh = name_en, name_zh
    kind.version += 1
    old, new = audit.changed(before, {"name_en": name_en, "name_zh": name_zh})
    if new:
        audit.record(
            actor_id=by.id if by else None,
            action="store_type.changed",
            object_type="store_type",
            object_id=kind.id,
            branch_id=kind.branch_id,
            before=old,
            after=new,
            at=at,
        )
    return kind
