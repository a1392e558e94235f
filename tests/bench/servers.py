"""The processes that are measured, started as they are shipped."""

from __future__ import annotations

import http.client
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import Flask

from tests.support import apps, process, valkey

WHOLE: tuple[str, ...] = ("wsgi.py",)
WEB = ("wsgi.py", "web")
BARE = ("-m", "tests.bench.bare")


@contextmanager
def serving(url: str, command: Sequence[str], redis: str = "") -> Iterator[tuple[int, int]]:
    """(port, process id) of a server on this database, ready for requests."""
    folder, port = Path(tempfile.mkdtemp(prefix="onsite-bench-")), process.free_port()
    known = {"DATABASE_URL": url, "ONSITE_VAR": str(folder), "PORT": str(port), "ONSITE_TESTING": "0"}
    running = process.spawn(
        [sys.executable, *command], log=folder / "log", env={**known, **({"REDIS_URL": redis} if redis else {})}
    )
    try:
        process.wait_until(lambda: _answers(port), " ".join(command), within=60, log=folder / "log")
        yield port, running.pid
    except BaseException:
        print(process.tail(folder / "log"), flush=True)  # noqa: T201
        raise
    finally:
        process.stop(running, within=20)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server() -> Iterator[str]:
    server = valkey.Server()
    try:
        yield server.url
    finally:
        server.stop()


@contextmanager
def application(url: str, **settings: Any) -> Iterator[Flask]:
    """The app in this process, for building and looking."""
    from webapp.app import create_app

    app = create_app({**apps.settings(url), **settings})
    try:
        yield app
    finally:
        apps.close(app)


def _answers(port: int) -> bool:
    """Really, not only a port that is open: the launcher opens it before anybody serves."""
    with suppress(OSError, http.client.HTTPException), closing(http.client.HTTPConnection("127.0.0.1", port)) as asked:
        asked.timeout = 2
        asked.request("GET", "/healthz")
        return bool(asked.getresponse().read())
    return False
