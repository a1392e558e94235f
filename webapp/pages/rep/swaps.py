"""Swapping days with a colleague: asking, answering, taking it back."""

from datetime import date
from typing import Any, Literal

from flask import Blueprint, Response, flash
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain
from webapp.core.ids import client_id, new_id
from webapp.pages.swap_lines import sides
from webapp.schedules import queries, service
from webapp.schedules.rules import Swap, day_in_reach
from webapp.sites.rules import short

bp = Blueprint("rep_swaps", __name__, url_prefix="/me/swaps")


class SwapForm(Form):
    other_id: int = Field(gt=0, lt=10**9)
    asker_on: date
    other_on: date | None = None
    note: str = ""
    client_id: str = Field(max_length=36)
    step: Literal["look", "send", "edit"] = "look"


class AnswerForm(Form):
    answer: Literal["yes", "no"]


@bp.get("")
@allow(Role.REP)
def index() -> Response:
    return hx.respond("rep/swaps.html", mine=queries.own_swaps(me().id))


@bp.get("/new")
@allow(Role.REP)
def form() -> Response:
    return _form(blank({"client_id": new_id()}))


@bp.post("/new")
@allow(Role.REP)
def ask() -> Response:
    """First a page with the days of both; nobody is asked before "send"."""
    bound, user = read_form(SwapForm), me()
    if not bound.ok or bound.data.step == "edit":
        return _form(bound)
    try:
        known = _known(bound.data)
        mark = client_id(bound.data.client_id)
        if bound.data.step == "send":
            made = do(service.ask_swap, rep=user, client_id=mark, at=clock.now(), **known)
            flash(gettext("Sent. Your colleague says yes or no first."), "ok")
            return hx.redirect(f"/me/swaps/{made}")
        days = service.look_at_swap(rep=user, swap=known["swap"], at=clock.now())
    except Conflict:
        bound.values["client_id"] = new_id()
        return _form(bound.fail(Invalid("asked_before")))
    except DomainError as error:
        return _form(bound.fail(error))
    return hx.respond("rep/swap_check.html", form=bound, sides=sides(known["swap"], days))


@bp.get("/<int:swap_id>")
@allow(Role.REP)
def show(swap_id: int) -> Response:
    row = queries.swap(me(), swap_id, _today())
    return hx.respond("rep/swap.html", row=row, sides=sides(queries.swap_of(row), row.seen))


@bp.post("/<int:swap_id>/answer")
@allow(Role.REP)
def answer(swap_id: int) -> Response:
    bound = read_form(AnswerForm)
    queries.swap(me(), swap_id, _today())
    try:
        if not bound.ok:
            raise Invalid("not_a_choice", "answer")
        do(service.answer_swap, rep=me(), swap_id=swap_id, agrees=bound.data.answer == "yes", at=clock.now())
    except (Conflict, Invalid) as error:
        flash(explain(error), "att")
    return hx.redirect(f"/me/swaps/{swap_id}")


@bp.post("/<int:swap_id>/withdraw")
@allow(Role.REP)
def withdraw(swap_id: int) -> Response:
    try:
        do(service.withdraw_swap, rep=me(), swap_id=swap_id, at=clock.now())
    except Conflict as error:
        flash(explain(error), "att")
    else:
        flash(gettext("Taken back."), "ok")
    return hx.redirect(f"/me/swaps/{swap_id}")


def _known(data: SwapForm) -> dict[str, Any]:
    for field in ("asker_on", "other_on"):
        on = getattr(data, field)
        if on is not None and day_in_reach(on.isoformat()) is None:
            raise Invalid("not_a_date", field)
    return {"swap": Swap(me().id, data.other_id, data.asker_on, data.other_on), "note": short(data.note, "note", 300)}


def _form(bound: Bound[Any]) -> Response:
    options = [(one.id, f"{one.name} · {one.staff_no}") for one in queries.colleagues(me(), _today())]
    return hx.respond("rep/swap_new.html", status=bound.status, form=bound, options=options, today=_today())


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
