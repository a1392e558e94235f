"""HR's inbox: what a person must decide, with the money before the decision."""

from datetime import time
from typing import Any, Literal

from flask import Blueprint, Response, flash, request

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.queries import InboxRow
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Forbidden, NotFound
from webapp.core.forms import Bound, Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.pages.hr.inbox_detail import detail_context, granted_time
from webapp.pages.hr.inbox_keys import waiting
from webapp.pages.hr.inbox_list import PAGE_NAME, back, lines_of, list_context, query_of
from webapp.people import queries as people

bp = Blueprint("hr_inbox", __name__, url_prefix="/hr/inbox")


class DecisionForm(Form):
    decision: Literal["approved", "rejected"]
    reason: str = ""
    seq: int | None = None
    at: time | None = None


class ReopenForm(Form):
    reason: str = ""
    seq: int | None = None


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    """Without an address of its own the list opens with the view its reader chose for that."""
    own = people.saved_views(me(), PAGE_NAME)
    if not request.args and (first := next((one for one in own if one.first), None)):
        return hx.redirect(f"/hr/inbox?{first.query}")
    return hx.respond("hr/inbox.html", **list_context(own=own))


@bp.get("/<int:exception_id>")
@allow(*OFFICE)
def show(exception_id: int) -> Response:
    return _detail(exception_id)


@bp.get("/<int:exception_id>/effect")
@allow(*OFFICE)
def effect(exception_id: int) -> Response:
    """The money again, for another time in the form."""
    row = attendance.inbox_one(me(), exception_id)
    form = read_form(DecisionForm, {"decision": "approved", "at": request.args.get("at", "")})
    at = granted_time(row, form.data.at) if form.ok else None
    return hx.respond("hr/inbox_detail.html", "effect", **detail_context(me(), row, at=clock.now(), granted=at))


@bp.post("/<int:exception_id>/decide")
@allow(*OFFICE)
def decide(exception_id: int) -> Response:
    form, row = read_form(DecisionForm), attendance.inbox_one(me(), exception_id)
    try:
        if form.ok:
            _decide(row, form.data)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.fail(error)
        if isinstance(error, Conflict) and not hx.wants_fragment():
            raise
    return _answer(exception_id, form, gettext("Decided. It can be opened again."))


@bp.post("/<int:exception_id>/reopen")
@allow(*OFFICE)
def reopen(exception_id: int) -> Response:
    form = read_form(ReopenForm)
    try:
        values = form.data.model_dump() if form.ok else {"reason": "", "seq": None}
        do(
            service.reopen, by=me(), exception_id=exception_id, reason=values["reason"],
            expected_seq=values["seq"], at=clock.now(),
        )  # fmt: skip
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.fail(error)
    return _answer(exception_id, form, gettext("It is open again."))


def _decide(row: InboxRow, data: DecisionForm) -> None:
    at = granted_time(row, data.at) if data.decision == "approved" else None
    do(
        service.decide, by=me(), exception_id=row.id, decision=data.decision, reason=data.reason,
        expected_seq=data.seq, params={"at": at.isoformat()} if at else None, at=clock.now(),
    )  # fmt: skip


def _answer(exception_id: int, form: Bound[Any], text: str) -> Response:
    """The drawer, or only the row when the row's own button was pressed; a plain form goes back to the list."""
    if not hx.wants_fragment():
        if not form.ok:
            return _detail(exception_id, form)
        flash(text, "ok")
        return hx.redirect(back())
    if request.headers.get("HX-Target") == "detail":
        return _detail(exception_id, form, text if form.ok else "")
    problem = next(iter(form.errors.values()), "")
    mark = ("exception", exception_id)
    [line] = lines_of([mark], {mark: problem})
    left = waiting(me(), at=clock.now())
    return hx.respond("hr/inbox_row.html", "row", form.status, line=line, query=query_of(), waiting_now=left)


def _detail(exception_id: int, form: Bound[Any] | None = None, text: str = "") -> Response:
    row = attendance.inbox_one(me(), exception_id)
    context = detail_context(me(), row, at=clock.now())
    [line] = lines_of([("exception", exception_id)])
    left = waiting(me(), at=clock.now())
    return hx.respond(
        "hr/inbox_detail.html", "detail", form.status if form else 200, **context,
        form=form if form and form.errors else None, line=line, query=query_of(), said=text,
        rejecting=request.args.get("reject") == "1", badges={"inbox": left},
        **({"waiting_now": left, "swap_row": True} if form is not None and hx.wants_fragment() else {}),
    )  # fmt: skip
