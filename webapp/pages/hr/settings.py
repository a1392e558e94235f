"""Branches: time zone, currency, week, settlement, teams."""

from datetime import date
from typing import Any, Literal

from babel.numbers import list_currencies
from flask import Blueprint, Response, flash
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.people import queries, rules, service
from webapp.people.models import Branch, Team
from webapp.schedules.service.opening import open_branch
from webapp.wallet import queries as wallet

bp = Blueprint("hr_settings", __name__, url_prefix="/hr/settings")


class BranchForm(Form):
    name: str
    timezone: str
    currency: str
    country: str
    language: Literal["zh", "en"]
    settlement_time: str
    workdays: list[int] = []
    settled_from: date
    photo_days: int = Field(180, ge=rules.PHOTO_DAYS[0], le=rules.PHOTO_DAYS[1])
    version: int = 0


class NewBranchForm(BranchForm):
    code: str


class HoldForm(Form):
    reason: str = ""


class TeamForm(Form):
    team: str


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    """Straight to the only branch, else a list."""
    user = me()
    branches = queries.branches(user.branch_ids)
    if len(branches) == 1 and not user.is_a(Role.ADMIN):
        return hx.redirect(f"/hr/settings/{branches[0].id}")
    return hx.respond("hr/settings.html", branches=branches)


@bp.get("/new")
@allow(Role.ADMIN)
def new() -> Response:
    branch = me().branch
    start = clock.now().astimezone(branch.zone).date()
    values = {"timezone": branch.timezone, "currency": branch.currency, "language": branch.language}
    return _show_new(
        blank(
            {**values, "settlement_time": "10:00", "workdays": list("12345"), "settled_from": start, "photo_days": 180}
        )
    )


@bp.post("")
@allow(Role.ADMIN)
def create() -> Response:
    form = read_form(NewBranchForm)
    if not form.ok:
        return _show_new(form)
    try:
        values = _plain(form.data.model_dump(exclude={"version"}))
        made = do(open_branch, by=me(), at=clock.now(), **values)
    except DomainError as error:
        return _show_new(form.fail(error))
    flash(gettext("The branch is open, with store types, holidays and the usual rules. Look through them."), "ok")
    return hx.redirect(f"/hr/settings/{made.id}")


@bp.get("/<int:branch_id>")
@allow(*OFFICE)
def show(branch_id: int) -> Response:
    return _show(_mine(branch_id))


@bp.post("/<int:branch_id>")
@allow(*OFFICE)
def update(branch_id: int) -> Response:
    branch, form = _mine(branch_id), read_form(BranchForm)
    if not form.ok:
        return _show(branch, form)
    values = _plain(form.data.model_dump())
    return _carry_out(branch, form, service.update_branch, branch_id=branch.id, has_money=has_money(branch), **values)


@bp.post("/<int:branch_id>/hold")
@allow(*OFFICE)
def hold(branch_id: int) -> Response:
    branch, form = _mine(branch_id), read_form(HoldForm)
    return _carry_out(branch, form, service.hold_branch, branch_id=branch.id, reason=form.data.reason)


@bp.post("/<int:branch_id>/release")
@allow(*OFFICE)
def release(branch_id: int) -> Response:
    branch = _mine(branch_id)
    return _carry_out(branch, blank(), service.release_branch, branch_id=branch.id)


@bp.post("/<int:branch_id>/teams")
@allow(*OFFICE)
def add_team(branch_id: int) -> Response:
    branch, form = _mine(branch_id), read_form(TeamForm)
    if not form.ok:
        return _show(branch, form)
    return _carry_out(branch, form, service.create_team, branch_id=branch.id, name=form.data.team)


@bp.get("/<int:branch_id>/teams/<int:team_id>")
@allow(*OFFICE)
def team(branch_id: int, team_id: int) -> Response:
    branch, found = _team(branch_id, team_id)
    return _show_team(branch, found, blank({"team": found.name}))


@bp.post("/<int:branch_id>/teams/<int:team_id>")
@allow(*OFFICE)
def rename_team(branch_id: int, team_id: int) -> Response:
    branch, found = _team(branch_id, team_id)
    form = read_form(TeamForm)
    try:
        if form.ok:
            do(service.rename_team, by=me(), team_id=found.id, name=form.data.team, at=clock.now())
    except DomainError as error:
        form.fail(error)
    return hx.redirect(f"/hr/settings/{branch.id}#teams") if form.ok else _show_team(branch, found, form)


@bp.post("/<int:branch_id>/teams/<int:team_id>/delete")
@allow(*OFFICE)
def delete_team(branch_id: int, team_id: int) -> Response:
    branch, found = _team(branch_id, team_id)
    form = blank({"team": found.name})
    try:
        do(service.delete_team, by=me(), team_id=found.id, at=clock.now())
    except DomainError as error:
        return _show_team(branch, found, form.fail(error))
    return hx.redirect(f"/hr/settings/{branch.id}#teams")


def has_money(branch: Branch) -> bool:
    """From the first settled day, salary or wallet entry on, currency and time zone are part of the books."""
    if branch.settled_through is not None or queries.has_salaries(branch.id):
        return True
    figures = wallet.balances_of(queries.employee_ids(branch.id), branch.currency)
    return any(mine.earned or mine.paid or mine.available or mine.recovery for mine in figures.values())


def _carry_out(branch: Branch, form: Bound[Any], verb: Any, **values: Any) -> Response:
    try:
        do(verb, by=me(), at=clock.now(), **values)
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        return _show(_mine(branch.id), form.fail(error))
    flash(gettext("Saved."), "ok")
    return hx.redirect(f"/hr/settings/{branch.id}")


def _show(branch: Branch, form: Bound[Any] | None = None) -> Response:
    now = {name: getattr(branch, name) for name in BranchForm.model_fields}
    now["workdays"] = [str(day) for day in branch.workdays]
    data = form if form is not None and "timezone" in form.values else blank(now)
    data.values["version"] = branch.version
    context = {
        "branch": branch, "data": data, "form": form, "locked": has_money(branch),
        "begun": branch.settled_from if branch.settled_through else None,
        "teams": queries.teams([branch.id]), "sizes": queries.team_sizes([branch.id]), **_choices(),
    }  # fmt: skip
    return hx.respond("hr/settings_branch.html", status=form.status if form else 200, **context)


def _show_new(form: Bound[Any]) -> Response:
    context = {"form": form, "data": form, "locked": False, "begun": None, **_choices()}
    return hx.respond("hr/settings_new.html", status=form.status, **context)


def _choices() -> dict[str, Any]:
    return {"timezones": rules.timezones(), "currencies": sorted(list_currencies("en"))}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "currency": values["currency"].upper(), "country": values["country"].upper()}


def _mine(branch_id: int) -> Branch:
    branch = queries.branch(branch_id) if branch_id in me().branch_ids else None
    if branch is None:
        raise NotFound("not_found")
    return branch


def _team(branch_id: int, team_id: int) -> tuple[Branch, Team]:
    branch = _mine(branch_id)
    found = next((team for team in queries.teams([branch_id]) if team.id == team_id), None)
    if found is None:
        raise NotFound("not_found")
    return branch, found


def _show_team(branch: Branch, found: Team, form: Bound[Any]) -> Response:
    return hx.respond("hr/settings_team.html", status=form.status, branch=branch, team=found, form=form)
