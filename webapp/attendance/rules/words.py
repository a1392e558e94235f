"""The words of attendance: verdicts, statuses, exceptions, refusals."""

from webapp.core.errors import N_, words

STATUSES = (
    "normal", "late", "early_leave", "absent", "missing_out", "field_work", "leave", "rest", "pending",
)  # fmt: skip
EXCEPTIONS = ("outside", "uncertain", "late_arrival", "clock", "mistake", "missing_out", "late", "early", "absent")
MISTAKES = ("wrong_time", "forgot_out", "forgot_in", "wrong_store", "other")
ABSENT_REASONS = ("no_show", "leave", "sick", "swap", "system")
EXCUSABLE = ("late", "early", "missing_out", "absent")

words(
    {
        "verdict_inside": N_("In range"),
        "verdict_uncertain": N_("To be confirmed"),
        "verdict_outside": N_("Out of range"),
        "reason_in_range": N_("At the store."),
        "reason_too_far": N_("Too far from the store. Your supervisor looks at it, then it counts."),
        "reason_at_the_edge": N_("At the edge of the store's area. Your supervisor looks at it, then it counts."),
        "reason_weak_signal": N_("The position was too rough. Your supervisor looks at it, then it counts."),
        "reason_no_accuracy": N_("The phone did not say how exact its position was. Your supervisor looks at it."),
        "reason_fix_undated": N_("The phone did not say when it found its position. Your supervisor looks at it."),
        "reason_fix_old": N_("The position was more than two minutes old. Your supervisor looks at it."),
        "reason_fix_ahead": N_("The phone's position and its clock do not agree. Your supervisor looks at it."),
        "reason_zero_position": N_("The phone gave an empty position. Your supervisor looks at it."),
        "reason_bad_position": N_("The phone gave an impossible position. Your supervisor looks at it."),
        "reason_no_fix_denied": N_("Location is off on this phone. Your supervisor looks at it, then it counts."),
        "reason_no_fix_unavailable": N_("The phone found no position. Your supervisor looks at it, then it counts."),
        "reason_no_fix_timeout": N_("The phone found no position in time. Your supervisor looks at it."),
        "reason_no_fix_unsupported": N_("Sent without a position. Your supervisor looks at it, then it counts."),
        "reason_no_site_location": N_("This store has no location yet. Your supervisor looks at it, then it counts."),
        "reason_not_judged": N_("The position could not be compared. Your supervisor looks at it."),
        "reason_late_arrival": N_("Sent later than two minutes after the tap. Your supervisor looks at it."),
        "reason_clock": N_("The phone's clock is far off. Your supervisor looks at it."),
        "status_normal": N_("Normal"),
        "status_late": N_("Late"),
        "status_early_leave": N_("Left early"),
        "status_absent": N_("Absent"),
        "status_missing_out": N_("No check-out"),
        "status_field_work": N_("Field work"),
        "status_leave": N_("Leave"),
        "status_rest": N_("Rest"),
        "status_pending": N_("Pending"),
        "exception_outside": N_("Out of range"),
        "exception_uncertain": N_("Position uncertain"),
        "exception_late_arrival": N_("Sent late"),
        "exception_clock": N_("Phone clock off"),
        "exception_mistake": N_("Mistake reported"),
        "exception_missing_out": N_("No check-out"),
        "exception_late": N_("Late, excuse asked"),
        "exception_early": N_("Left early, excuse asked"),
        "exception_absent": N_("Absent, correction asked"),
        "mistake_wrong_time": N_("The time is wrong"),
        "mistake_forgot_out": N_("I forgot to check out"),
        "mistake_forgot_in": N_("I forgot to check in"),
        "mistake_wrong_store": N_("It was another store"),
        "mistake_other": N_("Something else"),
        "absent_no_show": N_("Did not come"),
        "absent_leave": N_("On leave"),
        "absent_sick": N_("Sick"),
        "absent_swap": N_("Swapped the day"),
        "absent_system": N_("A problem of the system"),
        "state_open": N_("Waiting"),
        "state_approved": N_("Approved"),
        "state_rejected": N_("Not approved"),
        "state_withdrawn": N_("Taken back"),
        "late_minutes": N_("%(minutes)s min late"),
    }
)
words(
    {
        "same_id_other_content": N_("This entry was already received with other content. Reload the page."),
        "other_user": N_("This entry belongs to somebody else. Sign in as that person to send it."),
        "undo_closed": N_("Undo is possible for 30 seconds. Report a mistake instead; a person looks at it."),
        "already_decided": N_("%(name)s decided this at %(at)s. Look at it again before you change it."),
        "exception_withdrawn": N_("The person took this back, so there is nothing left to decide."),
        "own_decision": N_("Nobody decides about themselves."),
        "nothing_to_confirm": N_("There is no check-in to confirm on this day."),
        "look_first": N_("This one needs a look of its own and is not confirmed with the others."),
        "day_in_future": N_("This day has not come yet."),
        "reason_needed": N_("Say why, in a few words the person will read."),
        "note_needed": N_("Add a note for this reason."),
        "time_needed": N_("Give the time."),
        "time_outside_day": N_("This time does not belong to that day."),
        "already_asked": N_("You already asked about this, and it is waiting for a decision."),
        "nothing_to_excuse": N_("There is nothing to excuse on this day."),
        "correction_closed": N_("This day was closed for corrections on %(on)s. Ask HR."),
        "not_a_moment": N_("The time is not understood. Reload the page and try again."),
    }
)
