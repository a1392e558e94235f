"""Which attendance devices there are, whose ids they use, and how they were last heard."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, db


class Terminal(db.Model):
    """One attendance device, or one source of punches that behaves like one (a webhook, files of a device)."""

    __tablename__ = "terminal"
    __table_args__ = (
        UniqueConstraint("serial"),
        CheckConstraint("state in ('active','paused','retired')", name="state"),
        CheckConstraint("tz_form in ('auto','hours','minutes','hhmm')", name="tz_form"),
        Index("ix_terminal_branch", "branch_id", "state", "name"),
    )

    id: Mapped[Id]
    serial: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    kind: Mapped[str] = mapped_column(String(20))
    """The code of its adapter (adapters/)."""
    state: Mapped[str] = mapped_column(String(8), default="active")
    timezone: Mapped[str] = mapped_column(String(40))
    """IANA name of the zone its clock shows; not that of the server, nor always that of the branch."""
    tz_form: Mapped[str] = mapped_column(String(8), default="auto")
    """How a ZKTeco handshake writes the offset: whole hours, minutes or ±hh:mm; auto: hours where they are whole."""
    host: Mapped[str | None] = mapped_column(String(200))
    """Address and port of a device that we ask."""
    port: Mapped[int | None]
    secret: Mapped[str | None] = mapped_column(String(300))
    """What we must show to a device we ask ("user:password" or a ComKey), or check a signature with; sealed."""
    comm_key_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the key a pushing device sends along; null: it sends none, or has not yet."""
    networks: Mapped[JSONB | None]
    """Allowed networks as CIDR texts; null or empty: any."""
    trusts_keys: Mapped[bool] = mapped_column(default=False, server_default=false())
    """People there are trained to press in and out: the key pressed may settle a tie."""
    layout: Mapped[int | None]
    """Bytes of one record of a device read over TCP 4370, once known."""
    file_options: Mapped[JSONB | None]
    """Answers given when a file of this device was imported: format, columns, order of dates."""
    created_at: Mapped[UTC]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    version: Mapped[int] = mapped_column(default=1)


class TerminalDay(db.Model):
    """What a device counts for one of its dates against what we have of it, as last compared."""

    __tablename__ = "terminal_day"

    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    on: Mapped[date] = mapped_column("on_date", primary_key=True)
    """By the device's clock."""
    ours: Mapped[int]
    theirs: Mapped[int | None]
    settled: Mapped[int | None]
    """The device's number when asking for the day again had brought nothing new."""
    asked_at: Mapped[UTC | None]
    compared_at: Mapped[UTC]


class TerminalSite(db.Model):
    """The shops whose people use the device."""

    __tablename__ = "terminal_site"
    __table_args__ = (Index("ix_terminal_site_site", "site_id"),)

    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)


class TerminalState(db.Model):
    """How a device was last heard. Written by machines, so it is kept apart from what people set."""

    __tablename__ = "terminal_state"

    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    first_seen_at: Mapped[UTC | None]
    seen_at: Mapped[UTC | None]
    """The last request or successful pull, at most half a minute ago."""
    punched_at: Mapped[UTC | None]
    """The newest moment of a punch that is ok."""
    received_at: Mapped[UTC | None]
    """When punches last arrived."""
    heard_through: Mapped[UTC | None]
    """Up to here everything it recorded has arrived, as far as it can be known."""
    ip: Mapped[str | None] = mapped_column(String(45))
    earlier_ip: Mapped[str | None] = mapped_column(String(45))
    ip_changed_at: Mapped[UTC | None]
    stamps: Mapped[JSONB | None]
    """The last stamp of each table (ATTLOG, OPERLOG), as the device wrote it."""
    send_again: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The next handshake asks for everything from the beginning."""
    device_count: Mapped[int | None]
    """How many records it says it holds, and when it said so."""
    counted_at: Mapped[UTC | None]
    skew_s: Mapped[int | None]
    """Its clock minus ours in seconds, as estimated (rules/clocks.py), and when."""
    skew_at: Mapped[UTC | None]
    info: Mapped[JSONB | None]
    """What it told about itself: firmware, options."""
    last_error: Mapped[str | None] = mapped_column(String(60))
    """The code of what the last pull ended with; null when it went well."""
    last_error_at: Mapped[UTC | None]
    silent_told_at: Mapped[UTC | None]
    """When people were told that it is silent; null once it is heard again."""
    alarms: Mapped[JSONB | None]
    """What people were told is wrong and is not right yet (rules/alarms.py), with the moment; null: nothing."""


class PinHolder(db.Model):
    """Whose id on a device a number is, from one date to another; null terminal: on all devices of the branch."""

    __tablename__ = "pin_holder"
    __table_args__ = (
        CheckConstraint("last_on is null or last_on >= first_on", name="span"),
        Index("ix_pin_holder_pin", "branch_id", "pin", "first_on"),
        Index("ix_pin_holder_employee", "employee_id", "first_on"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    pin: Mapped[str] = mapped_column(String(24))
    """Normalised (rules/lines.py)."""
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    """Inclusive; null: until further notice."""
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    recorded_at: Mapped[UTC]


class PairingWindow(db.Model):
    """Until `until` unknown serials that call are noted as waiting for somebody to accept them."""

    __tablename__ = "pairing_window"
    __table_args__ = (Index("ix_pairing_window_until", "until"),)

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    opened_by: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    opened_at: Mapped[UTC]
    until: Mapped[UTC]


class UnknownSerial(db.Model):
    """A serial that called and is nobody's: counted, and while a window is open waiting to be paired."""

    __tablename__ = "unknown_serial"
    __table_args__ = (Index("ix_unknown_serial_waiting", "branch_id", "seen_at"),)

    serial: Mapped[str] = mapped_column(String(32), primary_key=True)
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    """Of the window it called in; null: it is only counted."""
    first_seen_at: Mapped[UTC]
    seen_at: Mapped[UTC]
    calls: Mapped[int] = mapped_column(default=1)
    ip: Mapped[str | None] = mapped_column(String(45))
    told: Mapped[JSONB | None]
    """Its handshake parameters: push version, language, kind."""


class DeviceCommand(db.Model):
    """Something a pushing device is asked to do the next time it calls."""

    __tablename__ = "device_command"
    __table_args__ = (
        Index(
            "ix_device_command_open",
            "terminal_id",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        Index("ix_device_command_recent", "terminal_id", "created_at"),
    )

    id: Mapped[Id]
    terminal_id: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    verb: Mapped[str] = mapped_column(String(20))
    """check | log | info | reboot | query | verify | user_add | user_delete"""
    params: Mapped[JSONB | None]
    created_at: Mapped[UTC]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    sent_at: Mapped[UTC | None]
    sends: Mapped[int] = mapped_column(default=0, server_default="0")
    done_at: Mapped[UTC | None]
    returned: Mapped[int | None]
    """0: done; negative: the device's error; null with done_at: given up."""
    answer: Mapped[JSONB | None]
