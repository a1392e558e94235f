"""What the phone still owes the server: the page is empty, the phone fills it from its own store."""

from typing import Any, Literal

from flask import Blueprint, Response, flash, make_response, request
from pydantic import Field

from webapp.attendance.rules import read_evidence
from webapp.attendance.service import RefusedTap, ask_about_tap
from webapp.core import clock, hx, time_token
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import Invalid
from webapp.core.forms import Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.ids import row_id
from webapp.pages.rep.check_ins import check_owner

bp = Blueprint("rep_outbox", __name__)


class AskForm(Form):
    """An entry the server refused: `about` is what it was about, `reason` why it was refused, as the phone says it."""

    kind: Literal["check-in", "check-out", "undo", "photo", "cannot", "code", "place", "store", "here"]
    about: str = Field("", max_length=200)
    reason: str = Field("", max_length=400)
    check_in: str = Field("", max_length=36)
    site_id: str = ""
    store: str = Field("", max_length=36)


@bp.get("/me/outbox")
@allow(Role.REP)
def show() -> Response:
    return hx.respond("rep/outbox.html")


@bp.post("/me/outbox/ask")
@allow(Role.REP)
def ask() -> Response:
    """A refused entry goes to a person, or that somebody is at a store which is not listed: 201, also when it comes
    again; 422 with the reason when the day is closed.
    """
    check_owner(me())
    form = read_form(AskForm)
    if not form.ok:
        field, text = next(iter(form.errors.items()))
        raise Invalid("form_sentence", field or None, text=text)
    do(ask_about_tap, rep=me(), tap=_tap(form.data), at=clock.now())
    if not hx.wants_fragment():
        flash(gettext("Sent. You hear what becomes of it."), "ok")
        return hx.redirect("/visits")
    answer = make_response("", 201)
    answer.headers["X-Onsite-State"] = "sent"
    answer.headers["X-Onsite-Token"] = time_token.give(me().id, clock.now())
    return answer


def _tap(said: AskForm) -> RefusedTap:
    when = {name: request.form.get(name, "") for name in ("client_id", "tapped_at")}
    read = read_evidence(when)
    known: dict[str, Any] = {"kind": said.kind.replace("-", "_"), "tapped_at": read.tapped_at}
    note = ": ".join(part for part in (said.about.strip(), said.reason.strip()) if part)
    return RefusedTap(
        read.client_id, note=note, check_in=said.check_in, site_id=row_id(said.site_id), store=said.store, **known
    )
