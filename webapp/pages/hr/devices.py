"""Attendance devices: how each one stands, adding one, one device's page."""

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request, session

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.core.ids import row_id
from webapp.devices import queries, service
from webapp.devices.adapters import adapters
from webapp.devices.queries import Device, DeviceFilter
from webapp.devices.rules import ALARMS, last_move
from webapp.pages.hr import device_words as words
from webapp.pages.hr.device_form import DeviceForm, branch_options, fields_of, kinds, options, shape, values_of
from webapp.people import queries as people

bp = Blueprint("hr_devices", __name__, url_prefix="/hr/devices")
STATES = ("current", "active", "paused", "retired", "all")
STEPS = {"pause": "paused", "resume": "active", "retire": "retired"}


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user, wanted = me(), _filter()
    found = queries.devices(user, wanted, clock.now())
    waiting = {
        "ids": queries.unmapped_count(user),
        "held": queries.held_count(user),
        "new": queries.waiting_count(user),
    }
    return hx.respond(
        "hr/devices.html", found=found, wanted=wanted, form=blank(asdict(wanted)), words=words, waiting=waiting,
        empty=not found.total and not queries.any_device(user), branch_options=branch_options(user),
        alarm_options=[("any", gettext("Any alarm")), *((code, say(f"device_{code}")) for code in ALARMS)],
        state_options=_state_options(),
    )  # fmt: skip


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    args, user = request.args, me()
    kind = args.get("kind", "") if args.get("kind") in adapters() else kinds()[0][0]
    branch = people.branch(_branch_id(args.get("branch_id"))) or user.branch
    values = {"kind": kind, "branch_id": branch.id, "timezone": branch.timezone, "port": shape(kind)["port"]}
    return show_new(blank(values))


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form = read_form(DeviceForm)
    made = register(form)
    if made is None:
        return show_new(form)
    flash(gettext("The device is registered."), "ok")
    return hx.redirect(f"/hr/devices/{made}")


@bp.get("/<int:terminal_id>")
@allow(*OFFICE)
def show(terminal_id: int) -> Response:
    """With the address that has just been made for it, once."""
    made_for, address = session.get("listener") or (None, "")
    if made_for == terminal_id:
        del session["listener"]
    return show_device(terminal_id, address=address if made_for == terminal_id else "")


@bp.post("/<int:terminal_id>")
@allow(*OFFICE)
def change(terminal_id: int) -> Response:
    form, device = read_form(DeviceForm), the(terminal_id)
    restart, used, zone = False, queries.site_ids(terminal_id), device.row.branch_zone
    try:
        if form.ok:
            restart = do(
                service.change, by=me(), terminal_id=terminal_id, version=form.data.version,
                fields=fields_of(me(), device.row.branch_id, form.data, device.row.kind, used, zone=zone),
                at=clock.now(),
            )  # fmt: skip
    except DomainError as error:
        form.refuse(error)
    if not form.ok:
        return show_device(terminal_id, form)
    if restart:
        flash(
            gettext("Saved. The device learns its time zone when it is switched on the next time: restart it."), "att"
        )
    else:
        flash(gettext("Saved."), "ok")
    return hx.redirect(f"/hr/devices/{terminal_id}")


@bp.post("/<int:terminal_id>/<any(pause, resume, retire):step>")
@allow(*OFFICE)
def step(terminal_id: int, step: str) -> Response:
    do(service.set_state, by=me(), terminal_id=terminal_id, state=STEPS[step], at=clock.now())
    said = {
        "pause": gettext("Paused. What it sends is refused and stays on the device."),
        "resume": gettext("In use again. What stayed on the device comes by itself."),
        "retire": gettext("Retired. What it has sent stays."),
    }
    flash(said[step], "ok")
    return hx.redirect(f"/hr/devices/{terminal_id}")


def the(terminal_id: int) -> Device:
    """Raises NotFound."""
    device = queries.device(me(), terminal_id, clock.now())
    if device is None:
        raise NotFound("not_found")
    return device


def register(form: Bound[Any]) -> int | None:
    """None when the form has to be shown again."""
    try:
        if form.ok:
            fields = fields_of(me(), _mine(form.data.branch_id), form.data, form.data.kind)
            made: int = do(service.register, by=me(), branch_id=form.data.branch_id, fields=fields, at=clock.now())
            return made
    except DomainError as error:
        form.refuse(error)
    return None


def show_new(form: Bound[Any], **more: Any) -> Response:
    user, kind = me(), str(form.values.get("kind") or "")
    branch_id = _branch_id(str(form.values.get("branch_id") or ""))
    form.values["branch_id"] = branch_id
    context = {
        "form": form, "kind": kind, "branch_id": branch_id, "kind_options": kinds(), "shape": shape(kind),
        "branch_options": branch_options(user), "new": True, "waiting": None, **options(user, branch_id), **more,
    }  # fmt: skip
    return hx.respond("hr/device_new.html", status=form.status, **context)


def show_device(
    terminal_id: int, form: Bound[Any] | None = None, *, asked: Bound[Any] | None = None, address: str = ""
) -> Response:
    """What was typed stays; the version becomes the newest, so that saving again is a decision.

    `asked`: the form of something asked of the device; `address`: one that is shown this once.
    """
    user, device, places = me(), the(terminal_id), queries.places(terminal_id)
    zone, last = ZoneInfo(device.row.branch_zone), last_move(places)
    data = form or blank(values_of(user, device, queries.site_ids(terminal_id)))
    data.values["version"] = device.row.version
    return hx.respond(
        "hr/device.html", status=max(data.status, asked.status if asked else 200), device=device, asked=asked,
        address=address, form=data, words=words, kind=device.row.kind,
        places=places, zone=zone, last_move=last and last.astimezone(zone),
        recent=queries.recent(terminal_id), compared=queries.compared_days(terminal_id), missing=queries.missing,
        zones_read=queries.zones_read(terminal_id, device.row.timezone), shape=shape(device.row.kind), new=False,
        known_secret=bool(device.row.secret or device.row.comm_key_hash), **options(user, device.row.branch_id),
    )  # fmt: skip


def _branch_id(text: str | None) -> int:
    user, wanted = me(), row_id(text)
    return wanted if wanted in user.branch_ids else user.branch_id


def _mine(branch_id: int) -> int:
    """Raises NotFound."""
    if branch_id not in me().branch_ids:
        raise NotFound("not_found")
    return branch_id


def _state_options() -> list[tuple[str, str]]:
    return [
        ("current", gettext("Not retired")),
        *((state, say(f"terminal_state_{state}")) for state in ("active", "paused", "retired")),
        ("all", gettext("All")),
    ]


def _filter() -> DeviceFilter:
    args = request.args
    return DeviceFilter(
        q=args.get("q", "").strip()[:80],
        branch_id=row_id(args.get("branch_id")),
        state=args["state"] if args.get("state") in STATES else "current",
        alarm=args["alarm"] if args.get("alarm") in ("any", *ALARMS) else "",
        sort=args.get("sort", "name")[:20],
        page=args.get("page", 1, type=int),
    )
