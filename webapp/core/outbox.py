"""Durable to-do rows, written with the change that causes them and drained by a job.

A row waits, is claimed, and ends done or failed. At most one row waits per topic and key; what is put
while the same key is being worked on waits on its own, so no change is ever swallowed.

Two lanes: what somebody waits for, and `bulk`, which no person looks at. Bulk is taken when nothing else is due.
"""

import os
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Index, Select, String, Text, and_, delete, false, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.db import JSONB, UTC, Id, after_commit, conn, db, is_postgres
from webapp.core.prepared import Prepared
from webapp.core.process import is_alive
from webapp.core.queue import nudge

RUN = "run"
LEASE = timedelta(minutes=3)
KEEP_DONE = timedelta(hours=1)
MAX_ATTEMPTS = 8
DEADLY = 20
JOB = "job "
"""What a row is claimed by that was handed over to a job (row_jobs): this and the id of the job."""
_WAITING = "claimed_at IS NULL AND done_at IS NULL AND failed_at IS NULL"
_CLAIMED = "claimed_at IS NOT NULL AND done_at IS NULL AND failed_at IS NULL"


class OutboxRow(db.Model):
    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "uq_outbox_waiting",
            "topic",
            "key",
            unique=True,
            sqlite_where=text(_WAITING),
            postgresql_where=text(_WAITING),
        ),
        Index("ix_outbox_due", "bulk", "available_at", sqlite_where=text(_WAITING), postgresql_where=text(_WAITING)),
        Index("ix_outbox_claimed", "claimed_at", sqlite_where=text(_CLAIMED), postgresql_where=text(_CLAIMED)),
        Index("ix_outbox_done_at", "done_at"),
    )

    id: Mapped[Id]
    topic: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    payload: Mapped[JSONB | None]
    bulk: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[UTC]
    available_at: Mapped[UTC]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    claimed_at: Mapped[UTC | None]
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    done_at: Mapped[UTC | None]
    failed_at: Mapped[UTC | None]
    last_error: Mapped[str | None] = mapped_column(Text)


_row = OutboxRow.__table__.c
_waiting = (_row.claimed_at.is_(None), _row.done_at.is_(None), _row.failed_at.is_(None))
CLAIMED = (_row.claimed_at.is_not(None), _row.done_at.is_(None), _row.failed_at.is_(None))


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    topic: str
    key: str
    payload: Any
    attempts: int


@dataclass(frozen=True, slots=True)
class Backlog:
    waiting: int
    claimed: int
    failed: int
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Failed:
    topic: str
    key: str
    attempts: int
    failed_at: datetime
    last_error: str


def put(topic: str, key: str, payload: Any, at: datetime, *, bulk: bool = False, due: datetime | None = None) -> None:
    """Ask for `topic` to be done about `key`, not before `at` (or `due`); part of the open unit of work.

    The key names the whole work: asked twice before anybody starts, it is done once, with the later payload, and
    not in bulk if one of the two was not. `bulk`: many rows that nobody waits for; they let all others pass.
    The conflicting row is locked, so that no drain can take it before this change is there to be seen.
    """
    values = {"topic": topic, "key": key, "payload": payload, "bulk": bulk, "created_at": at, "available_at": due or at}
    _insert(is_postgres()).run(values)
    after_commit(nudge)


def put_after_quiet(topic: str, key: str, payload: Any, at: datetime, *, quiet: timedelta, most: timedelta) -> None:
    """The same once nobody has asked again for `quiet`, but at the latest `most` after somebody asked first."""
    mine = (_row.topic == topic, _row.key == key, *_waiting)
    first = conn().scalar(select(_row.created_at).where(*mine).with_for_update())
    if first is None:
        put(topic, key, payload, at, due=at + quiet)
        return
    later = {"payload": payload, "available_at": min(at + quiet, first + most)}
    conn().execute(update(OutboxRow).where(*mine).values(later))


def waiting(*, topic: str, keys: Collection[str]) -> set[str]:
    """Which of these wait to be done, now or later."""
    rows = select(_row.key).where(_row.topic == topic, _row.key.in_(keys), *_waiting)
    return set(conn().scalars(rows))


def forget(*, topic: str, keys: Collection[str] | None = None) -> None:
    """Take waiting rows back (all of the topic without `keys`): the caller does their work itself."""
    which = [_row.topic == topic, *_waiting] + ([_row.key.in_(keys)] if keys is not None else [])
    conn().execute(delete(OutboxRow).where(*which))


def claim(*, at: datetime, limit: int = 100, bulk_limit: int = 100, bulk: bool = True) -> list[Item]:
    """Take due rows of one lane, oldest first; those in bulk (at most `bulk_limit`) when no others are due.

    A row that failed before comes alone, so it cannot spoil its neighbours. Without `bulk` only the others.
    """
    ids = conn().scalars(_due(at, limit, bulk_limit, bulk)).all()
    if not ids:
        return []
    taken = (
        update(OutboxRow)
        .where(_row.id.in_(ids), *_waiting)
        .values(claimed_at=at, claimed_by=who(), attempts=_row.attempts + 1)
        .returning(_row.id, _row.topic, _row.key, _row.payload, _row.attempts)
    )
    return sorted((Item(*row) for row in conn().execute(taken)), key=lambda item: item.id)


def is_due(*, at: datetime) -> bool:
    """Something that is not bulk waits to be done now; for work that can let it pass."""
    due = select(_row.id).where(*_waiting, _row.bulk.is_(False), _row.available_at <= at).limit(1)
    return db.session.scalar(due) is not None


def finish(*, ids: Sequence[int], at: datetime) -> None:
    conn().execute(update(OutboxRow).where(_row.id.in_(ids)).values(done_at=at, last_error=None))


def put_back(*, item: Item, error: str, at: datetime) -> None:
    """After an error: wait longer each time, and after the last attempt stay visible as failed."""
    if item.attempts >= MAX_ATTEMPTS:
        forget_failed(item)
        values: dict[str, Any] = {"failed_at": at, "last_error": error[:2000]}
        conn().execute(update(OutboxRow).where(_row.id == item.id).values(values))
        return
    pause = timedelta(seconds=min(5 * 4 ** (item.attempts - 1), 3600))
    _release([item.id], {"available_at": at + pause, "last_error": error[:2000]})


def lost(*, at: datetime) -> list[int]:
    """Rows a killed process had claimed: known at once on this machine, elsewhere when the lease ends."""
    query = select(_row.id, _row.claimed_by, _row.claimed_at).where(*CLAIMED)
    claimed = db.session.execute(query.where(~_row.claimed_by.startswith(JOB))).all()
    return [row.id for row in claimed if row.claimed_at < at - LEASE or _is_dead(row.claimed_by)]


def hand_out_again(*, ids: Sequence[int], at: datetime) -> None:
    """To somebody else; but what has taken so many workers with it stays visible as failed."""
    deadly = (_row.id.in_(ids), _row.attempts >= DEADLY)
    conn().execute(update(OutboxRow).where(*deadly).values(failed_at=at, last_error="killed every worker"))
    _release(
        conn().scalars(select(_row.id).where(_row.id.in_(ids), _row.failed_at.is_(None))).all(), {"available_at": at}
    )


def prune(*, at: datetime) -> int:
    return conn().execute(delete(OutboxRow).where(_row.done_at < at - KEEP_DONE)).rowcount


def retry_failed(*, at: datetime) -> int:
    """Try everything that failed for good once more, after its cause was mended."""
    ids = conn().scalars(select(_row.id).where(_row.failed_at.is_not(None))).all()
    _release(ids, {"available_at": at, "failed_at": None, "attempts": 0})
    after_commit(nudge)
    return len(ids)


def failed() -> list[Failed]:
    """What failed for good, oldest first."""
    query = select(_row.topic, _row.key, _row.attempts, _row.failed_at, _row.last_error)
    rows = db.session.execute(query.where(_row.failed_at.is_not(None)).order_by(_row.failed_at, _row.id))
    return [Failed(*row) for row in rows]


def backlog(*, at: datetime) -> Backlog:
    """How much waits, is being worked on and failed, and since when the oldest due row waits."""
    due = func.min(_row.available_at).filter(_row.claimed_at.is_(None), _row.failed_at.is_(None))
    counted = select(
        func.count().filter(*_waiting),
        func.count().filter(_row.claimed_at.is_not(None), _row.failed_at.is_(None)),
        func.count().filter(_row.failed_at.is_not(None)),
        due,
    ).where(_row.done_at.is_(None))
    waiting, claimed, failed, oldest = db.session.execute(counted).one()
    return Backlog(waiting, claimed, failed, oldest if oldest and oldest <= at else None)


@cache
def _insert(postgres: bool) -> Prepared:
    query = (postgresql if postgres else sqlite).insert(OutboxRow).inline()
    earlier = func.least if postgres else func.min
    merged = query.on_conflict_do_update(
        index_elements=[_row.topic, _row.key],
        index_where=text(_WAITING),
        set_={
            "payload": query.excluded.payload,
            "bulk": and_(_row.bulk, query.excluded.bulk),
            "available_at": earlier(_row.available_at, query.excluded.available_at),
        },
    )
    return Prepared(merged)


def _due(at: datetime, limit: int, bulk_limit: int, bulk: bool) -> Select[int]:
    due = select(_row.id).where(*_waiting, _row.available_at <= at).order_by(_row.bulk, _row.available_at, _row.id)
    if not bulk:
        due = due.where(_row.bulk.is_(False))
    first = conn().execute(due.with_only_columns(_row.attempts, _row.bulk).limit(1)).first()
    if first and first.attempts:
        due = due.limit(1)
    else:
        lane = bool(first and first.bulk)
        due = due.where(_row.attempts == 0, _row.bulk.is_(lane)).limit(bulk_limit if lane else limit)
    return due.with_for_update(skip_locked=True)


def _release(ids: Sequence[int], values: dict[str, Any]) -> None:
    """Back to waiting, one by one; where a newer row with the same key waits already, that one will do."""
    for row_id in ids:
        mine = select(_row.topic, _row.key).where(_row.id == row_id).subquery()
        newer = select(_row.id).join(mine, (mine.c.topic == _row.topic) & (mine.c.key == _row.key))
        if conn().execute(newer.where(*_waiting)).first():
            conn().execute(delete(OutboxRow).where(_row.id == row_id))
        else:
            back = {"claimed_at": None, "claimed_by": None, **values}
            conn().execute(update(OutboxRow).where(_row.id == row_id).values(back))


def forget_failed(item: Item) -> None:
    """The key names the whole work: of what keeps failing under one the newest row says all there is to know."""
    same = (_row.topic == item.topic, _row.key == item.key, _row.done_at.is_(None), _row.failed_at.is_not(None))
    conn().execute(delete(OutboxRow).where(*same))


def who() -> str:
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def _is_dead(claimed_by: str | None) -> bool:
    host, _, pid = (claimed_by or "").rpartition(":")
    if host != socket.gethostname()[:60] or not pid.isdigit():
        return False
    return not is_alive(int(pid))
