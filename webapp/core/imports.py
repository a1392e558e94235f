"""Importing a table in three steps: upload, preview with every row's errors, apply row by row.

A domain writes an `ImportKind`; storing, counting, applying and reporting are done here. Each row is a unit
of work of its own and carries its own result, so an interrupted import goes on where it stopped and never
applies a row twice.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from webapp.core import audit, clock, tables
from webapp.core.authz import SignedIn
from webapp.core.cells import Cells
from webapp.core.db import conn, db, do
from webapp.core.errors import N_, DomainError, Invalid, words
from webapp.core.i18n import LANGUAGES, force_locale, say
from webapp.core.import_store import Counts, ImportBatch, ImportRow, counts, failures, open_batch, rows_page

__all__ = [
    "Ask", "Column", "Counts", "ImportBatch", "ImportKind", "ImportRow", "Parsed", "counts", "failures", "judge",
    "open_batch", "prepare", "rows_page", "run", "spellings",
]  # fmt: skip

KEPT = timedelta(days=30)
_CHUNK = 50
log = logging.getLogger("onsite.imports")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. `label` is English source text; `aliases` are other spellings of its header."""

    name: str
    label: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Who imports what into which branch; `by` None is the operator at the console."""

    by: SignedIn | None
    branch_id: int
    options: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a row means: `key` names the object (twice in one file is an error), `data` is JSON for `apply_row`."""

    action: str
    key: str
    data: dict[str, Any] = field(default_factory=dict)


class ImportKind:
    """What a domain says about its files."""

    code: str
    columns: Sequence[Column]

    def columns_of(self, headers: Sequence[str]) -> Sequence[Column]:
        """The columns of a file with these headers, for kinds whose files have more than the fixed ones."""
        return self.columns

    def read_options(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The upload form's further choices as JSON. Raises Invalid with the field."""
        return {}

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Any:
        """Everything `parse_row` has to know, read in a constant number of statements."""
        return None

    def parse_row(self, cells: Cells, known: Any, ask: Ask) -> Parsed:
        """What the row means; what is wrong with it is left in `cells.errors`. Reads nothing."""
        raise NotImplementedError

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        """Carry the row out inside its unit of work. Raises DomainError."""
        raise NotImplementedError


def prepare(kind: ImportKind, data: bytes, filename: str, ask: Ask) -> int:
    """Read a file, judge every row and keep the result; the batch's id. Raises Invalid."""
    table = tables.read(data)
    columns = kind.columns_of(table.headers)
    places = tables.match_headers(table.headers, {column.name: spellings(column) for column in columns})
    missing = [say(column.label) for column in columns if column.required and column.name not in places]
    if missing:
        raise Invalid("columns_missing", "file", columns=", ".join(missing))
    rows = [(row.n, {name: _at(row.values, place) for name, place in places.items()}) for row in table.rows]
    judged = judge(kind, rows, ask)
    unknown = [text for index, text in enumerate(table.headers) if text and index not in places.values()]
    return do(_keep, kind=kind.code, filename=filename[-200:], unknown=unknown, rows=judged, ask=ask)


def spellings(column: Column) -> list[str]:
    """Every header that means this column, in every language of the product."""
    found = [column.label, *column.aliases]
    for locale in LANGUAGES.values():
        with force_locale(locale):
            found.append(say(column.label))
    return found


def judge(kind: ImportKind, rows: Sequence[tuple[int, dict[str, str]]], ask: Ask) -> list[dict[str, Any]]:
    """Each row with its action and errors, as it is stored."""
    known = kind.load([values for _, values in rows], ask)
    first: dict[str, int] = {}
    return [_judge_row(kind, n, values, known, ask, first) for n, values in rows]


def run(kind: ImportKind, batch: ImportBatch, by: SignedIn | None, *, more: Callable[[], bool] = lambda: True) -> None:
    """Carry out waiting rows while `more()`; safe to call again, and by two at once."""
    do(_start, batch_id=batch.id, at=clock.now())
    with audit.as_one(f"import:{batch.id}"):
        _run(kind, batch, by, more)


def _run(kind: ImportKind, batch: ImportBatch, by: SignedIn | None, more: Callable[[], bool]) -> None:
    while more():
        waiting = _waiting(batch.id)
        if not waiting:
            do(_finish, batch_id=batch.id, by=by, at=clock.now())
            return
        for row in waiting:
            ask = Ask(by, batch.branch_id or 0, batch.options, clock.now())
            _try(kind, batch.id, row, ask)
            if not more():
                return


def _keep(*, kind: str, filename: str, unknown: list[str], rows: list[dict[str, Any]], ask: Ask) -> int:
    _prune(ask.at)
    batch = ImportBatch(
        kind=kind,
        branch_id=ask.branch_id,
        owner_id=ask.by.id if ask.by else None,
        filename=filename,
        options=dict(ask.options),
        unknown_headers=unknown,
        created_at=ask.at,
    )
    db.session.add(batch)
    db.session.flush()
    conn().execute(insert(ImportRow), [{"batch_id": batch.id, "outcome": None, **row} for row in rows])
    return batch.id


def _prune(at: datetime) -> None:
    """What was uploaded is somebody's data; it does not lie here for ever."""
    old = select(ImportBatch.id).where(ImportBatch.created_at < at - KEPT).scalar_subquery()
    conn().execute(delete(ImportRow).where(ImportRow.batch_id.in_(old)))
    conn().execute(delete(ImportBatch).where(ImportBatch.created_at < at - KEPT))


def _judge_row(
    kind: ImportKind, n: int, values: dict[str, str], known: Any, ask: Ask, first: dict[str, int]
) -> dict[str, Any]:
    cells = Cells(values, required={column.name for column in kind.columns if column.required})
    parsed = kind.parse_row(cells, known, ask)
    if parsed.key and first.setdefault(parsed.key, n) != n:
        cells.fail(kind.columns[0].name, Invalid("twice_in_file", row=first[parsed.key]))
    errors = {name: _plain(error) for name, error in cells.errors.items()}
    action = "error" if errors else parsed.action
    return {"n": n, "values": values, "data": parsed.data, "errors": errors or None, "action": action}


def _plain(error: DomainError) -> dict[str, Any]:
    kept = {name: value.isoformat() if isinstance(value, date) else value for name, value in error.params.items()}
    return {"code": error.code, "params": kept}


def _at(values: tuple[str, ...], place: int) -> str:
    return values[place] if place < len(values) else ""


def _waiting(batch_id: int) -> Sequence[Any]:
    query = select(ImportRow.n, ImportRow.action, ImportRow.data).where(
        ImportRow.batch_id == batch_id, ImportRow.action.in_(("create", "update")), ImportRow.outcome.is_(None)
    )
    found = db.session.execute(query.order_by(ImportRow.n).limit(_CHUNK)).all()
    db.session.remove()
    return found


def _try(kind: ImportKind, batch_id: int, row: Any, ask: Ask) -> None:
    """One bad row never stops the others; what broke unexpectedly is logged and said in words."""
    try:
        do(_apply, kind=kind, batch_id=batch_id, row=row, ask=ask)
        return
    except DomainError as error:
        problem, where = _plain(error), error.field or ""
    except DBAPIError:
        log.exception("import row failed", extra={"batch": batch_id, "row": row.n})
        problem, where = {"code": "conflict", "params": {}}, ""
    except Exception:  # noqa: BLE001 - reported on the row, the import goes on
        log.exception("import row failed", extra={"batch": batch_id, "row": row.n})
        problem, where = {"code": "internal", "params": {}}, ""
    do(_mark, batch_id=batch_id, n=row.n, outcome="failed", errors={where: problem})


def _apply(*, kind: ImportKind, batch_id: int, row: Any, ask: Ask) -> None:
    if _mark(batch_id=batch_id, n=row.n, outcome="done", errors=None):
        kind.apply_row(data=row.data, action=row.action, ask=ask)


def _mark(*, batch_id: int, n: int, outcome: str, errors: dict[str, Any] | None) -> bool:
    """True for the one who takes the row."""
    mine = (ImportRow.batch_id == batch_id, ImportRow.n == n, ImportRow.outcome.is_(None))
    return conn().execute(update(ImportRow).where(*mine).values(outcome=outcome, errors=errors)).rowcount == 1


def _start(*, batch_id: int, at: datetime) -> None:
    fresh = (ImportBatch.id == batch_id, ImportBatch.started_at.is_(None))
    conn().execute(update(ImportBatch).where(*fresh).values(started_at=at))


def _finish(*, batch_id: int, by: SignedIn | None, at: datetime) -> None:
    running = (ImportBatch.id == batch_id, ImportBatch.finished_at.is_(None))
    if conn().execute(update(ImportBatch).where(*running).values(finished_at=at)).rowcount != 1:
        return
    batch, n = db.session.get_one(ImportBatch, batch_id), counts(batch_id)
    audit.record(
        actor_id=by.id if by else None,
        action="import.applied",
        object_type="import",
        object_id=batch_id,
        branch_id=batch.branch_id,
        after={"kind": batch.kind, "file": batch.filename, "done": n.done, "failed": n.failed, "wrong": n.error},
        at=at,
    )


words(
    {
        "columns_missing": N_("The file has no column for: %(columns)s. Its first row must hold the headers."),
        "twice_in_file": N_("The same as row %(row)s."),
        "import_row": N_("Row"),
        "import_problem": N_("Problem"),
    }
)
