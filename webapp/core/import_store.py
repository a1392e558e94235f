"""What an import keeps: the uploaded rows, what each means, and how each ended."""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, db
from webapp.core.errors import NotFound


class Kind(Protocol):
    code: str


class ImportBatch(db.Model):
    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_created_at", "created_at"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(30))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    filename: Mapped[str] = mapped_column(String(200))
    options: Mapped[JSONB]
    unknown_headers: Mapped[JSONB]
    created_at: Mapped[UTC]
    started_at: Mapped[UTC | None]
    finished_at: Mapped[UTC | None]


class ImportRow(db.Model):
    """`action` is create, update, skip (nothing to do) or error; `outcome` is done or failed once it was tried."""

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_state", "batch_id", "action", "outcome", "n"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[JSONB]
    data: Mapped[JSONB | None]
    errors: Mapped[JSONB | None]
    action: Mapped[str] = mapped_column(String(8))
    outcome: Mapped[str | None] = mapped_column(String(8))


@dataclass(frozen=True, slots=True)
class Counts:
    create: int = 0
    update: int = 0
    skip: int = 0
    error: int = 0
    done: int = 0
    failed: int = 0

    @property
    def to_apply(self) -> int:
        return self.create + self.update

    @property
    def waiting(self) -> int:
        return self.to_apply - self.done - self.failed


def open_batch(batch_id: int, kind: Kind, owner_id: int | None) -> ImportBatch:
    """Somebody's own batch. Raises NotFound."""
    batch = db.session.get(ImportBatch, batch_id)
    if batch is None or batch.kind != kind.code or batch.owner_id != owner_id:
        raise NotFound("not_found")
    return batch


def counts(batch_id: int) -> Counts:
    query = select(ImportRow.action, ImportRow.outcome, func.count()).where(ImportRow.batch_id == batch_id)
    found: dict[str, int] = {}
    for action, outcome, n in db.session.execute(query.group_by(ImportRow.action, ImportRow.outcome)):
        found[action] = found.get(action, 0) + n
        if outcome:
            found[outcome] = found.get(outcome, 0) + n
    return Counts(**found)


def rows_page(batch_id: int, show: str, page: int, size: int = 50) -> list[ImportRow]:
    """Rows in file order; `show` is an action, "failed" or "" for all."""
    query = _rows(batch_id, show).order_by(ImportRow.n).offset((page - 1) * size).limit(size)
    return list(db.session.scalars(query))


def failures(batch_id: int) -> list[ImportRow]:
    """Rows that were wrong in the file or failed when they were carried out."""
    wrong = (ImportRow.action == "error") | (ImportRow.outcome == "failed")
    return list(db.session.scalars(_rows(batch_id, "").where(wrong).order_by(ImportRow.n)))


def _rows(batch_id: int, show: str) -> Any:
    query = select(ImportRow).where(ImportRow.batch_id == batch_id)
    if show == "failed":
        return query.where(ImportRow.outcome == "failed")
    return query.where(ImportRow.action == show) if show else query
