"""Figures that every database counts alike: whole seconds, and percentiles by nearest rank."""

from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Select, case, func, select
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


def numbered(rows: FromClause, *by: str, value: str = "value") -> FromClause:
    """The rows with `rank` and `ranked`: the place of `value` among those of the same group, and how many have one."""
    group = [rows.c[name] for name in by]
    rank = func.row_number().over(partition_by=group, order_by=rows.c[value].asc().nulls_last())
    return select(
        rows, rank.label("rank"), func.count(rows.c[value]).over(partition_by=group).label("ranked")
    ).subquery()


def percentile(rows: FromClause, percent: int, value: str = "value") -> ColumnElement[Any]:
    """The smallest value that at least `percent` of 100 of its group do not exceed; null without any. An aggregate."""
    reached = (rows.c.rank * 100 >= rows.c.ranked * percent) & rows.c[value].is_not(None)
    return func.min(case((reached, rows.c[value])))


def tally(condition: ColumnElement[Any]) -> ColumnElement[Any]:
    """How many rows of the group it is true for."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def share(part: int | None, whole: int | None) -> float | None:
    return None if not whole else (part or 0) / whole
