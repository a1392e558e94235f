"""The whole product as processes: Valkey, gunicorn, RQ worker; each can be stopped, killed and started again."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil
from redis.exceptions import RedisError

from tests.support import apps, forks, process, valkey


class Stack:
    """Runs on a migrated database. `app` looks at the same data from the test's own process.

    With fork=True processes start in a tenth of a second instead of four, from what this one has loaded;
    not for tests that run a browser.
    """

    def __init__(self, url: str, *, fork: bool = False, durable: bool = False, **env: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="onsite-stack-"))
        self.valkey = valkey.Server(durable=durable)
        self.app = apps.create(apps.settings(url, self.valkey.url))
        self._port = process.free_port()
        self._fork = fork
        self._env = {
            **apps.environment(url, self.valkey.url),
            "ONSITE_VAR": str(self.folder),
            "PORT": str(self._port),
            **env,
        }
        self._processes: dict[str, process.Child] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Stack:
        """Web and worker, ready."""
        self._spawn("web")
        self._spawn("worker")
        self._wait_for_web()
        process.wait_until(lambda: self.valkey.client.scard("rq:workers"), "worker", log=self._log("worker"))
        return self

    def start_web(self) -> None:
        self._spawn("web")
        self._wait_for_web()

    def start_worker(self) -> None:
        """Returns at once."""
        self._spawn("worker")

    def stop_web(self) -> None:
        """Connections are refused from now on."""
        process.stop(self._processes.pop("web"))

    def kill_web(self) -> None:
        process.kill(self._processes.pop("web"))

    def kill_web_family(self) -> None:
        """Until its children, who may still answer for a moment, are gone too."""
        children = psutil.Process(self._processes["web"].pid).children(recursive=True)
        self.kill_web()
        psutil.wait_procs(children, timeout=90)

    def kill_worker(self) -> None:
        process.kill(self._processes.pop("worker"))

    def come_back(self) -> None:
        """Start whatever a test stopped or killed, and follow the real clock again."""
        apps.real_clock()
        for role in ("web", "worker"):
            if role not in self._processes or self._processes[role].poll() is not None:
                self._spawn(role)
        self._wait_for_web()

    def flushall(self) -> None:
        self.valkey.flush()

    def pids(self) -> dict[str, int]:
        """Parents only; their children are found with psutil."""
        return {name: running.pid for name, running in self._processes.items()} | {"valkey": self.valkey.pid()}

    def wait_idle(self, within: float = 15) -> None:
        """Until nothing due is left in the outbox, in the queue or in a worker's hands."""
        process.wait_until(self.is_idle, "work to end", within, self._log("worker"))

    def cookie(self, who: Any) -> dict[str, str]:
        """A signed-in session for a browser context: context.add_cookies([stack.cookie("R001")])."""
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        value = serializer.dumps({"_user_id": apps.add_sign_in(self.app, who), "_fresh": True})
        return {"name": self.app.config["SESSION_COOKIE_NAME"], "value": value, "url": self.url}

    def log(self, name: str = "web") -> str:
        return process.tail(self._log(name), 200)

    def stop(self) -> None:
        for running in self._processes.values():
            process.stop(running)
        apps.close(self.app)
        self.valkey.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self, role: str) -> None:
        if self._fork:
            target = {"web": self._serve, "worker": lambda: apps.work(self.app, burst=False)}[role]
            self._processes[role] = forks.Forked(target, self._log(role))
            return
        command = [sys.executable, "wsgi.py", role]
        self._processes[role] = process.spawn(command, log=self._log(role), env=self._env)

    def _serve(self) -> None:
        from webapp.launcher import web

        apps.let_go(self.app)
        web.serve(self.app, f"127.0.0.1:{self._port}")

    def _wait_for_web(self) -> None:
        process.wait_until(self._answers, "web", within=60, log=self._log("web"))

    def _answers(self) -> bool:
        """The socket alone is there before anybody serves it."""
        with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", self._port, timeout=10)) as asked:
            asked.request("GET", "/healthz")
            return asked.getresponse().status == 200
        return False

    def is_idle(self) -> bool:
        """Looked at again in the end: what is owed may have become a job meanwhile."""
        return not (self._has_jobs() or self._owes() or self._has_jobs())

    def _has_jobs(self) -> bool:
        """In the queue, on the way to a worker or at work, at one moment."""
        with self.valkey.client.pipeline() as asked:
            asked.llen("rq:queue:default").llen("rq:queue:default:intermediate").zcard("rq:wip:default")
            try:
                return any(asked.execute())
            except RedisError:
                return True

    def _owes(self) -> bool:
        from webapp.core import clock, outbox

        with self.app.app_context():
            left = outbox.backlog(at=clock.now())
        return bool(left.claimed or left.oldest_due_at)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"
