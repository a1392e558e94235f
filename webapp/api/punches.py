"""Punches from anything that can send signed JSON; see docs/devices.md."""

import hmac
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.core import clock
from webapp.core.authz import machine
from webapp.core.db import do
from webapp.core.i18n import say
from webapp.core.rates import Rate
from webapp.core.secrets import opened
from webapp.devices import queries, service
from webapp.devices.adapters import webhook
from webapp.devices.queries import Caller
from webapp.devices.rules import Call
from webapp.devices.service.calls import refused

bp = Blueprint("punches", __name__)
WINDOW_S = 300
LIMIT = 2 * 1024 * 1024
ROWS_SHOWN = 100
_NOBODYS_SECRET = "compared with when nobody is there, so that it takes as long"
_known, _unknown = Rate(180), Rate(20)


@bp.post("/api/punches")
@machine
def take() -> tuple[Response, int]:
    """All of the punches, or none and what is wrong with each. The same body again changes nothing."""
    at = clock.now()
    call = Call(request.remote_addr)
    try:
        request.max_content_length = LIMIT
        body = request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        return _wrong("webhook_too_large", 413)
    caller = _signer(body, call)
    if caller is None:
        many = _limited() and not _unknown.allows(call.ip or "")
        return _wrong("too_many_requests", 429) if many else _wrong("webhook_signature", 401)
    if abs(_timestamp() - int(at.timestamp())) > WINDOW_S:
        return _wrong("webhook_clock", 401)
    if _limited() and not _known.allows(caller.serial):
        return _wrong("too_many_requests", 429)
    lines, wrong, nobody = webhook.read(body)
    if wrong:
        return _rows(wrong)
    new = do(
        service.take_in, caller=caller, kind="webhook", body=body, params={}, stamp=None, call=call, at=at,
        source="webhook",
    )  # fmt: skip
    return jsonify(received=len(lines), nobody=nobody, repeated=not new), 200


def _signer(body: bytes, call: Call) -> Caller | None:
    """Whose signature this is. Which of source, state, network and signature is wrong nobody is told."""
    serial = request.headers.get("X-Onsite-Source", "")
    caller = queries.caller(serial[:32], at=clock.now())
    secret = (caller and caller.secret and opened(caller.secret)) or _NOBODYS_SECRET
    signed = f"{_timestamp()}.".encode() + body
    right = "sha256=" + hmac.new(secret.encode(), signed, sha256).hexdigest()
    same = hmac.compare_digest(right.encode(), request.headers.get("X-Onsite-Signature", "").encode())
    if caller is None or not caller.secret or not same or refused(caller, kinds=("webhook",), call=call):
        return None
    return caller


def _timestamp() -> int:
    text = request.headers.get("X-Onsite-Timestamp", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _rows(wrong: list[webhook.Wrong]) -> tuple[Response, int]:
    whole = [one for one in wrong if one.row is None]
    if whole:
        return _wrong(whole[0].code, 422, field=whole[0].field)
    rows = [
        {"row": one.row, "field": one.field, "error": one.code, "message": say(one.code)} for one in wrong[:ROWS_SHOWN]
    ]
    return _wrong("webhook_rows", 422, rows=rows, wrong=len(wrong))


def _wrong(code: str, status: int, **more: Any) -> tuple[Response, int]:
    return jsonify(error=code, message=say(code), **{key: value for key, value in more.items() if value}), status


def _limited() -> bool:
    return bool(current_app.config["RATELIMIT_ENABLED"])
