"""The sentences of rules and of what they paid. Parameters ending in _minor are money, in _bp a share."""

from collections.abc import Mapping
from typing import Any

from webapp.core.errors import N_, words
from webapp.rules.rules.params import complete_params


def sentence(kind: str, params: Mapping[str, Any], currency: str) -> tuple[str, dict[str, Any]]:
    """The rule as one sentence: a code and its parameters."""
    p = complete_params(kind, params)
    said: dict[str, Any] = {"amount_minor": p["amount"], "currency": currency}
    if kind == "attendance_allowance":
        for number, (upper, keep) in enumerate(p["bands"], 1):
            said |= {f"upto{number}": upper, f"share{number}_bp": keep}
        return f"rule_attendance_allowance_{len(p['bands'])}", {**said, "beyond_bp": p["beyond_bp"]}
    if kind == "effective_visit":
        outcome = "with_outcome" if p["need_outcome"] else "any"
        shop = "per_shop" if p["once_per_site"] else "every_visit"
        return f"rule_effective_visit_{outcome}_{shop}", {
            **said,
            "minutes": p["min_minutes"],
            "limit": p["max_per_day"],
        }
    if kind == "streak":
        return ("rule_streak_repeat" if p["repeat"] else "rule_streak_once"), {**said, "days": p["days"]}
    return f"rule_{kind}", said


words(
    {
        "rule_name_attendance_allowance": N_("Attendance allowance"),
        "rule_name_full_attendance_target": N_("Full attendance and sales target"),
        "rule_name_effective_visit": N_("Effective visit"),
        "rule_name_streak": N_("Run of days without late or early"),
        "rule_attendance_allowance_0": N_(
            "Attendance allowance of %(amount_minor)s a scheduled day: all within grace, %(beyond_bp)s when later."
        ),
        "rule_attendance_allowance_1": N_(
            "Attendance allowance of %(amount_minor)s a scheduled day: all within grace, %(share1_bp)s up to "
            "%(upto1)s min late, %(beyond_bp)s beyond."
        ),
        "rule_attendance_allowance_2": N_(
            "Attendance allowance of %(amount_minor)s a scheduled day: all within grace, %(share1_bp)s up to "
            "%(upto1)s min late, %(share2_bp)s up to %(upto2)s, %(beyond_bp)s beyond."
        ),
        "rule_attendance_allowance_3": N_(
            "Attendance allowance of %(amount_minor)s a scheduled day: all within grace, %(share1_bp)s up to "
            "%(upto1)s min late, %(share2_bp)s up to %(upto2)s, %(share3_bp)s up to %(upto3)s, "
            "%(beyond_bp)s beyond."
        ),
        "rule_full_attendance_target": N_(
            "%(amount_minor)s for a scheduled day attended from start to end with the sales target met, paid at once."
        ),
        "rule_effective_visit_with_outcome_per_shop": N_(
            "%(amount_minor)s for each effective visit (at least %(minutes)s min, with an outcome, the first at "
            "each shop), at most %(limit)s a day."
        ),
        "rule_effective_visit_with_outcome_every_visit": N_(
            "%(amount_minor)s for each effective visit (at least %(minutes)s min, with an outcome), at most "
            "%(limit)s a day."
        ),
        "rule_effective_visit_any_per_shop": N_(
            "%(amount_minor)s for each effective visit (at least %(minutes)s min, the first at each shop), at most "
            "%(limit)s a day."
        ),
        "rule_effective_visit_any_every_visit": N_(
            "%(amount_minor)s for each effective visit (at least %(minutes)s min), at most %(limit)s a day."
        ),
        "rule_streak_repeat": N_(
            "%(amount_minor)s for every %(days)s scheduled days in a row without being late or leaving early."
        ),
        "rule_streak_once": N_(
            "%(amount_minor)s once for the first %(days)s scheduled days in a row without being late or leaving early."
        ),
        "allowance_full": N_("Attendance allowance %(paid_minor)s: checked in %(time)s, on time, grace %(grace)s min."),
        "allowance_excused": N_(
            "Attendance allowance %(paid_minor)s: checked in %(time)s, excused, so it counts as on time."
        ),
        "allowance_share": N_(
            "Attendance allowance %(paid_minor)s = %(full_minor)s × %(share_bp)s: checked in %(time)s, %(late)s min "
            "late, grace %(grace)s min."
        ),
        "allowance_system": N_("Attendance allowance %(paid_minor)s: the check-in failed through no fault of yours."),
        "allowance_too_late": N_(
            "No attendance allowance earned: checked in %(time)s, %(late)s min late, grace %(grace)s min."
        ),
        "allowance_absent": N_("No attendance allowance earned: absent."),
        "allowance_undecided": N_("Attendance allowance waits until somebody decides about the check-in."),
        "allowance_unheard": N_("Attendance allowance waits until the device at the store is heard again."),
        "allowance_second_part": N_("Attendance allowance is known when the second part of the shift is done."),
        "allowance_missing_in": N_("No attendance allowance earned: nothing says when you came. Ask about it."),
        "allowance_on_leave": N_("No attendance allowance on a day of leave."),
        "allowance_not_scheduled": N_("Attendance allowance is earned on scheduled days only."),
        "allowance_no_check_in": N_("Attendance allowance is earned with the first check-in that counts."),
        "target_met": N_("Full attendance and target met: sold %(sales_minor)s, target %(target_minor)s."),
        "target_missed": N_("Target not met: sold %(sales_minor)s, target %(target_minor)s."),
        "target_not_set": N_("No sales target is set for this day."),
        "target_waiting": N_("Full attendance is known when the day is complete and decided."),
        "target_absent": N_("Not full attendance: absent."),
        "target_not_scheduled": N_("Full attendance is earned on scheduled days only."),
        "target_missing_out": N_("Not full attendance: the check-out is missing."),
        "target_missing_in": N_("Not full attendance: the check-in is missing."),
        "target_late": N_("Not full attendance: late."),
        "target_early": N_("Not full attendance: left early."),
        "visit_effective": N_("Effective visit %(nth)s: from %(time)s, %(minutes)s min."),
        "visit_absent": N_("Visits do not count: marked absent."),
        "visit_no_outcome": N_("Visit from %(time)s: no outcome was given."),
        "visit_open": N_("Visit from %(time)s: not finished."),
        "visit_short": N_("Visit from %(time)s: %(minutes)s min, at least %(needed)s min are needed."),
        "visit_undecided": N_("Visit from %(time)s waits until somebody decides about the check-in."),
        "visit_outside": N_("Visit from %(time)s: the check-in does not count."),
        "visit_same_shop": N_("Visit from %(time)s: this shop was already visited this day."),
        "visit_over_limit": N_("Visit from %(time)s: at most %(limit)s visits a day are paid."),
        "streak_complete": N_("%(run)s scheduled days in a row without late or early."),
        "streak_counts": N_("Day %(run)s of %(days)s without late or early."),
        "streak_unchanged": N_("This day does not change the run of %(run)s days."),
        "streak_broken": N_("The run of days without late or early starts again."),
    }
)
