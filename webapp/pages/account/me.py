"""Everybody's own page: reading comfort, sign-ins, password; and the three cards of a first sign-in."""

from typing import Any, Literal

from flask import Blueprint, Response, current_app, flash, request

from webapp.core import clock, hx
from webapp.core.agents import device_name
from webapp.core.authz import EVERYONE, OFFICE, Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.limits import limiter
from webapp.core.security import hash_password, password_matches
from webapp.notifications import service as notices
from webapp.pages.account.install import guides
from webapp.pages.account.places import HOME, local_path
from webapp.pages.account.sign_in import check_new_password
from webapp.people import queries, rules, service
from webapp.people.queries.privacy import position_days

bp = Blueprint("account_me", __name__, url_prefix="/me")

CARDS = ("text", "location", "install")


class Comfort(Form):
    language: Literal["zh", "en"]
    theme: Literal["auto", "light", "dark"]
    text_size: Literal["normal", "large"]
    letter_keys: bool = False


class PasswordForm(Form):
    current: str
    password: str
    again: str


@bp.get("")
@allow(*EVERYONE)
def show() -> Response:
    return _show(blank(_comfort()))


@bp.post("")
@allow(*EVERYONE)
def save() -> Response:
    form = read_form(Comfort)
    if not form.ok:
        return _show(form)
    chosen = form.data.model_dump(exclude=set() if me().is_a(*OFFICE, Role.FINANCE) else {"letter_keys"})
    do(service.set_preferences, by=me(), at=clock.now(), **chosen)
    flash(gettext("Saved."), "ok")
    return _remember(hx.redirect("/me"), form.data)


@bp.get("/password")
@allow(*EVERYONE)
def password() -> Response:
    return hx.respond("account/password.html", form=blank())


@bp.post("/password")
@allow(*EVERYONE)
@limiter.limit("10/minute")
def change_password() -> Response:
    form, user = read_form(PasswordForm), me()
    try:
        new = check_new_password(form, user.staff_no)
        if not password_matches(queries.password_hash(user.id), request.form.get("current", "")):
            raise Invalid("password_wrong", "current")
        do(service.change_password, by=user, new_hash=hash_password(new), at=clock.now())
        do(notices.tell_password, employee_id=user.id, by=user, at=clock.now())
    except DomainError as error:
        form.values.clear()
        return hx.respond("account/password.html", status=422, form=form.fail(error))
    flash(gettext("Your password is changed. Every other sign-in has ended."), "ok")
    return hx.redirect("/me")


@bp.post("/sign-ins/<int:sign_in_id>/end")
@allow(*EVERYONE)
def end_sign_in(sign_in_id: int) -> Response:
    do(service.revoke_sign_in, by=me(), sign_in_id=sign_in_id, at=clock.now())
    flash(gettext("That sign-in has ended."), "ok")
    return hx.redirect("/me")


@bp.post("/sign-ins/end-others")
@allow(*EVERYONE)
def end_others() -> Response:
    user = me()
    do(service.revoke_sign_ins, by=user, employee_id=user.id, keep=user.sign_in_id, at=clock.now())
    flash(gettext("You are signed in here only."), "ok")
    return hx.redirect("/me")


@bp.get("/setup")
@bp.get("/setup/<any(text, location, install):card>")
@allow(*EVERYONE)
def setup(card: str = "text") -> Response:
    """Shown after a first password, later under Me; every card can be skipped."""
    step = CARDS.index(card)
    following = f"/me/setup/{CARDS[step + 1]}" if step + 1 < len(CARDS) else HOME[me().role]
    context: dict[str, Any] = {"card": card, "step": step + 1, "steps": len(CARDS), "following": following}
    context.update(guides())
    user = me()
    if card == "location" and user.is_a(Role.REP) and user.positions == "unasked":
        context |= {"asks": True, "days": position_days(user.branch_id)}
    return hx.respond("account/setup.html", form=blank(_comfort()), home=HOME[user.role], **context)


@bp.post("/setup")
@allow(*EVERYONE)
def save_text_size() -> Response:
    size = request.form.get("text_size", "")
    do(service.set_preferences, by=me(), text_size=size, at=clock.now())
    return hx.redirect(local_path(request.form.get("next"), "/me/setup/location"))


def _show(form: Bound[Any]) -> Response:
    user = me()
    sign_ins = [(row, device_name(row.agent)) for row in queries.sign_ins(user.id, at=clock.now())]
    return hx.respond("account/me.html", status=form.status, form=form, sign_ins=sign_ins, languages=rules.LANGUAGES)


def _comfort() -> dict[str, str]:
    user = me()
    keys = {"letter_keys": "1"} if user.letter_keys else {}
    return {"language": user.language, "theme": user.theme, "text_size": user.text_size, **keys}


def _remember(response: Response, chosen: Comfort) -> Response:
    """For the sign-in page of this phone."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    for name, value in (("lang", chosen.language), ("theme", chosen.theme)):
        response.set_cookie(name, value, max_age=365 * 24 * 3600, secure=secure, httponly=True, samesite="Lax")
    return response
