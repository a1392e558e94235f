"""Punches whose time is not believed: looked at with their neighbours, then accepted at a time, or not counted."""

from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.core.ids import row_id
from webapp.devices import queries
from webapp.devices.service.held import decide as decide_held
from webapp.pages.hr import device_words as words

bp = Blueprint("hr_device_held", __name__, url_prefix="/hr/devices/held")
HERE = "/hr/devices/held"


class HeldForm(Form):
    decision: Literal["accept", "ignore", "reopen"]
    granted_at: datetime | None = None
    reason: str = ""
    seen: int = 0


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    args = request.args
    quality = args["quality"] if args.get("quality") in words.QUALITIES else ""
    terminal_id = row_id(args.get("terminal_id"))
    found = queries.held(me(), terminal_id=terminal_id, quality=quality, page=args.get("page", 1, type=int))
    return hx.respond(
        "hr/device_held.html", found=found, form=blank({"quality": quality}), terminal_id=terminal_id,
        quality_options=[(code, say(f"quality_{code}")) for code in words.QUALITIES],
    )  # fmt: skip


@bp.get("/<int:raw_punch_id>")
@allow(*OFFICE)
def show(raw_punch_id: int) -> Response:
    return _show(raw_punch_id)


@bp.post("/<int:raw_punch_id>")
@allow(*OFFICE)
def decide(raw_punch_id: int) -> Response:
    form = read_form(HeldForm)
    text = answer_held(raw_punch_id, form)
    if not form.ok:
        return _show(raw_punch_id, form)
    flash(text, "ok")
    return hx.redirect(HERE if form.data.decision != "reopen" else f"{HERE}/{raw_punch_id}")


def answer_held(raw_punch_id: int, form: Bound[HeldForm]) -> str:
    """What to say once it is done; what is wrong stands in the form. Raises NotFound."""
    punch = queries.held_one(me(), raw_punch_id)
    try:
        if form.ok:
            data, granted = form.data, None
            if data.decision == "accept" and data.granted_at:
                granted = data.granted_at.replace(tzinfo=ZoneInfo(punch.zone))
            do(
                decide_held, by=me(), raw_punch_id=raw_punch_id, decision=data.decision, granted_at=granted,
                reason=data.reason, seen=data.seen, at=clock.now(),
            )  # fmt: skip
    except DomainError as error:
        form.refuse(error)
    if not form.ok:
        return ""
    return {
        "accept": gettext("Accepted. It counts at the time you gave."),
        "ignore": gettext("It does not count. It can be opened again."),
        "reopen": gettext("It is open again."),
    }[form.data.decision]


def held_context(raw_punch_id: int, form: Bound[Any] | None = None) -> dict[str, Any]:
    """Raises NotFound."""
    punch = queries.held_one(me(), raw_punch_id)
    around = queries.around(punch)
    decisions = around.decisions
    is_open = not decisions or decisions[-1].decision == "reopen"
    data = form or blank({"granted_at": _guess(punch, around)})
    return {
        "punch": punch, "around": around, "form": data, "words": words, "is_open": is_open,
        "seen": decisions[-1].seq if decisions else 0, "zone": ZoneInfo(punch.zone),
    }  # fmt: skip


def _show(raw_punch_id: int, form: Bound[Any] | None = None) -> Response:
    context = held_context(raw_punch_id, form)
    return hx.respond("hr/device_held_one.html", status=context["form"].status, **context)


def _guess(punch: Any, around: queries.Around) -> str:
    """When it arrived, if that bounds it closely: its neighbours came within the quarter of an hour before or after."""
    near = [one for one in (around.before, around.after) if one is not None]
    close = any(abs((one.received_at - punch.received_at).total_seconds()) < 900 for one in near)
    arrived = punch.received_at.astimezone(ZoneInfo(punch.zone))
    return arrived.strftime("%Y-%m-%dT%H:%M") if close else ""
