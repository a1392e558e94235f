"""Opening the evidence of somebody's day is written down, for that person to read.

The one thing a GET writes, see docs/decisions/12-who-looked.md.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from webapp.attendance import service
from webapp.attendance.queries import MarkRow
from webapp.attendance.queries.privacy import noted
from webapp.core.authz import SignedIn
from webapp.core.db import do


def note_looks(user: SignedIn, marks: Iterable[MarkRow], pictured: Collection[int], *, at: datetime) -> None:
    """Of check-ins with a position or with a photo (`pictured`), of others than oneself; once a day, so that most
    pages only read.
    """
    others = [mark for mark in marks if mark.employee_id != user.id]
    ids = {mark.id for mark in others if mark.lat is not None or mark.id in pictured}
    on = at.astimezone(user.branch.zone).date()
    new = ids - noted(user.id, on, ids)
    if new:
        do(service.note_looks, viewer_id=user.id, check_in_ids=new, on=on, at=at)
