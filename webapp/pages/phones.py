"""New phones people checked in with: the same pages for whoever decides about them."""

from typing import Any, Literal

from flask import Blueprint, Response, flash

from webapp.attendance import service
from webapp.attendance.queries.phones import new_phones, phone_to_decide
from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import when_text
from webapp.people.queries.devices import DeviceRow, devices_of, others_with


class DecisionForm(Form):
    decision: Literal["bound", "refused"]
    replaces: int | None = None
    reason: str = ""


def make(*, name: str, url: str, back: str, roles: tuple[Role, ...]) -> Blueprint:
    """A blueprint with the phones that wait at `url` and one of them below it."""
    bp = Blueprint(name, __name__, url_prefix=url)

    @bp.get("")
    @allow(*roles)
    def index() -> Response:
        return hx.respond("_shared/new_phones.html", phones=new_phones(me(), clock.now()), url=url, back=back)

    @bp.get("/<int:device_id>")
    @allow(*roles)
    def show(device_id: int) -> Response:
        return _show(device_id, url, blank())

    @bp.post("/<int:device_id>")
    @allow(*roles)
    def decide(device_id: int) -> Response:
        form, user = read_form(DecisionForm), me()
        phone_to_decide(user, device_id, clock.now())
        if not form.ok:
            return _show(device_id, url, form)
        said = form.data
        values = {"decision": said.decision, "reason": said.reason.strip()[:300], "replaces": said.replaces}
        try:
            do(service.decide_phone, by=user, device_id=device_id, at=clock.now(), **values)
        except DomainError as error:
            return _show(device_id, url, form.refuse(error))
        flash(gettext("The phone is accepted.") if said.decision == "bound" else gettext("Not accepted."), "ok")
        return hx.redirect(back)

    return bp


def device_text(phone: DeviceRow) -> str:
    label = phone.label or gettext("Unknown device")
    return f"{label} · {when_text(phone.last_seen)}"


def _show(device_id: int, url: str, form: Bound[DecisionForm]) -> Response:
    user = me()
    phone = phone_to_decide(user, device_id, clock.now())
    mine = [one for one in devices_of(phone.employee_id) if one.state == "bound"]
    context: dict[str, Any] = {
        "phone": phone, "mine": mine, "replaceable": [(one.id, device_text(one)) for one in mine],
        # such evidence about colleagues is not for the client's own staff
        "others": others_with([phone.key], phone.employee_id, user)[phone.key] if user.sees_money else [],
        "full": len(mine) >= phone.limit, "back": url, "form": form,
    }  # fmt: skip
    return hx.respond("_shared/new_phone.html", status=form.status, **context)
