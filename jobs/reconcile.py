"""What devices hold against what we have of them, and how long the bytes they sent are kept."""

from datetime import date, datetime

from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.core.clock import now
from webapp.core.db import do
from webapp.devices import queries, service
from webapp.devices.adapters import adapters


@job(timeout=LONG)
def reconcile() -> int:
    """Every ten minutes; each device is asked in its own night. How many commands were queued."""
    kinds, at = [code for code, adapter in adapters().items() if adapter.calls], now()
    queued = 0
    for terminal_id in read(lambda: queries.comparable(kinds, at)):
        queued += do(service.reconcile, terminal_id=terminal_id, at=at)
        let_pass()
    return queued


@job(timeout=LONG)
def rezone(*, terminal_id: int, zone: str, first: str, order: int | None = None, until: str | None = None) -> int:
    """Punches of a device are read with another time zone; how many. Repeated from the start it changes nothing."""
    asked = {"terminal_id": terminal_id, "zone": zone, "first": date.fromisoformat(first), "order": order}
    moved, came = 0, datetime.fromisoformat(until) if until else None
    while done := do(service.rezone_some, **asked, until=came, at=now()):
        moved += done
        let_pass()
    return moved


@job(timeout=LONG)
def forget_bodies() -> int:
    """Daily: what was read out of old requests stays, their bytes go. How many."""
    at, emptied = now(), 0
    for terminal_id, before in read(lambda: queries.bodies_kept_from(at)):
        while done := do(service.forget_bodies, terminal_id=terminal_id, before=before):
            emptied += done
            let_pass()
    return emptied
