"""What there is to tell, who may be reached how, and when a message is tried again."""

from webapp.notifications.rules.kinds import KINDS, KINDS_OF, TOPICS, kind_of, quiet_code
from webapp.notifications.rules.outgoing import SIGNED, WAYS, check_mails, check_time, check_topics, masked
from webapp.notifications.rules.retry import MAX_ATTEMPTS, Outcome, next_try
from webapp.notifications.rules.telling import Told, problem_of

__all__ = [
    "KINDS", "KINDS_OF", "MAX_ATTEMPTS", "SIGNED", "TOPICS", "WAYS", "Outcome", "Told", "check_mails", "check_time",
    "check_topics", "kind_of", "masked", "next_try", "problem_of", "quiet_code",
]  # fmt: skip
