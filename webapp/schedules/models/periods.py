"""Months whose attendance is closed."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import triggers
from webapp.core.db import UTC, db


class PeriodLock(db.Model):
    """Attendance of a branch's month "2026-11" was closed or opened again; the newest counts, none is edited."""

    __tablename__ = "period_lock"
    __table_args__ = (CheckConstraint("action in ('closed','reopened')", name="action"),)

    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(10))
    by: Mapped[int] = mapped_column("by_id", ForeignKey("employee.id"))
    at: Mapped[UTC]
    reason: Mapped[str] = mapped_column(String(300), default="")


triggers.attach(PeriodLock.__table__, triggers.immutable("period_lock"))
