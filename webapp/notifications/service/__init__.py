"""Verbs of notices; those of `deliver` open units of work of their own."""

from webapp.notifications.service.read import close, mark_read, read_all, unsay
from webapp.notifications.service.tell import tell

__all__ = ["close", "mark_read", "read_all", "tell", "unsay"]
