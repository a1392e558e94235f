"""Connections to the database: SQLite's settings, reading that cannot write, one writer at a time."""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

writing: ContextVar[bool] = ContextVar("onsite_writing", default=False)
RESTED_SECONDS = 5
_PRAGMAS = (
    "busy_timeout=15000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # or REPLACE deletes rows without asking their delete triggers
    "temp_store=MEMORY",
    "cache_size=-2000",
)


def reader_options(url: str) -> dict[str, Any]:
    """PostgreSQL sees what is committed at each statement anyway, so a transaction would only cost two round trips."""
    return {} if str(url).startswith("sqlite") else {"isolation_level": "AUTOCOMMIT"}


class FairLock:
    """First come, first served between the threads of one process.

    SQLite has one writer; its own busy loop sleeps and lets newcomers overtake, which ruins the tail.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_fair = FairLock()
_lines: dict[str, int] = {}
"""Lock files this process has open, by path of the database."""


@contextmanager
def write_lock(engine: Engine) -> Iterator[None]:
    """On SQLite: wait in line in this process, then with the other processes. The kernel lets go of a killed one's."""
    if engine.dialect.name != "sqlite":
        yield
        return
    _fair.acquire()
    try:
        line = _line(engine.url.database or "")
        fcntl.flock(line, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(line, fcntl.LOCK_UN)
    finally:
        _fair.release()


def _line(database: str) -> int:
    """Readable is enough for a lock, so the file of an operator who is another user holds nobody up."""
    if database not in _lines:
        _lines[database] = os.open(f"{database}-writers", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    return _lines[database]


def _start_anew() -> None:
    """A fork shares its parent's lock files, and with them its locks."""
    global _fair
    _fair = FairLock()
    while _lines:
        os.close(_lines.popitem()[1])


os.register_at_fork(after_in_child=_start_anew)


@event.listens_for(Engine, "connect")
def _prepare(dbapi_connection: Any, _record: Any) -> None:
    if "sqlite" not in type(dbapi_connection).__module__:
        return
    dbapi_connection.isolation_level = None
    for pragma in _PRAGMAS:
        dbapi_connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Pool, "checkin")
def _rest(_dbapi_connection: Any, record: Any) -> None:
    record.info["since"] = monotonic()


@event.listens_for(Pool, "checkout")
def _try_out(dbapi_connection: Any, record: Any, _fairy: Any) -> None:
    """After a rest the server may be another one; asking each time would cost a round trip per transaction."""
    if "sqlite" in type(dbapi_connection).__module__ or monotonic() - record.info.get("since", inf) < RESTED_SECONDS:
        return
    try:
        dbapi_connection.execute("SELECT 1")
        dbapi_connection.commit()
    except Exception as error:
        raise DisconnectionError from error


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Readers get a read-only transaction, so that a GET cannot change anything even by mistake."""
    raw: Any = connection.connection.dbapi_connection
    write = writing.get() or connection.get_execution_options().get("onsite_write", False)
    if connection.dialect.name == "sqlite":
        # Said only when it changes: it makes SQLite compile every statement of the connection anew.
        _tell(connection, write, lambda: raw.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}"))
        raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    elif raw.autocommit:
        _tell(connection, write, lambda: raw.execute(f"SET default_transaction_read_only = {'off' if write else 'on'}"))
    elif raw.read_only is not (not write):
        raw.read_only = not write


def _tell(connection: Connection, write: bool, say: Callable[[], object]) -> None:
    if connection.info.get("writes") is not write:
        say()
        connection.info["writes"] = write
