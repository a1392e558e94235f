"""The store's code: typed for a check-in that waits, or opened by scanning it."""

from typing import Any

from flask import Blueprint, Response, request

from webapp.attendance.rules import read_code
from webapp.attendance.service import enter_code
from webapp.core import clock, hx, time_token
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Invalid, NotFound
from webapp.core.forms import Bound, blank
from webapp.core.ids import new_id
from webapp.pages.rep import board
from webapp.pages.rep.check_ins import answer, check_owner, code_state, tell
from webapp.schedules import queries as schedules
from webapp.sites import queries as sites
from webapp.sites.rules.codes import read_digits, spaced
from webapp.visits import queries as visits
from webapp.visits.queries import VisitSeen

bp = Blueprint("rep_codes", __name__)


@bp.get("/visits/<int:visit_id>/code")
@allow(Role.REP)
def form(visit_id: int) -> Response:
    return _show(visits.detail(me(), visit_id), blank())


@bp.post("/check-ins/<uuid:client_id>/code")
@allow(Role.REP)
def enter(client_id: object) -> Response:
    """200 for the right digits; 422 with what to do for others, which are counted all the same."""
    user, at = me(), clock.now()
    check_owner(user)
    code = do(enter_code, rep_id=user.id, client_id=str(client_id), at=at, **_typed(user))
    if code.right and hx.wants_fragment():
        return answer(board.today(user, at), code_state(code), 200)
    if code.right:
        tell(code)
        return hx.redirect("/today")
    refused = Invalid(code.code, "code", minutes=code.minutes)
    if hx.wants_fragment():
        raise refused
    form: Bound[Any] = Bound(request.form.to_dict())
    return _show(visits.of_check_in(user, str(client_id)), form.fail(refused))


def _typed(user: SignedIn) -> dict[str, Any]:
    return read_code(request.form, lambda text: time_token.read(text, user.id))


@bp.get("/code/<int:site_id>/<string(length=6):digits>")
@allow(Role.REP)
def scanned(site_id: int, digits: str) -> Response:
    """Where the QR code leads, also after signing in. Looking changes nothing: a button uses the code."""
    user = me()
    site, code = sites.for_rep(user, site_id), read_digits(digits)
    if code is None:
        raise NotFound("not_found")
    visit = _meant(user, site_id)
    return hx.respond("rep/code_scanned.html", site=site, code=code, shown=spaced(code), visit=visit, new_id=new_id())


def _meant(user: SignedIn, site_id: int) -> VisitSeen | None:
    """Today's visit at this store that waits, else the one that goes on; None: there is none, so one may begin."""
    on = schedules.work_date(user.id, clock.now(), user.branch)
    here = [visit for visit in visits.board(user.id, on) if visit.site_id == site_id and visit.work_date == on]
    waiting = [visit for visit in here if visit.state == "pending"]
    running = [visit for visit in here if visit.is_open]
    return next(reversed([*running, *waiting]), None)


def _show(visit: VisitSeen, form: Bound[Any]) -> Response:
    return hx.respond("rep/code.html", status=form.status, visit=visit, form=form)
