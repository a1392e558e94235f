"""The reader's own views of the inbox: named, renamed, opened with, deleted."""

from typing import Any

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.pages.hr.inbox_list import PAGE_NAME, back, kept_query, list_context, query_of
from webapp.people import service

bp = Blueprint("hr_inbox_saved", __name__, url_prefix="/hr/inbox/views")


class ViewForm(Form):
    name: str = ""
    first: bool = False


class FirstForm(Form):
    on: bool = False


@bp.post("")
@allow(*OFFICE)
def save() -> Response:
    """The filters are those of the form's address, as far as the inbox knows them."""
    form = read_form(ViewForm)
    if not form.ok:
        return _again(form)
    try:
        do(_save, name=form.data.name, first=form.data.first, query=kept_query(query_of()))
    except DomainError as error:
        return _again(form.refuse(error))
    flash(gettext("The view is kept."), "ok")
    return hx.redirect(back())


@bp.post("/<int:view_id>")
@allow(*OFFICE)
def rename(view_id: int) -> Response:
    form = read_form(ViewForm)
    if not form.ok:
        return _again(form)
    try:
        do(service.rename_view, by=me(), view_id=view_id, name=form.data.name)
    except DomainError as error:
        return _again(form.refuse(error))
    return hx.redirect(back())


@bp.post("/<int:view_id>/first")
@allow(*OFFICE)
def first(view_id: int) -> Response:
    form = read_form(FirstForm)
    do(service.open_with_view, by=me(), view_id=view_id, on=form.ok and form.data.on)
    return hx.redirect(back())


@bp.post("/<int:view_id>/delete")
@allow(*OFFICE)
def delete(view_id: int) -> Response:
    do(service.delete_view, by=me(), view_id=view_id)
    flash(gettext("The view is deleted."), "ok")
    return hx.redirect(back())


def _save(*, name: str, first: bool, query: str) -> None:
    view_id = service.save_view(by=me(), page=PAGE_NAME, name=name, query=query, at=clock.now())
    if first:
        service.open_with_view(by=me(), view_id=view_id, on=True)


def _again(form: Bound[Any]) -> Response:
    return hx.respond("hr/inbox.html", status=422, **list_context(view_form=form))
