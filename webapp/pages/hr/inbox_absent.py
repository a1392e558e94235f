"""From the inbox: saying that somebody was not there that day, and taking it back."""

from typing import Any

from flask import Blueprint, Response, flash

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.queries import InboxRow
from webapp.attendance.rules import Assume
from webapp.attendance.rules.words import ABSENT_REASONS
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain
from webapp.rewards import queries as rewards

bp = Blueprint("hr_inbox_absent", __name__, url_prefix="/hr/inbox/<int:exception_id>/absent")


class AbsentForm(Form):
    reason: str = ""
    note: str = ""


class UndoForm(Form):
    seen: int | None = None


@bp.get("")
@allow(*OFFICE)
def ask(exception_id: int) -> Response:
    return _page(attendance.inbox_one(me(), exception_id), blank())


@bp.post("")
@allow(*OFFICE)
def mark(exception_id: int) -> Response:
    form, row = read_form(AbsentForm), attendance.inbox_one(me(), exception_id)
    try:
        do(service.mark_absent, by=me(), **_day(row), at=clock.now(), **form.data.model_dump())
    except Invalid as error:
        return _page(row, form.fail(error))
    flash(gettext("%(name)s is marked absent. They see the reason.", name=row.name), "ok")
    return hx.redirect(f"/hr/inbox/{row.id}")


@bp.post("/undo")
@allow(*OFFICE)
def undo(exception_id: int) -> Response:
    form, row = read_form(UndoForm), attendance.inbox_one(me(), exception_id)
    seen = form.data.seen if form.ok else None
    try:
        do(service.undo_confirmation, by=me(), **_day(row), seen=seen, at=clock.now())
    except Conflict as error:
        flash(explain(error), "att")
    else:
        flash(gettext("Taken back. The day counts as it was recorded."), "ok")
    return hx.redirect(f"/hr/inbox/{row.id}")


def _day(row: InboxRow) -> dict[str, Any]:
    return {"employee_id": row.employee_id, "work_date": row.work_date}


def _page(row: InboxRow, form: Bound[Any]) -> Response:
    said = [(row.pair, Assume(word="absent", reason=reason)) for reason in ABSENT_REASONS]
    found = rewards.preview_each(said, at=clock.now())
    worth = {reason: preview for reason, preview in zip(ABSENT_REASONS, found, strict=True) if preview}
    return hx.respond(
        "hr/inbox_absent.html", status=form.status, form=form, row=row, reasons=ABSENT_REASONS, worth=worth
    )
