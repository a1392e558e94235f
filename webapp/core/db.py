"""The database: types, and the one way to change anything: `do(verb, ...)`."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Annotated, Any, TypeVar

from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import JSON, BigInteger, Connection, DateTime, Integer, MetaData, orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from webapp.core.engines import reader_options, write_lock, writing

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

    def bind_processor(self, dialect: Any) -> Any:
        """SQLite's own way to write a moment takes longer than everything else about a row."""
        return _sqlite_moment if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC_ZONE) if value.tzinfo is None else value.astimezone(UTC_ZONE)


def _sqlite_moment(value: datetime | None) -> str | None:
    """As SQLAlchemy writes it: YYYY-MM-DD HH:MM:SS.ffffff."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("naive datetime")
    utc = value if value.tzinfo is UTC_ZONE else value.astimezone(UTC_ZONE)
    return utc.isoformat(" ", "microseconds")[:26]


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


dump_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Made once: json.dumps with settings makes an encoder each time."""


class Session(FlaskSession):
    """Sees what `conn()` sees: the open unit of work, else what is being read."""

    def get_bind(self, *_args: Any, **_kwargs: Any) -> Connection:
        return conn()


class Sessions(orm.scoped_session[FlaskSession]):
    def remove(self) -> None:
        """End reading: what is read next is read anew.

        With a commit, because a rollback makes psycopg forget every statement the connection has prepared.
        """
        super().remove()
        reading: Connection | None = g.pop("onsite_reading", None)
        if reading is not None:
            with reading:
                reading.commit()


class Database(SQLAlchemy):
    def _make_scoped_session(self, options: dict[str, Any]) -> orm.scoped_session[FlaskSession]:
        made = super()._make_scoped_session({**options, "class_": Session})
        return Sessions(made.session_factory, scopefunc=made.registry.scopefunc)


db = Database(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": False},
    engine_options={"json_serializer": dump_json},
)

_open: ContextVar[Connection | None] = ContextVar("onsite_open", default=None)
_hooks: ContextVar[list[Callable[[], None]] | None] = ContextVar("onsite_after_commit", default=None)


def init_app(app: Flask) -> None:
    """Readers have connections of their own, see engines.py."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    reader = {**app.config["SQLALCHEMY_ENGINE_OPTIONS"], **reader_options(url), "url": url}
    app.config.setdefault("SQLALCHEMY_BINDS", {"reader": reader})
    db.init_app(app)


def dispose(*, close: bool = True) -> None:
    """Give all connections back; without `close`, because another process goes on with them, only forget them."""
    for engine in db.engines.values():
        engine.dispose(close=close)


def do(verb: Callable[..., T], /, **kwargs: Any) -> T:
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
    if writing.get():
        raise RuntimeError("a unit of work is already open; call the verb directly")
    db.session.remove()
    mode, hooks = writing.set(True), _hooks.set([])
    after: list[Callable[[], None]] = []
    try:
        with write_lock(db.engine), db.engine.begin() as opened:
            _open.set(opened)
            try:
                yield opened
                _flush()
            finally:
                _open.set(None)
                db.session.remove()
            after = _hooks.get() or []
    finally:
        writing.reset(mode)
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
    """The Core connection of the open unit of work, else the one that reads, for hot paths."""
    return _open.get() or _reading()


@contextmanager
def together() -> Iterator[None]:
    """PostgreSQL gets the statements inside in one go; nothing that they answer can be read in here."""
    if not is_postgres():
        yield
        return
    opened = conn()
    raw: Any = opened.connection.dbapi_connection
    failure: Any = opened.dialect.dbapi.Error  # type: ignore[union-attr]
    try:
        with raw.pipeline():
            yield
    except failure as error:
        raise DBAPIError.instance(None, None, error, failure, dialect=opened.dialect) from error


def is_postgres() -> bool:
    opened = _open.get()
    return (db.engine if opened is None else opened).dialect.name == "postgresql"


def _once(verb: Callable[..., T], kwargs: dict[str, Any]) -> T:
    with transaction():
        return verb(**kwargs)


def _flush() -> None:
    if db.session.registry.has():
        db.session.flush()


def _reading() -> Connection:
    reading: Connection | None = g.get("onsite_reading")
    if reading is None:
        reading = g.onsite_reading = db.engines["reader"].connect()
        reading.begin()
    return reading


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
