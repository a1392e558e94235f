"""Pay runs, payslips, questions about them; an issued slip is immutable (trigger)."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, Minor, db
from webapp.core.triggers import attach, guard, immutable

_LIVE = text("state <> 'withdrawn'")


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


class PayslipQuestion(db.Model):
    """What a person asks about one line of an issued slip of theirs; one at a time for each line."""

    __tablename__ = "payslip_question"
    __table_args__ = (
        UniqueConstraint("employee_id", "client_id"),
        CheckConstraint("category in ('days','reward','deduction','base','other')", name="category"),
        CheckConstraint("state in ('open','answered','withdrawn')", name="state"),
        Index("ix_payslip_question_slip", "payslip_id", "line", "id"),
        Index(
            "ux_payslip_question_live", "payslip_id", "line", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_payslip_question_due", "branch_id", "state", "due_on", "id"),
    )

    id: Mapped[Id]
    payslip_id: Mapped[int] = mapped_column(ForeignKey("payslip.id"))
    line: Mapped[int]
    """Its place among the slip's lines, which never change once it is issued."""
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    category: Mapped[str] = mapped_column(String(12))
    expected: Mapped[Minor | None]
    """What the line should be, in the slip's currency, where the person said so."""
    note: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[UTC]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="open")
    state_at: Mapped[UTC]
    """Since when it is in this state."""
    seq: Mapped[int] = mapped_column(default=0)
    """How many words followed the question."""


class PayslipAnswer(db.Model):
    """One word in the thread below a question: an answer of HR's, or the person asking again."""

    __tablename__ = "payslip_answer"
    __table_args__ = (
        UniqueConstraint("question_id", "seq"),
        UniqueConstraint("question_id", "client_id"),
        CheckConstraint("outcome in ('explained','to_correct','again')", name="outcome"),
    )

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("payslip_question.id"))
    seq: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    at: Mapped[UTC]
    outcome: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(1000))
    client_id: Mapped[str] = mapped_column(String(36))


attach(Payslip.__table__, immutable("payslip", when="OLD.issued_at IS NOT NULL"))
attach(PayRun.__table__, immutable("pay_run", when="OLD.state = 'issued'"))
attach(PayslipAnswer.__table__, immutable("payslip_answer"))
attach(
    PayslipQuestion.__table__,
    (
        guard(
            "payslip_question",
            "same_question",
            "UPDATE",
            refuse_when="OLD.payslip_id <> NEW.payslip_id OR OLD.line <> NEW.line "
            "OR OLD.employee_id <> NEW.employee_id OR OLD.category <> NEW.category "
            "OR OLD.note <> NEW.note OR OLD.client_id <> NEW.client_id "
            "OR OLD.expected <> NEW.expected OR (OLD.expected IS NULL) <> (NEW.expected IS NULL)",
            message="what was asked stays as it was",
        ),
    ),
)
