"""Reading notices, choices, channels and the delivery log."""

from webapp.notifications.queries.inbox import PAGE, Line, Lines, choice, lines, one, unread
from webapp.notifications.queries.people import Officer, office_of
from webapp.notifications.queries.wording import body, plain_body, sentence

__all__ = [
    "PAGE", "Line", "Lines", "Officer", "body", "choice", "lines", "office_of", "one", "plain_body", "sentence",
    "unread",
]  # fmt: skip
