"""Is it alive, and is it ready: for people who operate it and for load balancers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from rq import Worker
from sqlalchemy import text

from webapp.core import clock, outbox, periodic
from webapp.core.authz import public
from webapp.core.db import db
from webapp.core.queue import connection, queue

bp = Blueprint("health", __name__)

TOO_OLD = timedelta(minutes=5)


@bp.get("/healthz")
@public
def alive() -> Response:
    return jsonify(status="alive")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """200 when every part is in order, else 503; each part says what it found, never a secret."""
    at = clock.now()
    parts = {
        "database": _try(_database),
        "migrations": _try(_migrations),
        "queue": _try(_queue),
        "outbox": _try(lambda: _outbox(at)),
        "tick": _try(lambda: _tick(at)),
    }
    ok = all(part["ok"] for part in parts.values())
    return jsonify(status="ready" if ok else "not ready", **parts), 200 if ok else 503


def _try(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - a part that cannot be asked is a part that is down
        db.session.rollback()
        return {"ok": False, "error": type(error).__name__}


def _database() -> dict[str, Any]:
    db.session.execute(text("SELECT 1"))
    return {"ok": True, "kind": db.engine.dialect.name}


def _migrations() -> dict[str, Any]:
    at = frozenset(db.session.scalars(text("SELECT version_num FROM alembic_version")))
    return {"ok": at == _heads(), "at": sorted(at)}


def _queue() -> dict[str, Any]:
    workers = Worker.count(queue=queue())
    return {"ok": bool(connection().ping()) and workers > 0, "workers": workers, "jobs": queue().count}


def _outbox(at: datetime) -> dict[str, Any]:
    found = outbox.backlog(at=at)
    age = (at - found.oldest_due_at).total_seconds() if found.oldest_due_at else 0
    return {
        "ok": age < TOO_OLD.total_seconds() and found.failed == 0,
        "waiting": found.waiting,
        "in_work": found.claimed,
        "failed": found.failed,
        "oldest_seconds": round(age),
    }


def _tick(at: datetime) -> dict[str, Any]:
    last = periodic.last_taken_at()
    age = (at - last).total_seconds() if last else None
    return {"ok": age is not None and abs(age) < TOO_OLD.total_seconds(), "seconds_ago": age and round(age)}


@cache
def _heads() -> frozenset[str]:
    config = Config()
    config.set_main_option("script_location", current_app.extensions["migrate"].directory)
    return frozenset(ScriptDirectory.from_config(config).get_heads())
