"""What devices sent, as it came; and what was read out of it, which can be read again at any time."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import triggers
from webapp.core.db import JSONB, UTC, Id, db


class DeviceRequest(db.Model):
    """Evidence: the bytes of one request, webhook call or imported file; stored before the sender hears OK."""

    __tablename__ = "device_request"
    __table_args__ = (
        UniqueConstraint("terminal_id", "kind", "sha256"),
        Index(
            "ix_device_request_unread",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index("ix_device_request_recent", "terminal_id", "received_at"),
    )

    id: Mapped[Id]
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    source: Mapped[str] = mapped_column(String(8))
    """push | webhook | file"""
    kind: Mapped[str] = mapped_column(String(20))
    """attlog, operlog, options, rtlog, … of a pushing device; webhook; or the format of a file."""
    received_at: Mapped[UTC]
    params: Mapped[JSONB | None]
    """The query without secrets; for a file its name, who sent it and the answers to its questions."""
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """Emptied when the time it is kept is over, a file's never; what was read out of it stays."""
    sha256: Mapped[str] = mapped_column(String(64))
    ip: Mapped[str | None] = mapped_column(String(45))
    zone: Mapped[str] = mapped_column(String(40))
    """The time zone of the device when it came."""
    read_at: Mapped[UTC | None]
    """When its lines were last read; null: not yet, or to be read again."""
    parser: Mapped[int | None]
    """The version of the reader (adapters) that read it."""
    lines: Mapped[int | None]
    new: Mapped[int | None]
    """Punches nobody had sent before."""
    bad: Mapped[int | None]
    skipped: Mapped[int | None]
    """Lines about nobody (an id of zeros) and lines that are no punches."""


class RawPunch(db.Model):
    """One punch as a device has it: unique by device, id and second, whichever way and however often it came."""

    __tablename__ = "raw_punch"
    __table_args__ = (
        UniqueConstraint("terminal_id", "pin", "device_time"),
        CheckConstraint("state in ('new','mapped','unmapped','held')", name="state"),
        Index(
            "ix_raw_punch_new",
            "terminal_id",
            "id",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
        Index(
            "ix_raw_punch_waiting",
            "terminal_id",
            "state",
            "pin",
            sqlite_where=text("state in ('unmapped','held')"),
            postgresql_where=text("state in ('unmapped','held')"),
        ),
        Index("ix_raw_punch_time", "terminal_id", "device_time"),
        Index("ix_raw_punch_arrival", "terminal_id", "id"),
    )

    id: Mapped[Id]
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    pin: Mapped[str] = mapped_column(String(24))
    """Normalised (rules/lines.py); the id as written is in `line`."""
    device_time: Mapped[str] = mapped_column(String(19))
    """What the clock of the device showed, "YYYY-MM-DD HH:MM:SS", possible or not."""
    zone: Mapped[str] = mapped_column(String(40))
    """The device's time zone when it arrived."""
    at: Mapped[UTC | None]
    """The moment that is; null for a time that does not exist."""
    status: Mapped[str | None] = mapped_column(String(8))
    """The key pressed, as the device writes it; evidence only."""
    verify: Mapped[str | None] = mapped_column(String(8))
    work_code: Mapped[str | None] = mapped_column(String(24))
    line: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(8))
    """The way it first came: push | pull | webhook | file"""
    request_id: Mapped[int | None] = mapped_column(ForeignKey("device_request.id"))
    vendor_key: Mapped[str | None] = mapped_column(String(40))
    live: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It was sent as it happened, not from memory."""
    received_at: Mapped[UTC]
    quality: Mapped[str] = mapped_column(String(10))
    """ok | future | impossible | reset | backward | skewed: of its time. Computed, can be computed again."""
    state: Mapped[str] = mapped_column(String(8), default="new")
    """new: to be looked at · mapped: it is a punch of somebody · unmapped: nobody has the id · held: by its quality"""


class BadLine(db.Model):
    """A line nobody could read, with the reason; read again when the reader learns."""

    __tablename__ = "bad_line"
    __table_args__ = (
        UniqueConstraint("request_id", "n"),
        Index("ix_bad_line_terminal", "terminal_id", "id"),
    )

    id: Mapped[Id]
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("device_request.id"))
    n: Mapped[int]
    """Its number in the body, from 1."""
    line: Mapped[str] = mapped_column(Text)
    """Printable, at most 300 characters of it."""
    reason: Mapped[str] = mapped_column(String(30))
    received_at: Mapped[UTC]


class DeviceEvent(db.Model):
    """What a device noted about itself: clock set, switched on, records deleted. Explains times that jump."""

    __tablename__ = "device_event"
    __table_args__ = (UniqueConstraint("terminal_id", "device_time", "code", "detail"),)

    id: Mapped[Id]
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    device_time: Mapped[str] = mapped_column(String(19))
    at: Mapped[UTC | None]
    code: Mapped[str] = mapped_column(String(20))
    """power_on | power_off | time_set | data_cleared | records_deleted | factory_reset | user_added | …"""
    detail: Mapped[str] = mapped_column(String(120), default="")
    received_at: Mapped[UTC]


class HeldDecision(db.Model):
    """A person's decision on a punch whose time is not ok; the newest counts, none is ever edited."""

    __tablename__ = "held_decision"

    raw_punch_id: Mapped[int] = mapped_column(ForeignKey("raw_punch.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    decision: Mapped[str] = mapped_column(String(8))
    """accept | ignore | reopen"""
    granted_at: Mapped[UTC | None]
    """For accept: the moment it counts at."""
    by: Mapped[int] = mapped_column("by_id", ForeignKey("employee.id"))
    decided_at: Mapped[UTC]
    reason: Mapped[str] = mapped_column(String(300))


triggers.attach(
    DeviceRequest.__table__,
    [
        triggers.guard(
            "device_request",
            "no_rewriting",
            "UPDATE",
            refuse_when="OLD.sha256 <> NEW.sha256 OR OLD.terminal_id <> NEW.terminal_id "
            "OR OLD.received_at <> NEW.received_at OR (OLD.body <> NEW.body AND length(NEW.body) > 0)",
            message="device_request is evidence",
        ),
    ],
)
triggers.attach(
    RawPunch.__table__,
    [
        triggers.guard(
            "raw_punch",
            "no_rewriting",
            "UPDATE",
            refuse_when="OLD.terminal_id <> NEW.terminal_id OR OLD.pin <> NEW.pin "
            "OR OLD.device_time <> NEW.device_time OR OLD.line <> NEW.line OR OLD.received_at <> NEW.received_at",
            message="raw_punch is evidence",
        ),
        triggers.guard("raw_punch", "no_delete", "DELETE", refuse_when="1 = 1", message="raw_punch is evidence"),
    ],
)
triggers.attach(HeldDecision.__table__, triggers.immutable("held_decision"))
