"""Leave on the phone: what is left, asking for it, where a request stands, giving it back."""

from datetime import date
from typing import Any, Literal

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, lang
from webapp.core.ids import client_id, new_id
from webapp.pages import leave_lines as lines
from webapp.schedules import queries, service
from webapp.schedules.rules import Span, day_in_reach
from webapp.sites.rules import short

bp = Blueprint("rep_leave", __name__, url_prefix="/me/leave")


class LeaveForm(Form):
    kind: str = Field(max_length=12)
    first_on: date
    last_on: date | None = None
    starts_half: bool = False
    ends_half: bool = False
    note: str = ""
    client_id: str = Field(max_length=36)
    step: Literal["look", "send", "edit"] = "look"


class ReasonForm(Form):
    reason: str = ""


@bp.get("")
@allow(Role.REP)
def index() -> Response:
    user, today = me(), _today()
    found = queries.balances([user.id], user.branch, today.year, today=today)
    context: dict[str, Any] = {
        "mine": queries.own_leave_requests(user.id), "kind": lines.kinds([user.branch_id]), "year": today.year,
        "balances": [one for one in found.values() if one.entitled is not None], **lines.words(),
    }  # fmt: skip
    return hx.respond("rep/leave.html", **context)


@bp.get("/new")
@allow(Role.REP)
def form() -> Response:
    return _form(blank({"client_id": new_id(), "kind": request.args.get("kind", "")[:12]}))


@bp.post("/new")
@allow(Role.REP)
def ask() -> Response:
    """First a page with what it means; nothing is asked for before "send"."""
    bound = read_form(LeaveForm)
    if not bound.ok:
        return _form(bound)
    if bound.data.step == "edit":
        return _form(bound)
    try:
        known = _known(bound.data)
        mark = client_id(bound.data.client_id)
        if bound.data.step == "send":
            made = do(service.ask_leave, rep=me(), client_id=mark, at=clock.now(), **known)
            flash(gettext("Sent. You hear what becomes of it."), "ok")
            return hx.redirect(f"/me/leave/{made}")
        return _check(bound, known)
    except Conflict:
        bound.values["client_id"] = new_id()
        return _form(bound.fail(Invalid("asked_before")))
    except DomainError as error:
        return _form(bound.fail(error))


@bp.get("/<int:leave_request_id>")
@allow(Role.REP)
def show(leave_request_id: int) -> Response:
    return _show(leave_request_id, None)


@bp.post("/<int:leave_request_id>/withdraw")
@allow(Role.REP)
def withdraw(leave_request_id: int) -> Response:
    try:
        do(service.withdraw_leave, rep=me(), request_id=leave_request_id, at=clock.now())
    except Conflict as error:
        flash(explain(error), "att")
    else:
        flash(gettext("Taken back."), "ok")
    return hx.redirect(f"/me/leave/{leave_request_id}")


@bp.post("/<int:leave_request_id>/cancel")
@allow(Role.REP)
def cancel(leave_request_id: int) -> Response:
    bound = read_form(ReasonForm)
    try:
        reason = short(bound.data.reason, "reason", 300) if bound.ok else ""
        do(service.ask_cancelling, rep=me(), request_id=leave_request_id, reason=reason, at=clock.now())
    except Conflict as error:
        flash(explain(error), "att")
    except DomainError as error:
        return _show(leave_request_id, bound.refuse(error))
    return hx.redirect(f"/me/leave/{leave_request_id}")


def _known(data: LeaveForm) -> dict[str, Any]:
    last_on = data.last_on or data.first_on
    for field, on in (("first_on", data.first_on), ("last_on", last_on)):
        if day_in_reach(on.isoformat()) is None:
            raise Invalid("not_a_date", field)
    span = Span(data.first_on, last_on, data.starts_half, data.ends_half)
    return {"kind": data.kind, "span": span, "note": short(data.note, "note", 300)}


def _check(bound: Bound[Any], known: dict[str, Any]) -> Response:
    user = me()
    found = service.look_at_leave(rep=user, at=clock.now(), **known)
    bound.values["last_on"] = known["span"].last_on.isoformat()
    context: dict[str, Any] = {
        "found": found, "asked": known["span"], "kind_name": lines.kinds([user.branch_id])(bound.data.kind),
        "planned": lines.planned(user.id, user.branch_id, known["span"]), **lines.words(),
    }  # fmt: skip
    return hx.respond("rep/leave_check.html", form=bound, **context)


def _form(bound: Bound[Any]) -> Response:
    user = me()
    types, today = queries.leave_types(user.branch_id), _today()
    found = queries.balances([user.id], user.branch, today.year, today=today)
    options = []
    for one in types:
        left = found[user.id, one.code].left
        hint = "" if left is None else gettext("%(days)s left", days=lines.days_text(max(left, 0)))
        options.append((one.code, one.name_zh if lang() == "zh" else one.name_en, hint))
    if not bound.values.get("kind") and options:
        bound.values["kind"] = options[0][0]
    context: dict[str, Any] = {"options": options, "rules": queries.leave_policy(user.branch_id), "today": today}
    return hx.respond("rep/leave_new.html", status=bound.status, form=bound, **context)


def _show(leave_request_id: int, bound: Bound[Any] | None) -> Response:
    user = me()
    row = queries.leave_request(user, leave_request_id, _today())
    decisions = queries.leave_decisions(leave_request_id)
    context: dict[str, Any] = {
        "row": row, "decisions": decisions, "chain": lines.chain(row, decisions),
        "kind": lines.kinds([row.branch_id]), **lines.words(),
    }  # fmt: skip
    return hx.respond("rep/leave_one.html", status=bound.status if bound else 200, form=bound, **context)


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
