"""The visit log: a day or a month."""

from calendar import Calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request

from webapp.attendance import queries as attendance
from webapp.attendance.rules import DayResult, excusable
from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.i18n import date_text, ngettext, say
from webapp.pages.day_shapes import chip, shape, status_word
from webapp.pages.punch_lines import seen
from webapp.pages.rep.asked import asked
from webapp.rewards import queries as rewards
from webapp.rewards.rules import Earned
from webapp.schedules import queries as schedules
from webapp.visits import queries

bp = Blueprint("rep_visits", __name__, url_prefix="/visits")

OLDEST = date(2000, 1, 1)


@bp.get("")
@allow(Role.REP)
def index() -> Response:
    """`view=day&day=2026-11-22` or `view=month&month=2026-11`; without anything, today."""
    user, today = me(), _today(me())
    if request.args.get("view") == "month" or (request.args.get("month") and "view" not in request.args):
        return hx.respond("rep/visits.html", "shown", view="month", **_month(user, _month_asked(today), today))
    return hx.respond("rep/visits.html", "shown", view="day", **_day(user, _day_asked(today), today))


def askable(day: DayResult | None, has_come: bool) -> list[str]:
    """What a rep may ask about a day."""
    if not has_come:
        return excusable(day) if day else []
    more = [kind for kind, same in (("field", "field_work"), ("leave", "leave")) if day is None or day.status != same]
    return (excusable(day) if day else []) + ["forgot_in", *more]


def _day(user: SignedIn, on: date, today: date) -> dict[str, Any]:
    pair = (user.id, on)
    day = attendance.days([pair]).get(pair)
    visits = queries.on_day(user.id, on)
    earned = rewards.earned_today(user.id, on, clock.now()) if user.sees_money and day else None
    plan = schedules.plan(user.id, on) if on >= today else []
    left = [stop for stop in plan if stop.site_id not in {visit.site_id for visit in visits}]
    return {
        "on": on,
        "today": today,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < today + timedelta(days=60) else None,
        "result": day,
        "hours": attendance.expectation_of(day).parts if day and day.scheduled else (),
        "chip": chip(day),
        "seen": seen(pair, (), user.branch.zone) if day else None,
        "visits": visits,
        "worth": _worth(earned),
        "earned": earned,
        "plan": left,
        "requests": asked(user, on) if day else [],
        "can_ask": bool(askable(day, on <= today)),
        "currency": user.branch.currency,
    }


def _month(user: SignedIn, first: date, today: date) -> dict[str, Any]:
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    days = {on: day for (_, on), day in attendance.days([(user.id, on) for on in span]).items()}
    counts = queries.counts(user.id, first, last)
    return {
        "month": first,
        "earlier": (first - timedelta(days=1)).replace(day=1),
        "later": last + timedelta(days=1) if last < today else None,
        "weeks": _weeks(first, days, counts, today),
        "notable": [(on, day, chip(day)) for on, day in sorted(days.items(), reverse=True) if _is_notable(day)],
        "streak": _streak(user, days, today),
        "visits_in_month": sum(counts.values()),
    }


def _weeks(
    first: date, days: Mapping[date, DayResult], counts: Mapping[date, int], today: date
) -> list[list[dict[str, Any]]]:
    return [
        [_cell(on, first, days.get(on), counts.get(on, 0), today) for on in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]


def _cell(on: date, first: date, day: DayResult | None, visits: int, today: date) -> dict[str, Any]:
    if on.month != first.month:
        return {"day": on.day, "off": True, "kind": "", "href": None, "icon": None, "today": False, "text": ""}
    kind, icon = shape(day)
    words = [date_text(on), say(status_word(day)) if day else ""]
    words.append(ngettext("%(num)s visit", "%(num)s visits", visits) if visits else "")
    text = ", ".join(word for word in words if word)
    href = f"/visits?view=day&day={on}"
    return {"day": on.day, "off": False, "kind": kind, "icon": icon, "href": href, "today": on == today, "text": text}


def _streak(user: SignedIn, days: Mapping[date, DayResult], today: date) -> dict[str, int] | None:
    """The run of good days as the rule in force counts it, at the newest known day of this month."""
    known = [on for on in days if on <= today]
    if not known or not user.sees_money or max(known).month != today.month:
        return None
    earned = rewards.earned_today(user.id, max(known), clock.now())
    for line in earned.lines if earned else ():
        if line.code.startswith("streak_"):
            run, goal = line.params["run"], line.params["days"]
            return {"run": run, "days": goal, "now": (run - 1) % goal + 1 if run else 0}
    return None


def _worth(earned: Earned | None) -> dict[int, int]:
    """{visit: amount} of the day's visits that are worth something."""
    lines = earned.lines if earned else ()
    return {line.params["visit_id"]: line.amount for line in lines if "visit_id" in line.params and line.amount}


def _is_notable(day: DayResult) -> bool:
    return (
        day.status in ("late", "serious_late", "early_leave", "missing_out", "missing_in", "absent", "unheard")
        or day.open_exceptions > 0
    )


def _today(user: SignedIn) -> date:
    return clock.now().astimezone(user.branch.zone).date()


def _day_asked(today: date) -> date:
    return parsed_date(request.args.get("day", "")) or today


def _month_asked(today: date) -> date:
    return parsed_date(f"{request.args.get('month', '')}-01") or today.replace(day=1)


def parsed_date(text: str) -> date | None:
    """An ISO date that can be worked on."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if OLDEST <= found <= date(2100, 1, 1) else None
