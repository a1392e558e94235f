"""Devices that are asked for what they hold."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.core.db import conn
from webapp.devices.models import Terminal, TerminalState
from webapp.devices.rules import pulls as rules


def pulls_due(kinds: Collection[str], at: datetime) -> list[int]:
    """Those of these kinds that nobody has asked for a while."""
    query = (
        select(Terminal.id, TerminalState.info, TerminalState.last_error)
        .outerjoin(TerminalState, TerminalState.terminal_id == Terminal.id)
        .where(Terminal.state == "active", Terminal.host.is_not(None), Terminal.kind.in_(kinds))
        .order_by(Terminal.id)
    )
    return [row.id for row in conn().execute(query) if _is_due(row, at)]


def _is_due(row: Any, at: datetime) -> bool:
    last = rules.attempt((row.info or {}).get("pull"))
    return rules.is_due(last, at, refused=row.last_error == "pull_refused")
