"""What a rep asked about a day: where it stands, and the day an answer is due."""

from dataclasses import dataclass
from datetime import date

from webapp.attendance.queries.evidence import IssueRow, issue_rows
from webapp.core.authz import SignedIn
from webapp.schedules import queries as schedules

# What a rep opens; what the server found by itself is the supervisor's and HR's matter.
KINDS = ("mistake", "late", "early", "missing_out", "absent")
ANSWER_DAYS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    row: IssueRow
    due: date | None
    """Until when a person answers; None once it is decided."""


def asked(user: SignedIn, on: date) -> list[Asked]:
    rows = [row for row in issue_rows([(user.id, on)])[user.id, on] if row.kind in KINDS]
    return [Asked(row, _due(user, row) if row.state == "open" else None) for row in rows]


def _due(user: SignedIn, row: IssueRow) -> date:
    opened = row.opened_at.astimezone(user.branch.zone).date()
    return schedules.working_day_after(user.branch.id, opened, ANSWER_DAYS)
