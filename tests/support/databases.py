"""The two databases a test runs on: migrated once per process, clean for every test."""

from __future__ import annotations

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
Build = Callable[[str], None]


class SqliteStore:
    """A file copied from a migrated template; in memory where the system allows, so FULL sync costs nothing."""

    def __init__(self, build: Build) -> None:
        shm = Path("/dev/shm")
        self._folder = Path(tempfile.mkdtemp(prefix="onsite-db-", dir=shm if _writable(shm) else None))
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
    """One database per process. Only the tables a test wrote to are emptied, which takes a few ms, not 70."""

    def __init__(self, build: Build) -> None:
        self._cluster = postgres.start()
        self._template = self._cluster.create()
        build(self._cluster.url(self._template))
        with psycopg.connect(self._cluster.dsn(self._template)) as connection:
            self._tables = _tables(connection)
            self._seeded = bool(_filled(connection, self._tables))
        self._name = self._cluster.create(self._template)
        self.url = self._cluster.url(self._name)

    def reset(self) -> None:
        if self._seeded:
            self._clone_again()
            return
        self._cluster.hang_up(self._name)
        with psycopg.connect(self._cluster.dsn(self._name), autocommit=True) as connection:
            if filled := _filled(connection, self._tables):
                _empty(connection, filled)

    def close(self) -> None:
        self._cluster.stop()

    def _clone_again(self) -> None:
        """A template with rows of its own cannot be emptied; the copy keeps the old name out of URLs in use."""
        self._cluster.drop(self._name)
        self._name = self._cluster.create(self._template)
        self.url = self._cluster.url(self._name)


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


def _empty(connection: psycopg.Connection, tables: list[str]) -> None:
    """Past the triggers that keep the ledger immutable: the cluster is ours, so we may switch them off."""
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("SET session_replication_role = replica")
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
