"""Devices that are asked for what they hold."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from webapp.core.db import conn
from webapp.devices.models import Terminal, TerminalState
from webapp.devices.rules import pulls as rules


def pulls_due(kinds: Collection[str], at: datetime) -> list[int]:
    """Those of these kinds that nobody has asked for a while."""
    query = (
        select(Terminal.id, TerminalState.info)
        .outerjoin(TerminalState, TerminalState.terminal_id == Terminal.id)
        .where(Terminal.state == "active", Terminal.host.is_not(None), Terminal.kind.in_(kinds))
        .order_by(Terminal.id)
    )
    rows = conn().execute(query)
    return [row.id for row in rows if rules.is_due(rules.attempt((row.info or {}).get("pull")), at)]
