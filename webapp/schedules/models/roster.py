"""Repeating patterns, what people were told of their roster, and swaps they ask for."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, db


class RosterPattern(db.Model):
    """Days that repeat: 2 on 1 off, week A and week B."""

    __tablename__ = "roster_pattern"
    __table_args__ = (UniqueConstraint("branch_id", "name"),)

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    name: Mapped[str] = mapped_column(String(60))
    steps: Mapped[JSONB]
    """One entry a day, at most 42: {"kind": "work" | "rest", "shift_id": int | null}."""
    archived_at: Mapped[UTC | None]
    version: Mapped[int] = mapped_column(default=1)


class RosterTold(db.Model):
    """What somebody was last told about one of their dates."""

    __tablename__ = "roster_told"

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(primary_key=True)
    told: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the day as it was told: kind, hours, visits in order."""
    at: Mapped[UTC]
    by: Mapped[int | None] = mapped_column("by_id", ForeignKey("employee.id"))
    """None: by itself."""


class SwapRequest(db.Model):
    """`asker` gives their work on `asker_on` to `other`, and takes `other`'s on `other_on` (null: takes nothing)."""

    __tablename__ = "swap_request"
    __table_args__ = (
        UniqueConstraint("asker_id", "client_id"),
        CheckConstraint("asker_id <> other_id", name="two"),
        CheckConstraint("state in ('asked','accepted','refused','approved','rejected','withdrawn')", name="state"),
        Index("ix_swap_request_state", "branch_id", "state", "id"),
        Index("ix_swap_request_asker", "asker_id", "asker_on"),
        Index("ix_swap_request_other", "other_id", "state"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(String(36))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    asker_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    asker_on: Mapped[date]
    other_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(300), default="")
    seen: Mapped[JSONB]
    """The days as both saw them; an approval of days that have changed since is refused."""
    state: Mapped[str] = mapped_column(String(10), default="asked")
    asked_at: Mapped[UTC]
    answered_at: Mapped[UTC | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[UTC | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)
