"""Weighing the evidence of check-ins. From the branch's threshold on HR looks; nobody is punished by a sum."""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance.models import AttendanceException, CheckInSignals, CheckInVoid, FiredSignal
from webapp.attendance.queries.facts import Pair
from webapp.attendance.queries.signals import DEDUP, Case, cases, unweighed
from webapp.attendance.rules.signals import REMEMBERED, Weighed, packed, plain, weigh
from webapp.attendance.service.days import lock_people, rebuild_days
from webapp.attendance.service.phones import bind_devices
from webapp.core.db import conn, db, do, is_postgres
from webapp.people.models import Branch

BATCH = 100
_ASKED = {"clock": frozenset({"time", "clock"})}
"""What HR is asked about a check-in already is no reason to ask a second time."""
log = logging.getLogger("onsite.attendance")


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be written about one check-in. `exception`: open | tell | withdraw | nothing."""

    case: Case
    weighed: Weighed
    exception: str

    @property
    def pair(self) -> Pair:
        return self.case.facts.tap.employee_id, self.case.facts.tap.on


def scan(*, pairs: Collection[Pair], at: datetime) -> int:
    """Weigh the check-ins of some rep-days anew; how many came out otherwise than before.

    Opens its own units of work, one for each batch in which something changed; call it outside any transaction.
    """
    changed = 0
    for batch in _batches(pairs):
        found = [one for case in cases(batch, since=at - REMEMBERED) if (one := _found(case)) is not None]
        db.session.remove()
        news = [one for one in found if one.exception != "nothing" or _is_new(one, at)]
        if news:
            do(keep_evidence, found=news, at=at)
        changed += len(news)
    return changed


def weigh_new(*, pairs: Collection[Pair], at: datetime, tried: Collection[int] = ()) -> dict[int, Pair]:
    """Weigh the rep-days with a check-in that nobody has weighed and that is not among `tried`; which these were.

    For whoever is about to pay; opens units of work of its own as `scan` does.
    """
    found = unweighed(pairs, since=at - REMEMBERED)
    db.session.remove()
    new = {check_in: pair for check_in, pair in found.items() if check_in not in tried}
    if new:
        bind_devices(pairs=set(new.values()))
        scan(pairs=set(new.values()), at=at)
    return new


def is_weighed(*, pair: Pair, at: datetime) -> bool:
    """Inside a unit of work: nothing arrived on this rep-day that nobody has weighed."""
    return not unweighed([pair], since=at - REMEMBERED)


def keep_evidence(*, found: Sequence[Found], at: datetime) -> None:
    """Store what was weighed; open, change or withdraw what follows from it, and build those days anew."""
    lock_people(ids={one.pair[0] for one in found})
    gone = set(conn().scalars(_VOID, {"ids": [one.case.facts.tap.check_in_id for one in found]}))
    kept = [one for one in found if one.case.facts.tap.check_in_id not in gone]
    if not kept:
        return
    ids = [one.case.facts.tap.check_in_id for one in kept]
    conn().execute(_upsert(is_postgres()), [_row(one, at) for one in kept])
    conn().execute(_FORGET, {"ids": ids})
    if fired := [row for one in kept for row in _fired(one)]:
        conn().execute(insert(FiredSignal), fired)
    touched = {one.pair for one in kept if one.exception != "nothing" and _carry_out(one, at)}
    if touched:
        rebuild_days(pairs=touched, at=at)


def forget_spots(*, at: datetime, limit: int) -> int:
    """Forget exact spots that are compared no more; how many. Call until it answers less than `limit`."""
    coarse = CheckInSignals.check_in_id <= Branch.coarse_through
    old = (
        select(CheckInSignals.check_in_id)
        .join(Branch, Branch.id == CheckInSignals.branch_id)
        .where(CheckInSignals.spot.is_not(None), or_(CheckInSignals.at < at - REMEMBERED, coarse))
    )
    some = list(conn().scalars(old.limit(limit)))
    if some:
        conn().execute(update(CheckInSignals).where(CheckInSignals.check_in_id.in_(some)).values(spot=None))
    return len(some)


def _batches(pairs: Collection[Pair]) -> Iterator[list[Pair]]:
    rest = iter(sorted(set(pairs), key=lambda pair: (pair[1], pair[0])))
    while batch := list(islice(rest, BATCH)):
        yield batch


def _found(case: Case) -> Found | None:
    """A defect in a signal must not hold up anybody's day: that check-in is left as it was."""
    try:
        weighed = weigh(case.facts, case.settings)
    except Exception:  # noqa: BLE001
        log.exception("evidence could not be weighed", extra={"check_in_id": case.facts.tap.check_in_id})
        return None
    return Found(case, weighed, _what_follows(case, weighed))


def _what_follows(case: Case, weighed: Weighed) -> str:
    """A decision stays. What was weighed before its day was paid opens nothing new afterwards."""
    known = case.stored
    asked = sum(signal.weight for signal in weighed.against if signal.code in _ASKED.get(known.asked or "", ()))
    doubtful = weighed.score - asked >= case.settings.threshold
    if known.state == "open":
        if not doubtful:
            return "withdraw"
        return "tell" if known.params.get("signals") != weighed.stored() else "nothing"
    if not doubtful or known.state in ("approved", "rejected"):
        return "nothing"
    old_news = case.settled and known.score is not None and not _has_new_photo(known.signals, weighed)
    return "nothing" if old_news else "open"


def _has_new_photo(before: Any, weighed: Weighed) -> bool:
    """A photo may come after its day is settled: that is new evidence, another weight is not."""
    known = {signal["code"] for signal in before or ()}
    return any(signal.code == "photo" and signal.code not in known for signal in weighed.against)


def _is_new(one: Found, at: datetime) -> bool:
    known = one.case.stored
    return (known.score, known.signals, known.spot) != (one.weighed.score, one.weighed.stored(), _spot(one, at))


def _carry_out(one: Found, at: datetime) -> bool:
    """True when the day must be built anew. Whoever decided meanwhile was first."""
    key = f"{DEDUP}{one.case.facts.tap.check_in_id}"
    if one.exception == "open":
        row = _exception(one, key, at)
        if conn().execute(_open(is_postgres()), row).first() is not None:
            return True
        return bool(conn().execute(_REOPEN, {"key": key, "params": row["params"], "at": at}).rowcount)
    if one.exception == "tell":
        conn().execute(_TELL, {"key": key, "params": _params(one)})
        return False
    return bool(conn().execute(_WITHDRAW, {"key": key}).rowcount)


def _row(one: Found, at: datetime) -> dict[str, Any]:
    tap = one.case.facts.tap
    return {
        "check_in_id": tap.check_in_id,
        "employee_id": tap.employee_id,
        "branch_id": one.case.branch_id,
        "work_date": tap.on,
        "at": tap.at,
        "spot": _spot(one, at),
        "score": one.weighed.score,
        "signals": one.weighed.stored(),
        "scanned_at": at,
    }


def _spot(one: Found, at: datetime) -> int | None:
    spot = one.case.facts.tap.spot
    return None if spot is None or one.case.facts.tap.at < at - REMEMBERED else packed(spot)


def _fired(one: Found) -> list[dict[str, Any]]:
    tap = one.case.facts.tap
    about = {"check_in_id": tap.check_in_id, "branch_id": one.case.branch_id, "work_date": tap.on}
    return [{**about, "code": signal.code} for signal in one.weighed.against]


def _exception(one: Found, key: str, at: datetime) -> dict[str, Any]:
    tap = one.case.facts.tap
    return {
        "dedup_key": key,
        "employee_id": tap.employee_id,
        "branch_id": one.case.branch_id,
        "work_date": tap.on,
        "kind": "signals",
        "check_in_id": tap.check_in_id,
        "site_id": one.case.site_id,
        "opened_at": at,
        "params": _params(one),
        "state": "open",
        "state_seq": 0,
    }


def _params(one: Found) -> dict[str, Any]:
    return {
        "score": one.weighed.score,
        "threshold": one.case.settings.threshold,
        "signals": one.weighed.stored(),
        "favour": [plain(signal) for signal in one.weighed.favour],
    }


_IDS: Any = bindparam("ids", expanding=True)
_KEY = AttendanceException.dedup_key == bindparam("key")
_VOID = select(CheckInVoid.check_in_id).where(CheckInVoid.check_in_id.in_(_IDS))
_FORGET = delete(FiredSignal).where(FiredSignal.check_in_id.in_(_IDS))
_WITHDRAW = update(AttendanceException).where(_KEY, AttendanceException.state == "open").values(state="withdrawn")
_TELL = update(AttendanceException).where(_KEY, AttendanceException.state == "open").values(params=bindparam("params"))
_REOPEN = (
    update(AttendanceException)
    .where(_KEY, AttendanceException.state == "withdrawn")
    .values(state="open", opened_at=bindparam("at"), params=bindparam("params"))
)


@cache
def _upsert(postgres: bool) -> Any:
    query = (postgresql if postgres else sqlite).insert(CheckInSignals)
    names = [column.name for column in CheckInSignals.__table__.c if not column.primary_key]
    return query.on_conflict_do_update(
        index_elements=[CheckInSignals.check_in_id], set_={name: query.excluded[name] for name in names}
    )


@cache
def _open(postgres: bool) -> Any:
    query = (postgresql if postgres else sqlite).insert(AttendanceException)
    return query.on_conflict_do_nothing(index_elements=["dedup_key"]).returning(AttendanceException.id)
