"""Double-entry ledger in whole minor units; rows are never edited (database triggers)."""

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, Minor, db


class Account(db.Model):
    """One per person, kind and currency, so that nobody queues on a shared row.

    available, reserved: what the company owes the person (never below 0); recovery: what was paid too
    much (never above 0, offset by later rewards); expense, payable, clearing: the company's side.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("employee_id", "kind", "currency"),
        CheckConstraint("kind in ('available','reserved','recovery','expense','payable','clearing')", name="kind"),
        CheckConstraint("kind not in ('available','reserved') or balance >= 0", name="not_negative"),
        CheckConstraint("kind <> 'recovery' or balance <= 0", name="recovery"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    kind: Mapped[str] = mapped_column(String(10))
    currency: Mapped[str] = mapped_column(String(3))
    balance: Mapped[Minor] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)


class Txn(db.Model):
    __tablename__ = "ledger_txn"
    __table_args__ = (
        Index("ix_ledger_txn_statement", "employee_id", "effective_on", "id"),
        Index("ix_ledger_txn_kind", "kind", "effective_on"),
    )

    id: Mapped[Id]
    idem_key: Mapped[str] = mapped_column(String(120), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    kind: Mapped[str] = mapped_column(String(12))
    """reward | reserve | payout | release | sweep | adjustment"""
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Minor]
    """Signed effect on what the person owns, for lists; the entries are the truth."""
    effective_on: Mapped[date]
    created_at: Mapped[UTC]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    meta: Mapped[JSONB]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.id"), unique=True)
    resolves_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.id"), unique=True)
    sealed: Mapped[bool] = mapped_column(Boolean, default=False)


class Entry(db.Model):
    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "account_version"),
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_ledger_entry_txn", "txn_id"),
    )

    id: Mapped[Id]
    txn_id: Mapped[int] = mapped_column(ForeignKey("ledger_txn.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount: Mapped[Minor]
    balance_after: Mapped[Minor]
    account_version: Mapped[int]


class Withdrawal(db.Model):
    """A request to be paid out; the money is held from the request on."""

    __tablename__ = "withdrawal"
    __table_args__ = (
        UniqueConstraint("employee_id", "client_id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state in ('requested','approved','refused','cancelled')", name="state"),
        Index("ix_withdrawal_state", "branch_id", "state", "id"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    client_id: Mapped[str] = mapped_column(String(36))
    amount: Mapped[Minor]
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), default="requested")
    requested_at: Mapped[UTC]
    reserve_txn_id: Mapped[int] = mapped_column(ForeignKey("ledger_txn.id"), unique=True)
    resolve_txn_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_txn.id"), unique=True)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[UTC | None]
    reason: Mapped[str | None] = mapped_column(String(300))
