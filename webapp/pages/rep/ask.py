"""Asking for a correction or an excuse of a day, and taking it back."""

from datetime import date, time
from typing import Any, Literal

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.rules import moment_of
from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, lang, say
from webapp.pages.rep.asked import allowed, ask_with_picture
from webapp.pages.rep.visits import askable, parsed_date
from webapp.schedules import queries as schedules

bp = Blueprint("rep_ask", __name__, url_prefix="/visits")


class AskForm(Form):
    kind: Literal["late", "early", "missing_out", "absent", "forgot_in", "field", "leave"]
    at: time | None = None
    leave_kind: str = Field("", max_length=12)
    note: str = Field("", max_length=500)


@bp.get("/days/<string(length=10):on>/ask")
@allow(Role.REP)
def ask_form(on: str) -> Response:
    """`?kind=&at=&note=` is what the phone knows about a tap that was refused."""
    user, asked = me(), _date_or_404(on)
    known = {name: request.args.get(name, "")[:500] for name in ("kind", "at", "note") if request.args.get(name)}
    return _page(user, asked, blank(known))


@bp.post("/days/<string(length=10):on>/ask")
@allow(Role.REP)
def ask(on: str) -> Response:
    """Explain a late, early, missing or absent day, or say what it really was."""
    user, asked, form = me(), _date_or_404(on), read_form(AskForm)
    if not form.ok:
        return _page(user, asked, form)
    try:
        _ask(user, asked, form.data)
    except DomainError as error:
        return _page(user, asked, form.fail(error))
    flash(gettext("Sent. A person looks at it; you see the answer here."), "ok")
    return hx.redirect(_day(asked))


@bp.post("/asked/<int:exception_id>/withdraw")
@allow(Role.REP)
def withdraw(exception_id: int) -> Response:
    """Take a request back that nobody has decided."""
    user = me()
    pair = attendance.whose([exception_id]).get(exception_id)
    if pair is None or pair[0] != user.id:
        raise NotFound("not_found")
    try:
        do(service.withdraw, rep=user, exception_id=exception_id, at=clock.now())
    except Conflict as error:
        flash(explain(error), "att")
    else:
        flash(gettext("Taken back. Nobody decides about it any more."), "ok")
    return hx.redirect(_day(pair[1]))


def _ask(user: SignedIn, on: date, said: AskForm) -> None:
    day = attendance.days([(user.id, on)]).get((user.id, on))
    wanted = moment_of(said.at, on, user.branch.zone, day.starts_at if day else None) if said.at else None
    what = {"rep": user, "work_date": on, "note": said.note, "wanted_at": wanted}
    if said.kind in ("forgot_in", "field", "leave"):
        ask_with_picture(service.report_mistake, category=said.kind, leave_kind=said.leave_kind, **what)
    else:
        ask_with_picture(service.ask_excuse, kind=said.kind, **what)


def _page(user: SignedIn, on: date, form: Bound[Any]) -> Response:
    day = attendance.days([(user.id, on)]).get((user.id, on))
    kinds = [(kind, say(f"ask_{kind}")) for kind in askable(day, on <= clock.now().astimezone(user.branch.zone).date())]
    named = [
        (one.code, one.name_zh if lang() == "zh" else one.name_en) for one in schedules.leave_types(user.branch_id)
    ]
    context: dict[str, Any] = {"on": on, "kinds": kinds, "form": form, "allowed": allowed(user, on), "leaves": named}
    return hx.respond("rep/visit_ask.html", "ask", status=form.status, **context)


def _day(on: date) -> str:
    return f"/visits?view=day&day={on}"


def _date_or_404(text: str) -> date:
    found = parsed_date(text)
    if found is None:
        raise NotFound("not_found")
    return found
