"""One person's notices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from webapp.core.db import conn
from webapp.notifications.models import Notice, NoticeChoice
from webapp.notifications.queries.wording import sentence
from webapp.notifications.rules import kind_of

PAGE = 30
COUNTED = 100
_notice = Notice.__table__.c
_MINE = (_notice.employee_id == bindparam("who"),)
_UNREAD = select(func.count()).select_from(
    select(_notice.id).where(*_MINE, _notice.read_at.is_(None)).limit(COUNTED).subquery()
)
_COLUMNS = (_notice.id, _notice.code, _notice.params, _notice.link, _notice.at, _notice.read_at)
_LINES = select(*_COLUMNS).where(*_MINE).order_by(_notice.id.desc()).limit(PAGE).offset(bindparam("skip"))
_CHOICE = select(NoticeChoice.__table__).where(NoticeChoice.employee_id == bindparam("who"))


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    code: str
    params: dict[str, Any]
    link: str
    at: datetime
    read_at: datetime | None

    @property
    def text(self) -> str:
        return sentence(self.code, self.params)

    @property
    def kind(self) -> str:
        return kind_of(self.code)


@dataclass(frozen=True, slots=True)
class Lines:
    rows: list[Line]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def unread(employee_id: int) -> int:
    """How many nobody has opened yet, counted up to a hundred."""
    return conn().scalar(_UNREAD, {"who": employee_id}) or 0


def lines(employee_id: int, *, page: int) -> Lines:
    """Newest first."""
    total = conn().scalar(select(func.count()).where(_notice.employee_id == employee_id)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE)))
    rows = conn().execute(_LINES, {"who": employee_id, "skip": (number - 1) * PAGE})
    return Lines([Line(*row) for row in rows], total, number)


def one(employee_id: int, notice_id: int) -> Line | None:
    """A notice of this very person."""
    row = conn().execute(select(*_COLUMNS).where(_notice.id == notice_id, _notice.employee_id == employee_id)).first()
    return None if row is None else Line(*row)


def choice(employee_id: int) -> NoticeChoice:
    """How somebody wants to be told; what holds for everybody when they never said."""
    row = conn().execute(_CHOICE, {"who": employee_id}).mappings().first()
    known = {"muted": [], "digest": "now", "digest_at": "18:00", "amounts": False, "each_exception": False}
    return NoticeChoice(**(dict(row) if row else {"employee_id": employee_id, **known}))
