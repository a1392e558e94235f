"""One visit with everything that was recorded and decided about it; asking for a correction or an excuse."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from flask import Blueprint, Response, flash, render_template, request
from pydantic import Field

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.rules import moment_of
from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.core.ids import new_id
from webapp.pages.rep.timeline import timeline
from webapp.pages.rep.visits import askable, parsed_date
from webapp.rewards import queries as rewards
from webapp.visits import queries
from webapp.visits.queries import VisitSeen

bp = Blueprint("rep_visit", __name__, url_prefix="/visits")


class MistakeForm(Form):
    category: Literal["wrong_time", "forgot_out", "wrong_store", "other"]
    at: time | None = None
    note: str = Field("", max_length=500)


class AskForm(Form):
    kind: Literal["late", "early", "missing_out", "absent", "forgot_in"]
    at: time | None = None
    note: str = Field("", max_length=500)


@bp.get("/<int:visit_id>")
@allow(Role.REP)
def show(visit_id: int) -> Response:
    user = me()
    return _show(user, queries.detail(user, visit_id), blank())


@bp.post("/<int:visit_id>/mistakes")
@allow(Role.REP)
def report(visit_id: int) -> Response:
    """Say what is wrong with a visit; a person decides."""
    user, form = me(), read_form(MistakeForm)
    visit = queries.detail(user, visit_id)
    if not form.ok:
        return _show(user, visit, form)
    ended = visit if form.data.category == "forgot_out" else None
    try:
        do(
            service.report_mistake,
            rep=user,
            work_date=visit.work_date,
            category=form.data.category,
            note=form.data.note,
            wanted_at=_moment(user, visit.work_date, form.data.at, ended),
            check_in_id=visit.check_in_id,
            at=clock.now(),
        )
    except DomainError as error:
        return _show(user, visit, form.fail(error))
    flash(gettext("Sent. A person looks at it, usually within three working days."), "ok")
    return hx.redirect(f"/visits/{visit.id}")


@bp.get("/days/<string(length=10):on>/ask")
@allow(Role.REP)
def ask_form(on: str) -> Response:
    """`?kind=&at=&note=` is what the phone knows about a tap that was refused."""
    user, asked = me(), _date_or_404(on)
    known = {name: request.args.get(name, "")[:500] for name in ("kind", "at", "note") if request.args.get(name)}
    return _ask_page(user, asked, blank(known))


@bp.post("/days/<string(length=10):on>/ask")
@allow(Role.REP)
def ask(on: str) -> Response:
    """Explain a late, early, missing or absent day, or report a forgotten check-in."""
    user, asked, form = me(), _date_or_404(on), read_form(AskForm)
    if not form.ok:
        return _ask_page(user, asked, form)
    try:
        _ask(user, asked, form.data)
    except DomainError as error:
        return _ask_page(user, asked, form.fail(error))
    flash(gettext("Sent. A person looks at it, usually within three working days."), "ok")
    return hx.redirect(f"/visits?view=day&day={asked}")


def _ask(user: SignedIn, on: date, said: AskForm) -> None:
    wanted, at = _moment(user, on, said.at), clock.now()
    what = {"rep": user, "work_date": on, "note": said.note, "wanted_at": wanted, "at": at}
    if said.kind == "forgot_in":
        do(service.report_mistake, category="forgot_in", **what)
    else:
        do(service.ask_excuse, kind=said.kind, **what)


def show_unfinished(user: SignedIn, visit_id: int, finish: Bound[Any]) -> Response:
    """The visit's page again, with what is wrong in the form that finishes it."""
    return _show(user, queries.detail(user, visit_id), blank(), finish)


def show_photo_form(user: SignedIn, visit_id: int, photo_form: Bound[Any]) -> Response:
    """The visit's page again, with what is wrong about a photo."""
    return _show(user, queries.detail(user, visit_id), blank(), photo=photo_form)


def photo_parts(check_in_id: int) -> str:
    """The photos of a visit that waits for none."""
    photos = attendance.photos_of([check_in_id])[check_in_id]
    return render_template("rep/visit_photos.html", photos=photos, needs_photo=False)


def _show(
    user: SignedIn,
    visit: VisitSeen,
    form: Bound[Any],
    finish: Bound[Any] | None = None,
    photo: Bound[Any] | None = None,
) -> Response:
    pair = (user.id, visit.work_date)
    earned = rewards.earned_today(user.id, visit.work_date, clock.now()) if user.sees_money else None
    lines = [line for line in earned.lines if line.params.get("visit_id") == visit.id] if earned else []
    context: dict[str, Any] = {"visit": visit, "steps": timeline(pair, visit), "lines": lines, "form": form}
    context |= {"finish": finish, "next_id": new_id(), "currency": user.branch.currency}
    context |= {"photos": attendance.photos_of([visit.check_in_id])[visit.check_in_id], "photo_form": photo}
    context |= {"photo_id": new_id(), "needs_photo": visit.needs_photo}
    return hx.respond("rep/visit.html", "mistake", status=(photo or finish or form).status, **context)


def _ask_page(user: SignedIn, on: date, form: Bound[Any]) -> Response:
    day = attendance.days([(user.id, on)]).get((user.id, on))
    kinds = [(kind, say(f"ask_{kind}")) for kind in askable(day, on <= clock.now().astimezone(user.branch.zone).date())]
    return hx.respond("rep/visit_ask.html", "ask", status=form.status, on=on, kinds=kinds, form=form)


def _moment(user: SignedIn, on: date, at: time | None, ended: VisitSeen | None = None) -> datetime | None:
    """A local time of a work date. Long before the shift, or before the visit it ended, is the next morning."""
    if at is None:
        return None
    day = attendance.days([(user.id, on)]).get((user.id, on))
    moment = moment_of(at, on, user.branch.zone, day.starts_at if day else None)
    return moment + timedelta(days=1) if ended and moment < ended.started_at else moment


def _date_or_404(text: str) -> date:
    found = parsed_date(text)
    if found is None:
        raise NotFound("not_found")
    return found
