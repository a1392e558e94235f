"""One visit with everything that was recorded and decided about it; reporting a mistake in it."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from flask import Blueprint, Response, flash, render_template
from pydantic import Field

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.rules import moment_of
from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.ids import new_id
from webapp.pages.rep.asked import allowed, ask_with_picture
from webapp.pages.rep.timeline import timeline
from webapp.rewards import queries as rewards
from webapp.visits import queries
from webapp.visits.queries import VisitSeen

bp = Blueprint("rep_visit", __name__, url_prefix="/visits")


class MistakeForm(Form):
    category: Literal["wrong_time", "forgot_out", "wrong_store", "other"]
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
        ask_with_picture(
            service.report_mistake,
            rep=user,
            work_date=visit.work_date,
            category=form.data.category,
            note=form.data.note,
            wanted_at=_moment(user, visit.work_date, form.data.at, ended),
            check_in_id=visit.check_in_id,
        )
    except DomainError as error:
        return _show(user, visit, form.fail(error))
    flash(gettext("Sent. A person looks at it; you see the answer here."), "ok")
    return hx.redirect(f"/visits/{visit.id}")


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
    context |= {"photo_id": new_id(), "needs_photo": visit.needs_photo, "allowed": allowed(user, visit.work_date)}
    return hx.respond("rep/visit.html", "mistake", status=(photo or finish or form).status, **context)


def _moment(user: SignedIn, on: date, at: time | None, ended: VisitSeen | None = None) -> datetime | None:
    """A local time of a work date. Long before the shift, or before the visit it ended, is the next morning."""
    if at is None:
        return None
    day = attendance.days([(user.id, on)]).get((user.id, on))
    moment = moment_of(at, on, user.branch.zone, day.starts_at if day else None)
    return moment + timedelta(days=1) if ended and moment < ended.started_at else moment
