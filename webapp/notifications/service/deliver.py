"""Sending what is due. Opens units of work of its own; the sending itself is outside any of them."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from webapp.core import outbox
from webapp.core.db import conn, db, do
from webapp.notifications.models import Delivery, PushSubscription
from webapp.notifications.rules import Outcome, next_try
from webapp.notifications.service.outgoing import DELIVER
from webapp.notifications.service.parcels import Parcel, pack

log = logging.getLogger("onsite.notices")
BATCH, AT_ONCE = 20, 8
LEASE = timedelta(minutes=3)
_d = Delivery.__table__.c


@dataclass(frozen=True, slots=True)
class Result:
    """`outcome` None: not tried, because the one before it on the same way did not arrive."""

    parcel: Parcel
    outcome: Outcome | None


def deliver_some(*, at: datetime, now: Callable[[], datetime]) -> int:
    """Send what is due at `at`, at most a few; how many were looked at. A killed one is due again in minutes."""
    claimed = do(_claim, at=at)
    if not claimed:
        return 0
    parcels = pack(claimed, at)
    db.session.remove()
    ways: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        ways.setdefault(parcel.way, []).append(parcel)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = [result for way in pool.map(_send, ways.values()) for result in way]
    do(_record, results=results, at=now())
    return len(claimed)


def ask_again(*, at: datetime) -> None:
    """Have the job come back when the next message is due."""
    due = conn().scalar(select(func.min(_d.next_at)).where(_d.state == "waiting"))
    if due is not None:
        outbox.put("run", DELIVER, None, max(due, at))


def _claim(*, at: datetime) -> list[int]:
    due = select(_d.id).where(_d.state == "waiting", _d.next_at <= at).order_by(_d.next_at, _d.id).limit(BATCH)
    ids = conn().scalars(due.with_for_update(skip_locked=True)).all()
    mine = update(Delivery).where(_d.id.in_(ids))
    conn().execute(mine.values(next_at=at + LEASE, attempts=_d.attempts + 1))
    return sorted(ids)


def _send(parcels: Sequence[Parcel]) -> list[Result]:
    """In order; when one has to wait, those behind it wait too."""
    results: list[Result] = []
    stopped = False
    for parcel in parcels:
        outcome = None if stopped else _tried(parcel)
        results.append(Result(parcel, outcome))
        stopped = stopped or (outcome is not None and outcome.what == "again")
    return results


def _tried(parcel: Parcel) -> Outcome:
    """What one message does to its sender is its own affair; the others of the batch are written down."""
    try:
        return parcel.send()
    except Exception as error:  # noqa: BLE001
        log.warning("a message broke its sender", exc_info=error, extra={"delivery": parcel.id})
        return Outcome("again", "channel_unreachable", type(error).__name__)


def _record(*, results: Sequence[Result], at: datetime) -> None:
    for result in results:
        values = _untried(at) if result.outcome is None else _after(result.parcel, result.outcome, at)
        conn().execute(update(Delivery).where(_d.id == result.parcel.id, _d.state == "waiting").values(values))
    reached = [one.parcel.subscription_id for one in results if one.outcome and one.outcome.what == "sent"]
    gone = [one.parcel.subscription_id for one in results if one.outcome and one.outcome.what == "gone"]
    theirs = PushSubscription.id
    conn().execute(update(PushSubscription).where(theirs.in_([n for n in reached if n])).values(reached_at=at))
    ids = [n for n in gone if n]
    if ids:
        conn().execute(update(Delivery).where(_d.subscription_id.in_(ids)).values(subscription_id=None))
        conn().execute(delete(PushSubscription).where(theirs.in_(ids)))


def _after(parcel: Parcel, outcome: Outcome, at: datetime) -> dict[str, Any]:
    due = next_try(outcome, parcel.attempts, at)
    state = "sent" if outcome.what == "sent" else "given_up" if due is None else "waiting"
    said = {"problem": outcome.problem, "answer": outcome.answer.replace("\x00", "")[:300]}
    return {**said, "state": state, "next_at": due, "tried_at": at}


def _untried(at: datetime) -> dict[str, Any]:
    return {"attempts": _d.attempts - 1, "next_at": at + timedelta(seconds=20)}
