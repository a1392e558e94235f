"""People: list, add, one person's page with pay, leaving and sign-ins."""

from datetime import date
from typing import Any, Literal

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.attendance.queries.phones import new_phones
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.core.money import parse_amount
from webapp.core.security import hash_password
from webapp.notifications import service as notices
from webapp.people import policy, queries, rules, service
from webapp.people.models import Employee
from webapp.people.queries.devices import devices_of, others_with

bp = Blueprint("hr_people", __name__, url_prefix="/hr/people")


class PersonForm(Form):
    staff_no: str
    name: str
    phone: str | None = None
    branch_id: int
    team_id: int | None = None
    role: Literal["rep", "supervisor", "hr", "finance", "admin"] = "rep"
    employer: Literal["own", "client"] = "own"
    joined_on: date
    language: Literal["zh", "en"]
    version: int = 0
    scope: list[int] = []


class NewPersonForm(PersonForm):
    salary: str | None = None


class LeavingForm(Form):
    left_on: date | None = None
    now: bool = False
    reason: str | None = Field(None, max_length=500)


class SalaryForm(Form):
    effective_from: date
    amount: str


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user, filters = me(), _filters()
    found = queries.find(user, filters, page=request.args.get("page", 1, type=int), today=_today())
    context: dict[str, Any] = {
        "found": found, "filters": filters, "form": blank(_filter_values(filters)),
        "new_phones": new_phones(user, clock.now()), **_choices(),
    }  # fmt: skip
    return hx.respond("hr/people.html", **context)


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    branch = me().branch
    return _show_new(blank({"branch_id": branch.id, "language": branch.language, "joined_on": _today()}))


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form, user = read_form(NewPersonForm), me()
    try:
        if not form.ok:
            return _show_new(form)
        values = form.data.model_dump(exclude={"version", "salary"})
        salary = _amount(form.data.salary, form.data.branch_id, "salary")
        made = do(service.hire, by=user, salary=salary, at=clock.now(), **values)
    except DomainError as error:
        return _show_new(form.fail(error))
    flash(gettext("%(name)s is added. Make a one-time password so that they can sign in.", name=made.name), "ok")
    return hx.redirect(f"/hr/people/{made.id}#sign-in")


@bp.get("/<int:employee_id>")
@allow(*OFFICE)
def show(employee_id: int) -> Response:
    return _show(employee_id)


@bp.post("/<int:employee_id>")
@allow(*OFFICE)
def update(employee_id: int) -> Response:
    form, user = read_form(PersonForm), me()
    if not form.ok:
        return _show(employee_id, form=form)
    values = form.data.model_dump()
    if not user.is_a(Role.ADMIN):
        values["scope"] = None
    _check_visible(employee_id)
    return _carry_out(employee_id, form, service.update_employee, gettext("Saved."), **values)


@bp.post("/<int:employee_id>/leaving")
@allow(*OFFICE)
def leaving(employee_id: int) -> Response:
    form = read_form(LeavingForm)
    if not form.ok:
        return _show(employee_id, form=form)
    _check_visible(employee_id)
    left_on = form.data.left_on or (_today() if form.data.now else None)
    text = gettext("The last day is set.") if left_on else gettext("They stay.")
    return _carry_out(
        employee_id, form, service.set_leaving, text, left_on=left_on, now=form.data.now, reason=form.data.reason
    )


@bp.post("/<int:employee_id>/salary")
@allow(*OFFICE)
def salary(employee_id: int) -> Response:
    form = read_form(SalaryForm)
    if not form.ok:
        return _show(employee_id, form=form)
    person = _check_visible(employee_id)
    try:
        amount = _amount(form.data.amount, person.branch_id, "amount")
    except DomainError as error:
        return _show(employee_id, form=form.fail(error))
    start = form.data.effective_from
    text = gettext("The salary is set.")
    return _carry_out(employee_id, form, service.record_salary, text, effective_from=start, amount=amount)


@bp.post("/<int:employee_id>/password")
@allow(*OFFICE)
def reset_password(employee_id: int) -> Response:
    """Shown on this one answer and nowhere else; only its hash is kept."""
    person, once = _check_visible(employee_id), service.one_time_password()
    user, at = me(), clock.now()
    do(service.reset_password, by=user, employee_id=person.id, new_hash=hash_password(once), at=at)
    do(notices.tell_password, employee_id=person.id, by=user, at=at)
    return hx.respond("hr/employee_password.html", person=person, once=once)


@bp.post("/passwords")
@allow(*OFFICE)
def first_passwords() -> Response:
    """For up to a page of people who wait for their first password: a list to print and hand out."""
    user, found = me(), queries.find(me(), _filters("waiting"), page=1, today=_today())
    made = []
    for person in found.rows:
        if person.role in rules.grantable(user.role):
            once = service.one_time_password()
            do(service.reset_password, by=user, employee_id=person.id, new_hash=hash_password(once), at=clock.now())
            made.append((person, once))
    return hx.respond("hr/people_passwords.html", made=made)


@bp.post("/<int:employee_id>/sign-ins/end")
@allow(*OFFICE)
def end_sign_ins(employee_id: int) -> Response:
    text = gettext("Every sign-in has ended.")
    _check_visible(employee_id)
    return _carry_out(employee_id, blank(), service.revoke_sign_ins, text)


def _carry_out(employee_id: int, form: Bound[Any], verb: Any, text: str, **values: Any) -> Response:
    try:
        do(verb, by=me(), employee_id=employee_id, at=clock.now(), **values)
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        return _show(employee_id, form=form.fail(error))
    flash(text, "ok")
    return hx.redirect(f"/hr/people/{employee_id}")


def _show(employee_id: int, form: Bound[Any] | None = None) -> Response:
    """What was typed stays; the version becomes the newest, so that saving again is a decision."""
    user, at = me(), clock.now()
    person = queries.employee(user, employee_id)
    now = {name: getattr(person, name) for name in PersonForm.model_fields if hasattr(person, name)}
    scope = queries.scope(person.id)
    data = form if form is not None and "staff_no" in form.values else blank({**now, "scope": [str(i) for i in scope]})
    data.values["version"] = person.version
    salaries = _salaries(person)
    names = queries.names({row.recorded_by for row in salaries if row.recorded_by})
    phones = devices_of(person.id) if person.role == Role.REP else []
    context: dict[str, Any] = {
        "phones": phones, "others": others_with([one.key for one in phones], person.id, user),
        "person": person, "data": data, "form": form, "salaries": salaries, "names": names, "today": _today(),
        "currency": next(b.currency for b in queries.branches([person.branch_id])), "sees_pay": _sees_pay(person),
        "sign_ins": queries.sign_ins(person.id, at=at), "can_manage": policy.can_manage(user, person),
        "can_reset": policy.can_reset(user, person), "is_self": user.id == person.id,
    }  # fmt: skip
    return hx.respond("hr/employee.html", status=form.status if form else 200, **context, **_choices(person.role))


def _show_new(form: Bound[Any]) -> Response:
    return hx.respond("hr/employee_new.html", status=form.status, form=form, data=form, **_choices())


def _choices(role_now: str | None = None) -> dict[str, Any]:
    """Branches, teams and roles this person may choose from; a role they cannot take away stays in the list."""
    user = me()
    branches = queries.branches(user.branch_ids)
    named = {branch.id: branch.name for branch in branches}
    several = len(branches) > 1
    teams = [
        (team.id, f"{named[team.branch_id]} · {team.name}" if several else team.name)
        for team in queries.teams(user.branch_ids)
    ]
    mine = rules.grantable(user.role) | ({role_now} if role_now else set())
    return {
        "branch_options": [(branch.id, branch.name) for branch in branches],
        "team_options": teams,
        "role_options": [(role, say(f"role_{role}")) for role in rules.ROLES if role in mine],
        "all_roles": [(role, say(f"role_{role}")) for role in rules.ROLES],
        "branch_names": named,
    }


def _filters(state: str | None = None) -> queries.Filters:
    args = request.args
    state = state or args.get("state", "active")
    return queries.Filters(
        q=args.get("q", "").strip()[:80],
        branch_id=args.get("branch_id", type=int),
        team_id=args.get("team_id", type=int),
        role=args.get("role", "") if args.get("role") in rules.ROLES else "",
        state=state if state in {"active", "waiting", "left", "all"} else "active",
        sort=args.get("sort", "staff_no"),
    )


def _filter_values(filters: queries.Filters) -> dict[str, Any]:
    names = ("q", "branch_id", "team_id", "role", "state")
    return {name: getattr(filters, name) for name in names}


def _check_visible(employee_id: int) -> Employee:
    return queries.employee(me(), employee_id)


def _sees_pay(person: Employee) -> bool:
    return policy.can_see_pay(me(), person)


def _salaries(person: Employee) -> list[Any]:
    return queries.salaries(person.id) if _sees_pay(person) else []


def _amount(text: str | None, branch_id: int, field: str) -> int | None:
    branch = queries.branch(branch_id)
    return parse_amount(text, branch.currency, field=field) if text and branch else None


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
