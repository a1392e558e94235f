"""Figures that every database counts alike: whole seconds, and percentiles by nearest rank."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Select, case, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

MEDIAN, NINETY = 50, 90


class epoch(FunctionElement[int]):  # noqa: N801 - reads as a function of SQL
    """Whole seconds since 1970 of a moment; parts of a second are cut off."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **options)}, 1, 19)) AS INTEGER)"


@compiles(epoch, "postgresql")
def _postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(floor(extract(epoch from {compiler.process(element.clauses, **options)})) AS BIGINT)"


def once(rows: Select[Any]) -> CTE:
    """Rows with expensive columns, each computed once however often what counts them looks at it."""
    return rows.cte().prefix_with("MATERIALIZED")


def nearest(values: Mapping[int, int], percent: int) -> int | None:
    """The smallest value that at least `percent` of 100 do not exceed; `values` is {value: how often}."""
    wanted, seen = sum(values.values()) * percent, 0
    for value in sorted(values):
        seen += values[value]
        if seen * 100 >= wanted:
            return value
    return None


def tally(condition: ColumnElement[Any]) -> ColumnElement[Any]:
    """How many rows of the group it is true for."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def share(part: int | None, whole: int | None) -> float | None:
    return None if not whole else (part or 0) / whole
