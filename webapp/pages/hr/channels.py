"""Group robots and mail lists of a branch, with the log of what was sent through each."""

from typing import Any, Literal

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx, ids
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.limits import limiter
from webapp.notifications import queries, service
from webapp.notifications.rules import SIGNED, TOPICS, WAYS
from webapp.people import queries as people

bp = Blueprint("hr_channels", __name__, url_prefix="/hr/settings/channels")

HERE = "/hr/settings/channels"


class ChannelForm(Form):
    name: str
    target: str = ""
    secret: str = ""
    topics: list[str] = []
    language: Literal["zh", "en"]
    digest_at: str = "09:00"
    team_id: int | None = None
    version: int = 0


class NewChannelForm(ChannelForm):
    branch_id: int
    kind: str


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    found = queries.channels(me().branch_ids)
    return hx.respond("hr/channels.html", channels=found, last=queries.last_of([row.id for row in found]))


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    user, kind = me(), request.args.get("kind", WAYS[0])
    values = {"kind": kind if kind in WAYS else WAYS[0], "branch_id": user.branch_id, "language": user.branch.language}
    return _show_new(blank({**values, "topics": ["exceptions"], "digest_at": "09:00"}))


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form = read_form(NewChannelForm)
    try:
        if form.ok:
            made = do(service.create_channel, by=me(), at=clock.now(), **form.data.model_dump(exclude={"version"}))
    except DomainError as error:
        form.refuse(error)
    if not form.ok:
        return _show_new(form)
    flash(gettext("The channel is there. Send a trial message to see that it arrives."), "ok")
    return hx.redirect(f"{HERE}/{made}")


@bp.get("/<int:channel_id>")
@allow(*OFFICE)
def show(channel_id: int) -> Response:
    return _show(queries.channel(me(), channel_id))


@bp.post("/<int:channel_id>")
@allow(*OFFICE)
def change(channel_id: int) -> Response:
    known, form = queries.channel(me(), channel_id), read_form(ChannelForm)
    try:
        if form.ok:
            do(service.change_channel, by=me(), channel_id=known.id, at=clock.now(), **form.data.model_dump())
    except DomainError as error:
        form.refuse(error)
    if not form.ok:
        return _show(known, form)
    flash(gettext("Saved."), "ok")
    return hx.redirect(f"{HERE}/{known.id}")


@bp.post("/<int:channel_id>/try")
@allow(*OFFICE)
@limiter.limit("10/minute")
def try_it(channel_id: int) -> Response:
    do(service.try_channel, by=me(), channel_id=channel_id, at=clock.now())
    flash(gettext("A trial message is on its way. Load the page again to see what came of it."), "ok")
    return hx.redirect(f"{HERE}/{channel_id}#log")


@bp.post("/<int:channel_id>/<any(pause, resume):step>")
@allow(*OFFICE)
def pause(channel_id: int, step: str) -> Response:
    do(service.pause_channel, by=me(), channel_id=channel_id, paused=step == "pause", at=clock.now())
    return hx.redirect(f"{HERE}/{channel_id}")


@bp.post("/<int:channel_id>/remove")
@allow(*OFFICE)
def remove(channel_id: int) -> Response:
    do(service.archive_channel, by=me(), channel_id=channel_id, at=clock.now())
    flash(gettext("The channel is removed, its address forgotten."), "ok")
    return hx.redirect(HERE)


@bp.post("/<int:channel_id>/log/<int:delivery_id>")
@allow(*OFFICE)
def resend(channel_id: int, delivery_id: int) -> Response:
    do(service.resend, by=me(), channel_id=channel_id, delivery_id=delivery_id, at=clock.now())
    flash(gettext("It is sent again. Load the page again to see what came of it."), "ok")
    return hx.redirect(f"{HERE}/{channel_id}#log")


def _show(known: queries.ChannelRow, form: Bound[Any] | None = None) -> Response:
    names = ("name", "topics", "language", "digest_at", "team_id", "version")
    data = form or blank({name: getattr(known, name) for name in names})
    sent = queries.log(known.id, ids.row_id(request.args.get("before")))
    context = {
        "channel": known, "form": data, "sent": sent, "kind": known.kind, "teams": _teams([known.branch_id]),
        "more": sent[-1].id if len(sent) == queries.LOG else None, **_choices(),
    }  # fmt: skip
    return hx.respond("hr/channel.html", status=data.status, **context)


def _show_new(form: Bound[Any]) -> Response:
    user = me()
    kind = str(form.values.get("kind", ""))
    branches = [(row.id, row.name) for row in people.branches(user.branch_ids)]
    context = {"form": form, "kind": kind, "branches": branches, "teams": _teams(user.branch_ids), **_choices()}
    return hx.respond("hr/channel_new.html", status=form.status, ways=WAYS, **context)


def _choices() -> dict[str, Any]:
    return {"topics": TOPICS, "signed": SIGNED, "mail": queries.house().mail is not None}


def _teams(branch_ids: Any) -> list[tuple[int, str]]:
    return [(team.id, team.name) for team in people.teams(branch_ids)]
