"""What there is to tell, and when a message is tried again."""

from webapp.notifications.rules.kinds import KINDS, KINDS_OF, TOPICS, kind_of, quiet_code
from webapp.notifications.rules.retry import MAX_ATTEMPTS, Outcome, next_try
from webapp.notifications.rules.telling import Told, problem_of

__all__ = [
    "KINDS", "KINDS_OF", "MAX_ATTEMPTS", "TOPICS", "Outcome", "Told", "kind_of", "next_try", "problem_of",
    "quiet_code",
]  # fmt: skip
