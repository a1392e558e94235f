"""From the inbox: leave somebody asks for, swaps, held punches and questions about pay, shown and answered there."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, blank, read_form
from webapp.pages import request_answers as answers
from webapp.pages.hr.device_held import HeldForm, answer_held, held_context
from webapp.pages.hr.inbox_keys import waiting
from webapp.pages.hr.inbox_list import back, lines_of, query_of
from webapp.pages.hr.inbox_matters import Mark, Matter
from webapp.pages.hr.pay_questions import AnswerForm as PayForm
from webapp.pages.hr.pay_questions import answer_question, question_context
from webapp.schedules import queries as schedules

bp = Blueprint("hr_inbox_others", __name__, url_prefix="/hr/inbox")


@bp.get("/leave/<int:leave_request_id>")
@allow(*OFFICE)
def leave(leave_request_id: int) -> Response:
    return _show(("leave_request", leave_request_id))


@bp.post("/leave/<int:leave_request_id>")
@allow(*OFFICE)
def answer_leave(leave_request_id: int) -> Response:
    form = read_form(answers.AnswerForm)
    schedules.leave_request(me(), leave_request_id, _today())
    return _answered(("leave_request", leave_request_id), form,
                     lambda: answers.answer_leave(me(), leave_request_id, form))  # fmt: skip


@bp.get("/swaps/<int:swap_id>")
@allow(*OFFICE)
def swap(swap_id: int) -> Response:
    return _show(("swap", swap_id))


@bp.post("/swaps/<int:swap_id>")
@allow(*OFFICE)
def answer_swap(swap_id: int) -> Response:
    form = read_form(answers.AnswerForm)
    schedules.swap(me(), swap_id, _today())
    return _answered(("swap", swap_id), form, lambda: answers.answer_swap(me(), swap_id, form))


@bp.get("/held/<int:raw_punch_id>")
@allow(*OFFICE)
def held(raw_punch_id: int) -> Response:
    return _show(("held_punch", raw_punch_id))


@bp.post("/held/<int:raw_punch_id>")
@allow(*OFFICE)
def answer_punch(raw_punch_id: int) -> Response:
    form = read_form(HeldForm)
    return _answered(("held_punch", raw_punch_id), form, lambda: answer_held(raw_punch_id, form))


@bp.get("/questions/<int:question_id>")
@allow(*OFFICE)
def question(question_id: int) -> Response:
    return _show(("pay_question", question_id))


@bp.post("/questions/<int:question_id>")
@allow(*OFFICE)
def answer_about_pay(question_id: int) -> Response:
    form = read_form(PayForm)
    return _answered(("pay_question", question_id), form, lambda: answer_question(question_id, form))


def _answered(mark: Mark, form: Bound[Any], act: Callable[[], str]) -> Response:
    """The drawer, or only the row when the row's own button was pressed; a plain form goes back to the list."""
    text = ""
    try:
        text = act()
    except DomainError as error:
        if form.ok or error.status in (403, 404):  # what follows from a form that is refused already says nothing
            form.refuse(error)
    if not hx.wants_fragment():
        if not form.ok:
            return _show(mark, form)
        flash(text, "ok")
        return hx.redirect(back())
    if request.headers.get("HX-Target") == "detail":
        return _show(mark, form, text if form.ok else "")
    [line] = lines_of([mark], {mark: next(iter(form.errors.values()), "")})
    left = waiting(me(), at=clock.now())
    return hx.respond("hr/inbox_row.html", "row", form.status, line=line, query=query_of(), waiting_now=left)


def _show(mark: Mark, form: Bound[Any] | None = None, text: str = "") -> Response:
    kind, alone = mark[0], not hx.wants_fragment()
    failed = form if form and form.errors else None
    context: dict[str, Any] = {"form": failed, **_CONTEXTS[kind](mark[1], failed)}
    row = cast(Matter, lines_of([mark])[0])
    here = f"{row.here}?{query_of()}" if query_of() else row.here
    swaps = {"hx-post": here, "hx-target": "#detail", "hx-swap": "innerHTML", "hx-sync": "this:drop"}
    drawn = {"data-for": row.dom_id, **swaps, "hx-disabled-elt": "find button"}
    left = waiting(me(), at=clock.now())
    return hx.respond(
        "hr/inbox_matter.html", "detail", form.status if form else 200, **context, matter=row,
        query=query_of(), action=here, drawn={} if alone else drawn, said=text, alone=alone, failed=failed,
        own_row=request.args.get("own") == "1" and not row.waits and kind != "pay_question",
        rejecting=request.args.get("reject") == "1", badges={"inbox": left},
        **({"waiting_now": left, "swap_row": True} if form is not None and not alone else {}),
    )  # fmt: skip


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()


_CONTEXTS: dict[str, Callable[[int, Bound[Any] | None], dict[str, Any]]] = {
    "leave_request": lambda number, _: answers.leave_context(me(), number, _today()),
    "swap": lambda number, _: answers.swap_context(me(), number, _today()),
    "held_punch": held_context,
    "pay_question": lambda number, form: {"form": form or blank(), **question_context(number)},
}
