"""How somebody hears of notices outside the app; inside they always are."""

from typing import Any, Literal

from flask import Blueprint, Response, flash, jsonify, request

from webapp.core import clock, hx
from webapp.core.authz import EVERYONE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.limits import limiter
from webapp.notifications import queries, service
from webapp.notifications.rules import KINDS_OF

bp = Blueprint("account_notice_settings", __name__, url_prefix="/notices/settings")


class Choices(Form):
    kinds: list[str] = []
    digest: Literal["now", "daily"]
    digest_at: str = "18:00"
    amounts: bool = False
    each_exception: bool = False


class Browser(Form):
    endpoint: str
    p256dh: str
    auth: str


@bp.get("")
@allow(*EVERYONE)
def show() -> Response:
    user = me()
    known = queries.choice(user.id)
    values = {name: getattr(known, name) for name in ("digest", "digest_at")}
    values |= {"amounts": "1" if known.amounts else "", "each_exception": "1" if known.each_exception else ""}
    return _show(blank({**values, "kinds": [kind for kind in KINDS_OF[user.role] if kind not in known.muted]}))


@bp.post("")
@allow(*EVERYONE)
def save() -> Response:
    form, user = read_form(Choices), me()
    try:
        if form.ok:
            chosen = form.data.model_dump(exclude={"kinds"})
            muted = [kind for kind in KINDS_OF[user.role] if kind not in form.data.kinds]
            do(service.choose, user=user, muted=muted, at=clock.now(), **chosen)
    except DomainError as error:
        form.fail(error)
    if not form.ok:
        return _show(form)
    flash(gettext("Saved."), "ok")
    return hx.redirect("/notices/settings")


@bp.post("/key")
@allow(*EVERYONE)
def key() -> Response:
    """For the browser that asks to be told; the key is made when nobody asked before."""
    return jsonify(key=do(service.push_key, at=clock.now()))


@bp.post("/browser")
@allow(*EVERYONE)
@limiter.limit("20/minute")
def subscribe() -> Response:
    form = read_form(Browser)
    if not form.ok:
        return jsonify(error="push_bad"), 422  # type: ignore[return-value]
    do(service.subscribe, user=me(), at=clock.now(), **form.data.model_dump())
    return jsonify(on=True)


@bp.post("/browser/off")
@allow(*EVERYONE)
def unsubscribe() -> Response:
    do(service.unsubscribe, user=me(), endpoint=request.form.get("endpoint", ""))
    flash(gettext("Notices are off on this device."), "ok")
    return hx.redirect("/notices/settings")


@bp.post("/try")
@allow(*EVERYONE)
@limiter.limit("6/minute")
def try_it() -> Response:
    do(service.try_push, user=me(), at=clock.now())
    flash(gettext("A trial notice is on its way."), "ok")
    return hx.redirect("/notices/settings")


def _show(form: Bound[Any]) -> Response:
    user = me()
    context: dict[str, Any] = {
        "form": form, "kinds": KINDS_OF[user.role], "works": queries.push_works(),
        "since": queries.subscription_of(user.sign_in_id),
    }  # fmt: skip
    return hx.respond("account/notice_settings.html", status=form.status, **context)
