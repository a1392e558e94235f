"""Confirming who was there: the clean ones in one tap, the others one by one."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, request

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.rules import moment_of
from webapp.attendance.rules.words import ABSENT_REASONS
from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, ngettext
from webapp.pages.supervisor import sheet as sheets
from webapp.pages.supervisor.person import person_context

bp = Blueprint("supervisor_confirm", __name__, url_prefix="/confirm")


class CleanForm(Form):
    ids: list[int] = []


class ConfirmForm(Form):
    reason: str | None = None
    note: str = ""


class UndoForm(Form):
    seen: int | None = None


class AbsentForm(Form):
    reason: str = ""
    note: str = ""


class RejectForm(Form):
    reason: str = ""
    seq: int | None = None


class PassOnForm(Form):
    note: str = ""
    at: time | None = None


@bp.get("")
@allow(Role.SUPERVISOR)
def index() -> Response:
    return hx.respond("supervisor/confirm.html", **_context())


@bp.get("/counts")
@allow(Role.SUPERVISOR)
def counts() -> Response:
    """Only the numbers; the list under the thumb stays until somebody asks for the new ones."""
    user, on, seen = me(), _on(), request.args.get("seen", 0, type=int)
    dates = sheets.dates_to_look_at(user, sheets.today(user, at=clock.now()))
    found = dates[on] if on in dates else attendance.waiting(user, [on]).get(on, 0)
    context: dict[str, Any] = {"on": on, "waiting": found, "seen": seen, "badges": {"confirm": sum(dates.values())}}
    return hx.respond("supervisor/confirm_counts.html", "counts", polled=True, **context)


@bp.post("/clean")
@allow(Role.SUPERVISOR)
def clean() -> Response:
    """Those that were shown as clean; each is looked at again, and whoever is not clean any more is left."""
    form, on = read_form(CleanForm), _on()
    ids = form.data.ids if form.ok else []
    done = do(service.confirm_clean, by=me(), employee_ids=ids, work_date=on, at=clock.now())
    text = ngettext("%(num)s person confirmed.", "%(num)s people confirmed.", len(done.confirmed))
    others = list(done.left.values()).count("already_confirmed")
    look = len(done.left) - others
    if hx.wants_fragment() and done.confirmed and not done.left:
        return _part("answer", text=text, undo=done.confirmed)
    flash(text, "ok")
    if others:
        flash(ngettext("A colleague had confirmed %(num)s.", "Colleagues had confirmed %(num)s.", others), "att")
    if look:
        flash(ngettext("%(num)s person needs a look.", "%(num)s people need a look.", look), "att")
    return hx.redirect(_list(on))


@bp.post("/clean/undo")
@allow(Role.SUPERVISOR)
def undo_clean() -> Response:
    form, on = read_form(CleanForm), _on()
    for employee_id in form.data.ids if form.ok else []:
        do(service.undo_confirmation, by=me(), employee_id=employee_id, work_date=on, own=True, at=clock.now())
    flash(gettext("Undone. They wait for you again."), "ok")
    return hx.redirect(_list(on))


@bp.post("/<int:employee_id>")
@allow(Role.SUPERVISOR)
def confirm(employee_id: int) -> Response:
    """`reason` and `note` come with whoever's evidence is not clean."""
    form = read_form(ConfirmForm)
    said = form.data.model_dump() if form.ok else {}
    return _word(service.confirm, employee_id, gettext("Confirmed."), form, **said)


@bp.post("/<int:employee_id>/undo")
@allow(Role.SUPERVISOR)
def undo(employee_id: int) -> Response:
    """What is on the screen is taken back, never what somebody said since."""
    on, form = _on(), read_form(UndoForm)
    seen = form.data.seen if form.ok else None
    try:
        do(service.undo_confirmation, by=me(), employee_id=employee_id, work_date=on, seen=seen, at=clock.now())
    except Conflict as error:
        flash(explain(error), "att")
    else:
        flash(gettext("Undone. They wait for you again."), "ok")
    return hx.redirect(_list(on))


@bp.get("/<int:employee_id>")
@allow(Role.SUPERVISOR)
def person(employee_id: int) -> Response:
    return hx.respond("supervisor/person.html", **person_context(me(), employee_id, _on(), at=clock.now()))


@bp.post("/issues/<int:exception_id>/reject")
@allow(Role.SUPERVISOR)
def reject(exception_id: int) -> Response:
    """Turn down one thing of a day, with the reason the person reads; the rest of the day stays."""
    form, user, on = read_form(RejectForm), me(), _on()
    pair = attendance.whose([exception_id]).get(exception_id)
    if pair is None:
        raise NotFound("not_found")
    try:
        do(
            service.decide, by=user, exception_id=exception_id, decision="rejected", at=clock.now(),
            reason=form.data.reason if form.ok else "", expected_seq=form.data.seq if form.ok else None,
        )  # fmt: skip
    except DomainError as error:
        context = person_context(user, pair[0], pair[1], at=clock.now())
        return hx.respond("supervisor/person.html", status=error.status, form=form.refuse(error), **context)
    flash(gettext("Not confirmed. They see the reason."), "ok")
    return hx.redirect(_list(on))


@bp.get("/<int:employee_id>/absent")
@allow(Role.SUPERVISOR)
def absent_form(employee_id: int) -> Response:
    return _absent_page(employee_id, blank())


@bp.post("/<int:employee_id>/absent")
@allow(Role.SUPERVISOR)
def mark_absent(employee_id: int) -> Response:
    form, on = read_form(AbsentForm), _on()
    try:
        found = attendance.person_day(me(), employee_id, on)
        values = form.data.model_dump()
        do(service.mark_absent, by=me(), employee_id=employee_id, work_date=on, at=clock.now(), **values)
    except Invalid as error:
        return _absent_page(employee_id, form.fail(error))
    flash(gettext("%(name)s is marked absent. They see the reason.", name=found.name), "ok")
    return hx.redirect(_list(on))


@bp.get("/<int:employee_id>/hr")
@allow(Role.SUPERVISOR)
def pass_on_form(employee_id: int) -> Response:
    return _pass_on_page(employee_id, blank())


@bp.post("/<int:employee_id>/hr")
@allow(Role.SUPERVISOR)
def pass_on(employee_id: int) -> Response:
    form, on = read_form(PassOnForm), _on()
    found = attendance.person_day(me(), employee_id, on)
    if not form.ok:
        return _pass_on_page(employee_id, form)
    hour, start = form.data.at, found.expected.starts_at
    wanted = None if hour is None else moment_of(hour, on, me().branch.zone, start)
    try:
        do(
            service.pass_on, by=me(), employee_id=employee_id, work_date=on,
            note=form.data.note, wanted_at=wanted, at=clock.now(),
        )  # fmt: skip
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _pass_on_page(employee_id, form.fail(error))
    flash(gettext("Sent to HR. You see here what they decide."), "ok")
    return hx.redirect(_list(on))


def _word(verb: Callable[..., Any], employee_id: int, text: str, form: Bound[Any], **said: Any) -> Response:
    """Carry out one word and show the person's row as it is now."""
    on, problem = _on(), None
    try:
        do(verb, by=me(), employee_id=employee_id, work_date=on, at=clock.now(), **said)
    except (Invalid, Conflict) as error:
        problem = error
    if not hx.wants_fragment() and problem is not None and problem.field:
        context = person_context(me(), employee_id, on, at=clock.now())
        return hx.respond("supervisor/person.html", status=422, form=form.fail(problem), **context)
    if not hx.wants_fragment():
        flash(explain(problem) if problem else text, "att" if problem else "ok")
        return hx.redirect(_list(on))
    now = sheets.sheet(me(), on, at=clock.now())
    entry = next((entry for entry in now.entries if entry.person.employee_id == employee_id), None)
    if entry is None:
        raise problem or NotFound("not_found")
    status, why = (422, explain(problem)) if problem else (200, None)
    return hx.respond(
        "supervisor/confirm_row.html", "row", status, sheet=now, entry=entry, problem=why, typed=form, swapped=True
    )


def _part(block: str, **context: Any) -> Response:
    found = {**_context(), **context}
    return make_response(hx.render_block("supervisor/confirm.html", block, **found))


def _context() -> dict[str, Any]:
    user, on, at = me(), _on(), clock.now()
    today = sheets.today(user, at=at)
    shown = sheets.sheet(user, on, at=at)
    dates = sheets.dates_due(user, today, at=at)
    return {
        "sheet": shown, "on": on, "today": today, "dates": {**dates, on: dates.get(on, (shown.waiting, shown.overdue))},
        "overdue": sum(late for _, late in dates.values()),
        "badges": {"confirm": sum(number for number, _ in dates.values())},
        "waiting": shown.waiting, "seen": shown.waiting,
    }  # fmt: skip


def _absent_page(employee_id: int, form: Bound[Any]) -> Response:
    context = person_context(me(), employee_id, _on(), at=clock.now(), absent=True)
    return hx.respond("supervisor/absent.html", status=form.status, form=form, reasons=ABSENT_REASONS, **context)


def _pass_on_page(employee_id: int, form: Bound[Any]) -> Response:
    context = person_context(me(), employee_id, _on(), at=clock.now())
    return hx.respond("supervisor/person_hr.html", status=form.status, form=form, **context)


def _on() -> date:
    """The date in the address; today when there is none, or when it cannot be looked at here."""
    today = clock.now().astimezone(me().branch.zone).date()
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return today
    return on if today - timedelta(days=sheets.DAYS_BACK) <= on <= today else today


def _list(on: date) -> str:
    return f"/confirm?on={on}"
