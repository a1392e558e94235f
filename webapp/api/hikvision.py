"""Hikvision terminals that report each event by themselves (HTTP listening).

The secret is part of the address, because the menus of these devices take an address and little else.
"""

import re
from contextlib import suppress

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, HTTPException

from webapp.core import clock
from webapp.core.authz import machine
from webapp.core.db import do
from webapp.core.rates import Rate
from webapp.devices import queries
from webapp.devices.adapters import hikvision
from webapp.devices.rules import Call
from webapp.devices.service.calls import refused
from webapp.devices.service.listening import take_events

bp = Blueprint("hikvision", __name__)
LIMIT = 4 * 1024 * 1024
_SERIAL = re.compile(r"[A-Za-z0-9_-]{4,32}")
_known, _unknown = Rate(600), Rate(20)


@bp.post("/api/hikvision/<string(maxlength=64):serial>/<string(maxlength=64):key>")
@machine
def take(serial: str, key: str) -> Response:
    """Keep the access events in the body and answer OK; pictures and names are dropped here."""
    at, call = clock.now(), Call(request.remote_addr, key, handshake=True)
    caller = queries.caller(serial, at=at) if _SERIAL.fullmatch(serial) else None
    if caller is None or caller.key_hash is None or refused(caller, kinds=("hikvision",), call=call):
        _drained()
        return _empty(429 if _limited() and not _unknown.allows(call.ip or "") else 403)
    if _limited() and not _known.allows(caller.serial):
        return _empty(429)
    events = hikvision.reported(_drained())
    if events is None:
        return _empty(400)
    people = [event for event in events if hikvision.line(event, 1) is not None]
    live = _live(people)
    do(take_events, caller=caller, events=[hikvision.kept(one) for one in people], live=live, call=call, at=at)
    return _empty(200)


def _live(events: list[dict[str, object]]) -> bool:
    """These devices say which events happen now and which they had kept."""
    return bool(events) and all(event.get("currentEvent") is True for event in events)


def _drained() -> bytes:
    """What comes of the body; its end may never come. Only its head is kept."""
    head, read = bytearray(), 0
    with suppress(ClientDisconnected, HTTPException, OSError):
        request.max_content_length = None
        while read < LIMIT and (chunk := request.stream.read(65536)):
            read += len(chunk)
            if len(head) < hikvision.LARGEST_REPORT:
                head += chunk
    return bytes(head)


def _empty(status: int) -> Response:
    return Response(status=status)


def _limited() -> bool:
    return bool(current_app.config["RATELIMIT_ENABLED"])
