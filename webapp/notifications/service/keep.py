"""Summaries that are due, and what nobody needs any more."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, update

from webapp.core.db import conn
from webapp.notifications.models import Delivery, Notice, NoticeChoice
from webapp.notifications.service.outgoing import push_digest

READ_FOR, KEPT_FOR, LOGGED_FOR = timedelta(days=120), timedelta(days=400), timedelta(days=60)


def summarise(*, employee_id: int, on: date, number: int, at: datetime) -> None:
    """One person's summary of a local date, once."""
    conn().execute(update(NoticeChoice).where(NoticeChoice.employee_id == employee_id).values(digest_on=on))
    if number:
        push_digest(employee_id=employee_id, number=number, key=f"digest|{employee_id}|{on}", at=at)


def forget_old(*, at: datetime) -> int:
    """Notices read long ago, those of last year, and the log of what was sent; how many."""
    conn().execute(update(Delivery).where(Delivery.at < at - LOGGED_FOR).values(notice_id=None))
    logs = conn().execute(delete(Delivery).where(Delivery.at < at - LOGGED_FOR, Delivery.state != "waiting")).rowcount
    old = (Notice.at < at - KEPT_FOR) | ((Notice.at < at - READ_FOR) & Notice.read_at.is_not(None))
    return logs + conn().execute(delete(Notice).where(old)).rowcount
