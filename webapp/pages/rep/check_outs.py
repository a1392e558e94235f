"""Receiving check-outs: the visit is finished, wherever the rep is by now."""

from datetime import date
from typing import Literal

from flask import Blueprint, Response, request
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.forms import Bound, Form, read_form
from webapp.core.ids import row_id
from webapp.pages.rep import board
from webapp.pages.rep.check_ins import answer, check_owner, heard
from webapp.pages.rep.visit import show_unfinished
from webapp.visits import service

bp = Blueprint("rep_check_outs", __name__, url_prefix="/check-outs")


class FinishForm(Form):
    check_in: str = Field(max_length=36)
    outcome: Literal["order", "interested", "not_met", "other"]
    note: str = Field("", max_length=1000)
    next_on: date | None = None


@bp.post("")
@allow(Role.REP)
def create() -> Response:
    """201 new, 200 the same again, 409 another's or other content, 422 not understood."""
    user, form = me(), read_form(FinishForm)
    try:
        check_owner(user)
        done = _finish(user, form) if form.ok else None
    except DomainError as error:
        if hx.wants_fragment() or isinstance(error, Conflict):
            raise
        form.fail(error)
        done = None
    if done is None:
        return _again(user, form)
    if not hx.wants_fragment():
        return hx.redirect("/today")
    return answer(board.today(user, clock.now()), "finished", 200 if done.recorded.duplicate else 201)


def _finish(user: SignedIn, form: Bound[FinishForm]) -> service.CheckInResult:
    finish = service.Finish(**form.data.model_dump())
    return do(service.check_out, rep=user, evidence=heard(user, "check-out"), finish=finish, at=clock.now())


def _again(user: SignedIn, form: Bound[FinishForm]) -> Response:
    """The form with its errors, on the page it stood on; the outbox gets the reason in one sentence."""
    if not hx.wants_fragment():
        visit_id = row_id(request.form.get("visit"))
        if visit_id is not None:
            return show_unfinished(user, visit_id, form)
        today = board.today(user, clock.now())
        if today.open_visit and today.open_visit.client_id == form.values.get("check_in"):
            return hx.respond("rep/today.html", status=422, today=today, finish=form)
    field, text = next(iter(form.errors.items()))
    raise Invalid("form_sentence", field or None, text=text)
