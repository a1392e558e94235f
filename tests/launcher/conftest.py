from __future__ import annotations

import http.client
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support import apps, process
from tests.support.databases import VERSIONS
from tests.support.process import free_port


class Launched:
    """`python wsgi.py` with its data in a folder of its own."""

    def __init__(self, var: Path, **env: str) -> None:
        self.var, self.port = var, free_port()
        self.log = var.with_name(f"{self.port}.log")
        var.mkdir(exist_ok=True)
        if not any(VERSIONS.glob("*.py")):
            apps.build_schema(f"sqlite:///{var / 'onsite.db'}")
        self.env = {"ONSITE_VAR": str(var), "PORT": str(self.port), "ONSITE_DEMO": "0", "SECRET_KEY": "", **env}
        self.process = process.spawn([sys.executable, "wsgi.py"], log=self.log, env=self.env)

    def wait(self) -> Launched:
        process.wait_until(lambda: "Onsite is running" in self.text(), "the launcher", within=60, log=self.log)
        return self

    def text(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, name: str) -> psutil.Process | None:
        named = {"redis": "valkey-server"}.get(name, f"onsite-{name}")
        children = psutil.Process(self.process.pid).children()
        return next((child for child in children if _is_called(child, named)), None)

    def stopped(self) -> list[str]:
        return re.findall(r'"stopped", "child": "([a-z]+)', self.text())

    def end(self) -> None:
        family = self.family() if self.process.poll() is None else []
        process.stop(self.process, signal.SIGTERM, within=20)
        for left in family:
            if left.is_running():
                left.kill()


def lives(one: psutil.Process) -> bool:
    """Also not one that ended and that nobody has asked about yet."""
    try:
        return one.is_running() and one.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_called(one: psutil.Process, beginning: str) -> bool:
    try:
        return lives(one) and one.name().startswith(beginning)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    """One launcher for the tests of a module that leave it running."""
    running = Launched(tmp_path_factory.mktemp("launched") / "var").wait()
    yield running
    running.end()


def run_alone(*words: str, **env: str) -> tuple[int, list[str]]:
    """`python wsgi.py ...` to its end: the exit status and the lines on standard error."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "wsgi.py", *words],
        cwd=process.ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()
