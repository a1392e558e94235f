"""Where everybody is today: counts as words and shapes, and a way to call."""

from typing import Any

from flask import Blueprint, Response, request

from webapp.attendance.queries.phones import new_phones
from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.pages.supervisor import sheet as sheets
from webapp.pages.supervisor.sheet import Entry
from webapp.schedules import queries as schedules

bp = Blueprint("supervisor_team", __name__, url_prefix="/team")

GROUPS = ("not_in", "at_store", "waiting", "finished", "off")


@bp.get("")
@allow(Role.SUPERVISOR)
def index() -> Response:
    return hx.respond("supervisor/team.html", "counts", polled=request.args.get("counts") == "1", **_context())


def _context() -> dict[str, Any]:
    user, at = me(), clock.now()
    today = sheets.today(user, at=at)
    shown = sheets.sheet(user, today, at=at, money=False)
    groups: dict[str, list[Entry]] = {name: [] for name in GROUPS}
    for entry in shown.entries:
        groups[whereabouts(entry)].append(entry)
    return {
        "groups": groups,
        "on": today,
        "at": at,
        "phones": new_phones(user, at),
        "asked": schedules.leave_waiting_count(user, today) + schedules.swaps_waiting_count(user, today),
        "badges": {"confirm": sum(sheets.dates_to_look_at(user, today).values())},
    }


def whereabouts(entry: Entry) -> str:
    """not_in, at_store, waiting (for a decision), finished or off."""
    day, taps = entry.person.day, [mark for mark in entry.person.marks if mark.void_at is None]
    if day is not None and day.confirmed == "absent":
        return "off"
    if not taps and day is not None and day.first_in:
        return "finished" if day.last_out or day.over else "at_store"
    if not taps:
        return "off" if entry.group == "off" else "not_in"
    if day is not None and day.undecided:
        return "waiting"
    return "at_store" if taps[-1].kind == "in" and not (day and day.over) else "finished"
