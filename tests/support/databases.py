"""The two databases a test runs on: migrated once per process, clean for every test."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support import postgres

KINDS = ("sqlite", "postgresql")
VERSIONS = postgres.process.ROOT / "webapp" / "migrations" / "versions"
_HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_RESTART_SEQUENCES = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)
Build = Callable[[str], None]


class SqliteStore:
    """A file copied from a migrated template; in memory where the system allows, so FULL sync costs nothing."""

    def __init__(self, build: Build) -> None:
        shm = Path("/dev/shm")
        self._folder = Path(tempfile.mkdtemp(prefix="onsite-db-", dir=shm if _writable(shm) else None))
        # Also when a test run ends before anybody could call close().
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        self._template, self.path = self._folder / "template.db", self._folder / "test.db"
        build(f"sqlite:///{self._template}")
        with contextlib.closing(sqlite3.connect(self._template)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.url = f"sqlite:///{self.path}"

    def reset(self) -> None:
        for leftover in self._folder.glob("test.db*"):
            leftover.unlink()
        shutil.copyfile(self._template, self.path)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class PostgresStore:
    """One database per process. Only the tables a test wrote to are emptied: 5 ms, where a copy takes 70."""

    def __init__(self, build: Build) -> None:
        self._cluster = postgres.start()
        self._template = self._cluster.create()
        build(self._cluster.url(self._template))
        with psycopg.connect(self._cluster.dsn(self._template)) as connection:
            self._tables = _tables(connection)
            self._seeded = bool(_filled(connection, self._tables))
        self._clone()

    def reset(self) -> None:
        if self._seeded or not self._emptied():
            self._cleaner.close()
            self._cluster.drop(self._name)
            self._clone()

    def close(self) -> None:
        self._cleaner.close()
        self._cluster.stop()

    def _clone(self) -> None:
        self._name = self._cluster.create(self._template)
        self.url = self._cluster.url(self._name)
        self._cleaner = psycopg.connect(self._cluster.dsn(self._name), autocommit=True)

    def _emptied(self) -> bool:
        """Past the triggers that keep the ledger immutable, which only the cluster's owner may switch off."""
        self._cleaner.execute(_HANG_UP)
        if not (filled := _filled(self._cleaner, self._tables)):
            return True
        try:
            self._cleaner.execute("SET session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            return False
        for name in filled:
            self._cleaner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        self._cleaner.execute(_RESTART_SEQUENCES)
        return True


def open_store(kind: str, build: Build) -> SqliteStore | PostgresStore:
    """Raises postgres.Unavailable with the reason."""
    return SqliteStore(build) if kind == "sqlite" else PostgresStore(build)


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _tables(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
    )
    return [name for (name,) in rows]


def _filled(connection: psycopg.Connection, tables: list[str]) -> list[str]:
    if not tables:
        return []
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in tables
    )
    return [name for (name,) in connection.execute(asked)]
