"""Leave: its types, what people are entitled to, what they ask for, who agreed, and what was approved."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import triggers
from webapp.core.db import JSONB, UTC, Id, db


class LeaveType(db.Model):
    """A kind of leave of one branch, in the order of `position`."""

    __tablename__ = "leave_type"
    __table_args__ = (
        UniqueConstraint("branch_id", "code"),
        CheckConstraint("yearly_halves >= 0", name="yearly_halves"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    code: Mapped[str] = mapped_column(String(12))
    name_en: Mapped[str] = mapped_column(String(60))
    name_zh: Mapped[str] = mapped_column(String(60))
    half_days: Mapped[bool] = mapped_column(default=True, server_default=true())
    yearly_halves: Mapped[int | None]
    """Half days a person has in a calendar year; null: not counted."""
    prorated: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whoever joins or leaves within the year has a part of it."""
    carry_halves: Mapped[int] = mapped_column(default=0, server_default="0")
    """Half days that may be carried into the next year at most; 0: none."""
    carry_months: Mapped[int | None]
    """What was carried is to be used within so many months of the new year; null: within all of it."""
    note_needed: Mapped[bool] = mapped_column(default=False, server_default=false())
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    archived_at: Mapped[UTC | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class LeaveGrant(db.Model):
    """Half days given to (or taken from) one person beside what the type gives everybody; never edited."""

    __tablename__ = "leave_grant"
    __table_args__ = (
        Index("ix_leave_grant_person", "employee_id", "year"),
        Index(
            "uq_leave_grant_carried", "employee_id", "kind", "year", unique=True,
            sqlite_where=text("source = 'carry'"), postgresql_where=text("source = 'carry'"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    kind: Mapped[str] = mapped_column(String(12))
    year: Mapped[int]
    halves: Mapped[int]
    source: Mapped[str] = mapped_column(String(8), default="hand", server_default="hand")
    """hand | import | carry: what was left of the year before, once for a person, kind and year."""
    valid_until: Mapped[date | None]
    """Days taken up to here use it first; what is left of it then lapses. Null: the end of the year."""
    note: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[int | None] = mapped_column("by_id", ForeignKey("employee.id"))
    at: Mapped[UTC]


class LeaveRequest(db.Model):
    """Leave somebody asks for. `steps` is the chain as it was then; `step` is the one that has to answer next."""

    __tablename__ = "leave_request"
    __table_args__ = (
        UniqueConstraint("employee_id", "client_id"),
        CheckConstraint("last_on >= first_on", name="span"),
        CheckConstraint("state in ('open','approved','rejected','withdrawn','cancelled')", name="state"),
        Index("ix_leave_request_state", "branch_id", "state", "id"),
        Index("ix_leave_request_person", "employee_id", "first_on"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(String(36))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    kind: Mapped[str] = mapped_column(String(12))
    first_on: Mapped[date]
    last_on: Mapped[date]
    starts_half: Mapped[bool] = mapped_column(default=False)
    """Only the second half of the first day is off."""
    ends_half: Mapped[bool] = mapped_column(default=False)
    """Only the first half of the last day is off."""
    halves: Mapped[int]
    """Working half days it takes, as counted when it was asked for."""
    note: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    steps: Mapped[JSONB]
    """["supervisor", "hr"]: who answers, in order."""
    step: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[UTC]
    decided_at: Mapped[UTC | None]
    leave_id: Mapped[int | None] = mapped_column(ForeignKey("leave.id"))
    version: Mapped[int] = mapped_column(default=1)


class LeaveDecision(db.Model):
    """What one step of the chain said; never edited."""

    __tablename__ = "leave_decision"

    request_id: Mapped[int] = mapped_column(ForeignKey("leave_request.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[int]
    decision: Mapped[str] = mapped_column(String(10))
    """approved | rejected | withdrawn | cancelled"""
    by: Mapped[int] = mapped_column("by_id", ForeignKey("employee.id"))
    standing_for: Mapped[int | None] = mapped_column("standing_for_id", ForeignKey("employee.id"))
    at: Mapped[UTC]
    reason: Mapped[str] = mapped_column(String(300), default="")


class Leave(db.Model):
    """Approved leave, first to last day inclusive."""

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="span"),
        Index("ix_leave_employee", "employee_id", "first_on"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    starts_half: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Only the second half of the first day is off."""
    ends_half: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Only the first half of the last day is off."""
    kind: Mapped[str] = mapped_column(String(12))
    """The code of a LeaveType."""
    note: Mapped[str] = mapped_column(String(300), default="")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    recorded_at: Mapped[UTC]
    cancelled_at: Mapped[UTC | None]


triggers.attach(LeaveGrant.__table__, triggers.immutable("leave_grant"))
triggers.attach(LeaveDecision.__table__, triggers.immutable("leave_decision"))
