"""The end of a year: what everybody has left goes into the next one, as far as each kind allows."""

from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import Any

from flask import Blueprint, Response, flash, request
from pydantic import Field

from webapp.core import audit, clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, lang
from webapp.people import queries as people
from webapp.schedules import queries, service
from webapp.schedules.rules import carried_until, halves_number

bp = Blueprint("hr_leave_carry", __name__, url_prefix="/hr/schedule/leave/carry")
PAGE = 100
SECONDS_PER_REQUEST = 2.0
YEARS = 2
Key = Callable[[queries.CarryLine], Any]
SORTS: dict[str, Key] = {
    "number": lambda line: line.staff_no,
    "name": lambda line: line.name,
    "left": lambda line: line.carry.left,
    "carried": lambda line: line.carry.carried,
    "lapses": lambda line: line.carry.lapses,
    "difference": lambda line: abs(line.difference),
}


class CarryForm(Form):
    """`after`: the last person an earlier request of the same act came to."""

    branch_id: int
    year: int = Field(ge=2000, le=2199)
    after: int = 0


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    year = request.args.get("year", _today().year - 1, type=int)
    return _show(request.args.get("branch_id", me().branch_id, type=int), year)


@bp.post("")
@allow(*OFFICE)
def carry() -> Response:
    """Some seconds of it; the page asks again for the others. Nobody is done twice."""
    form = read_form(CarryForm)
    if not form.ok:
        return _show(request.form.get("branch_id", me().branch_id, type=int), _today().year - 1, form.status)
    branch_id, year = form.data.branch_id, form.data.year
    branch = _branch(branch_id)
    try:
        service.check_year_over(year=year, now=_today().year)
    except DomainError as error:
        return _show(branch_id, _today().year - 1, error.status, explain(error))
    waiting = {line.employee_id for line in queries.carrying(me(), branch, year, _today()) if line.waits}
    after = _carry([who for who in sorted(waiting) if who > form.data.after], branch_id, year)
    if after is not None and hx.wants_fragment():
        return _show(branch_id, year, after=after)
    if after is not None:
        flash(gettext("Some people are still to come. Go on."), "att")
    else:
        flash(gettext("What was left of %(year)s is carried over. People see it on their phones.", year=year), "ok")
    return hx.redirect(f"/hr/schedule/leave/carry?branch_id={branch_id}&year={year}")


def _carry(waiting: list[int], branch_id: int, year: int) -> int | None:
    """One unit of work per person; the last one done when the time was over before all were."""
    note = gettext("Left of %(year)s", year=year)
    deadline = monotonic() + SECONDS_PER_REQUEST
    with audit.as_one(f"carry:{branch_id}:{year}"):
        for n, who in enumerate(waiting, 1):
            try:
                do(service.carry_leave, by=me(), employee_id=who, year=year, note=note, at=clock.now())
            except DomainError as error:
                flash(f"{people.names({who}).get(who, who)}: {explain(error)}", "att")
            if n < len(waiting) and monotonic() > deadline:
                return who
    return None


def _show(branch_id: int, year: int, status: int = 200, problem: str = "", after: int | None = None) -> Response:
    user, now = me(), _today().year
    branch = _branch(branch_id)
    year = min(max(year, now - YEARS), now - 1)
    lines = queries.carrying(user, branch, year, _today())
    sort = request.args.get("sort", "number")
    sort = sort if sort.removeprefix("-") in SORTS else "number"
    lines.sort(key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    pages = max(1, -(-len(lines) // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    kinds = [one for one in queries.leave_types(branch_id) if one.carry_halves and one.yearly_halves is not None]
    waits = {line.employee_id for line in lines if line.waits}
    context: dict[str, Any] = {
        "branch_id": branch_id, "branch_options": _options(), "year": year, "sort": sort, "page": page, "pages": pages,
        "years": [(one, str(one)) for one in range(now - YEARS, now)], "total": len(lines), "number": halves_number,
        "rows": lines[(page - 1) * PAGE : page * PAGE], "problem": problem, "after": after, "waits": len(waits),
        "done": len({line.employee_id for line in lines if line.done is not None}),
        "carried": sum(line.carry.carried for line in lines if line.waits),
        "lapses": sum(line.carry.lapses for line in lines), "name": _name,
        "kinds": [(_name(one), one, carried_until(year + 1, one.carry_months)) for one in kinds],
        "differ": sum(1 for line in lines if line.difference),
    }  # fmt: skip
    if after is not None:
        return hx.respond("hr/leave_carry.html", "state", **context)
    return hx.respond("hr/leave_carry.html", status=status, **context)


def _name(kind: Any) -> str:
    return kind.name_zh if lang() == "zh" else kind.name_en


def _options() -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in people.branches(me().branch_ids)]


def _branch(branch_id: int) -> Any:
    """Raises NotFound."""
    found = next((one for one in people.branches(me().branch_ids) if one.id == branch_id), None)
    if found is None:
        raise NotFound("not_found")
    return found


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
