"""Double-entry ledger in whole minor units; rows are never edited (database triggers)."""

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, Minor, db
from webapp.core.triggers import attach, guard, immutable


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
    closed_through: Mapped[date | None]
    """Last day of the last month whose payslip was issued; nothing is posted on or before it any more."""


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


class WithdrawalTerms(db.Model):
    """A branch's terms for withdrawals; without a row the defaults of rules.py hold."""

    __tablename__ = "withdrawal_terms"
    __table_args__ = (
        CheckConstraint("minimum > 0", name="minimum"),
        CheckConstraint("daily_limit is null or daily_limit >= minimum", name="daily_limit"),
        CheckConstraint("share_bp between 0 and 10000", name="share"),
    )

    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    minimum: Mapped[Minor]
    daily_limit: Mapped[Minor | None]
    share_bp: Mapped[int]
    """How much of the balance may be taken before pay day, in basis points."""


class MonthClose(db.Model):
    """A branch's month that is being paid: rewards for its days are posted to the open month from now on."""

    __tablename__ = "ledger_month_close"

    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    closed_at: Mapped[UTC]


_SAME_TXN = " AND ".join(
    f"NEW.{name} = OLD.{name}"
    for name in ("id", "idem_key", "fingerprint", "employee_id", "kind", "currency", "amount", "effective_on")
)
_SEALABLE = (
    "(SELECT COUNT(*) >= 2 AND SUM(e.amount) = 0 AND MIN(a.currency) = NEW.currency AND MAX(a.currency) = NEW.currency"
    " FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.txn_id = NEW.id)"
)
_CHAINED = (
    "COALESCE(NEW.balance_after - NEW.amount = COALESCE((SELECT p.balance_after FROM ledger_entry p"
    " WHERE p.account_id = NEW.account_id AND p.account_version = NEW.account_version - 1),"
    " CASE WHEN NEW.account_version = 1 THEN 0 END), FALSE)"
)

attach(
    Txn.__table__,
    (
        guard(
            "ledger_txn",
            "born_open",
            "INSERT",
            refuse_when="NEW.sealed",
            message="a transaction is sealed after its entries",
        ),
        guard(
            "ledger_txn",
            "only_sealed",
            "UPDATE",
            refuse_when=f"OLD.sealed OR NOT NEW.sealed OR NOT ({_SAME_TXN})",
            message="ledger_txn is immutable",
        ),
        guard(
            "ledger_txn",
            "sealable",
            "UPDATE",
            refuse_when=f"NOT {_SEALABLE}",
            message="a transaction needs two entries or more of its currency that sum to zero",
        ),
        *immutable("ledger_txn")[1:],
        # INSERT OR REPLACE deletes without firing the trigger above.
        guard(
            "ledger_txn",
            "no_replace",
            "INSERT",
            refuse_when="EXISTS (SELECT 1 FROM ledger_txn t WHERE t.id = NEW.id)",
            message="ledger_txn is immutable",
            only="sqlite",
        ),
    ),
)
attach(
    Entry.__table__,
    (
        *immutable("ledger_entry"),
        guard(
            "ledger_entry",
            "chained",
            "INSERT",
            refuse_when=f"NOT ({_CHAINED}) OR EXISTS (SELECT 1 FROM ledger_txn t WHERE t.id = NEW.txn_id AND t.sealed)",
            message="an entry continues its account and belongs to an open transaction",
        ),
        guard(
            "ledger_entry",
            "no_replace",
            "INSERT",
            refuse_when=(
                "EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = NEW.id) OR EXISTS (SELECT 1 FROM ledger_entry e"
                " WHERE e.account_id = NEW.account_id AND e.account_version = NEW.account_version)"
            ),
            message="ledger_entry is immutable",
            only="sqlite",
        ),
    ),
)
attach(
    Account.__table__,
    (
        guard(
            "ledger_account",
            "born_empty",
            "INSERT",
            refuse_when="NEW.balance <> 0 OR NEW.version <> 0",
            message="an account starts empty",
        ),
        guard(
            "ledger_account",
            "follows_entries",
            "UPDATE",
            refuse_when=(
                "NEW.id <> OLD.id OR NEW.employee_id <> OLD.employee_id OR NEW.kind <> OLD.kind"
                " OR NEW.currency <> OLD.currency OR NEW.version < OLD.version"
                " OR (NEW.version = OLD.version AND NEW.balance <> OLD.balance)"
                " OR (NEW.version > OLD.version AND NOT EXISTS (SELECT 1 FROM ledger_entry e"
                " WHERE e.account_id = NEW.id AND e.account_version = NEW.version AND e.balance_after = NEW.balance))"
            ),
            message="a balance changes only together with its entries",
        ),
        *immutable("ledger_account")[1:],
    ),
)
attach(Withdrawal.__table__, immutable("withdrawal", when="OLD.state <> 'requested'"))
