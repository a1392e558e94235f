"""Who changed what, when, from what to what."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.errors import WORDS
from webapp.core.forms import blank
from webapp.core.i18n import money_text, say
from webapp.pages.hr.importing import csv_file
from webapp.people import queries
from webapp.people.queries import AuditFilters

bp = Blueprint("hr_audit", __name__, url_prefix="/hr/audit")

EXPORT_ROWS = 20_000
_MONEY = {"salary", "amount"}
Known = dict[str, dict[int, str]]


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user, filters = me(), _filters()
    rows = queries.entries(user, filters, zone=user.branch.zone, before=request.args.get("before", type=int))
    actions, kinds = queries.kinds(user)
    known = _known()
    context: dict[str, Any] = {
        "rows": rows, "names": _names(rows), "changes": {row.id: changes(row, known) for row in rows},
        "form": blank({name: getattr(filters, name) for name in AuditFilters.__dataclass_fields__}),
        "actions": [(code, say(code)) for code in actions], "kinds": [(code, _object(code)) for code in kinds],
        "older": rows[-1].id if len(rows) == queries.AUDIT_PAGE else None, "object_word": _object,
    }  # fmt: skip
    return hx.respond("hr/audit.html", **context)


@bp.get("/export.csv")
@allow(*OFFICE)
def export() -> Response:
    user, zone = me(), me().branch.zone
    rows = queries.entries(user, _filters(), zone=zone, limit=EXPORT_ROWS)
    names, known = _names(rows), _known()
    lines = [
        [
            row.at.astimezone(zone).isoformat(" ", "seconds"), names.get(row.actor_id or 0, say("audit_system")),
            say(row.action), _object(row.object_type), row.object_id, changes_text(row, known), row.reason or "",
        ]
        for row in rows
    ]  # fmt: skip
    headers = [say(f"audit_{name}") for name in ("when", "who", "what", "object", "number", "change", "reason")]
    return csv_file(headers, lines, f"audit-{clock.now().astimezone(zone).date()}.csv")


def changes(row: Any, known: Known) -> list[tuple[str, str, str]]:
    """(field, before, after) in words; "" where there was nothing."""
    before, after = row.before or {}, row.after or {}
    names = [*before, *(name for name in after if name not in before)]
    currency = after.get("currency") or before.get("currency")

    def text(name: str, value: Any) -> str:
        if name in known and not isinstance(value, list):
            return known[name].get(value, str(value or ""))
        return _value(name, value, currency, known)

    return [(field_word(name), text(name, before.get(name)), text(name, after.get(name))) for name in names]


def changes_text(row: Any, known: Known) -> str:
    return "; ".join(f"{name}: {old} → {new}" if old else f"{name}: {new}" for name, old, new in changes(row, known))


def field_word(name: str) -> str:
    """The label of a field; a field nobody has named yet is shown as it is."""
    return say(f"field_{name}") if f"field_{name}" in WORDS else name.replace("_", " ")


def _value(name: str, value: Any, currency: str | None, known: Known) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return say("audit_yes" if value else "audit_no")
    if isinstance(value, list):
        return ", ".join(known.get(name, {}).get(item) or _value(name, item, currency, known) for item in value)
    if isinstance(value, int) and currency and name in _MONEY:
        return money_text(value, currency)
    word = f"{name}_{value}"
    return say(word) if word in WORDS else str(value)


def _known() -> Known:
    """Names behind the numbers of branches and teams."""
    user = me()
    branches = {branch.id: branch.name for branch in queries.branches(user.branch_ids)}
    teams = {team.id: team.name for team in queries.teams(user.branch_ids)}
    return {"branch_id": branches, "branches": branches, "team_id": teams}


def _object(kind: str) -> str:
    return say(f"object_{kind}") if f"object_{kind}" in WORDS else kind.replace("_", " ")


def _names(rows: list[Any]) -> dict[int, str]:
    """Everybody who acts or is acted upon on this page, in one question."""
    ids = {row.actor_id for row in rows if row.actor_id}
    ids |= {int(row.object_id) for row in rows if row.object_type == "employee" and row.object_id.isdigit()}
    return queries.names(ids)


def _filters() -> AuditFilters:
    args = request.args
    return AuditFilters(
        person=args.get("person", "").strip()[:80],
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
