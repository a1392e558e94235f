"""The application as tests build it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import select, update

from tests.support import forks
from tests.support.databases import VERSIONS
from tests.support.process import tail

SECRET = "a key for tests only, never for a real company"
_WITHOUT_REDIS = "unix:///nonexistent/onsite-test.sock"


def prepare_environment() -> None:
    """Settings of the machine must not leak into tests, and tests must not touch var/."""
    for name in ("DATABASE_URL", "REDIS_URL", "HOST", "PORT", "TLS_CERT", "TLS_KEY", "TRUSTED_PROXIES"):
        os.environ.pop(name, None)
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"):  # a make of ours is nobody's child
        os.environ.pop(name, None)
    folder = Path(tempfile.mkdtemp(prefix="onsite-var-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(
        ONSITE_VAR=str(folder),
        ONSITE_TESTING="1",
        ONSITE_DEMO="0",
        ONSITE_TEST_CLOCK=str(folder / "clock"),
        SECRET_KEY=SECRET,
        # Not the zone of any branch, so whatever leans on the server's zone shows up (T15).
        TZ="America/St_Johns",
    )


def settings(url: str, redis_url: str | None = None) -> dict[str, Any]:
    """Flask config of an app on database `url`; without Redis unless a URL is given."""
    return {
        "TESTING": True,
        "SECRET_KEY": SECRET,
        "SQLALCHEMY_DATABASE_URI": url,
        "REDIS_URL": redis_url or _WITHOUT_REDIS,
        "RATELIMIT_STORAGE_URI": "memory://",
        "DEMO": False,
    }


def environment(url: str, redis_url: str | None = None) -> dict[str, str]:
    """The same, for child processes."""
    return {"DATABASE_URL": url, "REDIS_URL": redis_url or _WITHOUT_REDIS, "ONSITE_TESTING": "1"}


class _Compiled(BytecodeCache):
    """Templates compiled once for all apps of a process: five seconds for each of them otherwise."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._kept.get(bucket.key):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


def create(settings: dict[str, Any]) -> Flask:
    from webapp.app import create_app

    app = create_app(settings)
    app.jinja_env.bytecode_cache = _compiled
    return app


class Reused:
    """An app lent to one test after the other; what a test left in it is gone before the next."""

    def __init__(self, settings: dict[str, Any]) -> None:
        from tests.support.client import CheckingClient

        self._app = create(settings)
        self._app.test_client_class = CheckingClient
        self._config, self._extensions = dict(self._app.config), dict(self._app.extensions)

    @contextmanager
    def borrowed(self) -> Iterator[Flask]:
        from webapp.core.limits import limiter

        limiter.enabled = self._app.config["RATELIMIT_ENABLED"]  # one for all apps, as the last one wanted it
        try:
            yield self._app
        finally:
            close(self._app)
            self._app.config.clear()
            self._app.config.update(self._config)
            self._app.extensions.clear()
            self._app.extensions.update(self._extensions)


def build_schema(url: str) -> None:
    """Bring an empty database to head by the real migrations."""
    from webapp.app import create_app
    from webapp.core.db import db, dispose

    app = create_app(settings(url))
    with app.app_context():
        if any(VERSIONS.glob("*.py")):
            import flask_migrate

            flask_migrate.upgrade(directory=str(VERSIONS.parent))
        else:
            with db.engine.connect().execution_options(onsite_write=True) as connection:
                db.metadata.create_all(connection)
                connection.commit()
        db.session.remove()
        dispose()


def add_sign_in(app: Flask, who: Any) -> str:
    """A session of `who` (staff number or employee), without hashing a password; what the cookie carries."""
    from webapp.core import clock
    from webapp.core.db import db, transaction
    from webapp.people.models import Employee, SignIn

    at = clock.now()
    with app.app_context(), transaction():
        employee_id = getattr(who, "id", None) or db.session.scalar(select(Employee.id).where(Employee.staff_no == who))
        assert employee_id, f"nobody has the staff number {who!r}"
        # Far away, so that a test may move the clock by months and stay signed in.
        row = SignIn(employee_id=employee_id, created_at=at, expires_at=at + timedelta(days=36500))
        db.session.add(row)
    return str(row.id)


def speak(app: Flask, staff_no: str, language: str) -> None:
    """Set the language a person reads, "en" or "zh"."""
    from webapp.core.db import db, transaction
    from webapp.people.models import Employee

    with app.app_context(), transaction():
        db.session.execute(update(Employee).where(Employee.staff_no == staff_no).values(language=language))


def sign_in(app: Flask, client: FlaskClient, who: Any) -> Any:
    """Give the client the session of `who`."""
    token = add_sign_in(app, who)
    with client.session_transaction() as session:
        session.update(_user_id=token, _fresh=True)
    return client


def run_worker(app: Flask) -> None:
    """A real RQ worker works until the queue is empty. Raises AssertionError with its log when it fails."""
    with tempfile.TemporaryDirectory(prefix="onsite-worker-") as folder:
        log = Path(folder) / "log"
        status = forks.Forked(lambda: work(app, burst=True), log).wait(600)
        assert status == 0, f"the worker ended with {status}\n{tail(log)}"
    forget_read()


def work(app: Flask, *, burst: bool) -> None:
    """What a forked worker does: none of the parent's connections is used or closed."""
    from jobs.worker import run

    let_go(app)
    run(app, burst=burst)


def let_go(app: Flask) -> None:
    """In a forked child: forget the parent's database connections without closing them, and its stopped clock."""
    from webapp.core import clock
    from webapp.core.db import dispose

    clock._frozen = None  # the file, which freeze() keeps up to date, tells the time here
    with app.app_context():
        dispose(close=False)


def forget_read() -> None:
    """End the test's own read transaction, so that it sees what others wrote since."""
    if has_app_context():
        from webapp.core.db import db

        db.session.remove()


def real_clock() -> None:
    Path(os.environ["ONSITE_TEST_CLOCK"]).unlink(missing_ok=True)


def close(app: Flask) -> None:
    """Let go of the database; child processes and the next test need it for themselves."""
    from webapp.core.db import db, dispose

    with app.app_context():
        db.session.remove()
        dispose()
    if redis := app.extensions.get("onsite_redis"):
        redis.close()
