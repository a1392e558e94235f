"""What the phone gave, who looked at it and when it gets coarse; agreeing to it, or going without."""

from datetime import timedelta
from typing import Any, Literal

from flask import Blueprint, Response, flash, request

from webapp.attendance.queries import photos_of
from webapp.attendance.queries.privacy import PAGE, looks_at, photos_kept, taken_of
from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.pages.account.places import local_path
from webapp.people import service
from webapp.people.queries.privacy import last_answer, phones_known, photo_days, position_days
from webapp.sites.queries import positions_given

bp = Blueprint("account_privacy", __name__, url_prefix="/me")


class AnswerForm(Form):
    answer: Literal["yes", "no"]
    text: int
    next: str = "/today"


@bp.get("/privacy")
@allow(Role.REP)
def show() -> Response:
    user = me()
    page = max(1, request.args.get("page", 1, type=int))
    rows, total = taken_of(user.id, page)
    pages = max(1, -(-total // PAGE))
    if page > pages:
        return hx.redirect(f"/me/privacy?page={pages}")
    days, kept_days = position_days(user.branch_id), photo_days(user.branch_id)
    context: dict[str, Any] = {
        "rows": rows, "looks": looks_at([row.id for row in rows]), "page": page, "pages": pages, "total": total,
        "days": days, "keep": timedelta(days=days), "answer": last_answer(user.id),
        "photos": photos_of([row.id for row in rows]), "keep_photos": timedelta(days=kept_days),
        "photo_days": kept_days, "kept": photos_kept(user.id), "phones": phones_known(user.id),
        "given": positions_given(user.id) if page == 1 else [],
    }  # fmt: skip
    return hx.respond("account/privacy.html", **context)


@bp.get("/consent")
@allow(Role.REP)
def ask() -> Response:
    following = local_path(request.args.get("next"), "/today")
    return hx.respond("account/consent.html", form=blank(), following=following, days=position_days(me().branch_id))


@bp.post("/consent")
@allow(Role.REP)
def answer() -> Response:
    form, user = read_form(AnswerForm), me()
    following = local_path(form.values.get("next"), "/today")
    try:
        if form.ok:
            said = {"text_version": form.data.text, "given": form.data.answer == "yes"}
            do(service.answer_consent, employee_id=user.id, at=clock.now(), **said)
    except DomainError as error:
        form.refuse(error)
    if form.errors:
        days = position_days(user.branch_id)
        return hx.respond("account/consent.html", status=form.status, form=form, following=following, days=days)
    if form.data.answer == "no":
        flash(
            gettext("You check in without a position; your supervisor confirms it. Change it under Me, Privacy."), "ok"
        )
    return hx.redirect(following)
