"""The pages of any import: upload, preview, apply with progress, result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from flask import Blueprint, Response, request

from webapp.core import clock, hx, imports
from webapp.core.authz import Role, allow, me
from webapp.core.errors import DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import refusal_text, say
from webapp.pages.downloads import csv_file
from webapp.people import queries as people

SECONDS_PER_REQUEST = 2.0
PAGE_SIZE = 50


@dataclass(frozen=True)
class ImportPage:
    """Where one kind of import lives. `heading` and `back_label` are English source texts (N_)."""

    kind: imports.ImportKind
    name: str
    url: str
    heading: str
    back: str
    back_label: str
    roles: tuple[Role, ...] = (Role.HR, Role.ADMIN)
    options_template: str | None = None
    """Further fields of the upload form; sees `form`, `user` and what `context()` gives."""
    context: Callable[[], dict[str, Any]] = dict


class Upload(Form):
    branch_id: int | None = None


def make(page: ImportPage) -> Blueprint:
    """A blueprint with everything under `page.url`; endpoints form, upload, sample, batch, apply, failed."""
    bp = Blueprint(page.name, __name__, url_prefix=page.url)

    @bp.get("")
    @allow(*page.roles)
    def form() -> Response:
        return _show_upload(page, blank({"branch_id": me().branch_id}))

    @bp.post("")
    @allow(*page.roles)
    def upload() -> Response:
        return _upload(page)

    @bp.get("/sample.csv")
    @allow(*page.roles)
    def sample() -> Response:
        columns = page.kind.columns
        return csv_file([say(c.label) for c in columns], [[c.example for c in columns]], f"{page.kind.code}.csv")

    # A name of its own for each kind, because the object behind it is another one.
    batch_path = f"/<int:{page.kind.code}_import_id>"

    @bp.get(batch_path)
    @allow(*page.roles)
    def batch(**ids: int) -> Response:
        return _show_batch(page, *ids.values())

    @bp.post(f"{batch_path}/apply")
    @allow(*page.roles)
    def apply(**ids: int) -> Response:
        return _apply(page, *ids.values())

    @bp.get(f"{batch_path}/failed.csv")
    @allow(*page.roles)
    def failed(**ids: int) -> Response:
        return _failed(page, *ids.values())

    return bp


def problem_text(errors: dict[str, Any] | None) -> str:
    """Every problem of a row, one after the other."""
    return " ".join(refusal_text(problem["code"], problem["params"]) for problem in (errors or {}).values())


def _upload(page: ImportPage) -> Response:
    form, user = read_form(Upload), me()
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("file_missing", "file")
        branch_id = form.data.branch_id or user.branch_id if form.ok else 0
        if branch_id not in user.branch_ids:
            raise Invalid("not_a_choice", "branch_id")
        options = page.kind.read_options(form.values)
        ask = imports.Ask(user, branch_id, options, clock.now())
        batch_id = imports.prepare(page.kind, file.read(), file.filename, ask)
    except DomainError as error:
        return _show_upload(page, form.fail(error))
    return hx.redirect(f"{page.url}/{batch_id}")


def _show_upload(page: ImportPage, form: Bound[Any]) -> Response:
    branches = [(branch.id, branch.name) for branch in people.branches(me().branch_ids)]
    context = {"page": page, "form": form, "branches": branches, **page.context()}
    return hx.respond("hr/import_upload.html", status=form.status, **context)


def _show_batch(page: ImportPage, batch_id: int) -> Response:
    return hx.respond("hr/import_preview.html", **_batch_context(page, batch_id))


def _apply(page: ImportPage, batch_id: int) -> Response:
    user = me()
    batch = imports.open_batch(batch_id, page.kind, user.id)
    deadline = monotonic() + SECONDS_PER_REQUEST
    imports.run(page.kind, batch, user, more=lambda: monotonic() < deadline)
    if imports.counts(batch_id).waiting and hx.wants_fragment():
        return hx.respond("hr/import_preview.html", "state", **_batch_context(page, batch_id))
    return hx.redirect(f"{page.url}/{batch_id}")


def _batch_context(page: ImportPage, batch_id: int) -> dict[str, Any]:
    batch = imports.open_batch(batch_id, page.kind, me().id)
    counts = imports.counts(batch_id)
    show = request.args.get("show", "")
    show = show if show in {"create", "update", "skip", "error", "failed"} else ""
    total = getattr(counts, show) if show else counts.to_apply + counts.skip + counts.error
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    rows = imports.rows_page(batch_id, show, number, PAGE_SIZE)
    columns = _columns(page, rows)
    return {
        "page": page, "batch": batch, "counts": counts, "show": show, "number": number, "pages": pages,
        "total": total, "rows": rows, "columns": columns, "problem_text": problem_text,
    }  # fmt: skip


def _columns(page: ImportPage, rows: Sequence[imports.ImportRow]) -> list[imports.Column]:
    """Those the file has."""
    values = rows[0].values if rows else {}
    return [column for column in page.kind.columns_of(list(values)) if column.name in values]


def _failed(page: ImportPage, batch_id: int) -> Response:
    """The rows to mend and send again, with what is wrong with each; the two extra columns do no harm there."""
    batch = imports.open_batch(batch_id, page.kind, me().id)
    found = imports.failures(batch.id)
    columns = _columns(page, found)
    rows = [[*(row.values.get(c.name, "") for c in columns), row.n, problem_text(row.errors)] for row in found]
    headers = [*(say(c.label) for c in columns), say("import_row"), say("import_problem")]
    return csv_file(headers, rows, f"{page.kind.code}-{batch.id}-failed.csv")
