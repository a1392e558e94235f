"""All that waits for the office as keys of one list, and which filters know which rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from webapp.attendance import queries as attendance
from webapp.attendance.queries import InboxFilters
from webapp.attendance.queries.inbox import Due
from webapp.attendance.rules.words import EXCEPTIONS
from webapp.core.authz import SignedIn
from webapp.core.errors import N_, words
from webapp.core.i18n import _ as gettext
from webapp.core.merged import Narrow, tally
from webapp.devices import queries as devices
from webapp.payroll import queries as payroll
from webapp.schedules import queries as schedules
from webapp.wallet.rules import month_span

OTHERS = ("leave_request", "swap", "held_punch", "pay_question")
KINDS = (*EXCEPTIONS, *OTHERS)


def parts(user: SignedIn, filters: InboxFilters, minimum: int | None, *, at: datetime, due: Due) -> list[Any]:
    """A select of keys for each kind of row that can match."""
    found: list[Any] = []
    if filters.kind not in OTHERS:
        found.append(attendance.inbox_keys(user, filters, at=at, due=due))
    return found + other_parts(user, filters, minimum, at=at, due=due)


def other_parts(user: SignedIn, filters: InboxFilters, minimum: int | None, *, at: datetime, due: Due) -> list[Any]:
    """Those that are no exceptions. They only wait: what was decided is in lists of their own."""
    if filters.state == "decided" or left_out_by(filters, minimum) or filters.kind in EXCEPTIONS:
        return []
    on, to, first = at.astimezone(user.branch.zone).date(), _narrow(filters, at, due), len(EXCEPTIONS)
    made: Mapping[str, Any] = {
        "leave_request": lambda rank: schedules.leave_keys(user, on, to, rank=rank),
        "swap": lambda rank: schedules.swap_keys(user, on, to, rank=rank),
        "held_punch": lambda rank: devices.held_keys(user, at, to, rank=rank),
        "pay_question": lambda rank: payroll.question_keys(user, to, rank=rank),
    }
    return [made[kind](rank) for rank, kind in enumerate(OTHERS, first) if filters.kind in ("", kind)]


def left_out_by(filters: InboxFilters, minimum: int | None) -> list[str]:
    """Names of the filters in use that only exceptions have."""
    asked = [
        (filters.store_type_id, gettext("Store type")),
        (filters.supervisor_id, gettext("Supervisor")),
        (minimum is not None, gettext("Money from")),
        (filters.sent, gettext("Sent by supervisors")),
        (filters.mine, gettext("Decided by me")),
    ]
    return [name for used, name in asked if used]


def waiting(user: SignedIn, *, at: datetime) -> int:
    """How many rows wait for this person in all."""
    return tally(parts(user, InboxFilters(), None, at=at, due={}))[0]


def counted(user: SignedIn, *, at: datetime, due: Due) -> tuple[int, int, int]:
    """The same, how many of them are overdue, and how many about this person wait for others."""
    own = parts(user, InboxFilters(own=1), None, at=at, due={})
    return tally(parts(user, InboxFilters(), None, at=at, due=due), own)


def _narrow(filters: InboxFilters, at: datetime, due: Due) -> Narrow:
    return Narrow(
        q=filters.q,
        branch_id=filters.branch_id,
        before=at - timedelta(days=filters.days) if filters.days else None,
        span=month_span(filters.month) if filters.month else None,
        overdue=bool(filters.overdue),
        own=bool(filters.own),
        late={branch_id: one.overdue_before(at) for branch_id, one in due.items()},
        today={branch_id: one.local(at) for branch_id, one in due.items()},
        zones={branch_id: one.timezone for branch_id, one in due.items()},
    )


words(
    {
        "exception_leave_request": N_("Leave request"),
        "exception_swap": N_("Swap of days"),
        "exception_held_punch": N_("Held punch"),
        "exception_pay_question": N_("Question about pay"),
    }
)
