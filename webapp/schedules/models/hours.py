"""Shifts, rosters, plans, the calendar of holidays and make-up workdays."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, db


class Shift(db.Model):
    """Local start and end "HH:MM"; an end at or before the start is on the next day."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("branch_id", "name"),
        CheckConstraint("grace_minutes between 0 and 240", name="grace"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    name: Mapped[str] = mapped_column(String(60))
    start: Mapped[str] = mapped_column(String(5))
    end: Mapped[str] = mapped_column(String(5))
    grace_minutes: Mapped[int] = mapped_column(default=0)
    terms: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """schedules.rules.Terms as written: what differs from the usual."""
    archived_at: Mapped[UTC | None]
    version: Mapped[int] = mapped_column(default=1)


class RosterDay(db.Model):
    """What one person works on one work date; no row means the branch's week rules decide."""

    __tablename__ = "roster_day"
    __table_args__ = (
        CheckConstraint("kind in ('work','rest')", name="kind"),
        Index("ix_roster_day_branch", "branch_id", "work_date"),
    )

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    kind: Mapped[str] = mapped_column(String(6))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))


class PlanStop(db.Model):
    """One planned visit of a rep's day, in order; times are local "HH:MM" or empty."""

    __tablename__ = "plan_stop"
    __table_args__ = (
        UniqueConstraint("employee_id", "work_date", "seq"),
        Index("ix_plan_stop_site", "site_id", "work_date"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    work_date: Mapped[date]
    seq: Mapped[int]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    starts: Mapped[str | None] = mapped_column(String(5))
    ends: Mapped[str | None] = mapped_column(String(5))


class CalendarDay(db.Model):
    """A branch's holiday or make-up workday; HR may edit what the library proposed."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("kind in ('holiday','workday','ordinary')", name="kind"),)

    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    on: Mapped[date] = mapped_column("on_date", primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    """holiday | workday (make-up) | ordinary (HR took a day of the library back: the week decides)"""
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(10), default="library")
    """library | hr"""


class EarlierTimes(db.Model):
    """Hours a shift or store type had before they were changed; in force on work dates before `until_on`."""

    __tablename__ = "earlier_times"
    __table_args__ = (
        CheckConstraint("(shift_id is null) <> (store_type_id is null)", name="one"),
        UniqueConstraint("shift_id", "until_on"),
        UniqueConstraint("store_type_id", "until_on"),
        Index("ix_earlier_times_branch", "branch_id", "until_on"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))
    store_type_id: Mapped[int | None] = mapped_column(ForeignKey("store_type.id"))
    until_on: Mapped[date]
    start: Mapped[str] = mapped_column(String(5))
    end: Mapped[str] = mapped_column(String(5))
    grace_minutes: Mapped[int]
    terms: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """schedules.rules.Terms as written: what differs from the usual."""
