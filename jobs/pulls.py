"""Devices that are asked: which are due, and one pull from the first word to the last row."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from jobs.asking import Asking, Item
from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.core import secrets
from webapp.core.clock import now
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.devices import queries, service
from webapp.devices.adapters import Adapter, CannotPull, Pulled, Target, adapters
from webapp.devices.rules import Bad, Line, moment
from webapp.devices.rules.pulls import same_device
from webapp.devices.service import pulls
from webapp.devices.service.pulls import Begun, Ended
from webapp.devices.service.store import AT_ONCE, Coming

DEADLINE_S = 780
KEPT_UNREAD = 20_000


@job()
def due() -> int:
    """Every few minutes: ask for each device that has not been asked for a while; how many."""
    kinds = [code for code, adapter in adapters().items() if adapter.pull]
    at, asked = now(), 0
    for terminal_id in read(lambda: queries.pulls_due(kinds, at)):
        try:
            do(pulls.ask, by=None, terminal_id=terminal_id, at=at)
            asked += 1
        except DomainError:  # it was switched off meanwhile
            continue
    return asked


@job(timeout=LONG, pauses=(0, 30))
def pull(*, terminal_id: int, by: int | None = None) -> dict[str, Any] | None:
    """Ask one device for what it holds; None when it is not to be asked now. `by` is for the log."""
    begun = do(pulls.begin, terminal_id=terminal_id, at=now())
    if begun is None:
        return None
    adapter = adapters().get(begun.kind)
    try:
        if adapter is None or adapter.pull is None:
            raise CannotPull("device_not_asked")
        return _pulled(adapter, begun)
    except CannotPull as error:
        do(pulls.failed, begun=begun, code=error.code, at=now())
        return {"error": error.code, **error.params}
    except Exception:
        do(pulls.failed, begun=begun, code="internal", at=now())
        raise


def _pulled(adapter: Adapter, begun: Begun) -> dict[str, Any]:
    assert adapter.pull is not None
    records, new, odd, marks = 0, 0, list[Bad](), list[str]()
    with Asking(adapter.pull, _target(adapter, begun), AT_ONCE) as asking:
        pulled = asking.first()
        if not same_device(begun.serial, pulled.serial):
            raise CannotPull("pull_other_device", serial=pulled.serial)
        coming = _coming(pulled, begun)
        while (batch := asking.more()) is not None:
            records += len(batch)
            mark = _mark(batch)
            if mark not in begun.marks:
                new += _store(batch, coming)
            marks += [mark] if len(batch) == AT_ONCE else []
            odd += [one for one in batch if isinstance(one, Bad)]
            let_pass()
    _keep(odd, begun)
    short = max(0, (pulled.count or 0) - records)
    result = Ended(short, pulled.whole, pulled.count, coming.skew_s, pulled.layout, pulled.info, marks)
    complete = do(pulls.ended, begun=begun, result=result, at=now())
    return {"records": records, "new": new, "unread": len(odd), "count": pulled.count, "complete": complete}


def _target(adapter: Adapter, begun: Begun) -> Target:
    secret = (secrets.opened(begun.secret) if begun.secret else "") or ""
    user, colon, password = secret.partition(":")
    if not colon:
        user, password = "", secret
    port = begun.port or adapter.port or 80
    return Target(begun.host, port, user, password, begun.zone, begun.layout, DEADLINE_S, begun.since)


def _coming(pulled: Pulled, begun: Begun) -> Coming:
    """Since it was last asked its clock was as wrong as it is now; how it was before nobody knows."""
    skew, through = _skew(pulled, begun), begun.heard_through
    fresh = through + timedelta(seconds=skew) if through is not None and skew is not None else None
    return Coming(begun.terminal_id, begun.zone, "pull", now(), skew_s=skew, fresh_from=fresh)


def _store(batch: list[Item], coming: Coming) -> int:
    lines = [one for one in batch if isinstance(one, Line)]
    return do(service.store_lines, lines=lines, coming=coming).new if lines else 0


def _mark(batch: list[Item]) -> str:
    """The same for the same records in the same order."""
    texts = (f"{one.time} {one.text}" if isinstance(one, Line) else "" for one in batch)
    return sha256("\n".join(texts).encode()).hexdigest()[:32]


def _keep(odd: list[Bad], begun: Begun) -> None:
    """Records nobody could read stay to be seen, and to be read again when the reader learns."""
    if odd:
        body = "\n".join(one.text for one in odd[:KEPT_UNREAD]).encode()
        known = {"terminal_id": begun.terminal_id, "source": "pull", "kind": "unread", "zone": begun.zone}
        do(service.store_request, body=body, params={"zone": begun.zone}, ip=None, at=now(), **known)


def _skew(pulled: Pulled, begun: Begun) -> int | None:
    shown = moment(pulled.clock, begun.zone) if pulled.clock else None
    if shown is None or pulled.clock_at is None:
        return None
    return round((shown - pulled.clock_at).total_seconds())
