"""Evidence (check-ins), verdicts, decisions of people, and the day derived from them."""

from datetime import date

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.attendance.models.codes import CodeTry as CodeTry
from webapp.attendance.models.codes import CodeUse as CodeUse
from webapp.attendance.models.days import AttendanceDay as AttendanceDay
from webapp.attendance.models.days import CheckInSignals as CheckInSignals
from webapp.attendance.models.days import FiredSignal as FiredSignal
from webapp.attendance.models.days import HeldDay as HeldDay
from webapp.attendance.models.photos import ExceptionPhoto as ExceptionPhoto
from webapp.attendance.models.photos import Photo as Photo
from webapp.attendance.models.photos import PhotoBand as PhotoBand
from webapp.attendance.models.punches import DeviceHeard as DeviceHeard
from webapp.attendance.models.punches import Punch as Punch
from webapp.attendance.models.punches import TerminalStay as TerminalStay
from webapp.core import triggers
from webapp.core.db import JSONB, UTC, Id, db


class CheckIn(db.Model):
    """Evidence, never edited: what a phone said (kind 'in' or 'out') and when we heard it."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("employee_id", "client_id"),
        CheckConstraint("kind in ('in','out')", name="kind"),
        Index("ix_check_in_day", "employee_id", "work_date", "tapped_at"),
        Index("ix_check_in_site", "site_id", "work_date"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(String(36))
    fingerprint: Mapped[str] = mapped_column(String(32))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(3))
    work_date: Mapped[date]
    tapped_at: Mapped[UTC]
    """The phone's clock at the tap."""
    received_at: Mapped[UTC]
    counted_at: Mapped[UTC]
    """The moment the day is computed with: the tap when it is believed, else the arrival."""
    skew_s: Mapped[int]
    lat: Mapped[float | None] = mapped_column(Float(53))
    lng: Mapped[float | None] = mapped_column(Float(53))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    fix_at: Mapped[UTC | None]
    no_fix: Mapped[str | None] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(10), default="phone")
    token_at: Mapped[UTC | None]
    """Server time of the last page the phone had seen before the tap."""
    device_key: Mapped[str | None] = mapped_column(String(43))
    signed: Mapped[bool | None]
    """Whether the signature made with that key is right; null when there was none."""
    extra: Mapped[JSONB | None]


class Verdict(db.Model):
    """What the fence rule said about one check-in; computed, can be computed again."""

    __tablename__ = "verdict"
    __table_args__ = (CheckConstraint("verdict in ('inside','uncertain','outside')", name="verdict"),)

    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(30))
    distance_m: Mapped[float | None] = mapped_column(Float(53))
    radius_m: Mapped[int | None]
    fence_version: Mapped[int | None]


class CheckInVoid(db.Model):
    """The rep took a check-in back within the time allowed."""

    __tablename__ = "check_in_void"

    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), primary_key=True)
    at: Mapped[UTC]
    by: Mapped[int] = mapped_column("by_id", ForeignKey("employee.id"))


class PositionView(db.Model):
    """Somebody else looked at where a person was: once for each check-in, viewer and day."""

    __tablename__ = "position_view"

    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), primary_key=True)
    viewer_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    viewed_on: Mapped[date] = mapped_column(primary_key=True)
    """In the viewer's time zone."""
    at: Mapped[UTC]


class AttendanceException(db.Model):
    """Something a person must decide. `state` is the projection of the last decision."""

    __tablename__ = "attendance_exception"
    __table_args__ = (
        UniqueConstraint("dedup_key"),
        CheckConstraint("state in ('open','approved','rejected','withdrawn')", name="state"),
        Index("ix_exception_inbox", "branch_id", "state", "work_date", "id"),
        Index("ix_exception_day", "employee_id", "work_date"),
    )

    id: Mapped[Id]
    dedup_key: Mapped[str] = mapped_column(String(80))
    """What it is about, so that the same matter never opens twice."""
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    work_date: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    """outside | uncertain | remark | cannot | late_arrival | clock | signals | photo |
    mistake | missing_out | late | early | absent | sources"""
    check_in_id: Mapped[int | None] = mapped_column(ForeignKey("check_in.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    opened_at: Mapped[UTC]
    params: Mapped[JSONB]
    """Facts for the sentence, and for a mistake what the rep asks for (category, time, note)."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    state_seq: Mapped[int] = mapped_column(default=0)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[UTC | None]


class Decision(db.Model):
    """A person's decision on an exception; the newest counts, none is ever edited."""

    __tablename__ = "exception_decision"

    exception_id: Mapped[int] = mapped_column(ForeignKey("attendance_exception.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    decision: Mapped[str] = mapped_column(String(10))
    """approved | rejected | reopened | passed_on (a supervisor's word for whoever decides; it stays open)"""
    by: Mapped[int] = mapped_column("by_id", ForeignKey("employee.id"))
    at: Mapped[UTC]
    reason: Mapped[str] = mapped_column(String(500), default="")
    params: Mapped[JSONB | None]


class Confirmation(db.Model):
    """A supervisor's word about one person and work date; the newest counts, none is edited."""

    __tablename__ = "confirmation"
    __table_args__ = (Index("ix_confirmation_by", "by_id", "work_date"),)

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(10))
    """present | absent | undone"""
    reason: Mapped[str | None] = mapped_column(String(20))
    """For absent: no_show | leave | sick | swap | system | other"""
    note: Mapped[str] = mapped_column(String(500), default="")
    by: Mapped[int] = mapped_column("by_id", ForeignKey("employee.id"))
    at: Mapped[UTC]
    bulk: Mapped[bool] = mapped_column(default=False)


_KEPT = ("client_id", "fingerprint", "employee_id", "kind", "work_date", "tapped_at", "received_at", "counted_at")
# Whole hundredths of a degree, at most half of one away; nothing appears where nothing was.
_NOT_COARSER = (
    "(OLD.{0} IS NULL) <> (NEW.{0} IS NULL) OR (OLD.{0} <> NEW.{0} AND "
    "(abs(NEW.{0} - OLD.{0}) > 0.005001 OR abs(NEW.{0} * 100 - round(NEW.{0} * 100)) > 0.000001))"
)
triggers.attach(
    CheckIn.__table__,
    [
        triggers.guard(
            "check_in",
            "no_rewriting",
            "UPDATE",
            refuse_when=" OR ".join(f"OLD.{name} <> NEW.{name}" for name in _KEPT),
            message="check_in is evidence",
        ),
        triggers.guard(
            "check_in",
            "only_coarser",
            "UPDATE",
            refuse_when=" OR ".join(_NOT_COARSER.format(name) for name in ("lat", "lng")),
            message="a position only gets coarser",
        ),
        triggers.guard("check_in", "no_delete", "DELETE", refuse_when="1 = 1", message="check_in is evidence"),
    ],
)
for _model in (CheckInVoid, PositionView, Decision, Confirmation):
    triggers.attach(_model.__table__, triggers.immutable(_model.__tablename__))
