"""Reward rules: families and their immutable, effective-dated versions."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, db
from webapp.core.triggers import attach, guard


class Rule(db.Model):
    """A family: its id is part of the slot, so a new version corrects and never pays twice."""

    __tablename__ = "reward_rule"
    __table_args__ = (UniqueConstraint("branch_id", "code"),)

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    store_type_id: Mapped[int | None] = mapped_column(ForeignKey("store_type.id"))
    priority: Mapped[int] = mapped_column(default=100)


class RuleVersion(db.Model):
    """Immutable once approved (trigger). Ranges of one rule never overlap; the last may be open-ended."""

    __tablename__ = "reward_rule_version"
    __table_args__ = (
        UniqueConstraint("rule_id", "n"),
        CheckConstraint("status in ('draft','approved','retired')", name="status"),
        CheckConstraint("effective_to is null or effective_to >= effective_from", name="range"),
        Index("ix_rule_version_range", "rule_id", "effective_from"),
    )

    id: Mapped[Id]
    rule_id: Mapped[int] = mapped_column(ForeignKey("reward_rule.id"))
    n: Mapped[int]
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    params: Mapped[JSONB]
    condition: Mapped[str | None] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(String(10), default="draft")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    created_at: Mapped[UTC]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    approved_at: Mapped[UTC | None]


_KEPT = (
    "rule_id", "n", "effective_from", "author_id", "created_at", "approver_id", "approved_at", "condition", "params",
)  # fmt: skip
_CHANGED = " OR ".join(f"COALESCE(CAST(NEW.{c} AS TEXT), '') <> COALESCE(CAST(OLD.{c} AS TEXT), '')" for c in _KEPT)
attach(
    RuleVersion.__table__,  # type: ignore[arg-type]
    (
        guard(
            "reward_rule_version",
            "approved_stays",
            "UPDATE",
            refuse_when=f"OLD.status <> 'draft' AND (NEW.status = 'draft' OR {_CHANGED})",
            message="an approved rule version is immutable",
        ),
        guard(
            "reward_rule_version",
            "approved_kept",
            "DELETE",
            refuse_when="OLD.status <> 'draft'",
            message="an approved rule version is immutable",
        ),
    ),
)
