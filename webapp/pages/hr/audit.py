"""Who changed what, when, from what to what."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from webapp.attendance import queries as attendance
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.forms import blank
from webapp.core.i18n import say
from webapp.pages.downloads import csv_file
from webapp.pages.hr.audit_lines import about, changes, changes_text, known, object_word
from webapp.people import queries
from webapp.people.queries import AuditFilters

bp = Blueprint("hr_audit", __name__, url_prefix="/hr/audit")

EXPORT_ROWS = 20_000


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user, filters = me(), _filters()
    rows = queries.entries(user, filters, zone=user.branch.zone, before=request.args.get("before", type=int))
    actions, kinds = queries.kinds(user)
    names = known(rows, user)
    context: dict[str, Any] = {
        "rows": rows, "names": names.names["employee_id"], "changes": {row.id: changes(row, names) for row in rows},
        "about": {row.id: about(row, names) for row in rows},
        "form": blank({name: getattr(filters, name) for name in AuditFilters.__dataclass_fields__}),
        "actions": _sorted(actions, say), "kinds": _sorted(kinds, object_word),
        "older": rows[-1].id if len(rows) == queries.AUDIT_PAGE else None, "object_word": object_word,
    }  # fmt: skip
    return hx.respond("hr/audit.html", **context)


@bp.get("/export.csv")
@allow(*OFFICE)
def export() -> Response:
    user, zone = me(), me().branch.zone
    rows = queries.entries(user, _filters(), zone=zone, limit=EXPORT_ROWS)
    names = known(rows, user)
    people = names.names["employee_id"]
    lines = [
        [
            row.at.astimezone(zone).isoformat(" ", "seconds"), people.get(row.actor_id or 0, say("audit_system")),
            say(row.action), about(row, names)[0], row.object_id, changes_text(row, names), row.reason or "",
        ]
        for row in rows
    ]  # fmt: skip
    headers = [say(f"audit_{name}") for name in ("when", "who", "what", "object", "number", "change", "reason")]
    return csv_file(headers, lines, f"audit-{clock.now().astimezone(zone).date()}.csv")


def _sorted(codes: list[str], word: Callable[[str], str]) -> list[tuple[str, str]]:
    """Choices in the order of the words people read."""
    return sorted(((code, word(code)) for code in codes), key=lambda choice: choice[1])


def _filters() -> AuditFilters:
    args = request.args
    person = args.get("person", "").strip()[:80]
    return AuditFilters(
        person=person,
        exceptions=attendance.exceptions_about(queries.meant(person)) if person else (),
        object_type=args.get("object_type", "")[:40],
        object_id=args.get("object_id", "")[:60],
        action=args.get("action", "")[:60],
        since=_day(args.get("since")),
        until=_day(args.get("until")),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
