"""The visit log."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import UTC, Id, db


class Visit(db.Model):
    """Arrival to departure at a site. Opened by a check-in, finished with an outcome."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("state in ('open','done','void')", name="state"),
        CheckConstraint("outcome in ('order','interested','not_met','other')", name="outcome"),
        Index("ix_visit_day", "employee_id", "work_date", "started_at"),
        Index("ix_visit_open", "employee_id", "state"),
        Index("ix_visit_site", "site_id", "work_date"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    work_date: Mapped[date]
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), unique=True)
    check_out_id: Mapped[int | None] = mapped_column(ForeignKey("check_in.id"), unique=True)
    started_at: Mapped[UTC]
    ended_at: Mapped[UTC | None]
    state: Mapped[str] = mapped_column(String(6), default="open")
    outcome: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(1000), default="")
    next_on: Mapped[date | None]
