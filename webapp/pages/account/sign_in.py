"""Signing in and out."""

from typing import Any

from flask import Blueprint, Response, current_app, request, session
from flask_login import current_user, login_user, logout_user

from webapp.core import clock, hx
from webapp.core.authz import me, public
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.ids import fingerprint
from webapp.core.limits import limiter
from webapp.core.security import hash_password, password_matches
from webapp.pages.account.places import HOME, local_path
from webapp.people import queries, rules, service

bp = Blueprint("account_sign_in", __name__)

DEMO_PASSWORD = "onsite-demo"
DEMO_PEOPLE = ("R001", "S001", "H001", "F001", "A001")
_CHOOSING_SECONDS = 600


class SignInForm(Form):
    number: str
    password: str = ""


class ChooseForm(Form):
    password: str
    again: str


@bp.get("/")
@public
def home() -> Response:
    return hx.redirect(HOME[me().role] if current_user.is_authenticated else "/login")


@bp.get("/login")
@public
def form() -> Response:
    if current_user.is_authenticated:
        return hx.redirect(local_path(request.args.get("next"), HOME[me().role]))
    return _show(blank({"next": local_path(request.args.get("next"), "")}))


@bp.post("/login")
@public
@limiter.limit("30/minute;300/hour")
def enter() -> Response:
    """The slow comparison runs before the transaction, and for unknown names as well."""
    typed = read_form(SignInForm)
    if not typed.ok:
        return _show(typed)
    password = request.form.get("password", "")
    known = queries.credentials(typed.data.number)
    attempt = do(
        service.try_sign_in,
        employee_id=known.id if known else None,
        typed=typed.data.number,
        matches=password_matches(known.password_hash if known else None, password[: rules.MAX_PASSWORD]),
        agent=request.user_agent.string,
        language=session.get("lang"),
        at=clock.now(),
    )
    if attempt.problem:
        return _show(typed.fail(attempt.problem))
    going = local_path(request.form.get("next"), "")
    if attempt.choose_password and known:
        return _begin_choosing(known, going)
    return _welcome(attempt.sign_in_id or 0, going)


@bp.get("/login/password")
@public
def choose() -> Response:
    """The step between a one-time password and the first page."""
    if _choosing() is None:
        return hx.redirect("/login")
    return _show_choose(blank())


@bp.post("/login/password")
@public
@limiter.limit("30/minute")
def chosen() -> Response:
    known = _choosing()
    if known is None:
        return _show(blank({}).fail(Invalid("sign_in_expired")))
    typed = read_form(ChooseForm)
    try:
        new_hash = _new_hash(typed, known.staff_no)
        sign_in_id = do(
            service.choose_password,
            employee_id=known.id,
            old_hash=known.password_hash,
            new_hash=new_hash,
            agent=request.user_agent.string,
            language=session.get("lang"),
            at=clock.now(),
        )
    except DomainError as error:
        return _show_choose(typed.fail(error))
    return _welcome(sign_in_id, session.get("choosing", {}).get("next") or "/me/setup")


@bp.post("/logout")
@public
def leave() -> Response:
    """Also when the sign-in has ended already: pressing it twice is no error."""
    if current_user.is_authenticated:
        do(service.sign_out, sign_in_id=me().sign_in_id, at=clock.now())
    logout_user()
    session.clear()
    return hx.redirect("/login")


def check_new_password(typed: Bound[Any], staff_no: str) -> str:
    """The password as typed, not trimmed. Raises Invalid."""
    password, again = request.form.get("password", ""), request.form.get("again", "")
    rules.check_password(password, staff_no=staff_no)
    if password != again:
        raise Invalid("password_repeat", "again")
    return password


def _new_hash(typed: Bound[Any], staff_no: str) -> str:
    return hash_password(check_new_password(typed, staff_no))


def _welcome(sign_in_id: int, going: str) -> Response:
    """A session of its own, nothing carried over from before."""
    who = queries.signed_in(str(sign_in_id), at=clock.now())
    session.clear()
    if who is None:
        return hx.redirect("/login")
    session.permanent = True
    login_user(who)
    return hx.redirect(going or HOME[who.role])


def _begin_choosing(known: queries.Credentials, going: str) -> Response:
    """The mark ties the step to this very one-time password, so that it works once."""
    session["choosing"] = {
        "number": known.staff_no,
        "mark": fingerprint(known.password_hash),
        "at": clock.now().timestamp(),
        "next": going,
    }
    return hx.redirect("/login/password")


def _choosing() -> queries.Credentials | None:
    step = session.get("choosing") or {}
    if not step or clock.now().timestamp() - step["at"] > _CHOOSING_SECONDS:
        return None
    known = queries.credentials(step["number"])
    return known if known and known.temporary and fingerprint(known.password_hash) == step["mark"] else None


def _show(form: Bound[Any]) -> Response:
    form.values.pop("password", None)
    demo = DEMO_PEOPLE if current_app.config["DEMO"] else ()
    context: dict[str, Any] = {"demo_people": demo, "demo_password": DEMO_PASSWORD, "demo_roles": rules.ROLES}
    return hx.respond("account/sign_in.html", status=form.status, form=form, **context)


def _show_choose(form: Bound[Any]) -> Response:
    return hx.respond("account/choose_password.html", status=form.status, form=form)
