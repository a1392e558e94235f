"""Comparing the sources of days: what disagrees is noted and asked about, and the question ends when it is settled.

Never part of a check-in: jobs do it when a day has changed, and once more while its devices may still be heard.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance.models import AttendanceDay, AttendanceException
from webapp.attendance.queries.facts import BranchOf, Pair
from webapp.attendance.queries.months import in_closed_months
from webapp.attendance.queries.sources import RECENT, Compared, Enrolled, Registered, compared, to_compare
from webapp.attendance.rules.doubt import KIND
from webapp.attendance.service.days import START, lock_people, rebuild_days
from webapp.core.db import conn, db, do, is_postgres

BATCH = 100
OLD_NEWS = timedelta(days=35)
"""What turns up about an older day is noted and opens nothing."""
log = logging.getLogger("onsite.attendance")


def compare(
    *, pairs: Collection[Pair], at: datetime, enrolled: Enrolled | None = None, registered: Registered | None = None
) -> int:
    """Compare the sources of some rep-days; how many came out otherwise than before.

    Opens a unit of work for each batch in which something changed; call it outside any transaction.
    """
    rest, changed = sorted(set(pairs), key=lambda pair: (pair[1], pair[0])), 0
    for start in range(0, len(rest), BATCH):
        some = rest[start : start + BATCH]
        found = _changeable(compared(some, enrolled, registered), at)
        asked = _asked(some)
        db.session.remove()
        news = [one.pair for one in found if _differs(one, asked.get(one.pair, ()), at)]
        if news:
            do(keep_doubts, pairs=news, at=at, enrolled=enrolled, registered=registered)
        changed += len(news)
    return changed


def compare_recent(*, branch_id: int, at: datetime, after: Pair = START, **known: Any) -> Any:
    """Days a device that was away may say something about, from behind `after` on; the last one looked at, or None.

    `known`: as compare takes it.
    """
    pairs = to_compare(branch_id, since=at.date() - RECENT, after=after, limit=BATCH)
    db.session.remove()
    compare(pairs=pairs, at=at, **known)
    return pairs[-1] if len(pairs) == BATCH else None


def keep_doubts(
    *, pairs: Collection[Pair], at: datetime, enrolled: Enrolled | None = None, registered: Registered | None = None
) -> None:
    """Looked at again under the people's locks: note it with the day, open and withdraw, build those days anew."""
    lock_people(ids={who for who, _ in pairs})
    asked, touched = _asked(pairs), set()
    for one in _changeable(compared(pairs, enrolled, registered), at):
        if one.stored != _code(one):
            asked_of = (AttendanceDay.employee_id == one.pair[0], AttendanceDay.work_date == one.pair[1])
            conn().execute(update(AttendanceDay).where(*asked_of).values(doubt=_code(one)))
        if _ask(one, asked.get(one.pair, ()), at):
            touched.add(one.pair)
    if touched:
        rebuild_days(pairs=touched, at=at)


def _changeable(found: Sequence[Compared], at: datetime) -> list[Compared]:
    """Nobody could decide a question about a closed month."""
    closed = in_closed_months({one.pair: BranchOf(one.branch_id, one.timezone) for one in found}, at)
    return [one for one in found if one.pair not in closed]


def _ask(one: Compared, rows: Collection[Any], at: datetime) -> bool:
    """True when the day must be built anew. What somebody decided stays decided."""
    key, changed = _key(one), False
    for row in rows:
        if row.state == "open" and row.dedup_key != key:
            gone = AttendanceException.id == row.id, AttendanceException.state == "open"
            conn().execute(update(AttendanceException).where(*gone).values(state="withdrawn"))
            changed = True
    mine = next((row for row in rows if row.dedup_key == key), None)
    if key is None or not _wants(one, mine, at):
        return changed
    row = _row(one, key, at)
    if mine is None:
        return conn().execute(_open(is_postgres()), row).first() is not None or changed
    again = {"params": row["params"]}
    if mine.state == "withdrawn":
        again |= {"state": "open", "opened_at": at}
    conn().execute(update(AttendanceException).where(AttendanceException.id == mine.id).values(again))
    return changed or mine.state == "withdrawn"


def _wants(one: Compared, mine: Any, at: datetime) -> bool:
    """Is there something to open, or to tell anew?"""
    if mine is not None and (mine.state in ("approved", "rejected") or _is_told(one, mine)):
        return False
    return (mine is not None and mine.state == "open") or at.date() - one.pair[1] <= OLD_NEWS


def _differs(one: Compared, rows: Collection[Any], at: datetime) -> bool:
    """Would keep_doubts write anything?"""
    key = _key(one)
    if one.stored != _code(one) or any(row.state == "open" and row.dedup_key != key for row in rows):
        return True
    return key is not None and _wants(one, next((row for row in rows if row.dedup_key == key), None), at)


def _is_told(one: Compared, mine: Any) -> bool:
    return mine.state == "open" and mine.params == _params(one)


def _code(one: Compared) -> str:
    return one.doubt.code if one.doubt else ""


def _key(one: Compared) -> str | None:
    """Of the question that is to be open; None: of none."""
    if one.doubt is None or one.silent:
        return None
    return f"{KIND}|{one.pair[0]}|{one.pair[1]}|{one.doubt.code}|{one.doubt.site_id or 0}"


def _params(one: Compared) -> dict[str, Any]:
    doubt = one.doubt
    return {"doubt": doubt.code, "at_site": doubt.site_id, **doubt.params} if doubt else {}


def _row(one: Compared, key: str, at: datetime) -> dict[str, Any]:
    return {
        "dedup_key": key,
        "employee_id": one.pair[0],
        "branch_id": one.branch_id,
        "work_date": one.pair[1],
        "kind": KIND,
        "check_in_id": None,
        "site_id": one.doubt.site_id if one.doubt else None,
        "opened_at": at,
        "params": _params(one),
        "state": "open",
        "state_seq": 0,
    }


def _asked(pairs: Collection[Pair]) -> dict[Pair, list[Any]]:
    """What was asked about these days before, withdrawn questions too."""
    wanted = set(pairs)
    found: dict[Pair, list[Any]] = {}
    asked = {"people": sorted({who for who, _ in wanted}), "dates": sorted({on for _, on in wanted})}
    for row in conn().execute(_ASKED, asked) if wanted else ():
        found.setdefault((row.employee_id, row.work_date), []).append(row)
    return found


_issue = AttendanceException.__table__.c
_ASKED = select(AttendanceException.__table__).where(
    _issue.employee_id.in_(bindparam("people", expanding=True)),
    _issue.work_date.in_(bindparam("dates", expanding=True)),
    _issue.kind == KIND,
)


@cache
def _open(postgres: bool) -> Any:
    query = (postgresql if postgres else sqlite).insert(AttendanceException)
    return query.on_conflict_do_nothing(index_elements=["dedup_key"]).returning(AttendanceException.id)
