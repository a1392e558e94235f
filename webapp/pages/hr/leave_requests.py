"""Leave that is asked for: HR's table, one by one or several at once, and what became of earlier ones."""

from datetime import date
from typing import Annotated, Any, Literal

from flask import Blueprint, Response, flash, request, url_for
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, lang, ngettext
from webapp.core.ids import row_id
from webapp.pages import leave_lines as lines
from webapp.pages import request_answers as answers
from webapp.people import queries as people
from webapp.schedules import queries, service

bp = Blueprint("hr_leave_requests", __name__, url_prefix="/hr/schedule/requests")
STATES = ("mine", "open", "approved", "rejected", "withdrawn", "cancelled", "all")
Marked = Annotated[str, Field(pattern=r"^\d{1,9}-\d{1,9}$")]
"""Request and the version that was on the screen."""


class BulkForm(Form):
    decision: Literal["approved", "rejected"]
    reason: str = Field("", max_length=300)
    ids: list[Marked] = []


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _list(blank())


@bp.post("")
@allow(*OFFICE)
def decide_many() -> Response:
    """One unit of work per row: what cannot be done says why, the others are done."""
    form = read_form(BulkForm)
    if form.ok and not form.data.ids:
        form.fail(Invalid("leave_none"))
    if form.ok and form.data.decision == "rejected" and not form.data.reason:
        form.fail(Invalid("leave_reason", "reason"))
    if not form.ok:
        return _list(form)
    done = sum(_decided(mark, form.data) for mark in dict.fromkeys(form.data.ids))
    if done:
        flash(ngettext("%(num)s request is answered.", "%(num)s requests are answered.", done), "ok")
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("state", "branch_id", "kind", "q") if name in request.args
    }
    return hx.redirect(url_for(".index", **kept))


@bp.get("/<int:leave_request_id>")
@allow(*OFFICE)
def show(leave_request_id: int) -> Response:
    return _show(leave_request_id, None)


@bp.post("/<int:leave_request_id>")
@allow(*OFFICE)
def decide(leave_request_id: int) -> Response:
    form = read_form(answers.AnswerForm)
    queries.leave_request(me(), leave_request_id, _today())
    return answers.answered(
        form, lambda: answers.answer_leave(me(), leave_request_id, form), lambda bad: _show(leave_request_id, bad),
        here=f"/hr/schedule/requests/{leave_request_id}", done="/hr/schedule/requests",
    )  # fmt: skip


def _decided(mark: str, data: BulkForm) -> bool:
    number, version = (int(part) for part in mark.split("-"))
    row = None
    try:
        row = queries.leave_request(me(), number, _today())
        known = {"decision": data.decision, "reason": data.reason, "version": version, "at": clock.now()}
        do(service.answer_leave, by=me(), request_id=number, **known)
    except DomainError as error:
        who = f"{row.name}, {lines.span_text(row)}" if row else str(number)
        flash(f"{who}: {explain(error)}", "att")
        return False
    return True


def _filter() -> queries.LeaveFilter:
    args, user = request.args, me()
    state, branch_id = args.get("state", "mine"), row_id(args.get("branch_id"))
    state = state if state in STATES else "mine"
    return queries.LeaveFilter(
        state="" if state == "all" else state,
        branch_id=branch_id if branch_id in user.branch_ids else None,
        kind=args.get("kind", "")[:12],
        q=args.get("q", "").strip()[:80],
        page=args.get("page", 1, type=int),
    )


def _list(form: Bound[Any]) -> Response:
    user, wanted = me(), _filter()
    branches = [(branch.id, branch.name) for branch in people.branches(user.branch_ids)]
    names = queries.leave_names(user.branch_ids)
    kinds = {code: pair[lang() == "zh"] for (_branch, code), pair in names.items()}
    chosen = blank({"state": wanted.state or "all", "branch_id": wanted.branch_id, "kind": wanted.kind, "q": wanted.q})
    context: dict[str, Any] = {
        "found": queries.find_leave(user, wanted, _today()), "wanted": wanted, "chosen": chosen, "branches": branches,
        "kinds": sorted(kinds.items()), "kind": lines.kinds(user.branch_ids), "states": _states(),
        "swaps": queries.swaps_waiting_count(user, _today()), **lines.words(),
    }  # fmt: skip
    return hx.respond("hr/leave_requests.html", status=form.status, form=form, **context)


def _states() -> list[tuple[str, str]]:
    return [
        ("mine", gettext("Waiting for me")),
        ("open", gettext("Waiting for anybody")),
        ("approved", gettext("Approved")),
        ("rejected", gettext("Not approved")),
        ("withdrawn", gettext("Taken back")),
        ("cancelled", gettext("Cancelled")),
        ("all", gettext("All")),
    ]


def _show(leave_request_id: int, form: Bound[Any] | None) -> Response:
    context = answers.leave_context(me(), leave_request_id, _today())
    return hx.respond("hr/leave_request.html", status=form.status if form else 200, form=form, **context)


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
