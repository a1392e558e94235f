"""Reading what was earned, what was posted and what would be."""

from webapp.rewards.queries.preview import earned_between, earned_today, preview, preview_each, preview_many

__all__ = ["earned_between", "earned_today", "preview", "preview_each", "preview_many"]
