"""Sales per person and day: list by date, one form, corrections keep what was there before."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import date_text, say
from webapp.core.money import parse_amount, plain_amount
from webapp.people import queries as people
from webapp.people.models import Employee
from webapp.sales import queries, service

bp = Blueprint("hr_sales", __name__, url_prefix="/hr/sales")


class FigureForm(Form):
    staff_no: str
    work_date: date
    amount: str
    target: str | None = None


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _list(blank(_prefilled()))


@bp.post("")
@allow(*OFFICE)
def record() -> Response:
    form = read_form(FigureForm)
    try:
        if not form.ok:
            return _list(form)
        person = _person(form.data.staff_no)
        values = {"amount": _money(form.data.amount, person, "amount"), "target": _target(form.data.target, person)}
        said = {"employee_id": person.id, "work_date": form.data.work_date, "source": "form"}
        new = do(service.record_figure, by=me(), at=clock.now(), **said, **values)
    except DomainError as error:
        return _list(form.fail(error))
    day = date_text(form.data.work_date)
    saved, known = gettext("Saved: %(name)s, %(day)s.", name=person.name, day=day), gettext("This was known already.")
    flash(saved if new else known, "ok")
    return hx.redirect(f"/hr/sales?on={form.data.work_date.isoformat()}")


def _list(form: Bound[Any]) -> Response:
    user, args = me(), request.args
    on, branch_id = _date(args.get("on", "")), args.get("branch_id", type=int)
    q = args.get("q", "").strip()[:80]
    found = queries.find(user, q=q, branch_id=branch_id, on=on, page=args.get("page", 1, type=int))
    context: dict[str, Any] = {
        "found": found,
        "chosen": blank({"q": q, "on": on.isoformat() if on else "", "branch_id": branch_id}),
        "branches": [(branch.id, branch.name) for branch in people.branches(user.branch_ids)],
        "source": lambda code: say(f"sales_source_{code}"),
    }
    return hx.respond("hr/sales.html", status=form.status, form=form, **context)


def _prefilled() -> dict[str, str]:
    """The form for a correction is opened from its row; otherwise it is about yesterday."""
    staff_no, on = request.args.get("staff_no", "")[:20], _date(request.args.get("on", ""))
    values = {"staff_no": staff_no, "work_date": (on or _today()).isoformat()}
    person = people.employees_by_staff_no([staff_no]).get(staff_no) if staff_no and on else None
    if person is not None and on is not None and person.branch_id in me().branch_ids:
        known = queries.figures([(person.id, on)]).get((person.id, on))
        if known is not None:
            target = "" if known.target is None else plain_amount(known.target, known.currency)
            values |= {"amount": plain_amount(known.amount, known.currency), "target": target}
    return values


def _person(staff_no: str) -> Employee:
    wanted = staff_no.strip().upper()
    person = people.employees_by_staff_no([wanted]).get(wanted)
    if person is None or person.branch_id not in me().branch_ids:
        raise Invalid("no_such_employee", "staff_no", staff_no=staff_no)
    return person


def _money(text: str, person: Employee, field: str) -> int:
    branch = people.branch(person.branch_id)
    return parse_amount(text, branch.currency if branch else "CNY", field=field)


def _target(text: str | None, person: Employee) -> int | None:
    return None if text is None else _money(text, person, "target")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
