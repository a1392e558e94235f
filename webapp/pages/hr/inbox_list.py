"""What the inbox shows: its filters, its rows, its choices; everything comes from the address."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from webapp.attendance import queries as attendance
from webapp.attendance.queries import InboxFilters
from webapp.attendance.queries.inbox import Due
from webapp.core import clock
from webapp.core.authz import me
from webapp.core.errors import Invalid
from webapp.core.forms import Bound, blank
from webapp.core.i18n import lang, ngettext, say
from webapp.devices import queries as devices
from webapp.pages.hr.inbox_keys import KINDS, counted
from webapp.pages.hr.inbox_lines import Line
from webapp.pages.hr.inbox_matters import Mark, Matter
from webapp.pages.hr.inbox_pages import page_lines, some_lines
from webapp.pages.hr.inbox_views import beside, first_steps, own_note, views
from webapp.pages.payslip_lines import month_name
from webapp.people import queries as people
from webapp.people.queries import View as SavedView
from webapp.sites import queries as sites
from webapp.wallet.rules import month_of, month_span

STATES = ("open", "decided", "all")
SORTS = ("day", "person", "kind", "money", "due", "store", "branch", "opened")
PAGE_NAME = "inbox"


def list_context(
    problems: dict[Mark, str] | None = None,
    result: tuple[str, str] | None = None,
    form: Bound[Any] | None = None,
    view_form: Bound[Any] | None = None,
    own: Sequence[SavedView] | None = None,
) -> dict[str, Any]:
    user, filters, at = me(), filters_of(request.args), clock.now()
    due, late = attendance.deadlines(user.branch_ids, at), devices.late(user, at)
    minimum, number, stuck = _minimum(request.args), request.args.get("page", 1, type=int), problems or {}
    shown, page, pages, total, cut = page_lines(user, filters, minimum, number, at=at, due=due)
    shown = [replace(line, problem=stuck.get(line.mark, "")) for line in shown]
    absent = set(stuck) - {line.mark for line in shown}
    if absent:
        shown = some_lines(user, sorted(absent), at=at, due=due, problems=stuck) + shown
    waits, overdue, mine = counted(user, at=at, due=due)
    return {
        "lines": shown, "page": page, "pages": pages, "total": total, "filters": filters, "query": query_of(),
        "result": result, "cut": cut, "late": late, "beside": beside(filters, minimum),
        "steps": [] if total else first_steps(user), "month_name": month_name,
        "bulk_form": form, "form": None, "badges": {"inbox": waits},
        **_tabs(filters, minimum, own, view_form, (overdue, mine)), **_choices(filters, minimum, due),
    }  # fmt: skip


def lines_of(marks: Sequence[Mark], problems: Mapping[Mark, str] | None = None) -> list[Line | Matter]:
    """Rows for an answer that shows only them."""
    user, at = me(), clock.now()
    return some_lines(user, marks, at=at, due=attendance.deadlines(user.branch_ids, at), problems=problems)


def filters_of(args: MultiDict[str, str]) -> InboxFilters:
    """What is not understood is left out."""
    state, sort = args.get("state", "open"), args.get("sort", "day")
    return InboxFilters(
        q=args.get("q", "").strip()[:80],
        kind=args.get("kind", "") if args.get("kind") in KINDS else "",
        branch_id=_number(args, "branch_id", 2**31 - 1),
        store_type_id=_number(args, "store_type_id", 2**31 - 1),
        supervisor_id=_number(args, "supervisor_id", 2**31 - 1),
        days=_number(args, "days", 366),
        state=state if state in STATES else "open",
        sort=sort if sort.removeprefix("-") in SORTS else "day",
        sent=int(args.get("sent") == "1"),
        mine=int(args.get("mine") == "1"),
        month=_month(args.get("month", "")),
        overdue=int(args.get("overdue") == "1"),
        own=int(args.get("own") == "1"),
    )


def kept_query(text: str) -> str:
    """The filters of an address as they are kept: known ones that differ from the usual, in a fixed order."""
    args = MultiDict(parse_qsl(text.removeprefix("?")[:2000]))
    filters, usual, minimum = filters_of(args), InboxFilters(), _minimum(args)
    values = {name: getattr(filters, name) for name in InboxFilters.__dataclass_fields__}
    kept = {name: value for name, value in values.items() if value != getattr(usual, name)}
    return urlencode({**kept, **({} if minimum is None else {"min": minimum})})


def back() -> str:
    return f"/hr/inbox?{query_of()}" if query_of() else "/hr/inbox"


def query_of() -> str:
    """The filters of the list this came from, for going back to it."""
    names = (*InboxFilters.__dataclass_fields__, "min", "page")
    return urlencode({name: request.args[name] for name in names if request.args.get(name)})


def _tabs(
    filters: InboxFilters, minimum: int | None, known: Sequence[SavedView] | None, form: Bound[Any] | None,
    counts: tuple[int, int],
) -> dict[str, Any]:  # fmt: skip
    """Views above the table; what somebody filters and sorts by now may become one of their own."""
    now = kept_query(request.query_string.decode())
    own = people.saved_views(me(), PAGE_NAME) if known is None else known
    chosen = next((one for one in own if one.query == now), None)
    found = views(me(), filters, minimum, any(one.first for one in own), *counts)
    nameable = bool(now) and chosen is None and not any(one.chosen for one in found)
    note = own_note(me(), clock.now()) if filters.own else ""
    return {"views": found, "own_note": note, "own_views": own, "own_view": chosen, "view_form": form,
            "view_query": now, "nameable": nameable}  # fmt: skip


def _choices(filters: InboxFilters, minimum: int | None, due: Due) -> dict[str, Any]:
    types, supervisors = sites.types_and_supervisors(me().branch_ids)
    kind_name = "name_zh" if lang() == "zh" else "name_en"
    values = {name: getattr(filters, name) for name in InboxFilters.__dataclass_fields__ if name != "sort"}
    return {
        "search": blank({**values, "min": minimum}),
        "branch_options": [(key, one.name) for key, one in due.items()] if len(due) > 1 else [],
        "kind_options": [(kind, say(f"exception_{kind}")) for kind in KINDS],
        "type_options": [(kind.id, getattr(kind, kind_name)) for kind in types],
        "supervisor_options": [(row.id, row.name_en) for row in supervisors],
        "age_options": [(n, ngettext("%(num)s day and more", "%(num)s days and more", n)) for n in (1, 2, 3, 7, 14)],
        "state_options": [(state, say(f"inbox_{state}")) for state in STATES],
    }  # fmt: skip


def _number(args: MultiDict[str, str], name: str, most: int) -> int | None:
    value = args.get(name, type=int)
    return value if value and 0 < value <= most else None


def _minimum(args: MultiDict[str, str]) -> int | None:
    return args.get("min", type=int)


def _month(text: str) -> str:
    try:
        return month_of(month_span(text)[0]) if text else ""
    except Invalid:
        return ""
