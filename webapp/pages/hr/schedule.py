"""The roster: people x days in one table, copying a week, and each person's day."""

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
from webapp.pages import person_day, roster_publish
from webapp.pages.roster import Boxes, Span, copied_text, span_of, told_alone, total_of, undo_change
from webapp.people import queries as people
from webapp.people.models import Employee
from webapp.schedules import queries, service
from webapp.schedules.rules import day_in_reach, monday_of

bp = Blueprint("hr_schedule", __name__, url_prefix="/hr/schedule")
WEEK = timedelta(days=7)


class ShownForm(Form):
    """Whom and which days the table shows."""

    branch_id: int
    monday: date
    span: str = ""
    team_id: int | None = None
    q: str = ""

    @property
    def shown(self) -> Span:
        return span_of(self.span, self.monday)


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user, today = me(), _today()
    span = _span(today)
    wanted = _filter(span)
    branches = people.branches(user.branch_ids)
    found = queries.week(user, wanted, today)
    shown = {"branch_id": wanted.branch_id, "team_id": wanted.team_id, "q": wanted.q}
    context: dict[str, Any] = {
        "found": found, "wanted": wanted, "today": today, "span": span, "form": blank(shown),
        "lines": _lines(found, span, today), "news": sum(cell.untold for cell in found.cells.values()),
        "has_calendar": queries.has_calendar(wanted.branch_id, span.first.year), "undo": queries.last_change(user),
        "shown": {"monday": span.first.isoformat(), "span": span.name, **shown},
        "query": "?" + urlencode({"monday": span.first, "span": span.name, **{k: v for k, v in shown.items() if v}}),
        "copies": span.name == "week", "told_alone": told_alone(wanted.branch_id),
        "branch_options": [(branch.id, branch.name) for branch in branches],
        "team_options": [(team.id, team.name) for team in people.teams([wanted.branch_id])],
    }  # fmt: skip
    return hx.respond("hr/schedule.html", **context)


@bp.post("/copy")
@allow(*OFFICE)
def copy() -> Response:
    """Copy the week before into this one, for everybody the filters show; what is there stays."""
    data, user = _shown(), me()
    monday = monday_of(data.monday)
    ids = people_shown(data, monday)
    weeks = {"from_monday": monday - WEEK, "to_monday": monday}
    units = service.in_units(people=ids)
    results = [do(service.copy_week, by=user, people=some, at=clock.now(), **weeks) for some in units]
    copied, kept = (sum(numbers) for numbers in zip(*results, strict=True))
    flash(copied_text(copied, kept), "ok" if copied else "att")
    return hx.redirect(table_url(data))


@bp.post("/clear")
@allow(*OFFICE)
def clear() -> Response:
    """Take the rosters of what is shown away, from today on; the calendar and the week decide again."""
    data, span = _shown(), _shown().shown
    first = max(span.first, _today())
    ids = people_shown(data, span.first)
    days: dict[str, Any] = {"first_on": first, "last_on": span.last}
    units = service.in_units(people=ids)
    cleared = sum(do(service.clear_roster, by=me(), people=some, at=clock.now(), **days) for some in units)
    text = ngettext("%(num)s day cleared.", "%(num)s days cleared.", cleared)
    flash(text if cleared else gettext("There is nothing to clear from today on."), "ok" if cleared else "att")
    return hx.redirect(table_url(data))


def to_be_told() -> roster_publish.Shown:
    """What the table shows, by its form or its address."""
    form = read_form(ShownForm, {"monday": str(_today()), "branch_id": str(me().branch_id), **request.values.to_dict()})
    if not form.ok or not day_in_reach(form.data.monday.isoformat()):
        raise NotFound("not_found")
    data, span = form.data, form.data.shown
    hidden = {name: getattr(data, name) for name in ShownForm.model_fields}
    who = people_shown(data, span.first)
    return roster_publish.Shown(who, span.first, span.last, table_url(data), hidden, data.branch_id)


@bp.post("/undo")
@allow(*OFFICE)
def undo() -> Response:
    """Take one's last change back."""
    undo_change()
    return hx.redirect(table_url(_shown()))


def people_shown(data: ShownForm, first: date) -> list[int]:
    wanted = queries.WeekFilter(first, data.branch_id, team_id=data.team_id, q=data.q)
    return queries.week_people(me(), wanted)


def table_url(data: ShownForm) -> str:
    span = data.span if data.span != "week" else ""
    values = {"span": span, "branch_id": data.branch_id, "team_id": data.team_id, "q": data.q}
    known = {name: value for name, value in values.items() if value}
    return f"/hr/schedule?{urlencode({'monday': data.monday.isoformat(), **known})}"


def _lines(found: queries.WeekPage, span: Span, today: date) -> list[Any]:
    boxes, lines = Boxes(span, today), []
    for person in found.people:
        cells = [found.cells[person.id, on] for on in found.dates]
        lines.append((person, [boxes.box(cell) for cell in cells], total_of(cells)))
    return lines


def _shown() -> ShownForm:
    form = read_form(ShownForm)
    if not form.ok or not day_in_reach(form.data.monday.isoformat()):
        raise NotFound("not_found")
    return form.data


def _span(today: date) -> Span:
    return span_of(request.args.get("span", ""), day_in_reach(request.args.get("monday", "")) or today)


def _filter(span: Span) -> queries.WeekFilter:
    args = request.args
    return queries.WeekFilter(
        monday=span.first,
        days=span.days,
        branch_id=args.get("branch_id", me().branch_id, type=int),
        team_id=args.get("team_id", type=int),
        q=args.get("q", "").strip()[:80],
        page=args.get("page", 1, type=int),
    )


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()


def _saved(someone: Employee, on: date) -> Response:
    """The cell, its row's total, what can be undone."""
    user, today = me(), _today()
    span = span_of(request.args.get("span", ""), day_in_reach(request.args.get("monday", "")) or on)
    _, branch = queries.person(user, someone.id)
    dates = [span.first + timedelta(days=n) for n in range(span.days)]
    cells = queries.table([someone.id], dates, branch, today)
    context: dict[str, Any] = {
        "person": someone, "sum": total_of(list(cells.values())), "undo": queries.last_change(user),
        "box": Boxes(span, today).box(cells[someone.id, on]) if (someone.id, on) in cells else None,
        "shown": {"monday": span.first.isoformat(), "span": span.name, "branch_id": branch.id},
    }  # fmt: skip
    return hx.respond("hr/schedule_saved.html", **context)


roster_publish.add(bp, template="hr/schedule_publish.html", shown=to_be_told, roles=OFFICE)
person_day.add(
    bp,
    template="hr/schedule_day.html",
    back="/hr/schedule?monday={monday}",
    roles=(Role.HR, Role.ADMIN),
    saved=_saved,
)
