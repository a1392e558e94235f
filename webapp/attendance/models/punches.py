"""What attendance devices say about people: one row per punch of a person, made anew when a mapping changes."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import UTC, Id, db


class Punch(db.Model):
    """Derived from a device's raw punch: whose it is, when it was, and what it counts for."""

    __tablename__ = "punch"
    __table_args__ = (
        UniqueConstraint("raw_id"),
        CheckConstraint("state in ('counted','repeat','ignored')", name="state"),
        Index("ix_punch_day", "employee_id", "work_date", "at"),
        Index("ix_punch_person", "employee_id", "at"),
    )

    id: Mapped[Id]
    raw_id: Mapped[int] = mapped_column(BigInteger)
    """Of the device's raw punch (devices.RawPunch)."""
    terminal_id: Mapped[int] = mapped_column(BigInteger)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    work_date: Mapped[date]
    at: Mapped[UTC]
    key: Mapped[str | None] = mapped_column(String(3))
    """in | out where the device's key may settle a tie, else null."""
    state: Mapped[str] = mapped_column(String(8), default="counted")
    """counted | repeat (of another within the window) | ignored"""
    repeat_of: Mapped[int | None] = mapped_column(BigInteger)
    """raw_id of the punch it repeats."""
    recorded_at: Mapped[UTC]


class DeviceHeard(db.Model):
    """Up to when a device was heard, of each shop it is or was used at: nobody there is absent before that."""

    __tablename__ = "device_heard"
    __table_args__ = (Index("ix_device_heard_site", "site_id"),)

    terminal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    through: Mapped[UTC | None]
    """Null: never yet."""


class TerminalStay(db.Model):
    """From when until when a shop's people used a device; it speaks of them, and of nobody else, in that time."""

    __tablename__ = "terminal_stay"
    __table_args__ = (Index("ix_terminal_stay_terminal", "terminal_id"), Index("ix_terminal_stay_site", "site_id"))

    id: Mapped[Id]
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    from_at: Mapped[UTC | None]
    """Null: as long as anybody knows."""
    until_at: Mapped[UTC | None]
    """Null: where it is used now (devices.TerminalSite)."""
