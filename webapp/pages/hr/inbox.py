"""HR's inbox: what a person must decide, with the money before the decision."""

from dataclasses import replace
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
from webapp.core.i18n import explain, money_text, ngettext, say
from webapp.core.ids import row_id
from webapp.pages.hr import inbox_lines as view
from webapp.pages.hr.inbox_detail import detail_context, granted_time
from webapp.pages.hr.inbox_lines import Line
from webapp.pages.hr.inbox_list import PAGE_NAME, back, lines_of, list_context, query_of
from webapp.people import queries as people

bp = Blueprint("hr_inbox", __name__, url_prefix="/hr/inbox")


class DecisionForm(Form):
    decision: Literal["approved", "rejected"]
    reason: str = ""
    seq: int | None = None
    at: time | None = None


class BulkForm(Form):
    ids: list[str] = []
    decision: Literal["approved", "rejected"]
    reason: str = ""
    checked: bool = False


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


@bp.post("/bulk")
@allow(*OFFICE)
def bulk() -> Response:
    form, at = read_form(BulkForm), clock.now()
    seqs = _picked(form.values.get("ids", []))
    found = view.lines(attendance.inbox_some(me(), seqs), at=at)
    open_ones = [line for line in found if line.row.state == "open" and not line.lacks_time]
    if form.ok and form.data.decision == "rejected" and not form.data.reason:
        form.errors["reason"] = say("reason_needed")
    if not form.ok or not found:
        return hx.respond("hr/inbox.html", status=422, **list_context(form=form))
    decision = form.data.decision
    totals = view.together([line.row for line in open_ones], decision, at=at)
    if not form.data.checked and view.needs_check(open_ones, totals, decision):
        return _check_page(form, found, open_ones, totals, seqs)
    problems = {line.row.id: _try(line.row, form.data, seqs[line.row.id]) for line in found}
    return _bulk_answer({key: text for key, text in problems.items() if text}, len(found), decision)


def _decide(row: InboxRow, data: DecisionForm) -> None:
    at = granted_time(row, data.at) if data.decision == "approved" else None
    do(
        service.decide, by=me(), exception_id=row.id, decision=data.decision, reason=data.reason,
        expected_seq=data.seq, params={"at": at.isoformat()} if at else None, at=clock.now(),
    )  # fmt: skip


def _try(row: InboxRow, form: BulkForm, seq: int) -> str:
    """One unit of work; what went wrong, or nothing."""
    try:
        do(
            service.decide, by=me(), exception_id=row.id, decision=form.decision, reason=form.reason,
            expected_seq=seq, at=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return explain(error)
    return ""


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
    [line] = lines_of([attendance.inbox_one(me(), exception_id)], {exception_id: problem})
    left = attendance.inbox_open(me())
    return hx.respond("hr/inbox_row.html", "row", form.status, line=line, query=query_of(), waiting_now=left)


def _detail(exception_id: int, form: Bound[Any] | None = None, text: str = "") -> Response:
    row = attendance.inbox_one(me(), exception_id)
    context = detail_context(me(), row, at=clock.now())
    [line] = lines_of([row])
    left = attendance.inbox_open(me())
    return hx.respond(
        "hr/inbox_detail.html", "detail", form.status if form else 200, **context,
        form=form if form and form.errors else None, line=line, query=query_of(), said=text,
        rejecting=request.args.get("reject") == "1", badges={"inbox": left},
        **({"waiting_now": left, "swap_row": True} if form is not None and hx.wants_fragment() else {}),
    )  # fmt: skip


def _check_page(form: Bound[Any], found: list[Line], open_ones: list[Line], totals: Any, seqs: Any) -> Response:
    largest = sorted(open_ones, key=lambda line: -abs(line.change))[:5]
    left = [replace(line, problem=_why_left(line)) for line in found if line not in open_ones]
    people_count = len({line.row.employee_id for line in open_ones})
    sums = [money_text(change, currency, signed=True) for currency, change in totals.items()]
    context: dict[str, Any] = {
        "lines": open_ones,
        "left": left,
        "sums": sums,
        "largest": largest,
        "people_count": people_count,
    }
    picked = [f"{line.row.id}-{seqs[line.row.id]}" for line in open_ones]
    decision = form.data.decision
    return hx.respond(
        "hr/inbox_check.html", **context, form=form, picked=picked, decision=decision, query=query_of(),
        badges={"inbox": attendance.inbox_open(me())},
    )  # fmt: skip


def _why_left(line: Line) -> str:
    return say("time_needed") if line.lacks_time else say(f"state_{line.row.state}")


def _bulk_answer(problems: dict[int, str], total: int, decision: str) -> Response:
    done = total - len(problems)
    if decision == "approved":
        text = ngettext("%(num)s approved.", "%(num)s approved.", done)
    else:
        text = ngettext("%(num)s rejected.", "%(num)s rejected.", done)
    if not problems:
        flash(text, "ok")
        return hx.redirect(back())
    left = ngettext("%(num)s needs you.", "%(num)s need you.", len(problems))
    return hx.respond("hr/inbox.html", **list_context(problems=problems, result=(text, left)))


def _picked(ids: list[str]) -> dict[int, int]:
    """{exception: seq as it was seen} of values like "12-0"; anything else is left out."""
    found = {}
    for text in ids[:1000]:
        number, seq = (row_id(part) for part in text.partition("-")[::2])
        if number is not None and seq is not None:
            found[number] = seq
    return found
