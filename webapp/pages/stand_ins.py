"""Who stands in for an absent supervisor: the same form for the supervisor and for HR."""

from datetime import date

from flask import Response, flash
from pydantic import Field

from webapp.attendance import service
from webapp.core import clock, hx
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, read_form
from webapp.core.i18n import _ as gettext


class StandInForm(Form):
    from_id: int | None = None
    to_id: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    note: str = Field("", max_length=300)


def save(user: SignedIn, *, from_id: int | None = None) -> Bound[StandInForm] | None:
    """Carry the form out; None when it is done, else the form to show again. Raises Forbidden, NotFound."""
    form = read_form(StandInForm)
    if not form.ok:
        return form
    said = form.data
    values = {
        "from_id": from_id or said.from_id,
        "to_id": said.to_id,
        "first_on": said.first_on,
        "last_on": said.last_on,
    }
    for name, value in values.items():
        if value is None:
            form.errors[name] = gettext("Fill this in.")
    if form.errors:
        return form
    try:
        do(service.set_stand_in, by=user, note=said.note, at=clock.now(), **values)
    except DomainError as error:
        return form.refuse(error)
    flash(gettext("Saved. Both are told."), "ok")
    return None


def end(user: SignedIn, delegation_id: int, back: str) -> Response:
    do(service.end_stand_in, by=user, delegation_id=delegation_id, at=clock.now())
    flash(gettext("Ended. The stand-in is told."), "ok")
    return hx.redirect(back)


def today(user: SignedIn) -> date:
    return clock.now().astimezone(user.branch.zone).date()
