"""What devices sent, kept as bytes, is read into raw punches."""

import logging
from collections.abc import Sequence

from jobs.base import read
from webapp.core.clock import now
from webapp.core.db import do
from webapp.core.outbox import Item
from webapp.devices import queries, service
from webapp.devices.adapters import adapters
from webapp.devices.queries import Unread
from webapp.devices.rules import Bad, Parsed
from webapp.devices.service.store import AT_ONCE, Coming

log = logging.getLogger("onsite.devices")


def device_request(items: Sequence[Item]) -> None:
    """Topic "device_request": read everything the terminal has sent and nobody has read."""
    for item in items:
        terminal_id = item.payload["terminal_id"]
        while unread := read(lambda: queries.next_unread(terminal_id)):  # noqa: B023 - called at once
            _read(unread)


def _read(unread: Unread) -> None:
    """In pieces, so that nobody waits long to write; done again from the start after a crash, it changes nothing."""
    adapter = adapters()["file" if unread.source == "file" else unread.adapter]
    parsed = _parsed(unread)
    live = bool((unread.params or {}).get("live"))
    coming = Coming(unread.terminal_id, unread.zone, unread.source, unread.received_at, unread.id, live)
    new = 0
    for start in range(0, max(len(parsed.lines), 1), AT_ONCE):
        piece = parsed.lines[start : start + AT_ONCE]
        extra = {"bad": parsed.bad, "events": parsed.events} if start == 0 else {}
        new += do(service.store_lines, lines=piece, coming=coming, **extra).new
    counts = {"lines": len(parsed.lines), "new": new, "bad": len(parsed.bad), "skipped": parsed.skipped}
    do(service.mark_read, request_id=unread.id, reader=adapter.reader, **counts, at=now())


def _parsed(unread: Unread) -> Parsed:
    """A reader that stumbles over a body leaves it to be seen and read again, and the next one its turn."""
    adapter = adapters()["file" if unread.source == "file" else unread.adapter]
    try:
        if adapter.parse is None:
            raise LookupError(f"{adapter.code} reads no bodies")
        return adapter.parse(unread.kind, unread.body, unread.params or {})
    except Exception:  # noqa: BLE001 - whatever it was, the bytes are kept
        log.exception("a body could not be read", extra={"request": unread.id})
        return Parsed(bad=[Bad(0, "", "reader")])
