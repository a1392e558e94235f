"""The edge of the terminals' protocol: reading a call, admitting who makes it, plain answers."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from webapp.core import clock
from webapp.core.authz import machine
from webapp.core.db import do
from webapp.core.rates import Rate
from webapp.devices import queries, service
from webapp.devices.queries import Caller
from webapp.devices.rules import Call
from webapp.devices.service.calls import is_news, refused

KINDS = ("zk_push",)
TEXT_LIMIT = 8 * 1024 * 1024
"""A hundred thousand punches, all that a usual terminal holds."""
DISCARDED = 20 * 1024 * 1024
"""Pictures and fingerprints are read up to here, and forgotten: refused, they would be sent for ever."""
SERIAL = re.compile(r"[A-Za-z0-9_-]{4,32}")
SECRETS = {"comkey", "pushcommkey", "authcode", "sessionid", "token", "registrycode"}
NOT_KEPT = SECRETS | {"sn", "live"}
"""Of a query with punches; "live" is ours to say."""
_TOLD = ("pushver", "language", "devicetype")
_known, _unknown = Rate(180), Rate(20)
log = logging.getLogger("onsite.devices")
View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Visit:
    """An admitted call."""

    caller: Caller
    call: Call
    query: Mapping[str, str]
    at: datetime

    @property
    def table(self) -> str:
        return self.query.get("table", "").upper()

    @property
    def offset(self) -> str | None:
        """The offset its clock was set by when it last started, as it was told; a later handshake sets no clock."""
        kept = (self.caller.info or {}).get("offset")
        return kept if isinstance(kept, str) else None


def both(bp: Blueprint, path: str, method: str) -> Callable[[View], View]:
    """A view under its name and under the twin that ends in .aspx; terminals call either."""

    def mark(view: View) -> View:
        for spelled in (path, f"{path}.aspx"):
            bp.add_url_rule(spelled, view_func=machine(view), methods=[method])
        return view

    return mark


def visit(*, handshake: bool = False) -> Visit:
    """Who calls. Whoever is not heard gets the same 403 for every reason, without a word."""
    at, query = clock.now(), _query()
    call = Call(request.remote_addr, query.get("comkey") or query.get("pushcommkey") or "", handshake)
    serial = query.get("sn", "")
    if not SERIAL.fullmatch(serial):
        _refuse("serial", serial)
    caller = queries.caller(serial, at=at)
    if caller is None:
        _nobody(serial, query, call, at)
    if reason := refused(caller, kinds=KINDS, call=call):
        _refuse(reason, serial)
    if _limited() and not _known.allows(f"{serial} {call.ip}"):
        abort(plain("", 429))
    return Visit(caller, call, query, at)


def noted(found: Visit) -> Visit:
    """The same; that it called is written down, when it is time to."""
    if is_news(found.caller, call=found.call, at=found.at):
        do(service.note_call, caller=found.caller, call=found.call, at=found.at)
    return found


def told_by(query: Mapping[str, str]) -> dict[str, str]:
    """What a handshake says about the device."""
    return {name: query[name][:40] for name in _TOLD if query.get(name)}


def text_body(found: Visit) -> bytes:
    """What was sent, whatever type it claims to be. Too much is not acknowledged, so that nothing is lost."""
    request.max_content_length = TEXT_LIMIT
    try:
        return request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        do(service.note_too_large, terminal_id=found.caller.terminal_id, at=found.at)
        raise


def discard_body() -> None:
    """Read and forget what must not be kept, so that the device is done with it."""
    request.max_content_length = None
    left = DISCARDED
    while left > 0 and (chunk := request.stream.read(min(left, 65536))):
        left -= len(chunk)


def plain(text: str | bytes, status: int = 200) -> Response:
    return Response(text, status, mimetype="text/plain")


def broken(error: Exception) -> Response:
    """Nothing was stored, and the device is told so in the only way it understands: it keeps what it has."""
    if isinstance(error, HTTPException):
        return Response(status=error.code) if error.response is None else error.get_response()  # type: ignore[return-value]
    log.exception("a device could not be served")
    return plain("", 500)


def _query() -> dict[str, str]:
    """Without NUL, which no database takes in a text."""
    pairs = ((key.replace("\0", ""), value.replace("\0", "")) for key, value in request.args.items())
    return {key.lower(): value.strip() for key, value in pairs}


def _nobody(serial: str, query: Mapping[str, str], call: Call, at: datetime) -> NoReturn:
    if not _limited() or _unknown.allows(call.ip or ""):
        do(service.note_unknown, serial=serial, ip=call.ip, told=told_by(query), at=at)
    _refuse("unknown", serial)


def _refuse(reason: str, serial: str) -> NoReturn:
    """403 and not 200: after a 200 firmware drops what it holds, or stops shaking hands until it is switched off."""
    log.info("device refused", extra={"reason": reason, "serial": serial[:32], "ip": request.remote_addr})
    abort(plain("", 403))


def _limited() -> bool:
    return bool(current_app.config["RATELIMIT_ENABLED"])
