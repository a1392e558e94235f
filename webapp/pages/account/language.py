"""The language switch of every page."""

from flask import Blueprint, Response, current_app, request, session
from flask_login import current_user

from webapp.core import clock, hx
from webapp.core.authz import me, public
from webapp.core.db import do
from webapp.core.errors import Invalid
from webapp.pages.account.places import local_path
from webapp.people import rules, service

bp = Blueprint("account_language", __name__)

_YEAR = 365 * 24 * 3600


@bp.post("/language")
@public
def switch() -> Response:
    """Kept with the person; on a phone nobody is signed in on, kept on the phone and taken along at sign-in."""
    chosen = request.form.get("lang", "")
    if chosen not in rules.LANGUAGES:
        raise Invalid("not_a_choice", "lang")
    if current_user.is_authenticated:
        do(service.set_preferences, by=me(), language=chosen, at=clock.now())
    else:
        session["lang"] = chosen
    response = hx.redirect(local_path(request.form.get("next")))
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie("lang", chosen, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
