"""Reading what was earned, what was posted and what would be."""

from webapp.rewards.queries.preview import earned_between, earned_today, preview, preview_each, preview_many
from webapp.rewards.queries.together import change_together

__all__ = ["change_together", "earned_between", "earned_today", "preview", "preview_each", "preview_many"]
