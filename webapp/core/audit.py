"""Who changed what, when, from what to what, and why; written in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from flask import g, has_request_context
from sqlalchemy import ForeignKey, Index, String, insert
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, conn, db

_whole: ContextVar[str | None] = ContextVar("onsite_audit_whole", default=None)


class AuditEntry(db.Model):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_branch_id", "branch_id", "id"),
        Index("ix_audit_object", "object_type", "object_id", "id"),
        Index("ix_audit_actor", "actor_id", "id"),
        Index("ix_audit_action", "action", "id"),
    )

    id: Mapped[Id]
    at: Mapped[UTC]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(60))
    before: Mapped[JSONB | None]
    after: Mapped[JSONB | None]
    reason: Mapped[str | None] = mapped_column(String(1000))
    request_id: Mapped[str | None] = mapped_column(String(64))


@contextmanager
def as_one(name: str) -> Iterator[None]:
    """What is recorded inside carries this in place of the request's id: one act that takes several requests."""
    before = _whole.set(name)
    try:
        yield
    finally:
        _whole.reset(before)


def record(
    *,
    actor_id: int | None,
    action: str,
    object_type: str,
    object_id: object,
    at: datetime,
    branch_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add one entry to the caller's transaction. Give only the fields that changed."""
    conn().execute(
        insert(AuditEntry),
        {
            "at": at,
            "actor_id": actor_id,
            "branch_id": branch_id,
            "action": action,
            "object_type": object_type,
            "object_id": str(object_id),
            "before": _plain(before),
            "after": _plain(after),
            "reason": reason,
            "request_id": _whole.get() or (g.get("request_id") if has_request_context() else None),
        },
    )


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the keys whose values differ, from both sides."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {k: v.isoformat() if isinstance(v, date | datetime) else v for k, v in values.items()}
