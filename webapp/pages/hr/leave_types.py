"""Kinds of leave of a branch, in their order, and how leave is asked for there."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.models import LeaveType
from webapp.schedules.rules import LeavePolicy, halves_number
from webapp.sites.rules import short

bp = Blueprint("hr_leave_types", __name__, url_prefix="/hr/schedule/leave/types")
Days = Decimal | None


class TypeForm(Form):
    name_en: str = ""
    name_zh: str = ""
    yearly: Days = Field(None, ge=0, le=366)
    half_days: bool = False
    note_needed: bool = False
    prorated: bool = False
    carry: Decimal = Field(Decimal(0), ge=0, le=366)
    carry_months: int | None = Field(None, ge=1, le=12)
    version: int = 0
    branch_id: int = 0


class PolicyForm(Form):
    branch_id: int
    chain: list[str] = []
    hr_from: Decimal = Field(Decimal(0), ge=0, le=366)
    notice_days: int = Field(0, ge=0, le=90)
    back_days: int = Field(0, ge=0, le=90)
    version: int = 0


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    return _list(request.args.get("branch_id", me().branch_id, type=int), None)


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form = read_form(TypeForm)
    branch_id = form.data.branch_id if form.ok else request.form.get("branch_id", 0, type=int)
    try:
        if not form.ok:
            return _new(branch_id, form)
        do(service.create_leave_type, by=me(), branch_id=branch_id, fields=_fields(form.data), at=clock.now())
    except DomainError as error:
        return _new(branch_id, form.refuse(error))
    flash(gettext("The kind is added."), "ok")
    return hx.redirect(f"/hr/schedule/leave/types?branch_id={branch_id}")


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    return _new(request.args.get("branch_id", me().branch_id, type=int), blank({"half_days": "1"}))


@bp.post("/policy")
@allow(*OFFICE)
def set_policy() -> Response:
    form = read_form(PolicyForm)
    branch_id = form.data.branch_id if form.ok else request.form.get("branch_id", 0, type=int)
    if not form.ok:
        return _list(branch_id, form)
    chain = tuple(step for step in ("supervisor", "hr") if step in form.data.chain)
    try:
        values = {"notice_days": form.data.notice_days, "back_days": form.data.back_days}
        policy = LeavePolicy(chain, _halves(form.data.hr_from, "hr_from") or 0, **values)
        known: dict[str, Any] = {"branch_id": branch_id, "policy": policy, "version": form.data.version}
        do(service.set_leave_policy, by=me(), at=clock.now(), **known)
    except DomainError as error:
        return _list(branch_id, form.refuse(error))
    flash(gettext("Saved. It counts for what is asked for from now on."), "ok")
    return hx.redirect(f"/hr/schedule/leave/types?branch_id={branch_id}")


@bp.get("/<int:leave_type_id>")
@allow(*OFFICE)
def show(leave_type_id: int) -> Response:
    return _show(_find(leave_type_id), None)


@bp.post("/<int:leave_type_id>")
@allow(*OFFICE)
def update(leave_type_id: int) -> Response:
    form, one = read_form(TypeForm), _find(leave_type_id)
    if not form.ok:
        return _show(one, form)
    try:
        known = {"fields": _fields(form.data), "version": form.data.version}
        do(service.change_leave_type, by=me(), leave_type_id=leave_type_id, at=clock.now(), **known)
    except DomainError as error:
        return _show(_find(leave_type_id), form.refuse(error))
    flash(gettext("Saved."), "ok")
    return hx.redirect(f"/hr/schedule/leave/types?branch_id={one.branch_id}")


@bp.post("/<int:leave_type_id>/<any(archive, unarchive):what>")
@allow(*OFFICE)
def archive(leave_type_id: int, what: str) -> Response:
    one = _find(leave_type_id)
    values = {"leave_type_id": leave_type_id, "archived": what == "archive"}
    try:
        do(service.archive_leave_type, by=me(), at=clock.now(), **values)
    except Invalid as error:
        return _show(_find(leave_type_id), blank(_values(one)).fail(error))
    flash(gettext("Archived. Leave of this kind stays.") if what == "archive" else gettext("In use again."), "ok")
    return hx.redirect(f"/hr/schedule/leave/types?branch_id={one.branch_id}")


@bp.post("/<int:leave_type_id>/up")
@allow(*OFFICE)
def up(leave_type_id: int) -> Response:
    one = _find(leave_type_id)
    do(service.move_leave_type, by=me(), leave_type_id=leave_type_id, at=clock.now())
    return hx.redirect(f"/hr/schedule/leave/types?branch_id={one.branch_id}")


def _fields(data: TypeForm) -> service.LeaveTypeFields:
    return service.LeaveTypeFields(
        short(data.name_en, "name_en", 60), short(data.name_zh, "name_zh", 60), data.half_days,
        _halves(data.yearly, "yearly"), data.note_needed, data.prorated, _halves(data.carry, "carry") or 0,
        data.carry_months,
    )  # fmt: skip


def _halves(days: Days, field: str) -> int | None:
    """Days as typed, in halves. Raises Invalid."""
    if days is None:
        return None
    if days * 2 != int(days * 2):
        raise Invalid("leave_half_steps", field)
    return int(days * 2)


def _find(leave_type_id: int) -> LeaveType:
    for branch_id in me().branch_ids:
        for one in queries.leave_types(branch_id, archived=True):
            if one.id == leave_type_id:
                return one
    raise NotFound("not_found")


def _branch(branch_id: int) -> list[tuple[int, str]]:
    """The branches to choose from. Raises NotFound."""
    found = [(branch.id, branch.name) for branch in people.branches(me().branch_ids)]
    if branch_id not in dict(found):
        raise NotFound("not_found")
    return found


def _list(branch_id: int, form: Bound[Any] | None) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    branches = _branch(branch_id)
    now = queries.leave_policy(branch_id)
    values = {"chain": list(now.chain), "hr_from": halves_number(now.hr_from_halves), "notice_days": now.notice_days}
    data, branch = form or blank({**values, "back_days": now.back_days}), people.branch(branch_id)
    data.values["version"] = branch.version if branch else 0
    context: dict[str, Any] = {
        "branch_id": branch_id, "branch_options": branches, "types": queries.leave_types(branch_id, archived=True),
        "number": halves_number, "data": data, "form": form,
    }  # fmt: skip
    return hx.respond("hr/leave_types.html", status=data.status, **context)


def _new(branch_id: int, form: Bound[Any]) -> Response:
    context: dict[str, Any] = {"branch_id": branch_id, "branch_options": _branch(branch_id)}
    return hx.respond("hr/leave_type_new.html", status=form.status, form=form, **context)


def _show(one: LeaveType, form: Bound[Any] | None) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    data = form or blank(_values(one))
    data.values["version"] = one.version
    return hx.respond("hr/leave_type.html", status=data.status, one=one, form=form, data=data)


def _values(one: LeaveType) -> dict[str, Any]:
    return {
        "name_en": one.name_en, "name_zh": one.name_zh, "half_days": "1" if one.half_days else "",
        "yearly": None if one.yearly_halves is None else halves_number(one.yearly_halves),
        "note_needed": "1" if one.note_needed else "", "prorated": "1" if one.prorated else "",
        "carry": halves_number(one.carry_halves), "carry_months": one.carry_months,
    }  # fmt: skip
