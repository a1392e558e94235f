"""Patterns of rosters: making them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.core.ids import row_id
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.models import RosterPattern, Shift
from webapp.schedules.rules import MOST_STEPS, TEMPLATES, read_steps
from webapp.sites.rules import short

bp = Blueprint("hr_patterns", __name__, url_prefix="/hr/schedule/patterns")
WEEK = 7
Step = tuple[str, int | None]


class PatternForm(Form):
    """`step`: one entry a day: "" (no day), rest, work or the number of a shift."""

    branch_id: int = 0
    name: str
    step: list[str] = []
    version: int = 0


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user = me()
    branches = {branch.id: branch.name for branch in people.branches(user.branch_ids)}
    found = queries.patterns(user.branch_ids)
    names = {shift.id: shift.name for shift in queries.shifts(user.branch_ids)}
    lines = [(pattern, [words_of(step, names) for step in read_steps(pattern.steps)]) for pattern in found]
    templates = [(code, say(f"pattern_{code}")) for code in TEMPLATES]
    return hx.respond("hr/patterns.html", lines=lines, branches=branches, templates=templates)


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    branch_id = request.args.get("branch_id", me().branch_id, type=int)
    code = request.args.get("template", "")
    steps = ["work" if worked else "rest" for worked in TEMPLATES.get(code, ())]
    name = say(f"pattern_{code}") if code in TEMPLATES else ""
    return _show(None, branch_id, blank({"branch_id": branch_id, "name": name, "step": steps}))


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form = read_form(PatternForm)
    branch_id = form.data.branch_id or me().branch_id if form.ok else me().branch_id
    try:
        if form.ok:
            values = {"branch_id": branch_id, **_read(form.data)}
            do(service.create_pattern, by=me(), at=clock.now(), **values)
    except DomainError as error:
        form.refuse(error)
    if form.errors:
        return _show(None, branch_id, form)
    flash(gettext("The pattern is made. Apply it to people next."), "ok")
    return hx.redirect("/hr/schedule/patterns")


@bp.get("/<int:pattern_id>")
@allow(*OFFICE)
def show(pattern_id: int) -> Response:
    found = queries.pattern(me(), pattern_id)
    steps = [written(step) for step in read_steps(found.steps)]
    return _show(found, found.branch_id, blank({"name": found.name, "step": steps}))


@bp.post("/<int:pattern_id>")
@allow(*OFFICE)
def update(pattern_id: int) -> Response:
    form, found = read_form(PatternForm), queries.pattern(me(), pattern_id)
    try:
        if form.ok:
            values = {"pattern_id": pattern_id, "version": form.data.version, **_read(form.data)}
            do(service.change_pattern, by=me(), at=clock.now(), **values)
    except DomainError as error:
        form.refuse(error)
    if form.errors:
        return _show(queries.pattern(me(), found.id), found.branch_id, form)
    flash(gettext("Saved."), "ok")
    return hx.redirect("/hr/schedule/patterns")


@bp.post("/<int:pattern_id>/archive")
@allow(*OFFICE)
def archive(pattern_id: int) -> Response:
    do(service.archive_pattern, by=me(), pattern_id=pattern_id, archived=True, at=clock.now())
    flash(gettext("The pattern is archived. Days laid out by it stay."), "ok")
    return hx.redirect("/hr/schedule/patterns")


@bp.post("/<int:pattern_id>/unarchive")
@allow(*OFFICE)
def unarchive(pattern_id: int) -> Response:
    do(service.archive_pattern, by=me(), pattern_id=pattern_id, archived=False, at=clock.now())
    flash(gettext("The pattern can be used again."), "ok")
    return hx.redirect("/hr/schedule/patterns")


def words_of(step: Step, names: dict[int, str]) -> str:
    kind, shift_id = step
    return names.get(shift_id or 0) or say(f"day_{kind}")


def written(step: Step) -> str:
    return str(step[1]) if step[1] else step[0]


def _read(data: PatternForm) -> dict[str, Any]:
    steps: list[Step] = []
    for text in data.step:
        shift_id = row_id(text)
        if text and shift_id is None and text not in ("work", "rest"):
            raise Invalid("not_a_choice", "step")
        if text:
            steps.append(("work", shift_id) if shift_id else (text, None))
    return {"name": short(data.name, "name", 60), "steps": steps}


def _show(found: RosterPattern | None, branch_id: int, form: Bound[Any]) -> Response:
    user = me()
    if branch_id not in user.branch_ids:
        raise NotFound("not_found")
    typed = [str(text) for text in form.values.get("step", [])]
    used = sum(1 for text in typed if text)
    slots = min(MOST_STEPS, (used // WEEK + 1) * WEEK)
    steps = typed + [""] * (max(slots, len(typed)) - len(typed))
    if found is not None:
        form.values["version"] = found.version
    context: dict[str, Any] = {
        "pattern": found, "form": form, "branch_id": branch_id, "branches": people.branches(user.branch_ids),
        "weeks": [list(enumerate(steps, 1))[n : n + WEEK] for n in range(0, len(steps), WEEK)],
        "step_options": _options(queries.shifts([branch_id]), set(typed)),
    }  # fmt: skip
    return hx.respond("hr/pattern.html", status=form.status, **context)


def _options(shifts: Sequence[Shift], chosen: set[str]) -> list[tuple[str, str]]:
    """An archived shift stays in the list of a pattern that has it."""
    fixed = [("", gettext("No day")), ("rest", gettext("Rest")), ("work", gettext("Work, usual hours"))]
    known = [shift for shift in shifts if shift.archived_at is None or str(shift.id) in chosen]
    return fixed + [(str(shift.id), f"{shift.name} {shift.start}–{shift.end}") for shift in known]
