"""What is derived from facts: the attendance day, what waits for a closed month, the weight of evidence."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, db


class AttendanceDay(db.Model):
    """Derived: one person, one work date. Rebuilt from the facts at any time."""

    __tablename__ = "attendance_day"
    __table_args__ = (
        Index("ix_attendance_day_branch", "branch_id", "work_date"),
        Index("ix_attendance_day_open", "branch_id", "final_at"),
        Index(
            "ix_attendance_day_unheard",
            "branch_id",
            "work_date",
            sqlite_where=text("status = 'unheard'"),
            postgresql_where=text("status = 'unheard'"),
        ),
    )

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    status: Mapped[str] = mapped_column(String(12))
    scheduled: Mapped[bool]
    expected: Mapped[str] = mapped_column(String(8))
    """work | rest | holiday | leave"""
    present: Mapped[bool] = mapped_column(default=False)
    complete: Mapped[bool] = mapped_column(default=False)
    undecided: Mapped[bool] = mapped_column(default=False)
    minutes_late: Mapped[int] = mapped_column(default=0)
    minutes_early: Mapped[int] = mapped_column(default=0)
    grace_minutes: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[UTC | None]
    ends_at: Mapped[UTC | None]
    first_in: Mapped[UTC | None]
    last_out: Mapped[UTC | None]
    excused: Mapped[bool] = mapped_column(default=False)
    confirmed: Mapped[str | None] = mapped_column(String(10))
    open_exceptions: Mapped[int] = mapped_column(default=0)
    over: Mapped[bool] = mapped_column(default=False)
    """The day's window has ended, so missing things are missing."""
    final_at: Mapped[UTC | None]
    """When the window ends and the day must be looked at again; null once it was."""
    worked_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    """From coming to going, breaks taken off; 0 while either is missing."""
    terms: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """What the expectation demanded beside start, end and grace, with its moments; "": nothing."""
    doubt: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """How the sources disagree: phone_only | device_only | times | word; "": they do not."""
    sources: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Who says that the person was there: phone, device, supervisor, hr; joined by commas, in this order."""
    rebuilt_at: Mapped[UTC]


class HeldDay(db.Model):
    """Something happened to a day of a closed month; the day is built anew when the month is opened again."""

    __tablename__ = "held_day"
    __table_args__ = (Index("ix_held_day_branch", "branch_id", "work_date"),)

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    at: Mapped[UTC]


class CheckInSignals(db.Model):
    """Derived: what the evidence of one check-in adds up to. Computed again whenever its day changes."""

    __tablename__ = "check_in_signals"
    __table_args__ = (
        Index("ix_check_in_signals_person", "employee_id", "work_date"),
        Index("ix_check_in_signals_spot", "spot", "at"),
    )

    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    work_date: Mapped[date]
    at: Mapped[UTC]
    spot: Mapped[int | None] = mapped_column(BigInteger)
    """The exact position as one number, for finding it again; forgotten after attendance.rules.signals.REMEMBERED."""
    score: Mapped[int]
    signals: Mapped[JSONB]
    """[{code, weight, told, params}, …], heaviest first."""
    scanned_at: Mapped[UTC]


class FiredSignal(db.Model):
    """Derived, one row per signal of `CheckInSignals.signals`: for counting."""

    __tablename__ = "fired_signal"
    __table_args__ = (Index("ix_fired_signal_branch", "branch_id", "work_date", "code"),)

    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    work_date: Mapped[date]
