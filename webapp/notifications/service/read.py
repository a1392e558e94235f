"""Reading notices, and closing those whose matter is over."""

from datetime import datetime

from sqlalchemy import delete, select, update

from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.notifications.models import Notice


def mark_read(*, employee_id: int, notice_id: int, at: datetime) -> str:
    """Say that somebody opened their notice; where it leads. Raises NotFound."""
    mine = (Notice.id == notice_id, Notice.employee_id == employee_id)
    link = conn().scalar(select(Notice.link).where(*mine))
    if link is None:
        raise NotFound("not_found")
    conn().execute(update(Notice).where(*mine, Notice.read_at.is_(None)).values(read_at=at))
    return link


def read_all(*, employee_id: int, at: datetime, through: int | None = None) -> int:
    """Everything up to the notice `through`, so that one that came meanwhile stays unread; how many."""
    mine = [Notice.employee_id == employee_id, Notice.read_at.is_(None)]
    if through is not None:
        mine.append(Notice.id <= through)
    return conn().execute(update(Notice).where(*mine).values(read_at=at)).rowcount


def close(*, about: str, at: datetime) -> None:
    """The matter is over: nobody needs to open what they were told about it."""
    conn().execute(update(Notice).where(Notice.about == about, Notice.read_at.is_(None)).values(read_at=at))


def unsay(*, about: str) -> bool:
    """Take back what nobody has read yet; False when somebody has, or there was nothing."""
    return conn().execute(delete(Notice).where(Notice.about == about, Notice.read_at.is_(None))).rowcount > 0
