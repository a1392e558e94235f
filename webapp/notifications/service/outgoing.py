"""Putting messages on their way: to somebody's browsers, to the channels of a branch."""

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from webapp.core import outbox
from webapp.core.db import conn, is_postgres
from webapp.notifications import queries
from webapp.notifications.models import Delivery
from webapp.notifications.rules import kind_of

DELIVER = "jobs.notifications.deliver"
log = logging.getLogger("onsite.notices")


def broadcast(
    *,
    branch_id: int,
    topic: str,
    code: str,
    key: str,
    params: Mapping[str, Any],
    link: str,
    at: datetime,
    only: Collection[int] | None = None,
) -> int:
    """Say something to the branch's channels that want to hear of the topic (`only`: of these); how many new.

    Never amounts and never a person's name: a group of people reads it.
    """
    rows = [
        _row(f"{key}|{row.id}", code, params, link, at, channel_id=row.id)
        for row in queries.channels([branch_id], live=True)
        if topic in row.topics and (only is None or row.id in only)
    ]
    return put(rows=rows, at=at)


def push_new(*, new: Iterable[Any], at: datetime) -> int:
    """Notices that were just made (id, employee_id, code, params, link), to whoever wants them at once."""
    made = list(new)
    if not made:
        return 0
    reach: dict[int, list[queries.Reach]] = {}
    for one in queries.reachable({row.employee_id for row in made}, at):
        reach.setdefault(one.employee_id, []).append(one)
    rows = [
        _row(
            f"push|{row.id}|{one.id}", row.code, row.params, row.link, at,
            employee_id=row.employee_id, subscription_id=one.id, notice_id=row.id,
        )
        for row in made
        for one in reach.get(row.employee_id, ())
        if one.digest == "now" and kind_of(row.code) not in one.muted
    ]  # fmt: skip
    return put(rows=rows, at=at)


def push_digest(*, employee_id: int, number: int, key: str, at: datetime) -> int:
    """One summary on each of somebody's browsers."""
    rows = [
        _row(
            f"{key}|{one.id}", "notice_digest", {"number": number}, "/notices", at,
            employee_id=employee_id, subscription_id=one.id,
        )
        for one in queries.reachable([employee_id], at)
    ]  # fmt: skip
    return put(rows=rows, at=at)


def put(*, rows: list[dict[str, Any]], at: datetime) -> int:
    """Leave deliveries and ask for them to be sent; one that is there already stays as it is.

    Whatever goes wrong here is logged and stops nothing.
    """
    if not rows:
        return 0
    try:
        with conn().begin_nested():
            return _put(rows, at)
    except SQLAlchemyError:
        log.exception("messages were not put on their way")
        return 0


def _put(rows: list[dict[str, Any]], at: datetime) -> int:
    query = (postgresql if is_postgres() else sqlite).insert(Delivery).values(rows)
    new = query.on_conflict_do_nothing(index_elements=[Delivery.dedup_key]).returning(Delivery.id)
    found = len(conn().execute(new).all())
    if found:
        outbox.put("run", DELIVER, None, at)
    return found


def _row(
    key: str,
    code: str,
    params: Mapping[str, Any],
    link: str,
    at: datetime,
    *,
    channel_id: int | None = None,
    employee_id: int | None = None,
    subscription_id: int | None = None,
    notice_id: int | None = None,
) -> dict[str, Any]:
    where = {"channel_id": channel_id, "employee_id": employee_id, "subscription_id": subscription_id}
    said = {"dedup_key": key, "code": code, "params": dict(params), "link": link, "notice_id": notice_id}
    return {**where, **said, "at": at, "next_at": at, "state": "waiting", "attempts": 0}
