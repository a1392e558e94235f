"""One line per event: JSON for machines, key=value on a terminal, always with the request or job it belongs to."""

import json
import logging
import re
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from flask import Flask, Response, g, has_request_context, request

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Whoever has this part of the address has the screen, or speaks for the device.
_SECRET = re.compile(r"(?<=^/screen/).+|(?<=^/api/hikvision/).+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ORDINARY = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_context: ContextVar[dict[str, Any]] = ContextVar("onsite_log_context", default={})  # noqa: B039 - never mutated
access = logging.getLogger("onsite.access")


def setup(*, terminal: bool | None = None, level: int = logging.INFO) -> None:
    """Send everything to standard error in one form; called once by each process we start."""
    terminal = sys.stderr.isatty() if terminal is None else terminal
    handler = logging.StreamHandler()
    handler.setFormatter(KeyValueFormatter() if terminal else JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("alembic", "flask_limiter", "rq", "rq.worker", "rq.job", "rq.scheduler", "gunicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """Give each request an id, send it back, and log the request when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Add fields to every line logged inside the block."""
    token = _context.set({**_context.get(), **{k: v for k, v in fields.items() if v is not None}})
    try:
        yield
    finally:
        _context.reset(token)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False, default=str)


class KeyValueFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        head = f"{fields.pop('at')[11:19]} {fields.pop('level'):<7} {fields.pop('event')}"
        line = " ".join([head, *(f"{key}={value}" for key, value in fields.items())])
        line = _CONTROL.sub(lambda found: repr(found[0])[1:-1], line)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extra = {key.rstrip("_"): value for key, value in vars(record).items() if key not in _ORDINARY}
    request_id = {"request_id": g.request_id} if has_request_context() and "request_id" in g else {}
    return {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.getMessage(),
        **request_id,
        **_context.get(),
        **extra,
    }


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex[:16]
    g.request_began = monotonic()


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-ID"] = g.request_id
    user = g.get("_login_user")
    access.info(
        "request",
        extra={
            "method": request.method,
            "path": _SECRET.sub("…", request.path),
            "status": response.status_code,
            "ms": round((monotonic() - g.request_began) * 1000, 1),
            "user": getattr(user, "id", None),
        },
    )
    return response
