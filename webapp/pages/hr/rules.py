"""The reward rules in force: what they say, where, since when, and what they cost."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, Role, allow, me
from webapp.core.i18n import lang, line_text
from webapp.people import queries as people
from webapp.rewards import queries as rewards
from webapp.rules import queries
from webapp.rules.queries import VersionRow
from webapp.rules.rules import sentence
from webapp.sites import queries as sites

bp = Blueprint("hr_rules", __name__, url_prefix="/hr/rules")
COST_DAYS = 30


@bp.get("")
@allow(*OFFICE, Role.FINANCE)
def index() -> Response:
    user, today = me(), clock.now().astimezone(me().branch.zone).date()
    branches = people.branches(user.branch_ids)
    currencies = {branch.id: branch.currency for branch in branches}
    rows = queries.versions(user.branch_ids)
    everything = request.args.get("show") == "all"
    shown = [row for row in rows if everything or _state(row, today) in ("in_force", "coming", "draft")]
    context: dict[str, Any] = {
        "groups": [(branch, [row for row in shown if row.branch_id == branch.id]) for branch in branches],
        "costs": rewards.rule_costs({row.rule_id for row in rows}, today - timedelta(days=COST_DAYS - 1)),
        "store_types": _store_types(user.branch_ids),
        "state": lambda row: _state(row, today),
        "sentence": lambda row: line_text(*sentence(row.kind, row.params, currencies[row.branch_id])),
        "days": COST_DAYS,
        "show": "all" if everything else "",
    }
    return hx.respond("hr/rules.html", **context)


def _state(row: VersionRow, today: date) -> str:
    """in_force, coming, over, draft or retired."""
    if row.status != "approved":
        return row.status
    if row.effective_from > today:
        return "coming"
    return "over" if row.effective_to is not None and row.effective_to < today else "in_force"


def _store_types(branch_ids: tuple[int, ...]) -> dict[int, str]:
    found = sites.store_types(branch_ids)
    return {kind.id: kind.name_zh if lang() == "zh" else kind.name_en for kind in found}
