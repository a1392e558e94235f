"""Writes of the hot paths: Core statements compiled once, sent with no more work than their parameters need."""

import re
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql import ClauseElement

from webapp.core.db import UTCDateTime, conn

Row = Mapping[str, Any]


class Prepared:
    """A statement that writes; `run` takes one row of parameters, or many of the same names.

    Executed the usual way, a statement costs SQLAlchemy more than it costs SQLite. Not for lists (IN), for columns
    whose default is a function, or for results whose types must be converted.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def run(self, rows: Row | Sequence[Row]) -> CursorResult[Any]:
        opened = conn()
        key = (opened.dialect.name, *(rows if isinstance(rows, Mapping) else rows[0]))
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = _Compiled(self._statement, opened.dialect, list(key[1:]))
        if isinstance(rows, Mapping):
            return opened.exec_driver_sql(compiled.text, compiled.parameters(rows))
        return compiled.run_many(opened, [compiled.parameters(row) for row in rows])


class _Compiled:
    def __init__(self, statement: ClauseElement, dialect: Dialect, names: list[str]) -> None:
        made: Any = statement.compile(dialect=dialect, column_keys=names)
        made_later = [column for column in made.insert_prefetch if not column.default.is_scalar]
        if made.post_compile_params or made.update_prefetch or made_later:
            raise TypeError(f"cannot be prepared: {made}")
        convert = _converters(made.binds, dialect)
        self.text: str = made.string
        self._fixed = {name: value for name, value in made.params.items() if name not in names}
        self._fixed |= {column.key: column.default.arg for column in made.insert_prefetch}
        for name in convert.keys() & self._fixed.keys():
            self._fixed[name] = convert[name](self._fixed[name])
        self._convert = [(name, convert[name]) for name in names if name in convert]
        self._ordered = _in_order(made.positiontup) if made.positiontup else dict
        self._together = _together(made, dialect) if dialect.name == "postgresql" else None
        self._places: list[tuple[int, Callable[[Any], Any]]] | None = None
        if made.positiontup and not self._fixed:
            known = dict(self._convert)
            self._places = [(n, known[name]) for n, name in enumerate(made.positiontup) if name in known]

    def run_many(self, opened: Connection, rows: Sequence[Any]) -> CursorResult[Any]:
        if self._together is None or len(rows) == 1:
            return opened.exec_driver_sql(self.text, list(rows))
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        return opened.exec_driver_sql(self._together, columns)

    def parameters(self, row: Row) -> Any:
        """The tuple or dict that the driver wants."""
        if self._places is not None:
            values = list(self._ordered(row))
            for n, convert in self._places:
                values[n] = convert(values[n])
            return tuple(values)
        found = {**self._fixed, **row}
        for name, convert in self._convert:
            found[name] = convert(found[name])
        return self._ordered(found)


def _together(made: Any, dialect: Dialect) -> str | None:
    """One insert of many rows given as one array per column, which costs PostgreSQL half of what many inserts do.

    None where that would not be the same: values made by SQL; merging, where two rows may meet; and fractions, among
    which whole numbers are of another type.
    """
    found = _VALUES.search(made.string) if made.isinsert and " DO UPDATE " not in made.string else None
    if found is None:
        return None
    names = _BOUND.findall(found[1])
    # without its length: a cast to varchar(8) cuts what does not fit, where an insert refuses it
    types = [_LENGTH.sub("", dialect.type_compiler_instance.process(made.binds[name].type)) for name in names]
    if "FLOAT" in types:
        return None
    arrays = ", ".join(f"%({name})b::{kind}[]" for name, kind in zip(names, types, strict=True))
    return f"{made.string[: found.start()]}SELECT * FROM unnest({arrays}){made.string[found.end() :]}"


_BOUND = re.compile(r"%\((\w+)\)s")
_VALUES = re.compile(r"VALUES \(((?:%\(\w+\)s(?:::[A-Z ]+)?(?:, )?)+)\)")
_LENGTH = re.compile(r"\(\d+(?:, \d+)?\)")


def _in_order(names: list[str]) -> Callable[[Row], Any]:
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


def _remembering(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Many rows in a row share one moment, the same object: it is converted once."""
    last: tuple[Any, Any] = (None, convert(None))

    def converted(value: Any) -> Any:
        nonlocal last
        given, made = last
        if given is not value:
            made = convert(value)
            last = (value, made)
        return made

    return converted


def _converters(binds: Mapping[str, Any], dialect: Dialect) -> dict[str, Callable[[Any], Any]]:
    found = {
        name: (bound.type, bound.type.dialect_impl(dialect).bind_processor(dialect)) for name, bound in binds.items()
    }
    return {
        name: _remembering(convert) if isinstance(kind, UTCDateTime) else convert
        for name, (kind, convert) in found.items()
        if convert is not None
    }
