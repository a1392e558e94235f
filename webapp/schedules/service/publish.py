"""Telling people of their roster: exactly the days that differ from what they were told last."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.errors import N_, words
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.schedules import policy
from webapp.schedules.queries import Cell, News, mark_of, untold
from webapp.schedules.service.common import lock
from webapp.schedules.service.marks import Pair, remember, told_of


def publish(*, by: SignedIn, people: Sequence[int], first_on: date, last_on: date, at: datetime) -> tuple[int, int]:
    """Tell everybody of their new and changed days, each in one notice. (people, days). Twice tells nobody twice.

    Raises NotFound, Forbidden, Invalid.
    """
    lock(people)
    news = untold(by, people, first_on, last_on, at)
    if not news:
        return 0, 0
    before = told_of([one.employee_id for one in news], first_on, last_on)
    marks = {(cell.employee_id, cell.on): mark_of(cell) for one in news for cell in one.cells}
    remember(by, marks, at)
    notices.tell(told=[_notice(by, one, before, marks) for one in news], at=at)
    for one in news:
        audit.record(
            actor_id=by.id,
            action="roster.told",
            object_type="schedule",
            object_id=f"{one.employee_id}|{one.cells[0].on}",
            branch_id=one.branch_id,
            after={"dates": [cell.on.isoformat() for cell in one.cells], **policy.standing_for(by, one.employee_id)},
            at=at,
        )
    return len(news), len(marks)


def _notice(by: SignedIn, news: News, before: Mapping[Pair, tuple[str, datetime]], marks: Mapping[Pair, str]) -> Told:
    """Its key names what was told before and what is told now, so that two taps at once are one notice, and a day
    that becomes again what it was once is told again.
    """
    pairs = [(cell.employee_id, cell.on) for cell in news.cells]
    text = "|".join(f"{on}{before.get((who, on))}{marks[who, on]}" for who, on in pairs)
    first = news.cells[0].on.isoformat()
    code = "notice_roster" if len(pairs) > 1 else "notice_roster_one"
    params: dict[str, Any] = {"name": by.name, "number": len(pairs), "day_on": first}
    if len(pairs) == 1:
        params["what_line"] = _what(news.cells[0])
    key = f"roster|{news.employee_id}|{sha256(text.encode()).hexdigest()}"
    return Told(news.employee_id, code, key, f"/plan?day={first}", params)


def _what(cell: Cell) -> tuple[str, dict[str, Any]]:
    """The day in a few words."""
    day = cell.expected
    if day.kind != "work" or day.starts_at is None or day.ends_at is None:
        return f"day_{day.kind}", {}
    begins, ends = (moment.astimezone(cell.zone).strftime("%H:%M") for moment in (day.starts_at, day.ends_at))
    return "roster_hours", {"begins": begins, "ends": ends, "visits": len(cell.stops)}


words({"roster_hours": N_("%(begins)s–%(ends)s, planned visits: %(visits)s")})
