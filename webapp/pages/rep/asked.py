"""What a rep asked about a day: where it stands, the day an answer is due, what of the month's corrections is left."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import request

from webapp.attendance import queries as attendance
from webapp.attendance.queries.evidence import IssueRow, issue_rows
from webapp.attendance.rules.corrections import Quota
from webapp.attendance.service import Picture
from webapp.core import clock, files
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.core.pictures import MOST_BYTES, read_picture
from webapp.schedules import queries as schedules

# What a rep opens; what the server found by itself is the supervisor's and HR's matter.
KINDS = ("mistake", "late", "early", "missing_out", "absent")


@dataclass(frozen=True, slots=True)
class Asked:
    row: IssueRow
    due: date | None
    """Until when a person answers; None once it is decided."""
    picture: Any = None

    @property
    def at(self) -> datetime | None:
        written = self.row.params.get("at")
        return datetime.fromisoformat(written) if written else None

    @property
    def can_withdraw(self) -> bool:
        return self.row.state == "open" and bool(self.row.params.get("own") or self.row.params.get("tap"))


@dataclass(frozen=True, slots=True)
class Allowed:
    """`closes`: the last date the day can be asked about."""

    quota: Quota
    closes: date


def asked(user: SignedIn, on: date) -> list[Asked]:
    rows = [row for row in issue_rows([(user.id, on)])[user.id, on] if row.kind in KINDS]
    pictures = attendance.request_photos([row.id for row in rows])
    waits = any(row.state == "open" for row in rows)
    within = attendance.policy_of(user.branch_id).decide_days if waits else 0
    return [Asked(row, _due(user, row, within), pictures.get(row.id)) for row in rows]


def allowed(user: SignedIn, on: date) -> Allowed:
    days = attendance.policy_of(user.branch_id).correction_days
    return Allowed(attendance.quota(user.id, user.branch_id, on), on + timedelta(days=days))


def ask_with_picture(verb: Any, **what: Any) -> int:
    """Carry out what asks a person, with the picture of the form where there is one. Raises what the verb raises.

    File first, then the row: a row never names a file that is not there.
    """
    sent, at = request.files.get("photo"), clock.now()
    if sent is None or not sent.filename:
        return int(do(verb, at=at, **what))
    picture = read_picture(sent.read(MOST_BYTES + 1))
    name = files.put(picture.jpeg, small=picture.small, at=at)
    kept = Picture(name, picture.width, picture.height, len(picture.jpeg))
    opened = int(do(verb, picture=kept, at=at, **what))
    files.settle(name)
    return opened


def _due(user: SignedIn, row: IssueRow, within: int) -> date | None:
    if row.state != "open":
        return None
    opened = row.opened_at.astimezone(user.branch.zone).date()
    return schedules.working_day_after(user.branch.id, opened, within)
