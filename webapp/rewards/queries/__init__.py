"""Reading what was earned, what was posted and what would be."""

from webapp.rewards.queries.checks import problems
from webapp.rewards.queries.costs import RuleCost, posted_of, rule_costs
from webapp.rewards.queries.preview import earned_between, earned_today, preview, preview_each, preview_many
from webapp.rewards.queries.together import change_together

__all__ = [
    "RuleCost", "change_together", "earned_between", "earned_today", "posted_of", "preview", "preview_each",
    "preview_many", "problems", "rule_costs",
]  # fmt: skip
