"""Telling people of their roster: exactly the days that differ from what they were told last."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from webapp.core import audit, outbox, periodic
from webapp.core.authz import SignedIn
from webapp.core.errors import N_, words
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people.service.near_days import ROSTER_CHANGED
from webapp.schedules import policy
from webapp.schedules.queries import Cell, News, mark_of, untold, untold_soon
from webapp.schedules.service.common import lock
from webapp.schedules.service.marks import Pair, remember, told_of


def publish(*, by: SignedIn, people: Sequence[int], first_on: date, last_on: date, at: datetime) -> tuple[int, int]:
    """Tell everybody of their new and changed days, each in one notice. (people, days). Twice tells nobody twice.

    Raises NotFound, Forbidden, Invalid.
    """
    lock(people)
    news = untold(by, people, first_on, last_on, at)
    return len(news), _tell(by, news, at)


def tell_changed(*, people: Sequence[int], at: datetime) -> int:
    """Tell these of what is new in their next days, by itself; how many were told. Twice tells nobody twice."""
    lock(people)
    news = untold_soon(people, at)
    _tell(None, news, at)
    return len(news)


def tell_evening(*, branch_id: int, on: date, over: bool = False, at: datetime) -> bool:
    """Have a branch's people told of coming days nobody told them of; True the first time that evening.

    over: that day is past. Only if nobody was there to do it is it made up for.
    """
    slot = datetime(on.year, on.month, on.day, tzinfo=UTC)
    take = periodic.take_missed if over else periodic.take
    if not take(name=f"rosters|{branch_id}", slot=slot, at=at):
        return False
    outbox.put(ROSTER_CHANGED, f"evening {branch_id}|{on}", {"branch_id": branch_id}, at)
    return True


def _tell(by: SignedIn | None, news: Sequence[News], at: datetime) -> int:
    """How many days."""
    if not news:
        return 0
    dates = [cell.on for one in news for cell in one.cells]
    before = told_of([one.employee_id for one in news], min(dates), max(dates))
    marks = {(cell.employee_id, cell.on): mark_of(cell) for one in news for cell in one.cells}
    remember(by, marks, at)
    notices.tell(told=[_notice(by, one, before, marks) for one in news], at=at)
    for one in news:
        audit.record(
            actor_id=by.id if by else None,
            action="roster.told",
            object_type="schedule",
            object_id=f"{one.employee_id}|{one.cells[0].on}",
            branch_id=one.branch_id,
            after={
                "dates": [cell.on.isoformat() for cell in one.cells],
                **(policy.standing_for(by, one.employee_id) if by else {}),
            },
            at=at,
        )
    return len(marks)


def _notice(
    by: SignedIn | None, news: News, before: Mapping[Pair, tuple[str, datetime]], marks: Mapping[Pair, str]
) -> Told:
    """Its key names what was told before and what is told now, so that two taps at once are one notice, and a day
    that becomes again what it was once is told again.
    """
    pairs = [(cell.employee_id, cell.on) for cell in news.cells]
    text = "|".join(f"{on}{before.get((who, on))}{marks[who, on]}" for who, on in pairs)
    first = news.cells[0].on.isoformat()
    code = ("notice_roster" if by else "notice_roster_new") + ("" if len(pairs) > 1 else "_one")
    params: dict[str, Any] = {"number": len(pairs), "day_on": first, **({"name": by.name} if by else {})}
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
