"""Sales figures per rep and day."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import UTC, Minor, db


class SalesFigure(db.Model):
    """What one person sold on one work date, and the target; a correction is a new revision."""

    __tablename__ = "sales_figure"
    __table_args__ = (CheckConstraint("amount >= 0 and (target is null or target >= 0)", name="amounts"),)

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[Minor]
    target: Mapped[Minor | None]
    currency: Mapped[str] = mapped_column(String(3))
    source: Mapped[str] = mapped_column(String(10))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    recorded_at: Mapped[UTC]
