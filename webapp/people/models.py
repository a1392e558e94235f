"""Branches, teams, employees, sign-ins."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import triggers
from webapp.core.db import JSONB, UTC, Id, Minor, db


class Branch(db.Model):
    """A legal or regional unit: time zone, currency, language, pay scheme."""

    __tablename__ = "branch"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    timezone: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(2))
    country: Mapped[str] = mapped_column(String(2))
    settlement_time: Mapped[str] = mapped_column(String(5), default="10:00")
    workdays: Mapped[JSONB]
    """ISO weekdays that are normally worked, e.g. [1, 2, 3, 4, 5]."""
    earlier_weeks: Mapped[JSONB] = mapped_column(default=list)
    """What `workdays` was before it changed, oldest first: [[the first date it no longer counts, weekdays], …]."""
    settled_from: Mapped[date]
    """First work date that is ever settled."""
    settled_through: Mapped[date | None]
    on_hold: Mapped[bool] = mapped_column(default=False)
    hold_reason: Mapped[str | None] = mapped_column(String(300))
    fence_policy: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """What differs from the defaults of sites.rules.FencePolicy."""
    device_limit: Mapped[int] = mapped_column(default=2, server_default="2")
    """Phones of a rep that are taken without asking anybody."""
    position_days: Mapped[int] = mapped_column(default=90, server_default="90")
    """How long positions stay exact."""
    coarse_through: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Check-ins of the branch up to this id have coarse positions."""
    signals: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """What attendance.rules.signals.SignalSettings says here; {}: the usual."""
    attendance: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """What differs from the defaults of attendance.rules.AttendancePolicy."""
    leave_policy: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """What differs from the defaults of schedules.rules.LeavePolicy."""
    roster_policy: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """What differs from the defaults of schedules.rules.RosterPolicy."""
    photo_days: Mapped[int] = mapped_column(default=180, server_default="180")
    """How long photos are kept."""
    pay_scheme: Mapped[str] = mapped_column(String(20), default="simple")
    version: Mapped[int] = mapped_column(default=1)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def week_on(self, on: date) -> frozenset[int]:
        """The weekdays that were normally worked on a date."""
        known = (days for until, days in self.earlier_weeks if on.isoformat() < until)
        return frozenset(next(known, self.workdays))


class Team(db.Model):
    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("branch_id", "name"),)

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    name: Mapped[str] = mapped_column(String(80))


class Employee(db.Model):
    __tablename__ = "employee"
    __table_args__ = (
        CheckConstraint("role in ('rep','supervisor','hr','finance','admin')", name="role"),
        CheckConstraint("employer in ('own','client')", name="employer"),
        CheckConstraint("employer = 'own' or role = 'supervisor'", name="client_supervisor"),
        Index("ix_employee_branch", "branch_id", "left_on", "staff_no"),
        Index("ix_employee_team", "team_id"),
    )

    id: Mapped[Id]
    staff_no: Mapped[str] = mapped_column(String(20), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    role: Mapped[str] = mapped_column(String(12))
    employer: Mapped[str] = mapped_column(String(8), default="own")
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    """Last day of work; from the next day on the person cannot sign in."""
    language: Mapped[str] = mapped_column(String(2))
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    text_size: Mapped[str] = mapped_column(String(8), default="normal")
    letter_keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    """A and R decide on the row that has the focus; off for whoever speaks to their computer (WCAG 2.1.4)."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_temporary: Mapped[bool] = mapped_column(default=False)
    """Made by HR; the person chooses their own before anything else."""
    consent_text: Mapped[int] = mapped_column(default=0, server_default="0")
    """The version of the text about positions they answered last; 0: never asked."""
    consent_given: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[UTC]
    version: Mapped[int] = mapped_column(default=1)


class BranchScope(db.Model):
    """A further branch that HR or finance may work in; their own is always included."""

    __tablename__ = "branch_scope"

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"), primary_key=True)


class BranchMove(db.Model):
    """Somebody changed branches: days before `moved_on` belong to the branch they came from."""

    __tablename__ = "branch_move"

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    moved_on: Mapped[date] = mapped_column(primary_key=True)
    from_branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"), index=True)


class Delegation(db.Model):
    """Somebody stands in for a supervisor, both days included, with the same rights over the same people."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="span"),
        CheckConstraint("from_id <> to_id", name="two"),
        Index("ix_delegation_to", "to_id", "last_on"),
        Index("ix_delegation_from", "from_id", "last_on"),
    )

    id: Mapped[Id]
    from_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(300), default="")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    made_at: Mapped[UTC]
    ended_at: Mapped[UTC | None]
    """Taken back before its time: from then on it counts no more."""


class SavedView(db.Model):
    """A filter of a list that somebody gave a name."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner_id", "page", "name"),)

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    page: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500))
    """The address's part behind the question mark."""
    created_at: Mapped[UTC]


class Salary(db.Model):
    """Base salary per month from a date on; the latest row on or before a day is in force."""

    __tablename__ = "salary"
    __table_args__ = (UniqueConstraint("employee_id", "effective_from"), CheckConstraint("amount >= 0", name="amount"))

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    effective_from: Mapped[date]
    amount: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    recorded_at: Mapped[UTC]


class Consent(db.Model):
    """An answer to "may we take your position when you check in?", with the text it answers."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_employee", "employee_id", "id"),)

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    at: Mapped[UTC]
    text_version: Mapped[int]
    given: Mapped[bool]


class SignInAttempt(db.Model):
    """Wrong passwords in a row, for people who exist and names that do not alike, so nobody learns which is which."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_last_at", "last_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[UTC]
    locked_until: Mapped[UTC | None]


class SignIn(db.Model):
    """One device's session; revocable. The signed cookie holds its id."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_employee", "employee_id", "revoked_at"),)

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    created_at: Mapped[UTC]
    expires_at: Mapped[UTC]
    revoked_at: Mapped[UTC | None]
    agent: Mapped[str] = mapped_column(String(200), default="")


class Device(db.Model):
    """A phone somebody checks in with, known by its public key. One phone may be several people's."""

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("employee_id", "key"),
        CheckConstraint("state in ('bound','waiting','refused','removed')", name="state"),
        Index("ix_device_key", "key"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    key: Mapped[str] = mapped_column(String(43))
    """SHA-256 of the public key, base64url."""
    label: Mapped[str] = mapped_column(String(60), default="")
    first_seen: Mapped[UTC]
    last_seen: Mapped[UTC]
    state: Mapped[str] = mapped_column(String(8))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[UTC | None]
    reason: Mapped[str | None] = mapped_column(String(300))


triggers.attach(Consent.__table__, triggers.immutable("consent"))
