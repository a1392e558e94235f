"""Site codes that reps typed."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import triggers
from webapp.core.db import UTC, Id, db


class CodeUse(db.Model):
    """Evidence: a rep typed the right code of a site. One step of the code serves a person once."""

    __tablename__ = "code_use"
    __table_args__ = (
        UniqueConstraint("employee_id", "site_id", "step"),
        Index("ix_code_use_check_in", "check_in_id"),
        Index("ix_code_use_step", "site_id", "step"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    step: Mapped[int] = mapped_column(BigInteger)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"))
    typed_at: Mapped[UTC]
    """The moment it was judged at, on the server's clock."""
    received_at: Mapped[UTC]
    vouched: Mapped[bool]
    """False: nobody but the phone says when it was typed."""


class CodeTry(db.Model):
    """A code that was not right; counted, so that nobody finds one by trying."""

    __tablename__ = "code_try"
    __table_args__ = (
        UniqueConstraint("check_in_id", "digits", "typed_at"),
        Index("ix_code_try_recent", "employee_id", "site_id", "at"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"))
    digits: Mapped[str] = mapped_column(String(6))
    typed_at: Mapped[UTC]
    at: Mapped[UTC]


triggers.attach(CodeUse.__table__, triggers.immutable("code_use"))
