"""Signals: what each weighs in a branch with how often it was wrong, and one person's history."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, request
from pydantic import create_model

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.queries import SignalCount
from webapp.attendance.rules.signals import WEIGHTS, SignalSettings
from webapp.attendance.rules.signals import settings as limits
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import ngettext
from webapp.pages.signal_lines import reasons
from webapp.people import queries as people
from webapp.people.models import Branch

bp = Blueprint("hr_signals", __name__, url_prefix="/hr")
PERIODS = (30, 90, 365)
_WEIGHTS: dict[str, Any] = {f"weight_{code}": (int, ...) for code in WEIGHTS}


class _Frame(Form):
    threshold: int
    kmh: int
    on: list[str] = []
    version: int = 0


SignalsForm = create_model("SignalsForm", __base__=_Frame, **_WEIGHTS)


@bp.get("/settings/<int:branch_id>/signals")
@allow(*OFFICE)
def show(branch_id: int) -> Response:
    return _show(_branch(branch_id))


@bp.post("/settings/<int:branch_id>/signals")
@allow(*OFFICE)
def change(branch_id: int) -> Response:
    branch, form = _branch(branch_id), read_form(SignalsForm)
    if not form.ok:
        return _show(branch, form)
    try:
        do(
            service.set_signals, by=me(), branch_id=branch_id, version=form.data.version, settings=_settings(form.data),
            at=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return _show(_branch(branch_id), form.refuse(error))
    flash(gettext("Saved. Days that are not paid yet are weighed anew."), "ok")
    return hx.redirect(f"/hr/settings/{branch_id}/signals")


@bp.get("/people/<int:employee_id>/signals")
@allow(*OFFICE)
def person(employee_id: int) -> Response:
    someone = people.employee(me(), employee_id)
    found = attendance.signal_history(me(), employee_id, request.args.get("page", 1, type=int))
    told = iter(reasons([signal for row in found.rows for signal in row.signals]))
    each = {row.check_in_id: [next(told) for _ in row.signals] for row in found.rows}
    context: dict[str, Any] = {"person": someone, "found": found, "reasons": each}
    return hx.respond("hr/person_signals.html", **context)


def _settings(data: Any) -> dict[str, Any]:
    weights = {code: getattr(data, f"weight_{code}") for code in WEIGHTS}
    off = sorted(WEIGHTS.keys() - set(data.on))
    return {"threshold": data.threshold, "kmh": data.kmh, "weights": weights, "off": off}


def _show(branch: Branch, form: Bound[Any] | None = None) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    settings = SignalSettings.of(branch.signals)
    weights = {f"weight_{code}": weight for code, weight in settings.weights.items()}
    on = [code for code in WEIGHTS if code not in settings.off]
    data = form or blank({"threshold": settings.threshold, "kmh": settings.kmh, "on": on, **weights})
    data.values["version"] = branch.version
    days = request.args.get("days", 90, type=int)
    days = days if days in PERIODS else 90
    today = clock.now().astimezone(branch.zone).date()
    counts = attendance.signal_counts(branch.id, today - timedelta(days=days), today)
    context: dict[str, Any] = {
        "branch": branch, "form": form, "data": data, "usual": WEIGHTS, "days": days, "limits": limits,
        "counts": {code: counts.get(code, SignalCount()) for code in WEIGHTS},
        "periods": [(n, ngettext("%(num)s day", "%(num)s days", n)) for n in PERIODS],
    }  # fmt: skip
    return hx.respond("hr/signals.html", status=data.status, **context)


def _branch(branch_id: int) -> Branch:
    branch = people.branch(branch_id) if branch_id in me().branch_ids else None
    if branch is None:
        raise NotFound("not_found")
    return branch
