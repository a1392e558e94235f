"""Every night each device that calls is compared with what we have of it; days that lack something are sent again.

Nothing is remembered between two looks but commands, their answers and the days: whatever is killed, the next look
goes on from there.
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import N_, Invalid, words
from webapp.devices.models import TerminalDay, TerminalState
from webapp.devices.queries import reconcile as known
from webapp.devices.rules.reconcile import LOOK_BACK, Day, days_to_compare, night_of, to_ask
from webapp.devices.service.commands import ask
from webapp.devices.service.registry import locked
from webapp.devices.service.store import insert_once

MEMORY = timedelta(days=8)
"""So long back answers are looked for; the days themselves are kept."""
PATIENCE = timedelta(days=2)
"""A device that was asked for a day and never answered is asked again."""
ARRIVES = timedelta(minutes=10)
"""After a device says that it sent a day again, its punches have so long to come and be read."""


def reconcile(*, terminal_id: int, at: datetime) -> int:
    """Take in what the device answered, and at night ask it anew; how many commands were queued."""
    standing = known.standing(terminal_id)
    if standing is None:
        return 0
    conn().execute(select(TerminalState.terminal_id).where(TerminalState.terminal_id == terminal_id).with_for_update())
    commands = known.commands_since(terminal_id, at - MEMORY)
    queued = _take_in(terminal_id, commands, at)
    night = night_of(at, ZoneInfo(standing.timezone))
    if night is None:
        return queued
    mine = [one for one in commands if one.created_at >= night and one.created_by is None]
    if not any(one.verb == "info" for one in mine):
        ask(terminal_id=terminal_id, verb="info", by=None, at=at)
        return queued + 1
    if any(one.verb == "verify" for one in mine) or not _counted(mine, standing, night):
        return queued
    today = at.astimezone(ZoneInfo(standing.timezone)).date()
    days = days_to_compare(known.kept_in_all(terminal_id), standing.device_count, today, settled=_surplus(terminal_id))
    for on in days:
        ask(terminal_id=terminal_id, verb="verify", params=_span(on), by=None, at=at)
    return queued + len(days)


def compare_now(*, by: SignedIn, terminal_id: int, at: datetime) -> int:
    """Ask a device how many punches it holds of each of the last days. Raises NotFound, Invalid (not in use)."""
    device = locked(by, terminal_id)
    if device.state != "active":
        raise Invalid("device_not_compared")
    today = at.astimezone(ZoneInfo(device.timezone)).date()
    days = [today - timedelta(days=back) for back in range(LOOK_BACK)]
    ask(terminal_id=terminal_id, verb="info", by=by.id, at=at)
    for on in days:
        ask(terminal_id=terminal_id, verb="verify", params=_span(on), by=by.id, at=at)
    audit.record(
        actor_id=by.id, action="terminal.compared", object_type="terminal", object_id=terminal_id,
        branch_id=device.branch_id, after={"days": len(days)}, at=at,
    )  # fmt: skip
    return len(days)


def _counted(mine: list[Any], standing: Any, night: datetime) -> bool:
    """The number in all is of this night; a device that would not say is compared day by day all the same."""
    fresh = standing.counted_at is not None and standing.counted_at >= night
    return fresh or any(one.verb == "info" and one.done_at is not None for one in mine)


def _take_in(terminal_id: int, commands: list[Any], at: datetime) -> int:
    """Answers become days; days that lack punches are asked for once, and looked at again when those had time."""
    days = known.known_days(terminal_id)
    counted = _answers(commands, days)
    sent = {} if known.has_unread(terminal_id) else _sent_again(commands, days, at)
    ours = known.kept_by_day(terminal_id, {*counted, *sent})
    for on in sent.keys() - counted.keys():
        _look_after(terminal_id, days[on], ours[on], came=sent[on], at=at)
    wanted = to_ask(
        Day(on, ours[on], theirs, days[on].settled if on in days else None) for on, theirs in counted.items()
    )
    for on, theirs in counted.items():
        waiting = _waits(days.get(on), at)
        asked = at if on in wanted and waiting is None else waiting
        _keep(terminal_id, on, {"ours": ours[on], "theirs": theirs, "asked_at": asked, "compared_at": at})
        if asked == at:
            ask(terminal_id=terminal_id, verb="query", params=_span(on), by=None, at=at)
    return sum(on in wanted for on in counted)


def _waits(day: Any, at: datetime) -> datetime | None:
    """When the day was asked for, while its punches may still come."""
    asked = day.asked_at if day is not None else None
    return asked if asked is not None and asked > at - PATIENCE else None


def _answers(commands: list[Any], days: dict[date, Any]) -> dict[date, int]:
    """{date: the device's number} that nobody has taken in yet; the newest answer of a date counts."""
    found: dict[date, int] = {}
    for one in commands:
        on, told = _day(one), str((one.answer or {}).get("attlogsum", ""))
        if one.verb != "verify" or on is None or one.done_at is None or not told.isdecimal() or len(told) > 9:
            continue
        if on not in days or one.done_at > days[on].compared_at:
            found[on] = int(told)
    return found


def _sent_again(commands: list[Any], days: dict[date, Any], at: datetime) -> dict[date, bool]:
    """{day: whether the device says it sent its punches} of those asked for, answered long enough ago."""
    last = {_day(one): one for one in commands if one.verb == "query" and one.done_at is not None}
    return {
        on: last[on].returned == 0
        for on, day in days.items()
        if day.asked_at is not None and on in last and day.asked_at <= last[on].done_at <= at - ARRIVES
    }


def _look_after(terminal_id: int, day: Any, ours: int, *, came: bool, at: datetime) -> None:
    """A device counts some punches twice and some that are nobody's: what does not come when asked for is not there."""
    gone = came and day.theirs is not None and ours < day.theirs
    settled = day.theirs if gone else day.settled
    _keep(terminal_id, day.on_date, {"ours": ours, "settled": settled, "asked_at": None, "compared_at": at})


def _keep(terminal_id: int, on: date, values: dict[str, Any]) -> None:
    table = TerminalDay.__table__
    row = {"terminal_id": terminal_id, "on_date": on, "theirs": None, "settled": None, "asked_at": None, **values}
    if not insert_once(TerminalDay).run(row).rowcount:
        mine = table.c.terminal_id == terminal_id, table.c.on_date == on
        conn().execute(update(table).where(*mine).values(values))


def _surplus(terminal_id: int) -> int | None:
    """How many more punches the device counts than there are, as found out day by day."""
    more = select(func.sum(TerminalDay.settled - TerminalDay.ours)).where(
        TerminalDay.terminal_id == terminal_id, TerminalDay.settled.is_not(None)
    )
    found = conn().scalar(more)
    return int(found) if found is not None else None


def _day(one: Any) -> date | None:
    """The date a command is about, when it is about one whole day."""
    params = one.params or {}
    start, end = str(params.get("start", "")), str(params.get("end", ""))
    if start[:10] != end[:10] or start[11:] != "00:00:00" or end[11:] != "23:59:59":
        return None
    return date.fromisoformat(start[:10])


def _span(on: date) -> dict[str, str]:
    return {"start": f"{on} 00:00:00", "end": f"{on} 23:59:59"}


words({"device_not_compared": N_("Use the device again first; then it can be asked.")})
