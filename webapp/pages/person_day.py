"""One person's day: shift and planned visits; the same page for HR and supervisors."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.ids import row_id
from webapp.people.models import Branch, Employee
from webapp.schedules import policy, queries, service
from webapp.schedules.rules import PlannedStop, Stop, day_in_reach, monday_of
from webapp.sites import queries as sites

BLANK_ROWS = 3
Saved = Callable[[Employee, date], Response]


class DayForm(Form):
    """`day` is "", rest, work or the number of a shift; the lists are one entry per row. `quick`: the day alone."""

    quick: bool = False
    day: str = ""
    stop: list[str] = []
    starts: list[str] = []
    ends: list[str] = []


def add(bp: Blueprint, *, template: str, back: str, roles: tuple[Role, ...], saved: Saved | None = None) -> None:
    """Give a schedule's blueprint the person's day; `back` may hold {on} and {monday}.

    saved: what htmx gets once a day opened beside a table is saved.
    """

    @bp.get("/<int:employee_id>")
    @allow(*roles)
    def person_day(employee_id: int) -> Response:
        return _show(template, back, employee_id, _date())

    @bp.post("/<int:employee_id>")
    @allow(*roles)
    def save_person_day(employee_id: int) -> Response:
        form, work_date = read_form(DayForm), _date()
        someone, _ = queries.person(me(), employee_id)
        try:
            if form.ok:
                _save(someone, work_date, form.data)
        except DomainError as error:
            error.field = {"kind": "day", "shift_id": "day", "stops": "stop"}.get(error.field or "", error.field)
            form.refuse(error)
        if form.errors:
            return _show(template, back, employee_id, work_date, form)
        if saved and hx.wants_fragment():
            return saved(someone, work_date)
        flash(gettext("Saved."), "ok")
        return hx.redirect(_back(back, work_date))


def _save(someone: Employee, work_date: date, data: DayForm) -> None:
    shift_id = row_id(data.day)
    kind = "work" if shift_id is not None else data.day or None
    day: dict[str, Any] = {"employee_id": someone.id, "work_date": work_date, "kind": kind, "shift_id": shift_id}
    if data.quick:
        do(service.set_day, by=me(), at=clock.now(), **day)
        return
    named = {site.code: site.id for site in sites.plannable(me(), someone.branch_id)}
    named |= {_code(_label(stop)): stop.site_id for stop in queries.plan(someone.id, work_date)}
    rows = zip_longest(data.stop, data.starts, data.ends, fillvalue="")
    stops = [PlannedStop(_site(named, site), starts or None, ends or None) for site, starts, ends in rows if site]
    if stops and all(stop.starts for stop in stops):
        stops.sort(key=lambda stop: str(stop.starts).zfill(5))
    do(service.schedule_day, by=me(), at=clock.now(), stops=stops, **day)


def _show(template: str, back: str, employee_id: int, on: date, form: Bound[Any] | None = None) -> Response:
    user = me()
    someone, branch = queries.person(user, employee_id)
    cell = queries.cells([someone.id], [on], branch)[someone.id, on]
    data = form or _now(someone.id, on, cell.stops)
    today = clock.now().astimezone(cell.zone).date()
    context: dict[str, Any] = {
        "person": someone, "on": on, "cell": cell, "form": form, "data": data, "back": _back(back, on),
        "rows": _rows(data.values), "site_options": _sites(someone),
        "day_options": _days(branch, str(data.values.get("day", ""))),
        "action": request.full_path, "swaps": hx.wants_fragment(),
        "locked": not (policy.can_change(user, someone.id) and policy.can_change_on(user, on, today)),
    }  # fmt: skip
    return hx.respond(template, "editor", status=data.status, **context)


def _now(employee_id: int, on: date, stops: Sequence[Stop]) -> Bound[Any]:
    row = queries.some_day(employee_id, on)
    day = "" if row is None else str(row.shift_id) if row.shift_id else row.kind
    lists = {
        "stop": [_label(stop) for stop in stops],
        "starts": [stop.starts or "" for stop in stops],
        "ends": [stop.ends or "" for stop in stops],
    }
    return blank({"day": day, **lists})


def _rows(values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is typed or stored, and some empty rows below it."""
    typed = zip_longest(values["stop"], values["starts"], values["ends"], fillvalue="")
    return [row for row in typed if any(row)] + [("", "", "")] * BLANK_ROWS


def _days(branch: Branch, chosen: str) -> list[tuple[str, str]]:
    """An archived shift stays in the list of a day that has it."""
    fixed = [
        ("", gettext("As the calendar and the week say")),
        ("rest", gettext("Rest")),
        ("work", gettext("Work, usual hours")),
    ]
    shifts = [shift for shift in queries.shifts([branch.id]) if shift.archived_at is None or str(shift.id) == chosen]
    return fixed + [(str(shift.id), f"{shift.name} {shift.start}–{shift.end}") for shift in shifts]


def _sites(someone: Employee) -> list[str]:
    return [f"{site.code} · {site.name}" for site in sites.plannable(me(), someone.branch_id)]


def _site(named: dict[str, int], written: str) -> int:
    found = named.get(_code(written)) or named.get(written.strip())
    if found is None:
        raise Invalid("unknown_site", "stop", written=written[:40])
    return found


def _code(label: str) -> str:
    return label.partition(" · ")[0].strip()


def _label(stop: Stop) -> str:
    return f"{stop.code} · {stop.name}"


def _back(back: str, on: date) -> str:
    return back.format(on=on.isoformat(), monday=monday_of(on).isoformat())


def _date() -> date:
    """The work date in the address (?on=); today when there is none. Raises NotFound for nonsense."""
    written = request.args.get("on")
    on = clock.now().astimezone(me().branch.zone).date() if written is None else day_in_reach(written)
    if on is None:
        raise NotFound("not_found")
    return on
