"""Verbs of notices; `deliver_some` opens units of work of its own."""

from webapp.notifications.service.channels import (
    archive_channel,
    change_channel,
    create_channel,
    pause_channel,
    resend,
    try_channel,
)
from webapp.notifications.service.deliver import ask_again, deliver_some
from webapp.notifications.service.keep import forget_old, summarise
from webapp.notifications.service.outgoing import broadcast
from webapp.notifications.service.push import choose, forget_dead, push_key, subscribe, try_push, unsubscribe
from webapp.notifications.service.read import close, mark_read, read_all, unsay
from webapp.notifications.service.tell import tell, tell_password

__all__ = [
    "archive_channel", "ask_again", "broadcast", "change_channel", "choose", "close", "create_channel",
    "deliver_some", "forget_dead", "forget_old", "mark_read", "pause_channel", "push_key", "read_all", "resend",
    "subscribe", "summarise", "tell", "tell_password", "try_channel", "try_push", "unsay", "unsubscribe",
]  # fmt: skip
