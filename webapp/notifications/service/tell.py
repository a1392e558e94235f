"""Telling people something, as part of whatever unit of work made it true."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from webapp.core.authz import SignedIn
from webapp.core.db import conn, is_postgres
from webapp.notifications.models import Notice
from webapp.notifications.rules import Told, problem_of
from webapp.notifications.service.outgoing import push_new

AT_ONCE = 200
log = logging.getLogger("onsite.notices")


def tell(*, told: Iterable[Told], at: datetime) -> int:
    """Leave these notices; how many were new. Whatever goes wrong here is logged and stops nothing."""
    good = [one for one in told if _is_good(one)]
    new = 0
    for start in range(0, len(good), AT_ONCE):
        try:
            with conn().begin_nested():
                made = _insert(good[start : start + AT_ONCE], at)
                push_new(new=made, at=at)
                new += len(made)
        except SQLAlchemyError:
            log.exception("notices were not written")
    return new


def tell_password(*, employee_id: int, by: SignedIn, at: datetime) -> None:
    """Somebody's password is another one now; whoever it was not learns of it."""
    code = "notice_password_changed" if by.id == employee_id else "notice_password_reset"
    tell(told=[Told(employee_id, code, f"password|{employee_id}|{at.isoformat()}", "/me", {"name": by.name})], at=at)


def _insert(told: Sequence[Told], at: datetime) -> list[Any]:
    query = (postgresql if is_postgres() else sqlite).insert(Notice).values([_row(one, at) for one in told])
    new = query.on_conflict_do_nothing(index_elements=[Notice.dedup_key])
    return list(conn().execute(new.returning(Notice.id, Notice.employee_id, Notice.code, Notice.params, Notice.link)))


def _row(one: Told, at: datetime) -> dict[str, Any]:
    return {
        "employee_id": one.employee_id,
        "dedup_key": one.key,
        "code": one.code,
        "params": dict(one.params),
        "link": one.link,
        "about": one.about,
        "at": at,
    }


def _is_good(one: Told) -> bool:
    problem = problem_of(one)
    if problem:
        log.error("a notice was not told: %s", problem, extra={"code": one.code, "key_": one.key})
    return problem is None
