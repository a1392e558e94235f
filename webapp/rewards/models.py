"""What was settled: one row per rep-day, one line per slot and revision, one row per run."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, Minor, db
from webapp.core.triggers import attach, immutable

_CHANGED = text("changed_at IS NOT NULL")


class RepDay(db.Model):
    """Settlement state of one rep and work date. `changed_at` set = must be looked at."""

    __tablename__ = "rep_day"
    __table_args__ = (
        CheckConstraint("state in ('open','settled','set_aside')", name="state"),
        Index("ix_rep_day_due", "branch_id", "work_date", "state"),
        Index(
            "ix_rep_day_changed",
            "branch_id",
            "work_date",
            "employee_id",
            sqlite_where=_CHANGED,
            postgresql_where=_CHANGED,
        ),
    )

    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    work_date: Mapped[date] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    state: Mapped[str] = mapped_column(String(10), default="open")
    changed_at: Mapped[UTC | None]
    version: Mapped[int] = mapped_column(default=0)
    """Counts marks and settlements, so that nothing is settled from facts read before the last of them."""
    posted: Mapped[Minor] = mapped_column(default=0)
    """What the newest revisions of its lines add up to."""
    run_after: Mapped[int | None]
    """Length of the run of good scheduled days after this date; null until computed."""
    settled_at: Mapped[UTC | None]
    problem: Mapped[str | None] = mapped_column(String(200))


class SettlementLine(db.Model):
    """The amount one rule gives one rep for one period, per revision; never edited."""

    __tablename__ = "settlement_line"
    __table_args__ = (Index("ix_settlement_line_day", "employee_id", "work_date"),)

    rule_id: Mapped[int] = mapped_column(ForeignKey("reward_rule.id"), primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    """"2026-11-22" for a day; weeks and months come with later rules."""
    revision: Mapped[int] = mapped_column(primary_key=True)
    work_date: Mapped[date]
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("reward_rule_version.id"))
    inputs_hash: Mapped[str] = mapped_column(String(32))
    inputs: Mapped[JSONB]
    amount: Mapped[Minor]
    """What the slot is worth after this revision (not the difference)."""
    delta: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    explain: Mapped[JSONB]
    cause: Mapped[str] = mapped_column(String(30))
    txn_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.id"))
    posted_at: Mapped[UTC]


attach(SettlementLine.__table__, immutable("settlement_line"))


class SettlementRun(db.Model):
    """One settlement of one branch's work date; progress is visible while it runs."""

    __tablename__ = "settlement_run"
    __table_args__ = (
        UniqueConstraint("branch_id", "work_date", "n"),
        CheckConstraint("state in ('running','done','failed')", name="state"),
        Index("ix_settlement_run_recent", "branch_id", "started_at"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    work_date: Mapped[date]
    n: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="running")
    started_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    started_at: Mapped[UTC]
    progress_at: Mapped[UTC]
    """When it last moved on; a running one that stands still is handed out again."""
    finished_at: Mapped[UTC | None]
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    posted: Mapped[int] = mapped_column(default=0)
    set_aside: Mapped[int] = mapped_column(default=0)
    amount: Mapped[Minor] = mapped_column(default=0)
