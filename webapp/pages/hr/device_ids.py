"""Ids on devices that are nobody's: whose they are is said once, and the punches so far follow."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, ngettext
from webapp.core.ids import row_id
from webapp.devices import queries, service
from webapp.devices.queries import Unmapped
from webapp.people import queries as people

bp = Blueprint("hr_device_ids", __name__, url_prefix="/hr/devices/ids")
HERE = "/hr/devices/ids"
PEOPLE = 8


class AssignForm(Form):
    employee_id: int
    first_on: date
    last_on: date | None = None
    everywhere: bool = False


class ProposalForm(Form):
    picks: list[str] = []


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _list()


@bp.get("/<int:terminal_id>/<string(maxlength=24):pin>")
@allow(*OFFICE)
def show(terminal_id: int, pin: str) -> Response:
    one = queries.unmapped_one(me(), terminal_id, pin)
    chosen = one.proposal.employee_id if one.proposal else ""
    return _show(one, blank({"employee_id": chosen, "first_on": one.first_on, "last_on": None}))


@bp.post("/<int:terminal_id>/<string(maxlength=24):pin>")
@allow(*OFFICE)
def assign(terminal_id: int, pin: str) -> Response:
    one, form = queries.unmapped_one(me(), terminal_id, pin), read_form(AssignForm)
    try:
        if form.ok:
            data = form.data
            where = None if data.everywhere else terminal_id
            _assign(one, where, data.employee_id, data.first_on, data.last_on)
    except DomainError as error:
        form.refuse(error)
    if not form.ok:
        return _show(one, form)
    flash(gettext("Said. Its punches so far are counted now."), "ok")
    return hx.redirect(HERE)


@bp.post("/proposals")
@allow(*OFFICE)
def accept() -> Response:
    """Ids that are staff numbers, each one picked by the person who presses the button."""
    form, problems, done = read_form(ProposalForm), [], 0
    for terminal_id, pin, employee_id in _picked(form.values.get("picks") or []):
        try:
            one = queries.unmapped_one(me(), terminal_id, pin)
            if one.proposal is None or one.proposal.employee_id != employee_id:
                raise NotFound("not_found")
            _assign(one, terminal_id, employee_id, one.first_on or one.proposal.joined_on, None)
            done += 1
        except DomainError as error:
            problems.append((pin, explain(error)))
    if done and not problems:
        flash(ngettext("%(num)s id has its person now.", "%(num)s ids have their people now.", done), "ok")
        return hx.redirect(HERE)
    return _list(problems, done)


def _assign(one: Unmapped, where: int | None, employee_id: int, first_on: date, last_on: date | None) -> None:
    do(
        service.assign, by=me(), branch_id=one.row.branch_id, terminal_id=where, pin=one.row.pin,
        employee_id=employee_id, first_on=first_on, last_on=last_on, at=clock.now(),
    )  # fmt: skip


def _list(problems: list[tuple[str, str]] | None = None, done: int = 0) -> Response:
    user, args = me(), request.args
    terminal_id = row_id(args.get("terminal_id"))
    found = queries.unmapped(user, terminal_id=terminal_id, page=args.get("page", 1, type=int))
    picking = request.method == "POST"
    return hx.respond(
        "hr/device_ids.html", status=422 if picking else 200, found=found, terminal_id=terminal_id,
        proposals=[one for one in found.rows if one.proposal], problems=problems or [], done=done, picking=picking,
    )  # fmt: skip


def _show(one: Unmapped, form: Bound[Any]) -> Response:
    """Those whose staff number it is, then everybody of the branch whom the search finds."""
    q = request.values.get("q", "").strip()[:80]
    today = clock.now().astimezone(me().branch.zone).date()
    wanted = people.Filters(q=q, branch_id=one.row.branch_id, state="")
    found = people.find(me(), wanted, page=1, today=today)
    known = [
        (who.employee_id, f"{who.name} · {who.staff_no}", gettext("The staff number is the id"))
        for who in one.proposals
    ]
    ids = {option[0] for option in known}
    kept = row_id(str(form.values.get("employee_id") or ""))
    rows = [person for person in found.rows if person.id not in ids]
    shown = rows[:PEOPLE] + [person for person in rows[PEOPLE:] if person.id == kept]
    options = known + [(person.id, f"{person.name} · {person.staff_no}", _hint(person)) for person in shown]
    return hx.respond(
        "hr/device_id.html", status=form.status, one=one, form=form, search=blank({"q": q}), options=options,
        more=max(0, found.total - PEOPLE),
    )  # fmt: skip


def _hint(person: people.Person) -> str:
    return gettext("Last day %(day)s", day=person.left_on.isoformat()) if person.left_on else ""


def _picked(values: list[str]) -> list[tuple[int, str, int]]:
    """(terminal, pin, person) of values like "12|7|34"; anything else is left out."""
    found = []
    for text in values[:200]:
        terminal, _, rest = text.partition("|")
        pin, _, person = rest.rpartition("|")
        terminal_id, employee_id = row_id(terminal), row_id(person)
        if terminal_id is not None and employee_id is not None and pin:
            found.append((terminal_id, pin, employee_id))
    return found
