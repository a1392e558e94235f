"""The database: types, and the one way to change anything: `do(verb, ...)`."""

import json
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Annotated, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Engine, Integer, MetaData, event, orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

log = logging.getLogger("onsite.db")
T = TypeVar("T")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment; naive values are refused, aware UTC comes back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC_ZONE)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC_ZONE) if value.tzinfo is None else value.astimezone(UTC_ZONE)


class MinorUnits(TypeDecorator[int]):
    """Money as whole minor units; anything but an int is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Any) -> int | None:
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise TypeError(f"money must be int minor units, got {value!r}")
        return value


JsonType = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
BigId = BigInteger().with_variant(Integer, "sqlite")

UTC = Annotated[datetime, mapped_column(UTCDateTime)]
Minor = Annotated[int, mapped_column(MinorUnits)]
JSONB = Annotated[Any, mapped_column(JsonType)]
Id = Annotated[int, mapped_column(BigId, primary_key=True)]

_NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    registry = orm.registry(metadata=MetaData(naming_convention=_NAMES))


def dump_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": False},
    engine_options={"json_serializer": dump_json},
)

_writing: ContextVar[bool] = ContextVar("onsite_writing", default=False)
_open: ContextVar[Connection | None] = ContextVar("onsite_open", default=None)
_hooks: ContextVar[list[Callable[[], None]] | None] = ContextVar("onsite_after_commit", default=None)


def do(verb: Callable[..., T], **kwargs: Any) -> T:
    """Run one service verb as one unit of work. Return commits, raise rolls back.

    A race lost on a unique key, a lock or a serialization failure is tried once more.
    """
    try:
        return _once(verb, kwargs)
    except DBAPIError as error:
        if not _worth_another_try(error):
            raise
        log.info("retrying %s after %s", verb.__name__, type(error).__name__)
        return _once(verb, kwargs)


@contextmanager
def transaction() -> Iterator[Connection]:
    """The write transaction. Everything the block does is committed together or not at all."""
    if _writing.get():
        raise RuntimeError("a unit of work is already open; call the verb directly")
    db.session.remove()
    mode, hooks = _writing.set(True), _hooks.set([])
    after: list[Callable[[], None]] = []
    try:
        with _write_lock(db.engine):
            try:
                opened = db.session.connection()
                _open.set(opened)
                yield opened
                db.session.commit()
                after = _hooks.get() or []
            except BaseException:
                db.session.rollback()
                raise
            finally:
                db.session.remove()
    finally:
        _open.set(None)
        _writing.reset(mode)
        _hooks.reset(hooks)
    _run(after)


def after_commit(work: Callable[[], None]) -> None:
    """Run `work` once the open unit of work is committed; its errors are logged, never raised."""
    hooks = _hooks.get()
    if hooks is None:
        raise RuntimeError("after_commit needs an open unit of work")
    if work not in hooks:
        hooks.append(work)


def conn() -> Connection:
    """The Core connection of the current transaction, for hot paths."""
    return _open.get() or db.session.connection()


def is_postgres() -> bool:
    return db.engine.dialect.name == "postgresql"


def _once(verb: Callable[..., T], kwargs: dict[str, Any]) -> T:
    with transaction():
        result = verb(**kwargs)
        db.session.flush()
    return result


def _run(hooks: list[Callable[[], None]]) -> None:
    for hook in hooks:
        try:
            hook()
        except Exception:  # noqa: BLE001 - the work is committed; the sweep will find what was missed
            log.exception("after-commit work failed")


def _worth_another_try(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40001", "40P01"} or "database is locked" in str(error.orig)


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


@contextmanager
def _write_lock(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        yield
        return
    _fair.acquire()
    try:
        yield
    finally:
        _fair.release()


def _reset_lock() -> None:
    global _fair
    _fair = FairLock()


os.register_at_fork(after_in_child=_reset_lock)


@event.listens_for(Engine, "connect")
def _prepare_connection(dbapi_connection: Any, _record: Any) -> None:
    if "sqlite" not in type(dbapi_connection).__module__:
        return
    dbapi_connection.isolation_level = None
    for pragma in (
        "busy_timeout=15000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-8000",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Readers get a read-only transaction, so that a GET cannot change anything even by mistake."""
    raw = connection.connection.dbapi_connection
    writing = _writing.get() or connection.get_execution_options().get("onsite_write", False)
    if connection.dialect.name == "sqlite":
        raw.execute(f"PRAGMA query_only={'OFF' if writing else 'ON'}")  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
    elif raw.read_only is not (not writing):  # type: ignore[union-attr]
        raw.read_only = not writing  # type: ignore[union-attr]
