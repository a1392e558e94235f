"""One day of the team on the phone, and each person's day."""

from datetime import date, timedelta
from typing import Any

from babel import dates
from flask import Blueprint, Response, flash, request
from flask_babel import get_locale

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import NotFound
from webapp.core.forms import Form, read_form
from webapp.core.i18n import date_text
from webapp.pages import person_day, roster_publish
from webapp.pages.roster import copied_text, told_alone, undo_change
from webapp.schedules import policy, queries, service
from webapp.schedules.rules import day_in_reach, monday_of
from webapp.sites import queries as sites

bp = Blueprint("supervisor_schedule", __name__, url_prefix="/schedule")
WEEK = timedelta(days=7)


class CopyForm(Form):
    on: date


@bp.get("")
@allow(Role.SUPERVISOR)
def index() -> Response:
    user, on = me(), _day(request.args.get("on", ""))
    page = request.args.get("page", 1, type=int)
    today = _day("")
    found = queries.week(user, queries.WeekFilter(on, user.branch_id, days=1, page=page), today)
    monday = monday_of(on)
    context: dict[str, Any] = {"found": found, "on": on, "before": on - WEEK, "after": on + WEEK}
    context |= {"weekdays": _weekdays(), "days": [_link(monday + timedelta(days=n), on) for n in range(7)]}
    context |= {"can_change": policy.can_change(user), "open_proposals": sites.open_count(user)}
    context |= {"told_alone": told_alone(user.branch_id)}
    context |= {"undo": queries.last_change(user, today), "today": today, "tomorrow": today + timedelta(days=1)}
    return hx.respond("supervisor/schedule.html", **context)


@bp.post("/copy")
@allow(Role.SUPERVISOR)
def copy() -> Response:
    """Copy the week before into the one shown; what is there stays, days that are over too."""
    form, user = read_form(CopyForm), me()
    if not form.ok or not day_in_reach(form.data.on.isoformat()):
        raise NotFound("not_found")
    monday = monday_of(form.data.on)
    ids = queries.week_people(user, queries.WeekFilter(monday, user.branch_id))
    weeks = {"from_monday": monday - WEEK, "to_monday": monday}
    units = service.in_units(people=ids)
    results = [do(service.copy_week, by=user, people=some, at=clock.now(), **weeks) for some in units]
    copied, kept = (sum(numbers) for numbers in zip(*results, strict=True))
    flash(copied_text(copied, kept), "ok" if copied else "att")
    return hx.redirect(f"/schedule?on={form.data.on}")


@bp.post("/undo")
@allow(Role.SUPERVISOR)
def undo() -> Response:
    """Take one's last change back."""
    undo_change()
    return hx.redirect(f"/schedule?on={_day(request.form.get('on', ''))}")


def to_be_told() -> roster_publish.Shown:
    """The week around the day shown."""
    on, user = _day(request.values.get("on", "")), me()
    monday = monday_of(on)
    ids = queries.week_people(user, queries.WeekFilter(monday, user.branch_id))
    last = monday + WEEK - timedelta(days=1)
    return roster_publish.Shown(ids, monday, last, f"/schedule?on={on}", {"on": on}, me().branch_id)


def _link(day: date, on: date) -> dict[str, Any]:
    """One day of the strip above the list; the one shown is framed."""
    return {"day": day.day, "href": f"/schedule?on={day}", "text": date_text(day, "long"), "today": day == on}


def _weekdays() -> list[str]:
    names = dates.get_day_names("abbreviated", "stand-alone", locale=get_locale())
    return [names[n] for n in range(7)]


def _day(text: str) -> date:
    return day_in_reach(text) or clock.now().astimezone(me().branch.zone).date()


roster_publish.add(bp, template="supervisor/schedule_publish.html", shown=to_be_told, roles=(Role.SUPERVISOR,))
person_day.add(bp, template="supervisor/schedule_day.html", back="/schedule?on={on}", roles=(Role.SUPERVISOR,))
