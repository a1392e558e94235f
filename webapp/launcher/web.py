"""gunicorn around the app that is already loaded."""

import gc
import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from webapp.core.process import children_die_with_me
from webapp.core.queue import nudge_in_background
from webapp.launcher.spaces import tolerate_spaces


class Server(BaseApplication):
    def __init__(self, app: Flask, bind: str, ready: Callable[[], object]) -> None:
        self.app, self.options = app, _options(app.config, bind)
        self.options["post_worker_init"] = lambda _worker: self._begin(ready)
        super().__init__()

    def _begin(self, ready: Callable[[], object]) -> None:
        nudge_in_background(self.app)
        ready()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


class PlainLogger(Logger):
    """gunicorn's lines in our form, through the root logger."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def serve(app: Flask, bind: str, ready: Callable[[], object] = lambda: None) -> None:
    """Serve until told to stop; `bind` is host:port or fd://N. A killed gunicorn takes its workers with it."""
    children_die_with_me()
    tolerate_spaces()
    spare_the_collector()
    Server(app, bind, ready).run()


def spare_the_collector() -> None:
    """What is loaded by now stays: looking through it again and again costs a tenth of every answer, and copies pages
    that processes share."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


def _options(config: dict[str, Any], bind: str) -> dict[str, Any]:
    """Keep-alive spares phones the handshakes."""
    memory = "/dev/shm"  # noqa: S108 - heartbeat files belong in memory
    return {
        "bind": bind,
        "worker_class": "gthread",
        "workers": config["PROCESSES"],
        "threads": config["THREADS"],
        "preload_app": True,
        "control_socket_disable": True,
        "worker_tmp_dir": memory if os.access(memory, os.W_OK) else None,
        "timeout": 60,
        "graceful_timeout": 10,
        "keepalive": 15,
        "accesslog": None,
        "http_parser": "python",  # the one that spaces.py teaches
        "loglevel": "warning",
        "logger_class": PlainLogger,
        "certfile": config["TLS_CERT"],
        "keyfile": config["TLS_KEY"],
        "proc_name": "onsite-web",
    }
