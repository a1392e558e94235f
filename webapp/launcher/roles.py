"""What each process does; the launcher forks them, `python wsgi.py ROLE` runs one alone."""

import os
import signal
from collections.abc import Callable

from flask import Flask
from flask.cli import ScriptInfo
from werkzeug.utils import import_string

from webapp import config
from webapp.core import logs
from webapp.launcher import checks, database, valkey, web

# By name, because the web and everything under it knows no jobs.
JOBS = ("jobs.worker", "jobs.schedule")

# Valkey closes its file before it goes; everything else may be killed at any moment.
POLITELY = signal.SIGTERM


def worker(app: Flask) -> None:
    import_string("jobs.worker.run")(app)


def tick(app: Flask) -> None:
    import_string("jobs.schedule.run")(app)


def redis(app_config: dict[str, object]) -> None:
    """Becomes the server. Raises CannotStart."""
    url = str(app_config["REDIS_URL"])
    words = valkey.command(url, valkey.folder(app_config))
    valkey.end_leftover(url)
    os.execv(words[0], words)


def demo(app: Flask) -> None:
    """The demo's history, made through the real services while people already look around."""
    app.cli.main(args=["demo"], prog_name="flask", obj=ScriptInfo(create_app=lambda: app))


def _web() -> None:
    app = _app()
    checks.certificate(app.config["TLS_CERT"], app.config["TLS_KEY"])
    web.serve(app, f"{app.config['HOST']}:{app.config['PORT']}")


def _redis() -> None:
    settings = config.from_env()
    checks.writable(settings["VAR"])
    redis(settings)


def _app() -> Flask:
    from webapp.app import create_app

    logs.setup()
    return create_app()


ALONE: dict[str, Callable[[], None]] = {
    "web": _web,
    "worker": lambda: worker(_app()),
    "tick": lambda: tick(_app()),
    "redis": _redis,
    "migrate": lambda: database.migrate(_app()),
}
