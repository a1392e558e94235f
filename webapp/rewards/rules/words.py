"""The words of settlement's codes."""

from webapp.core.errors import N_, words

words(
    {
        "rule_not_in_force": N_("This rule no longer applies to this day."),
        "run_not_due": N_("This branch has nothing to settle yet. The next settlement is due later."),
        "run_on_hold": N_("This branch is on hold: %(reason)s"),
    }
)
