"""A rep's own plan: the week, the visits of a day in order with the way between them, and a shorter way."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, request

from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError
from webapp.core.forms import Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import date_text, explain, ngettext
from webapp.schedules import queries, service
from webapp.schedules.rules import Stop, day_in_reach, monday_of
from webapp.schedules.rules.route import by_time, legs, suggested, total_m
from webapp.visits import queries as visits

bp = Blueprint("rep_plan", __name__, url_prefix="/plan")
WEEK, AHEAD = timedelta(days=7), timedelta(days=60)
WORTH_M = 100
"""A way that is shorter by less is no news."""


class OrderForm(Form):
    on: date
    seen: list[int] = []
    order: list[int] = []


@bp.get("")
@allow(Role.REP)
def index() -> Response:
    return hx.respond("rep/plan.html", **_context(me()))


@bp.post("/order")
@allow(Role.REP)
def reorder() -> Response:
    form = read_form(OrderForm)
    if not form.ok:
        return hx.redirect("/plan")
    said = form.data
    try:
        do(service.reorder_own_plan, by=me(), work_date=said.on, seen=said.seen, order=said.order, at=clock.now())
    except (Conflict, DomainError) as error:
        flash(explain(error), "att")
    else:
        flash(gettext("Your visits are in the new order."), "ok")
    return hx.redirect(f"/plan?day={said.on}")


def _context(user: SignedIn) -> dict[str, Any]:
    today = clock.now().astimezone(user.branch.zone).date()
    on = day_in_reach(request.args.get("day", "")) or today
    monday = monday_of(on)
    week = [(user.id, monday + timedelta(days=n)) for n in range(7)]
    plans, expected = queries.plans(week), queries.expectations(week, user.branch)
    stops = plans.get((user.id, on), [])
    been = {visit.site_id for visit in visits.on_day(user.id, on)} if on <= today else set()
    return {
        "on": on, "today": today, "expected": expected[user.id, on],
        "before": on - WEEK, "after": on + WEEK if on + WEEK <= today + AHEAD else None,
        "week": [_cell(pair[1], on, len(plans.get(pair, [])), expected[pair].scheduled) for pair in week],
        "stops": list(zip(stops, legs(stops), (stop.site_id in been for stop in stops), strict=True)),
        "total": total_m(stops), **_shorter(user, stops, on >= today),
    }  # fmt: skip


def _shorter(user: SignedIn, stops: Sequence[Stop], to_come: bool) -> dict[str, Any]:
    """The suggested order where it spares a way; the rep may take it while no visit has a time, and the branch lets
    reps decide.
    """
    order = suggested(stops)
    better = [stops[n] for n in order]
    spared = total_m([stops[n] for n in by_time(stops)]) - total_m(better)
    if spared < WORTH_M:
        return {"better": None}
    timed = any(stop.starts or stop.ends for stop in stops)
    own = queries.roster_policy(user.branch_id).own_order
    why_not = "plan_timed" if timed else "" if own else "plan_order_off"
    shown = list(zip(better, legs(better), strict=True))
    return {
        "better": shown, "better_total": total_m(better), "spared": spared, "order": order,
        "may_apply": to_come and not why_not, "why_not": why_not if to_come else "",
    }  # fmt: skip


def _cell(day: date, on: date, number: int, scheduled: bool) -> dict[str, Any]:
    """One day of the strip: how many visits, and whether it is worked at all."""
    told = ngettext("%(num)s visit", "%(num)s visits", number) if number else ""
    words = [date_text(day, "long"), told or ("" if scheduled else gettext("day off"))]
    text = ", ".join(word for word in words if word)
    icon = "map-pin" if number else None
    return {"day": day.day, "href": f"/plan?day={day}", "text": text, "today": day == on, "icon": icon, "kind": ""}
