"""One list of rows of several tables: each table gives a key for every row, the database merges, sorts and counts them.

The rows themselves are fetched afterwards, only those of the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from webapp.core.db import conn

SORTS = {"day": "day", "person": "person", "kind": "rank", "place": "place", "opened": "opened_at"}


@dataclass(frozen=True, slots=True)
class Narrow:
    """What such a list is narrowed to; each table applies it to columns of its own."""

    q: str = ""
    branch_id: int | None = None
    before: datetime | None = None
    """Opened by then."""
    span: tuple[date, date] | None = None
    """Only what has a day in it, both ends inclusive."""
    overdue: bool = False
    """Only what should be decided by now."""
    own: bool = False
    """Only what is about the reader, which others decide; else only what the reader may decide."""
    late: Mapping[int, datetime] = field(default_factory=dict)
    """By branch: what was opened before that is overdue."""
    today: Mapping[int, date] = field(default_factory=dict)
    """By branch: what was due before that is."""
    zones: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Key:
    kind: str
    id: int
    branch_id: int
    opened_at: datetime
    due_on: str | None
    """YYYY-MM-DD, where the row has a day of its own."""


@dataclass(frozen=True, slots=True)
class KeyPage:
    keys: list[Key] = field(default_factory=list)
    page: int = 1
    pages: int = 1
    total: int = 0


def key(
    kind: str, *, id: Any, branch_id: Any, opened_at: Any, day: Any, person: Any,
    rank: Any, late: ColumnElement[bool], place: Any = None, due_on: Any = None,
) -> tuple[ColumnElement[Any], ...]:  # fmt: skip
    """The columns every table selects, in this order. `rank`: the place of its kind among all."""
    absent = null()
    return (
        literal(kind, String).label("kind"), id.label("id"), branch_id.label("branch_id"),
        opened_at.label("opened_at"), cast(day, String).label("day"), person.label("person"),
        (literal(rank) if isinstance(rank, int) else rank).label("rank"),
        cast(absent if place is None else place, String).label("place"),
        cast(absent if due_on is None else due_on, String).label("due_on"), case((late, 1), else_=0).label("late"),
    )  # fmt: skip


def narrowed(
    found: Select[Any], to: Narrow, *, branch_id: Any, opened_at: Any, day: Any, late: Any, spots: Sequence[Any],
    within: Callable[[date, date], ColumnElement[bool]] | None = None,
) -> Select[Any]:  # fmt: skip
    """With every word of `q` somewhere in the spots. `day` is a date or, like those of keys, text.

    `within`: which rows a span touches, where a row has more days than its `day`.
    """
    said = [or_(*(spot.icontains(word, autoescape=True) for spot in spots)) for word in to.q.split()[:5]]
    if to.branch_id:
        said.append(branch_id == to.branch_id)
    if to.before:
        said.append(opened_at <= to.before)
    if to.span:
        first, last = to.span
        alone = cast(day, String).between(first.isoformat(), last.isoformat())
        said.append(within(first, last) if within else alone)
    if to.overdue:
        said.append(late)
    return found.where(*said) if said else found


def before(by_branch: Mapping[int, Any], branch_id: Any, column: Any) -> ColumnElement[bool]:
    """Is the column before the value of the row's branch?"""
    return or_(false(), *(and_(branch_id == one, column < value) for one, value in by_branch.items()))


def local_day(moment: Any, branch_id: Any, zones: Mapping[int, str], at: datetime) -> ColumnElement[Any]:
    """The date of a moment at its branch, with the branch's distance from UTC as it is now."""
    away = {one: int(at.astimezone(ZoneInfo(zone)).utcoffset().total_seconds()) for one, zone in zones.items()}  # type: ignore[union-attr]
    seconds = case(away, value=branch_id, else_=0) if away else literal(0)
    if conn().dialect.name == "sqlite":
        return func.date(moment, cast(seconds, String) + " seconds")
    return func.date(func.timezone("UTC", moment) + func.make_interval(0, 0, 0, 0, 0, 0, seconds))


def page_of(
    parts: Sequence[Select[Any]], sort: str, number: int, *, size: int, branches: Sequence[int] = ()
) -> KeyPage:  # fmt: skip
    """One page; a number beyond the end gives the last. `branches`: their order, for sorting by it.

    What lacks the value that sorts comes last either way, in every database.
    """
    if not parts:
        return KeyPage()
    found, number = _sorted(parts, sort, branches), max(1, number)
    rows = conn().execute(found.limit(size).offset(min((number - 1) * size, 2**31))).all()
    if not rows and number > 1:
        number = max(1, -(-tally(parts)[0] // size))
        rows = conn().execute(found.limit(size).offset((number - 1) * size)).all()
    total = rows[0][-1] if rows else 0
    return KeyPage([Key(*row[:-1]) for row in rows], number, max(1, -(-total // size)), total)


def first_of(parts: Sequence[Select[Any]], sort: str, most: int) -> list[Key]:
    """The first ones, for sorting by what the database does not know."""
    if not parts:
        return []
    return [Key(*row[:-1]) for row in conn().execute(_sorted(parts, sort, ()).limit(most))]


def tally(parts: Sequence[Select[Any]], others: Sequence[Select[Any]] = ()) -> tuple[int, int, int]:
    """How many, how many of them are overdue, and how many the others are; one statement."""
    merged = union_all(*parts).subquery("merged")
    beside: Any = literal(0)
    if others:
        beside = select(func.count()).select_from(union_all(*others).subquery("others")).scalar_subquery()
    counted = select(func.count(), func.coalesce(func.sum(merged.c.late), 0), beside).select_from(merged)
    found = conn().execute(counted).one()
    return found[0], int(found[1]), found[2]


def _sorted(parts: Sequence[Select[Any]], sort: str, branches: Sequence[int]) -> Select[Any]:
    rows, name = union_all(*parts).subquery("merged").c, sort.removeprefix("-")
    by: Any = rows[SORTS.get(name, "day")]
    if name == "branch" and branches:
        by = case({one: place for place, one in enumerate(branches)}, value=rows.branch_id)
    fields = (rows.kind, rows.id, rows.branch_id, rows.opened_at, rows.due_on)
    found = select(*fields, func.count().over()).order_by(
        by.desc().nulls_last() if sort.startswith("-") else by.asc().nulls_last()
    )
    return found.order_by(rows.day, rows.person, rows.kind, rows.id)
