"""Reading notices, choices, channels and the delivery log."""

from webapp.notifications.queries.inbox import PAGE, Line, Lines, choice, lines, one, unread
from webapp.notifications.queries.outgoing import (
    LOG,
    ChannelRow,
    Reach,
    Sent,
    all_channels,
    channel,
    channels,
    house,
    last_of,
    log,
    push_works,
    reachable,
    signer,
    subscription_of,
)
from webapp.notifications.queries.people import Officer, digests_due, office_of
from webapp.notifications.queries.wording import body, plain_body, sentence

__all__ = [
    "LOG", "PAGE", "ChannelRow", "Line", "Lines", "Officer", "Reach", "Sent", "all_channels", "body", "channel",
    "channels", "choice", "digests_due", "house", "last_of", "lines", "log", "office_of", "one", "plain_body",
    "push_works", "reachable", "sentence", "signer", "subscription_of", "unread",
]  # fmt: skip
