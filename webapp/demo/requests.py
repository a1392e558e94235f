"""What people ask of the roster, so that nobody meets these pages empty; every step may be repeated."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from webapp.attendance import service as attendance
from webapp.core.db import conn, db, do
from webapp.core.errors import DomainError
from webapp.demo.acts import client_id
from webapp.demo.days import Stage
from webapp.demo.plan import DAY, WEEK
from webapp.schedules import service as schedules
from webapp.schedules.models import LeaveRequest
from webapp.schedules.rules import TEMPLATES, Span, Swap

_OFFICES = (("SH", "H001"), ("SG", "H002"))
_PATTERNS = {"SH": ("做二休一", "two_one"), "SG": ("Two on, one off", "two_one")}
_LEAVE = (
    ("R002", "annual", 9, 2, False, "回老家参加婚礼"),
    ("R005", "sick", 3, 1, True, "Dentist in the afternoon"),
    ("R027", "annual", 8, 3, False, "Family trip"),
)
"""Who asks for what kind, in how many days, for how many days, only the second half of the first, and why."""
_ANSWERED = ("R027", "S004")
_SWAPS = (("R003", "R006", "那天要陪孩子去医院，可以换吗？"), ("R026", "R029", "Could you take my shift?"))
_AWAY = ("S001", "S002", 12, 16)


def ask(stage: Stage) -> None:
    """Rosters are told, leave and swaps asked for, a supervisor's holiday arranged."""
    for act in (_tell, _make_patterns, _ask_leave, _answer_leave, _ask_swaps, _stand_in):
        act(stage, stage.story.made_at)
    db.session.remove()


def _tell(stage: Stage, at: datetime) -> None:
    monday = stage.story.today - stage.story.today.weekday() * DAY
    for office, staff_no in _OFFICES:
        people = [stage.actors[one.staff_no].id for one in stage.story.cast if one.office == office]
        span = {"first_on": monday, "last_on": monday + 2 * WEEK - DAY}
        _try(schedules.publish, by=stage.actors[staff_no], people=people, at=at, **span)


def _make_patterns(stage: Stage, at: datetime) -> None:
    for office, staff_no in _OFFICES:
        hr, (name, template) = stage.actors[staff_no], _PATTERNS[office]
        steps = [("work" if works else "rest", None) for works in TEMPLATES[template]]
        _try(schedules.create_pattern, by=hr, branch_id=_branch(stage, office), name=name, steps=steps, at=at)


def _ask_leave(stage: Stage, at: datetime) -> None:
    for staff_no, kind, ahead, days, half, note in _LEAVE:
        if rep := stage.actors.get(staff_no):
            first = _workday(stage, staff_no, ahead)
            span = Span(first, first + (days - 1) * DAY, starts_half=half)
            _try(schedules.ask_leave, rep=rep, client_id=client_id("leave", staff_no), kind=kind, span=span, note=note,
                 at=at)  # fmt: skip


def _answer_leave(stage: Stage, at: datetime) -> None:
    """One has passed the supervisor and waits for HR."""
    staff_no, boss = _ANSWERED
    asked = select(LeaveRequest.id, LeaveRequest.version).where(
        LeaveRequest.client_id == client_id("leave", staff_no), LeaveRequest.step == 0
    )
    for row in conn().execute(asked).all():
        _try(schedules.answer_leave, by=stage.actors[boss], request_id=row.id, decision="approved",
             version=row.version, at=at)  # fmt: skip


def _ask_swaps(stage: Stage, at: datetime) -> None:
    """A day one works and the other has off, for one the other way round where there is one."""
    for asker, other, note in _SWAPS:
        one, two = stage.actors.get(asker), stage.actors.get(other)
        if one and two:
            given, taken = _only(stage, asker, other), _only(stage, other, asker)
            if given:
                wanted = Swap(one.id, two.id, given[0], taken[0] if taken else None)
                _try(schedules.ask_swap, rep=one, client_id=client_id("swap", asker), swap=wanted, note=note, at=at)


def _stand_in(stage: Stage, at: datetime) -> None:
    absent, deputy, first, last = _AWAY
    today = stage.story.today
    _try(attendance.set_stand_in, by=stage.actors[absent], from_id=stage.actors[absent].id,
         to_id=stage.actors[deputy].id, first_on=today + first * DAY, last_on=today + last * DAY, at=at)  # fmt: skip


def _only(stage: Stage, working: str, free: str) -> list[date]:
    """Days to come that one of them works and the other does not."""
    return [on for on in _ahead(stage, 2) if _works(stage, working, on) and not _works(stage, free, on)]


def _workday(stage: Stage, staff_no: str, ahead: int) -> date:
    """Their first one so many days ahead or later."""
    days = _ahead(stage, ahead)
    return next((on for on in days if _works(stage, staff_no, on)), days[0])


def _works(stage: Stage, staff_no: str, on: date) -> bool:
    return stage.story.works(next(one for one in stage.story.cast if one.staff_no == staff_no), on)


def _ahead(stage: Stage, first: int) -> list[date]:
    return [stage.story.today + n * DAY for n in range(first, 14)]


def _branch(stage: Stage, office: str) -> int:
    return next(stage.actors[one.staff_no].branch_id for one in stage.story.cast if one.office == office)


def _try(verb: Callable[..., Any], **known: Any) -> None:
    """Some of it may not fit the day the demo is made on, or was done before."""
    with suppress(DomainError):
        do(verb, **known)
