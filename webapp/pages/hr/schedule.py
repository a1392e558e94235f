"""The week: people x days, copying a week, and each person's day."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, Role, allow, me
from webapp.core.db import do
from webapp.core.errors import NotFound
from webapp.core.forms import Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import ngettext
from webapp.pages import person_day
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.rules import day_in_reach, monday_of

bp = Blueprint("hr_schedule", __name__, url_prefix="/hr/schedule")
WEEK = timedelta(days=7)


class CopyForm(Form):
    branch_id: int
    monday: date
    team_id: int | None = None
    q: str = ""


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user, wanted = me(), _filter()
    found = queries.week(user, wanted)
    branches = people.branches(user.branch_ids)
    context: dict[str, Any] = {
        "found": found, "wanted": wanted, "today": _today(),
        "form": blank({"branch_id": wanted.branch_id, "team_id": wanted.team_id, "q": wanted.q}),
        "has_calendar": queries.has_calendar(wanted.branch_id, wanted.monday.year),
        "before": wanted.monday - WEEK, "after": wanted.monday + WEEK,
        "branch_options": [(branch.id, branch.name) for branch in branches],
        "team_options": [(team.id, team.name) for team in people.teams([wanted.branch_id])],
    }  # fmt: skip
    return hx.respond("hr/schedule.html", **context)


@bp.post("/copy")
@allow(*OFFICE)
def copy() -> Response:
    """Copy the week before into this one, for everybody the filters show; what is there stays."""
    form, user = read_form(CopyForm), me()
    if not form.ok or not day_in_reach(form.data.monday.isoformat()):
        raise NotFound("not_found")
    data = form.data
    monday = monday_of(data.monday)
    values: dict[str, Any] = {"branch_id": data.branch_id, "team_id": data.team_id, "q": data.q}
    ids = queries.week_people(user, queries.WeekFilter(monday, **values))
    result = do(service.copy_week, by=user, people=ids, from_monday=monday - WEEK, to_monday=monday, at=clock.now())
    flash(copied_text(*result), "ok" if result[0] else "att")
    known = {name: value for name, value in values.items() if value}
    return hx.redirect(f"/hr/schedule?{urlencode({'monday': monday.isoformat(), **known})}")


def copied_text(copied: int, kept: int) -> str:
    if not copied and not kept:
        return gettext("The week before has nothing to copy.")
    text = ngettext("%(num)s day copied.", "%(num)s days copied.", copied)
    return f"{text} {gettext('Days that had something already stay: %(n)s.', n=kept)}" if kept else text


def _filter() -> queries.WeekFilter:
    args = request.args
    monday = monday_of(day_in_reach(args.get("monday", "")) or _today())
    return queries.WeekFilter(
        monday=monday,
        branch_id=args.get("branch_id", me().branch_id, type=int),
        team_id=args.get("team_id", type=int),
        q=args.get("q", "").strip()[:80],
        page=args.get("page", 1, type=int),
    )


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()


person_day.add(bp, template="hr/schedule_day.html", back="/hr/schedule?monday={monday}", roles=(Role.HR, Role.ADMIN))
