"""What approving, and what rejecting, one exception changes; from the evaluation that settlement uses."""

from datetime import datetime
from typing import Any

from webapp.attendance.queries import InboxRow
from webapp.attendance.rules import Assume
from webapp.pages.effect import booked, day_changes, later_changes, reward_changes
from webapp.pages.hr import inbox_lines as view
from webapp.pages.payslip_lines import month_name
from webapp.rewards import queries as rewards
from webapp.rewards.rules import Preview


def effects(row: InboxRow, granted: datetime | None, *, at: datetime) -> dict[str, Any]:
    """`preview` and `effect` of an approval (`granted`: its time), `refused` of a rejection that changes something.

    Nothing for what is decided already, and where nothing is known about the day.
    """
    if row.state != "open":
        return {"preview": None, "effect": None, "refused": None}
    given = {row.id: {"at": granted.isoformat()}} if granted else None
    said: list[tuple[Any, Assume]] = [(row.pair, view.deciding([row], "approved", given))]
    said.append((row.pair, view.deciding([row], "rejected")))
    approved, rejected = rewards.preview_each(said, at=at)
    told = rejected is not None and _changes(rejected)
    return {
        "preview": approved,
        "effect": _effect(row, approved, at) if approved else None,
        "refused": _effect(row, rejected, at) if told and rejected else None,
    }


def _effect(row: InboxRow, preview: Preview, at: datetime) -> dict[str, Any]:
    where = booked(preview, row.employee_id, row.branch_id, row.timezone, at=at)
    return {
        "preview": preview,
        "day": day_changes(preview),
        "slots": reward_changes(preview),
        "later": later_changes(preview),
        "booked": where,
        "month": month_name(where.month) if where else "",
    }


def _changes(preview: Preview) -> bool:
    seen = preview.days_seen
    return bool(preview.change) or (seen is not None and seen[0] != seen[1])
