"""Telling the office once that a device needs somebody, and taking it back when it is right again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from webapp.core.db import conn
from webapp.devices.models import Terminal, TerminalState
from webapp.notifications import service as notices
from webapp.notifications.queries import office_of
from webapp.notifications.rules import Told
from webapp.people.models import Branch

TOPIC = "devices"


def note_alarms(*, terminal_id: int, found: Collection[str], at: datetime) -> list[str]:
    """What is wrong now; the office hears of what was not so before. What was new."""
    row = conn().execute(_KNOWN.where(Terminal.id == terminal_id).with_for_update(of=TerminalState.__table__)).first()
    if row is None:
        return []
    told = dict(row.alarms or {})
    new, over = [code for code in found if code not in told], [code for code in told if code not in found]
    if not new and not over:
        return []
    now = {code: told.get(code, at.isoformat()) for code in found}
    values: dict[str, Any] = {"alarms": now or None, "silent_told_at": at if "silent" in now else None}
    conn().execute(update(TerminalState).where(TerminalState.terminal_id == terminal_id).values(values))
    for code in over:
        notices.close(about=_about(terminal_id, code), at=at)
    for code in new:
        _tell(row, code, at)
    return new


def set_skew(*, terminal_id: int, skew_s: int | None, at: datetime) -> None:
    """Its clock minus ours, as estimated now; None: it cannot be told."""
    mine = TerminalState.terminal_id == terminal_id
    conn().execute(update(TerminalState).where(mine).values(skew_s=skew_s, skew_at=at))


def _tell(row: Any, code: str, at: datetime) -> None:
    params: dict[str, Any] = {"device": row.name, "branch": row.branch}
    if code == "clock":
        params["seconds"] = abs(row.skew_s)
    if code == "pull":
        params["why_code"] = row.last_error
    key, link, name = f"device|{row.id}|{code}|{at.isoformat()}", f"/hr/devices/{row.id}", f"notice_device_{code}"
    told = [
        Told(one.id, name, f"{key}|{one.id}", link, params, _about(row.id, code))
        for one in office_of([row.branch_id], "hr", on=at.date())
    ]
    notices.tell(told=told, at=at)
    notices.broadcast(branch_id=row.branch_id, topic=TOPIC, code=name, key=key, params=params, link=link, at=at)


def _about(terminal_id: int, code: str) -> str:
    return f"device|{terminal_id}|{code}"


_KNOWN = (
    select(Terminal.id, Terminal.name, Terminal.branch_id, Branch.name.label("branch"), TerminalState.alarms,
           TerminalState.skew_s, TerminalState.last_error)
    .join(TerminalState, TerminalState.terminal_id == Terminal.id)
    .join(Branch, Branch.id == Terminal.branch_id)
)  # fmt: skip
