"""ZKTeco terminals that push (iclock, ADMS): they speak first, we keep what they say and only then answer OK.

No session, no redirect, no page: terminals know status codes and plain text. See docs/devices.md.
"""

import hmac
import logging
from hashlib import sha256

from flask import Blueprint, Response, current_app

from webapp.api.iclock_calls import (
    NOT_KEPT,
    Visit,
    both,
    broken,
    discard_body,
    noted,
    plain,
    text_body,
    told_by,
    visit,
)
from webapp.core.authz import machine
from webapp.core.db import do
from webapp.devices import service
from webapp.devices.adapters import zk_push, zk_push_wire
from webapp.devices.service.calls import is_news

bp = Blueprint("iclock", __name__, url_prefix="/iclock")
bp.register_error_handler(Exception, broken)
log = logging.getLogger("onsite.devices")
OK = "OK"
_PUNCHES = {"ATTLOG": "attlog", "RTLOG": "rtlog"}


@both(bp, "/cdata", "GET")
def shake_hands() -> Response:
    """Options for the terminal; with type=time only what time it is."""
    found = visit(handshake=True)
    if found.query.get("type", "").lower() == "time":
        return plain(zk_push_wire.local_time(found.caller.zone, noted(found).at))
    told = told_by(found.query)
    if found.query.get("devicetype", "").lower() != "acc" and found.offset is None:
        told["offset"] = zk_push_wire.time_zone(found.caller.zone, found.caller.tz_form, found.at)
    stamps = do(service.greet, caller=found.caller, call=found.call, told=told, at=found.at)
    if found.query.get("devicetype", "").lower() == "acc":
        return plain(zk_push_wire.security_handshake(code=_code(found)))
    known = {"serial": found.caller.serial, "zone": found.caller.zone, "form": found.caller.tz_form}
    return plain(zk_push_wire.handshake(**known, stamps=stamps, at=found.at))


@both(bp, "/cdata", "POST")
def take() -> Response:
    """Punches and the operation log are kept, options noted; everything else is acknowledged and forgotten."""
    found = visit()
    table = found.table
    if table in _PUNCHES:
        return _keep(found, table, text_body(found))
    if table == "OPERLOG":
        return _keep_changes(found, text_body(found))
    if table == "OPTIONS":
        return _note_options(found, text_body(found))
    if table == "TABLEDATA":
        return _table_data(found)
    if not table:
        return _untitled(found, text_body(found))
    discard_body()
    noted(found)
    return plain(OK)


@both(bp, "/querydata", "POST")
def take_asked() -> Response:
    return _table_data(visit())


@both(bp, "/fdata", "POST")
def forget() -> Response:
    noted(visit())
    discard_body()
    return plain(OK)


@both(bp, "/getrequest", "GET")
def poll() -> Response:
    """The commands that wait. One small read, unless there is something to write down or to hand out."""
    found = visit()
    news = is_news(found.caller, call=found.call, at=found.at)
    noted(found)
    told = zk_push_wire.told_info(found.query.get("info", ""))
    known = found.caller.info or {}
    if told and (news or any(known.get(name) != value for name, value in told.items())):
        count = zk_push_wire.record_count(told)
        do(service.remember, terminal_id=found.caller.terminal_id, told=told, count=count, at=found.at)
    moved = found.offset not in (None, zk_push_wire.time_zone(found.caller.zone, found.caller.tz_form, found.at))
    if moved:
        do(service.greet_anew, terminal_id=found.caller.terminal_id, at=found.at)
    if not (found.caller.due or moved):
        return plain(OK)
    charset = "gb18030" if (found.caller.info or {}).get("language") == "83" else "utf-8"
    return plain(do(service.hand_out, terminal_id=found.caller.terminal_id, charset=charset, at=found.at) or OK)


@both(bp, "/devicecmd", "POST")
def report() -> Response:
    found = noted(visit())
    return _note_results(found, text_body(found))


@both(bp, "/ping", "GET")
def ping() -> Response:
    noted(visit())
    return plain(OK)


@both(bp, "/registry", "POST")
def register() -> Response:
    """The security dialect: what the terminal can do is not kept; it gets the code it asks for."""
    found = noted(visit(handshake=True))
    discard_body()
    return plain(f"RegistryCode={_code(found)}\n")


@both(bp, "/push", "GET")
def configure() -> Response:
    return plain(zk_push_wire.security_options(code=_code(noted(visit()))))


@both(bp, "/push", "POST")
def configure_again() -> Response:
    discard_body()
    return configure()


@both(bp, "/rtdata", "GET")
def tell_time() -> Response:
    found = noted(visit())
    return plain(zk_push_wire.encoded_time(found.caller.zone, found.at))


@bp.get("/<path:rest>")
@machine
def unknown(rest: str) -> Response:
    log.info("unknown call of a device", extra={"call": rest[:80]})
    return plain("", 404)


@bp.post("/<path:rest>")
@machine
def unknown_post(rest: str) -> Response:
    return unknown(rest)


def _keep(found: Visit, table: str, body: bytes) -> Response:
    """Stored before the OK, also when no line of it can be read: what is stored can be read again, what is
    refused comes again for ever."""
    lines = body.count(b"\n") + (not body.endswith(b"\n")) if body else 0
    if body.strip():
        _store(found, _PUNCHES[table], table, body)
    return plain(f"OK: {lines}")


def _keep_changes(found: Visit, body: bytes) -> Response:
    kept = zk_push.clock_changes(body)
    if kept:
        _store(found, "operlog", "OPERLOG", kept)
    else:
        noted(found)
    return plain(OK)


def _store(found: Visit, kind: str, table: str, body: bytes) -> None:
    stamp = found.query.get("opstamp" if table == "OPERLOG" else "stamp") or found.query.get("stamp")
    do(
        service.take_in,
        caller=found.caller,
        kind=kind,
        body=body,
        params={key[:20]: value[:80] for key, value in found.query.items() if key not in NOT_KEPT},
        stamp=(table, stamp) if stamp and kind != "rtlog" else None,
        call=found.call,
        at=found.at,
    )


def _untitled(found: Visit, body: bytes) -> Response:
    """Some firmware leaves the table out: results of commands, or a table that its stamp or its content tells."""
    if zk_push_wire.is_result(body):
        return _note_results(noted(found), body)
    if "opstamp" in found.query:
        return _keep_changes(found, body)
    if "stamp" in found.query or zk_push_wire.looks_like_punches(body):
        return _keep(found, "ATTLOG", body)
    noted(found)
    return plain(OK)


def _note_options(found: Visit, body: bytes) -> Response:
    told = zk_push_wire.told_options(body)
    count = zk_push_wire.record_count(told)
    do(service.remember, terminal_id=noted(found).caller.terminal_id, told=told, count=count, at=found.at)
    return plain(OK)


def _note_results(found: Visit, body: bytes) -> Response:
    do(service.note_results, terminal_id=found.caller.terminal_id, body=body, at=found.at)
    return plain(OK)


def _table_data(found: Visit) -> Response:
    """The security dialect wants to hear which table and how many. People and their fingers are not kept."""
    name, count = found.query.get("tablename", ""), found.query.get("count", "0")
    if name.lower() == "transaction":
        body = text_body(found)
        if body.strip():
            _store(found, "rtlog", "RTLOG", body)
    else:
        discard_body()
        noted(found)
    return plain(f"{name}={count}\n" if name.isalnum() and count.isdigit() else OK)


def _code(found: Visit) -> str:
    """The same for a terminal each time, so it need not be kept."""
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, b"iclock " + found.caller.serial.encode(), sha256).hexdigest()[:24]
