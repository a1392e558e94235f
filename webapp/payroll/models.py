"""Pay runs and payslips; an issued slip is immutable (trigger)."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, Minor, db
from webapp.core.triggers import attach, immutable


class PayRun(db.Model):
    """One branch's month "2026-11": draft -> reviewed -> issued."""

    __tablename__ = "pay_run"
    __table_args__ = (
        UniqueConstraint("branch_id", "month"),
        CheckConstraint("state in ('making','draft','reviewed','issuing','issued')", name="state"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    month: Mapped[str] = mapped_column(String(7))
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), default="making")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    problems: Mapped[JSONB]
    made_by: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    made_at: Mapped[UTC]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    reviewed_at: Mapped[UTC | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    issued_at: Mapped[UTC | None]
    version: Mapped[int] = mapped_column(default=1)


class Payslip(db.Model):
    __tablename__ = "payslip"
    __table_args__ = (
        UniqueConstraint("employee_id", "month"),
        Index("ix_payslip_run", "run_id", "employee_id"),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("pay_run.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    month: Mapped[str] = mapped_column(String(7))
    currency: Mapped[str] = mapped_column(String(3))
    scheme: Mapped[str] = mapped_column(String(20))
    gross: Mapped[Minor]
    advances: Mapped[Minor]
    """Wallet withdrawals counted as already paid on this slip."""
    net: Mapped[Minor]
    swept: Mapped[Minor] = mapped_column(default=0)
    """What moved from the wallet to this slip when it was issued."""
    basis: Mapped[Minor] = mapped_column(default=0)
    """Earnings and what was left before, as reviewed; the issued slip must have the same."""
    lines: Mapped[JSONB]
    """[{code, params, side, amount, source}] in the order shown; they sum to net."""
    inputs: Mapped[JSONB]
    content_hash: Mapped[str] = mapped_column(String(64))
    sweep_txn_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.id"))
    computed_at: Mapped[UTC]
    issued_at: Mapped[UTC | None]


attach(Payslip.__table__, immutable("payslip", when="OLD.issued_at IS NOT NULL"))
attach(PayRun.__table__, immutable("pay_run", when="OLD.state = 'issued'"))
