"""The drawer: one exception with its evidence, its history and what a decision changes."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from webapp.attendance import queries as attendance
from webapp.attendance.queries import InboxRow
from webapp.attendance.rules import moment_of
from webapp.core import hx
from webapp.core.authz import SignedIn
from webapp.pages.hr import inbox_lines as view
from webapp.pages.hr.inbox_effect import effects
from webapp.pages.leave_lines import asked_leave
from webapp.pages.looks import note_looks
from webapp.pages.photo_words import photos_by_mark, repeats_by_mark
from webapp.pages.punch_lines import seen
from webapp.pages.signal_lines import favour, reasons
from webapp.sites import queries as sites


def detail_context(user: SignedIn, row: InboxRow, *, at: datetime, granted: datetime | None = None) -> dict[str, Any]:
    """`granted`: the time that would be approved, else the proposed one."""
    time_given = granted or (view.proposed_time(row) if view.needs_time(row) else None)
    marks = attendance.mark_rows([row.pair])[row.pair]
    photos = photos_by_mark(marks, user)
    note_looks(user, marks, photos.keys(), at=at)
    asked_site = row.params.get("site_id")
    zone = ZoneInfo(row.timezone)
    return {
        "row": row, "zone": zone, "marks": marks, "own": row.employee_id in user.acts_as,
        "pictures": {mark.id: picture for mark in marks if (picture := mark.picture)},
        "seen": seen(row.pair, marks, zone, office=True),
        "photos": photos, "repeats": repeats_by_mark(user, photos),
        "history": attendance.decisions_of(row.id),
        "words": attendance.words_of(row.employee_id, row.work_date),
        "month": attendance.months_so_far([row.pair])[row.pair],
        "asked_leave": asked_leave(row, at),
        "asked_site": sites.fences([asked_site])[asked_site].name if asked_site else None,
        "takes_time": view.takes_time(row), "needs_time": view.needs_time(row),
        "time_value": time_given.astimezone(zone).strftime("%H:%M") if time_given else "",
        "signals": _signals(row),
        "picture": attendance.request_photos([row.id]).get(row.id), "alone": not hx.wants_fragment(),
        **effects(row, time_given, at=at),
    }  # fmt: skip


def granted_time(row: InboxRow, given: time | None) -> datetime | None:
    """The moment a time of day in the form means; None when the form says what was asked for anyway."""
    if given is None:
        return None
    moment = moment_of(given, row.work_date, ZoneInfo(row.timezone), row.starts_at)
    asked = row.asked_at
    same = asked is not None and asked.replace(second=0, microsecond=0) == moment
    return asked if same else moment


def _signals(row: InboxRow) -> dict[str, Any] | None:
    """What speaks against a check-in, and what for it where that is the question."""
    if row.kind == "signals":
        return {"against": reasons(row.params["signals"]), "favour": favour(row.params["favour"])}
    against = attendance.signals_of(row.check_in_id) if row.check_in_id else []
    return {"against": reasons(against), "favour": []} if against else None
