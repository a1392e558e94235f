"""Closing a month once its days have an answer, and building what waited when it is opened again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, tuple_

from webapp.attendance.models import HeldDay
from webapp.attendance.queries.facts import Pair
from webapp.attendance.queries.months import checklist
from webapp.attendance.service.days import lock_people, rebuild_days, unbuilt
from webapp.attendance.service.punches import date_punches
from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import N_, Conflict, Invalid, words
from webapp.schedules import service as schedules
from webapp.schedules.queries import closed_months
from webapp.wallet.rules import month_span


def close_month(*, by: SignedIn, branch_id: int, month: str, reason: str = "", at: datetime) -> None:
    """Raises Conflict while days have no answer yet, Invalid when matters are open and nobody says why not to wait,
    and whatever schedules.service.close_period raises.
    """
    if not schedules.close_period(by=by, branch_id=branch_id, month=month, reason=reason, at=at):
        return
    left = checklist(branch_id, month)
    unanswered = left.blocking or unbuilt(branch_id=branch_id, through=month_span(month)[1], at=at)
    if unanswered:
        raise Conflict("month_not_finished", number=unanswered)
    if left.open and not reason.strip():
        raise Invalid("month_open_matters", "reason", number=left.open)


def reopen_month(*, by: SignedIn, branch_id: int, month: str, reason: str, at: datetime) -> None:
    """Days that waited are built anew by the job of topic "month_reopened". Raises as schedules does."""
    schedules.reopen_period(by=by, branch_id=branch_id, month=month, reason=reason, at=at)


def rebuild_held(*, branch_id: int, month: str, pairs: Collection[Pair], at: datetime) -> int:
    """Build days anew that waited for an open month; how many: none when it is closed again.

    Punches find their work date again first, because the hours may be others by now.
    """
    lock_people(ids={who for who, _ in pairs})  # people before months, as everywhere
    if not pairs or (branch_id, month) in closed_months([branch_id], hold=True):
        return 0
    conn().execute(delete(HeldDay).where(tuple_(HeldDay.employee_id, HeldDay.work_date).in_(pairs)))
    date_punches(pairs=pairs, at=at)
    rebuild_days(pairs=pairs, at=at, tell=True, bulk=True)
    return len(pairs)


words(
    {
        "month_not_finished": N_(
            "%(number)s days have no answer yet. They get it by themselves within hours; close the month then."
        ),
        "month_open_matters": N_(
            "%(number)s matters are open. Decide them first, or say why the month is closed without them."
        ),
    }
)
