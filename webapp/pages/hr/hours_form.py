"""The hours of a shift or a store type: what the form holds, and what it says."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response

from webapp.core import hx
from webapp.core.authz import OFFICE, allow
from webapp.core.errors import DomainError
from webapp.core.forms import Form, read_form
from webapp.core.i18n import explain, say
from webapp.pages.demand_words import demands
from webapp.schedules.rules import (
    NO_TERMS,
    SHIFT_KINDS,
    WINDOW,
    ShiftTimes,
    Terms,
    hhmm,
    read_breaks,
    read_terms,
    shift_times,
)

bp = Blueprint("hr_hours", __name__, url_prefix="/hr/schedule/hours")


class HoursForm(Form):
    """`kind` is missing in a form that knows nothing of terms; they stay as they are then."""

    start: str
    end: str
    grace_minutes: int = 0
    kind: str | None = None
    core_start: str = ""
    core_end: str = ""
    breaks: str = ""
    break_minutes: int = 0
    minimum: int = 0
    serious: int = 0
    before: int = WINDOW
    after: int = WINDOW


class PreviewForm(HoursForm):
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class HoursFields:
    """What the fields need beside their values."""

    kinds: list[tuple[str, str]]
    says: list[str]
    problem: str = ""
    reach: int = WINDOW


@bp.post("/preview")
@allow(*OFFICE)
def preview() -> Response:
    """What the form, as it is typed, would demand; nothing is kept."""
    form = read_form(PreviewForm)
    problem = next(iter(form.errors.values()), "")
    if problem:
        return hx.respond("hr/hours_says.html", hours=HoursFields([], [], problem))
    return hx.respond("hr/hours_says.html", hours=_said(form.data))


def hours_fields(hours: ShiftTimes | None) -> HoursFields:
    """`hours`: those to describe, when they are known to be right."""
    kinds = [(kind, say(f"shift_kind_{kind}")) for kind in SHIFT_KINDS]
    return HoursFields(kinds, demands(hours) if hours else [])


def terms_of(data: HoursForm) -> Terms | None:
    """What was typed; None: nothing about terms was. Raises Invalid with the field."""
    if data.kind is None:
        return None
    numbers = {name: getattr(data, name) for name in ("break_minutes", "minimum", "serious", "before", "after")}
    core = None
    if data.kind == "core" and (data.core_start or data.core_end):
        core = (hhmm(data.core_start, field="core_start"), hhmm(data.core_end, field="core_end"))
    return Terms(kind=data.kind, core=core, breaks=read_breaks(data.breaks), **numbers)  # type: ignore[arg-type]


def known_hours(data: HoursForm) -> dict[str, Any]:
    """As the verbs take them. Raises Invalid with the field."""
    return {"start": data.start, "end": data.end, "grace_minutes": data.grace_minutes, "terms": terms_of(data)}


def hours_of(row: Any) -> ShiftTimes:
    """Of a shift, or of what one was before."""
    return ShiftTimes(row.start, row.end, row.grace_minutes, read_terms(row.terms))


def terms_values(terms: Terms) -> dict[str, Any]:
    """As the form shows them."""
    first, last = terms.core or ("", "")
    breaks = ", ".join(f"{since}–{till}" for since, till in terms.breaks)
    numbers = {name: getattr(terms, name) for name in ("break_minutes", "minimum", "serious", "before", "after")}
    return {"kind": terms.kind, "core_start": first, "core_end": last, "breaks": breaks, **numbers}


def _said(data: HoursForm) -> HoursFields:
    try:
        return HoursFields(
            [], demands(shift_times(data.start, data.end, data.grace_minutes, terms_of(data) or NO_TERMS))
        )
    except DomainError as error:
        return HoursFields([], [], explain(error))
