"""The rows of one page of the inbox, of every kind; as many statements for fifty rows as for five."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from webapp.attendance import queries as attendance
from webapp.attendance.queries import PAGE, InboxFilters
from webapp.attendance.queries.inbox import Due
from webapp.core.authz import SignedIn
from webapp.core.i18n import ngettext
from webapp.core.merged import Key, KeyPage, first_of, page_of, tally
from webapp.pages.hr import inbox_lines as view
from webapp.pages.hr.inbox_keys import OTHERS, other_parts, parts
from webapp.pages.hr.inbox_lines import Line
from webapp.pages.hr.inbox_matters import Mark, Matter, matters

Row = Line | Matter
T = TypeVar("T")
KEYS = 10_000
"""So many are looked at when something else than a column sorts them."""
WORTH = 1000
"""Of so many exceptions the money is worked out for one page."""


class Page(NamedTuple):
    """`cut`: what a list says that cannot compare everything."""

    lines: list[Row]
    number: int
    pages: int
    total: int
    cut: str = ""


def page_lines(
    user: SignedIn, filters: InboxFilters, minimum: int | None, number: int, *, at: datetime, due: Due
) -> Page:
    """What the database cannot sort is sorted here."""
    name = filters.sort.removeprefix("-")
    if minimum is not None or name == "money":
        return _by_money(user, filters, minimum, number, at=at, due=due)
    asked = parts(user, filters, minimum, at=at, due=due)
    if name == "due" and filters.state == "open":  # what is decided is not due any more
        found, cut = _by_due(asked, filters.sort.startswith("-"), number, due)
    else:
        sort = filters.sort.replace("store", "place").replace("due", "opened")
        found, cut = page_of(asked, sort, number, size=PAGE, branches=list(due)), ""
    marks = [(one.kind, one.id) for one in found.keys]
    return Page(some_lines(user, marks, at=at, due=due), found.page, found.pages, found.total, cut)


def some_lines(
    user: SignedIn, marks: Sequence[Mark], *, at: datetime, due: Due, problems: Mapping[Mark, str] | None = None
) -> list[Row]:
    """These, in this order, as far as the person may see them."""
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, number in marks:
        ids[kind].append(number)
    found: dict[Mark, Row] = dict(matters(user, ids, at=at, due=due, problems=problems))
    rows = attendance.inbox_some(user, ids["exception"]) if ids["exception"] else []
    for line in view.lines(rows, at=at, due=due):
        found[line.mark] = _marked(user, replace(line, problem=(problems or {}).get(line.mark, "")))
    return [found[mark] for mark in marks if mark in found]


def _by_due(asked: Sequence[Any], falling: bool, number: int, due: Due) -> tuple[KeyPage, str]:
    keys = sorted(first_of(asked, "opened", KEYS), key=lambda one: _due(one, due))
    if falling:
        keys.reverse()
    beyond = _beyond(asked, len(keys), KEYS)
    said = ngettext(
        "Only the %(most)s that waited longest are sorted by when they are due. %(num)s more is not in this list: "
        "choose a branch, a kind or a person to see it.",
        "Only the %(most)s that waited longest are sorted by when they are due. %(num)s more are not in this list: "
        "choose a branch, a kind or a person to see them.",
        beyond, most=KEYS,
    )  # fmt: skip
    return KeyPage(*_cut(keys, number), len(keys)), said if beyond else ""


def _by_money(
    user: SignedIn, filters: InboxFilters, minimum: int | None, number: int, *, at: datetime, due: Due
) -> Page:
    """What moves no money stands between what gives and what takes."""
    known, cut = _worth(user, filters, minimum, at=at, due=due)
    asked = other_parts(user, filters, minimum, at=at, due=due)
    keys = [(one.kind, one.id) for one in first_of(asked, "day", KEYS)]
    marks = [*known, *keys]
    if filters.sort.endswith("money"):
        worth = {mark: line.change for mark, line in known.items()}
        marks.sort(key=lambda mark: worth.get(mark, 0), reverse=filters.sort == "-money")
    here, page, pages = _cut(marks, number)
    others = some_lines(user, [mark for mark in here if mark not in known], at=at, due=due)
    shown: dict[Mark, Row] = {**known, **{line.mark: line for line in others}}
    return Page([shown[mark] for mark in here if mark in shown], page, pages, len(marks), cut)


def _worth(
    user: SignedIn, filters: InboxFilters, minimum: int | None, *, at: datetime, due: Due
) -> tuple[dict[Mark, Line], str]:
    """The exceptions that move so much, and what is said when there are more than are compared."""
    if filters.kind in OTHERS:
        return {}, ""
    rows = attendance.inbox_rows(user, filters, at=at, due=due, most=WORTH)
    lines = view.lines(rows, at=at, due=due)
    known = {line.mark: _marked(user, line) for line in lines if minimum is None or view.moves(line, minimum)}
    beyond = _beyond([attendance.inbox_keys(user, filters, at=at, due=due)], len(rows), WORTH)
    said = ngettext(
        "Only the %(most)s exceptions with the oldest days are compared by money. %(num)s more is not in this list: "
        "choose a branch, a kind or a person to see it.",
        "Only the %(most)s exceptions with the oldest days are compared by money. %(num)s more are not in this list: "
        "choose a branch, a kind or a person to see them.",
        beyond, most=WORTH,
    )  # fmt: skip
    return known, said if beyond else ""


def _marked(user: SignedIn, line: Line) -> Line:
    return replace(line, own=line.row.employee_id in user.acts_as)


def _beyond(asked: Sequence[Any], seen: int, most: int) -> int:
    """How many more there are than the most that are looked at; asked only when there may be any."""
    return max(0, tally(asked)[0] - seen) if seen >= most else 0


def _due(key: Key, due: Due) -> date:
    """Branches may give themselves more days, and have other holidays."""
    return date.fromisoformat(key.due_on) if key.due_on else due[key.branch_id].due(key.opened_at)


def _cut(found: Sequence[T], number: int) -> tuple[list[T], int, int]:
    """The rows of a page, its number, and how many pages there are."""
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, number), pages)
    return list(found[(page - 1) * PAGE : page * PAGE]), page, pages
