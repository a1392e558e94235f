"""One command, one port: Valkey, migrations, web, worker, tick and the demo's history.

The app is loaded once, here, and every process is a fork of this one: they share its memory, and a child
that dies is back in milliseconds.
"""

import gc
import os
import socket
from functools import partial
from typing import IO, Any

from flask import Flask
from sqlalchemy.orm import configure_mappers
from werkzeug.utils import import_string

from webapp.core import logs
from webapp.core.i18n import LANGUAGES, force_locale, say
from webapp.launcher import database, demo, roles, valkey, web
from webapp.launcher.supervisor import Child, Supervisor

SIGN_INS = "R001 rep · S001 store supervisor · H001 HR · F001 finance · A001 admin; password onsite-demo"


def run(settings: dict[str, Any], address: str, lock: IO[str], listener: socket.socket) -> int:
    """Until Ctrl-C. Raises CannotStart."""
    logs.setup()
    redis = _redis(settings)
    supervisor = Supervisor([redis] if redis else [])
    try:
        if redis:
            supervisor.start(redis)
        app = _load()
        if redis:
            valkey.wait_until_ours(settings)
        supervisor.children[:0] = _children(app, listener, lock, supervisor, address)
    except BaseException:
        supervisor.stop_all()
        raise
    supervisor.run()
    return 0


def _load() -> Flask:
    """The app on a database that is up to date, ready to be shared by forks."""
    from webapp.app import create_app

    app = create_app()
    database.migrate(app)
    if _wants_demo(app):
        demo.prepare(app)
    logs.setup()
    _warm_up(app)
    gc.collect()
    gc.freeze()
    return app


def _warm_up(app: Flask) -> None:
    """What every process would make for itself is made once, and shared."""
    for name in roles.JOBS:
        import_string(name)
    configure_mappers()
    for template in app.jinja_env.list_templates():
        app.jinja_env.get_template(template)
    with app.test_request_context():
        for locale in LANGUAGES.values():
            with force_locale(locale):
                say("internal")


def _redis(settings: dict[str, Any]) -> Child | None:
    if not settings["REDIS_EMBEDDED"]:
        valkey.wait_until_ready(settings["REDIS_URL"], seconds=3)
        return None
    valkey.binary()
    return Child("redis", partial(roles.redis, settings), death=roles.POLITELY)


def _children(app: Flask, listener: socket.socket, lock: IO[str], supervisor: Supervisor, address: str) -> list[Child]:
    """In the order they are stopped; Redis comes after all of them."""
    ready_read, ready_write = os.pipe()
    supervisor.watch(ready_read, partial(_announce, app, address))

    def alone(body: Any) -> Any:
        """Only the web keeps the port, and nobody but the launcher the lock."""

        def start() -> None:
            lock.close()
            listener.close()
            os.close(ready_write)
            body(app)

        return start

    def serve() -> None:
        lock.close()
        web.serve(app, f"fd://{listener.fileno()}", lambda: os.write(ready_write, b"."))

    workers = range(1, app.config["WORKERS"] + 1)
    return [
        *([Child("demo", alone(roles.demo), once=True)] if _wants_demo(app) else []),
        Child("web", serve, stop_seconds=15),
        Child("tick", alone(roles.tick)),
        *(Child(f"worker {number}", alone(roles.worker), stop_seconds=30) for number in workers),
    ]


def _wants_demo(app: Flask) -> bool:
    return bool(app.config["DEMO"]) and "demo" in app.cli.commands


def _announce(app: Flask, address: str) -> None:
    kind = "the demo company" if app.config["DEMO"] else f"data in {app.config['VAR']}"
    lines = [f"Onsite is running at {address} ({kind}). Ctrl-C stops it."]
    if app.config["DEMO"]:
        lines.append(f"Sign in as {SIGN_INS}")
    print("\n".join(lines), flush=True)  # noqa: T201 - what a person waits for
