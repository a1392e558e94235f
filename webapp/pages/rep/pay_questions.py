"""Something is wrong with a line of a payslip: ask, ask again, take it back. The answer is read on the line's page."""

from typing import Literal

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import EVERYONE, allow
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, NotFound
from webapp.core.forms import Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain
from webapp.core.ids import row_id
from webapp.core.money import parse_amount
from webapp.pages.rep.pay import paid_by_us, show_line
from webapp.payroll import queries, service

bp = Blueprint("rep_pay_questions", __name__, url_prefix="/pay")


class AskForm(Form):
    category: Literal["days", "reward", "deduction", "base", "other"]
    expected: str = Field("", max_length=20)
    note: str = Field(max_length=500)
    client_id: str = Field(max_length=36)


class AgainForm(Form):
    note: str = Field(max_length=500)
    client_id: str = Field(max_length=36)


@bp.post("/<int:slip_id>/questions")
@allow(*EVERYONE)
def ask(slip_id: int) -> Response:
    user, form, line = paid_by_us(), read_form(AskForm), row_id(request.form.get("line"))
    slip = queries.own_payslip(user, slip_id)
    if line is None or line >= len(slip.lines):
        raise NotFound("not_found")
    try:
        if form.ok:
            said = form.data.model_dump()
            amount = parse_amount(said["expected"], slip.currency, field="expected") if said["expected"] else None
            known = {"slip_id": slip_id, "line": line, "at": clock.now()}
            do(service.ask_about_line, by=user, **known, **{**said, "expected": amount})
            return _asked(slip_id, line)
    except Conflict as error:
        return _meanwhile(error, slip_id, line)
    except DomainError as error:
        form.refuse(error)
    return show_line(slip, line, form)


@bp.post("/questions/<int:question_id>/again")
@allow(*EVERYONE)
def again(question_id: int) -> Response:
    """The answer was not enough: the thread goes on."""
    user, form = paid_by_us(), read_form(AgainForm)
    known = queries.own_question(user, question_id)
    try:
        if form.ok:
            do(service.ask_again, by=user, question_id=question_id, at=clock.now(), **form.data.model_dump())
            return _asked(known.payslip_id, known.line)
    except Conflict as error:
        return _meanwhile(error, known.payslip_id, known.line)
    except DomainError as error:
        form.refuse(error)
    return show_line(queries.own_payslip(user, known.payslip_id), known.line, form, question_id)


@bp.post("/questions/<int:question_id>/withdraw")
@allow(*EVERYONE)
def withdraw(question_id: int) -> Response:
    user = paid_by_us()
    known = queries.own_question(user, question_id)
    try:
        do(service.withdraw_question, by=user, question_id=question_id, at=clock.now())
    except Conflict as error:
        return _meanwhile(error, known.payslip_id, known.line)
    flash(gettext("Taken back. You can ask anew."), "ok")
    return _back(known.payslip_id, known.line)


def _asked(slip_id: int, line: int) -> Response:
    flash(gettext("Sent. The answer appears here."), "ok")
    return _back(slip_id, line)


def _meanwhile(error: Conflict, slip_id: int, line: int) -> Response:
    """Where the thread itself shows what happened."""
    flash(explain(error), "att")
    return _back(slip_id, line)


def _back(slip_id: int, line: int) -> Response:
    return hx.redirect(f"/pay/{slip_id}/line?n={line}#question")
