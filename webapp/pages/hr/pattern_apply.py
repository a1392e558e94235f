"""Laying a pattern over chosen people's days: choose, look at what changes, apply."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import explain, ngettext
from webapp.core.ids import row_id
from webapp.pages.hr.patterns import words_of
from webapp.pages.roster import Boxes, Span
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.models import RosterPattern
from webapp.schedules.rules import day_in_reach, monday_of, read_steps

bp = Blueprint("hr_pattern_apply", __name__, url_prefix="/hr/schedule/patterns")
SHOWN_DAYS = 14


class ApplyForm(Form):
    """`ids`: whom; `offset_<id>`: the day of the pattern that person begins with, else `stagger` counts on."""

    ids: list[str] = []
    first_on: date
    last_on: date
    stagger: int = 0
    holidays: bool = False
    leave: bool = False
    replace: bool = False
    step: str = "look"
    digest: str = ""


@bp.get("/<int:pattern_id>/apply")
@allow(*OFFICE)
def choose(pattern_id: int) -> Response:
    found, monday = queries.pattern(me(), pattern_id), monday_of(_today()) + timedelta(days=7)
    first = day_in_reach(request.args.get("from", "")) or monday
    values = {"first_on": first, "last_on": first + timedelta(days=27), "holidays": "1", "leave": "1", "stagger": 0}
    return _show(found, blank(values))


@bp.post("/<int:pattern_id>/apply")
@allow(*OFFICE)
def apply(pattern_id: int) -> Response:
    """step: "look" shows what would change, "apply" does just that, "back" goes back to choosing."""
    form, found = read_form(ApplyForm), queries.pattern(me(), pattern_id)
    try:
        if form.ok and form.data.step != "back":
            laying = _laying(found, form.data)
            return _apply(found, form, laying) if form.data.step == "apply" else _look(found, form, laying)
    except DomainError as error:
        form.refuse(error)
    return _show(found, form)


def _apply(found: RosterPattern, form: Bound[ApplyForm], laying: service.Laying) -> Response:
    try:
        days = do(service.apply_pattern, by=me(), laying=laying, digest=form.data.digest, at=clock.now())
    except Conflict as error:
        return _look(found, form, laying, error)
    flash(ngettext("%(num)s day has its roster.", "%(num)s days have their roster.", days), "ok")
    return hx.redirect(f"/hr/schedule?monday={laying.first_on}&span=two&branch_id={found.branch_id}")


def _look(
    found: RosterPattern, form: Bound[ApplyForm], laying: service.Laying, error: DomainError | None = None
) -> Response:
    outcome = do(service.try_pattern, by=me(), laying=laying, at=clock.now())
    names = {row.id: row.name for row in queries.people(me(), found.branch_id, _today())}
    dates = [laying.first_on + timedelta(days=n) for n in range((laying.last_on - laying.first_on).days + 1)]
    boxes = Boxes(Span("two", dates[0], len(dates)), _today())
    lines = []
    for who in laying.offsets:
        cells = [outcome.cells[who, on] for on in dates if (who, on) in outcome.cells]
        changed = [cell for cell in cells if (who, cell.on) in outcome.changed]
        odd = [(cell.on, boxes.box(cell).notes) for cell in changed if cell.conflicts]
        shown = [(boxes.box(cell), (who, cell.on) in outcome.changed) for cell in cells[:SHOWN_DAYS]]
        lines.append((names.get(who, ""), len(changed), shown, odd))
    context: dict[str, Any] = {
        "pattern": found, "form": form, "outcome": outcome, "lines": lines, "dates": dates[:SHOWN_DAYS],
        "laying": laying, "error": explain(error) if error else "", "offsets": laying.offsets,
    }  # fmt: skip
    return hx.respond("hr/pattern_look.html", status=409 if error else 200, **context)


def _laying(found: RosterPattern, data: ApplyForm) -> service.Laying:
    if not (day_in_reach(data.first_on.isoformat()) and day_in_reach(data.last_on.isoformat())):
        raise Invalid("not_a_date", "first_on")
    length, offsets = len(found.steps), {}
    for n, text in enumerate(data.ids):
        who = row_id(text)
        if who is None:
            raise Invalid("not_a_choice", "ids")
        written = request.form.get(f"offset_{who}", "").strip()
        begins = row_id(written) or 0
        if written and not 1 <= begins <= length:
            raise Invalid("pattern_begins", "ids", limit=length)
        offsets[who] = (begins - 1 if written else n * data.stagger) % length
    known = {"holidays": data.holidays, "leave": data.leave, "replace": data.replace}
    return service.Laying(found.id, offsets, data.first_on, data.last_on, **known)


def _show(found: RosterPattern, form: Bound[Any]) -> Response:
    user, args = me(), request.args
    team_id, q = args.get("team_id", type=int), args.get("q", "").strip()[:80]
    wanted = queries.WeekFilter(_today(), found.branch_id, team_id=team_id, q=q)
    shown, everybody = set(queries.week_people(user, wanted)), queries.people(user, found.branch_id, wanted.monday)
    names = {shift.id: shift.name for shift in queries.shifts([found.branch_id])}
    context: dict[str, Any] = {
        "pattern": found, "form": form, "search": blank({"team_id": team_id, "q": q}), "most": service.MOST_PEOPLE,
        "people": [row for row in everybody if row.id in shown][: service.MOST_PEOPLE],
        "picked": set(form.values.get("ids", [])), "typed": request.form,
        "words": [words_of(step, names) for step in read_steps(found.steps)],
        "team_options": [(team.id, team.name) for team in people.teams([found.branch_id])],
    }  # fmt: skip
    return hx.respond("hr/pattern_apply.html", status=form.status, **context)


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
