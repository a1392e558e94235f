"""Leave and swaps in words, for everybody's pages."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from webapp.core.i18n import _ as gettext
from webapp.core.i18n import date_text, lang, ngettext
from webapp.people import queries as people
from webapp.schedules import queries
from webapp.schedules.queries import Cell
from webapp.schedules.rules import Span, halves_number, span_of

MOST_DAYS = 14
"""Working days whose hours and visits are named one by one."""


def days_text(halves: int) -> str:
    """1.5 days."""
    return ngettext("%(number)s day", "%(number)s days", 1 if halves == 2 else 2, number=halves_number(halves))


def span_text(row: Any) -> str:
    """Its days as people say them; halves are named."""
    span = row if isinstance(row, Span) else span_of(row)
    first, last = date_text(span.first_on), date_text(span.last_on)
    if span.first_on == span.last_on:
        if span.starts_half:
            return gettext("%(day)s, afternoon", day=first)
        return gettext("%(day)s, morning", day=first) if span.ends_half else first
    first = gettext("%(day)s, from noon", day=first) if span.starts_half else first
    last = gettext("%(day)s, until noon", day=last) if span.ends_half else last
    return f"{first} – {last}"


def kinds(branch_ids: Sequence[int]) -> Callable[[Any], str]:
    """What the kind of a row is called in its branch; a row without a branch is of the first of these."""
    names = queries.leave_names(branch_ids)

    def named(row: Any) -> str:
        branch_id, code = getattr(row, "branch_id", branch_ids[0]), getattr(row, "kind", row)
        found = names.get((branch_id, code))
        return code if found is None else found[lang() == "zh"]

    return named


def asked_leave(row: Any, at: datetime) -> str:
    """The kind of leave a correction asks for, and what is left of it; nothing for any other exception."""
    code: str = (row.params or {}).get("leave_kind") or ""
    branch = people.branch(row.branch_id) if code else None
    if branch is None:
        return ""
    year, today = row.work_date.year, at.astimezone(ZoneInfo(branch.timezone)).date()
    found = queries.balances([row.employee_id], branch, year, today=today).get((row.employee_id, code))
    name = kinds([branch.id])(code)
    if found is None or found.left is None:
        return gettext("Asks for leave: %(kind)s", kind=name)
    known = {"kind": name, "year": year, "days": days_text(found.left)}
    return gettext("Asks for leave: %(kind)s, %(days)s left in %(year)s", **known)


def chain(row: Any, decisions: Sequence[Any]) -> list[tuple[str, str]]:
    """(step, done | now | later | no) of a request, in order."""
    said = {one.step: one.decision for one in decisions if one.decision in ("approved", "rejected")}
    waits = row.state == "open" and row.leave_id is None
    found = []
    for n, step in enumerate(row.steps):
        if n in said:
            found.append((step, "done" if said[n] == "approved" else "no"))
        elif waits and n >= row.step:
            found.append((step, "now" if n == row.step else "later"))
        elif n < row.step or row.leave_id is not None:
            found.append((step, "done"))
        else:
            found.append((step, "later"))
    return found


def planned(employee_id: int, branch_id: int, span: Span) -> list[Cell]:
    """The days of a span that have work or visits, with hours and visits; the first ones of a long span."""
    branch = people.branch(branch_id)
    found = queries.cells([employee_id], list(span.dates()), branch) if branch else {}
    named = [cell for cell in found.values() if cell.expected.scheduled or cell.stops]
    return named[:MOST_DAYS]


def words() -> dict[str, Any]:
    """For templates."""
    return {"span": span_text, "days": days_text}
