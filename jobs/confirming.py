"""Reminding supervisors of attendance that should have been confirmed by now, once a day each."""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from jobs.base import job, read
from jobs.queues import LONG
from webapp.attendance.queries import waiting_since
from webapp.attendance.rules.settings import read_policy
from webapp.core.clock import now
from webapp.core.db import do
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people import queries as people
from webapp.people.models import Branch

DAYS, FIRST, LAST = 7, "09:00", "21:00"


@job(timeout=LONG)
def remind() -> int:
    """By each branch's clock, at hours people are awake. The first of a day is told, the others are the same."""
    at, made = now(), 0
    for branch in read(people.all_branches):
        if FIRST <= f"{at.astimezone(ZoneInfo(branch.timezone)):%H:%M}" < LAST:
            made += _branch(branch, at)
    return made


def _branch(branch: Branch, at: datetime) -> int:
    today = at.astimezone(ZoneInfo(branch.timezone)).date()
    ended = at - timedelta(hours=read_policy(branch.attendance).confirm_hours)
    told = []
    for staff_no in read(partial(people.supervisor_numbers, branch.id, today)):
        found = read(partial(_overdue, staff_no, ended, at))
        if found:
            who, dates = found
            oldest, key = min(dates), f"overdue|{who}|{today}"
            params = {"number": sum(dates.values()), "day_on": oldest.isoformat()}
            told.append(Told(who, "notice_confirm_overdue", key, f"/confirm?on={oldest}", params))
    return do(notices.tell, told=told, at=at) if told else 0


def _overdue(staff_no: str, ended: datetime, at: datetime) -> tuple[int, dict[date, int]] | None:
    """Whose, and {date: how many}; those of whom they stand in for too."""
    user = people.as_actor(staff_no, at=at)
    if user is None:
        return None
    today = at.astimezone(user.branch.zone).date()
    counts = waiting_since(user, [today - timedelta(days=back) for back in range(DAYS)], ended)
    late = {on: number for on, (_, number) in counts.items() if number}
    return (user.id, late) if late else None
