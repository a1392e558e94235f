"""The words of leave that is asked for, and of swaps."""

from webapp.core.errors import N_, words

words(
    {
        "leave_order": N_("The last day is before the first."),
        "leave_too_long": N_("At most %(limit)s days at once."),
        "leave_nothing": N_(
            "A day that begins at noon and ends at noon is no leave. Choose the morning or the afternoon."
        ),
        "leave_overlap": N_("There is leave from %(first)s to %(last)s already."),
        "leave_waits": N_(
            "There is a request for %(first)s to %(last)s already. It has to be answered or withdrawn first."
        ),
        "leave_notice": N_("Ask at least %(days)s days ahead: the first day can be %(day)s."),
        "leave_too_far_back": N_("Leave can begin on %(day)s at the earliest. For earlier days, ask HR."),
        "leave_no_work": N_("No working day is among these. You are off already."),
        "leave_no_halves": N_("This kind is taken in whole days. Choose from the morning until the evening."),
        "leave_balance": N_("%(left)s days of this kind are left in %(year)s. Choose fewer days or another kind."),
        "leave_balance_later": N_(
            "Carried days count until %(day)s only. Without them %(left)s days are left. Choose fewer or earlier days."
        ),
        "leave_year_runs": N_("%(year)s is not over yet. Leave is carried over once it is."),
        "leave_not_counted": N_("First say how many days a year somebody has."),
        "leave_half_steps": N_("Write whole or half days, for example 1.5."),
        "leave_none": N_("Mark at least one request."),
        "leave_decided": N_("Somebody has answered this meanwhile. Look at it again."),
        "leave_reason": N_("Say why; the person reads it."),
        "leave_type_taken": N_("Another kind of leave of this branch is called %(name)s."),
        "leave_type_changed": N_("Somebody changed this kind meanwhile. Look again."),
        "leave_last_type": N_("One kind has to stay. Add another before archiving this one."),
        "leave_chain": N_("Somebody has to answer: choose the supervisor, HR or both."),
        "leave_state_open": N_("Waiting"),
        "leave_state_approved": N_("Approved"),
        "leave_state_rejected": N_("Not approved"),
        "leave_state_withdrawn": N_("Withdrawn"),
        "leave_state_cancelled": N_("Cancelled"),
        "leave_said_approved": N_("Approved"),
        "leave_said_rejected": N_("Not approved"),
        "leave_said_withdrawn": N_("Withdrawn"),
        "leave_said_cancelled": N_("Cancelled"),
        "leave_said_cancel_ask": N_("Asked to cancel it"),
        "leave_said_kept": N_("The leave stays"),
        "step_supervisor": N_("Supervisor"),
        "step_hr": N_("HR"),
    }
)
words(
    {
        "swap_leave": N_("One of you is on leave on these days. Choose another day."),
        "swap_gone": N_("One of you is not employed on these days. Choose another day."),
        "swap_nothing": N_("The day that is given away has no work. Choose a day you work."),
        "swap_busy": N_("Your colleague works on that day. Take over a day in return, or choose somebody who is off."),
        "swap_nothing_back": N_("Your colleague does not work on the day you would take. Choose another one."),
        "swap_you_work": N_("You work on the day you would take. Choose a day you are off."),
        "swap_same": N_("You both work the same hours there. A swap would change nothing."),
        "swap_past": N_("A shift that has begun cannot be swapped. Choose a later day."),
        "swap_changed": N_(
            "One of these days has been changed since. Ask again, so that everybody sees the new hours."
        ),
        "swap_colleague": N_("Choose a colleague of your branch."),
        "swap_open": N_("Another swap of one of these days waits for an answer already."),
        "swap_decided": N_("Somebody has answered this swap meanwhile. Look at it again."),
        "swap_state_asked": N_("Waits for the colleague"),
        "swap_state_accepted": N_("Waits for approval"),
        "swap_state_refused": N_("The colleague said no"),
        "swap_state_approved": N_("Swapped"),
        "swap_state_rejected": N_("Not approved"),
        "swap_state_withdrawn": N_("Withdrawn"),
    }
)
words(
    {
        "leave_request.asked": N_("Asked for leave"),
        "leave_request.approved": N_("Approved leave somebody asked for"),
        "leave_request.rejected": N_("Did not approve leave somebody asked for"),
        "leave_request.withdrawn": N_("Withdrew a request about leave"),
        "leave_request.cancel_ask": N_("Asked to cancel leave"),
        "leave_request.cancelled": N_("Cancelled leave that was asked for"),
        "leave_request.kept": N_("Left leave as it is"),
        "leave_type.created": N_("Added a kind of leave"),
        "leave_type.changed": N_("Changed a kind of leave"),
        "leave_type.archived": N_("Archived a kind of leave"),
        "leave_type.unarchived": N_("Brought a kind of leave back"),
        "leave_type.moved": N_("Moved a kind of leave up"),
        "leave.granted": N_("Gave days of leave"),
        "leave.carried": N_("Carried leave over into the year"),
        "branch.leave": N_("Changed how leave is asked for"),
        "swap.asked": N_("Asked to swap days"),
        "swap.accepted": N_("Agreed to swap days"),
        "swap.refused": N_("Did not agree to swap days"),
        "swap.withdrawn": N_("Withdrew a swap of days"),
        "swap.approved": N_("Approved a swap of days"),
        "swap.rejected": N_("Did not approve a swap of days"),
        "roster.swapped": N_("Swapped a day"),
        "object_leave_request": N_("Leave asked for"),
        "object_leave_type": N_("Kind of leave"),
        "object_leave_grant": N_("Days of leave"),
        "object_swap": N_("Swap of days"),
        "field_starts_half": N_("Begins at noon"),
        "field_ends_half": N_("Ends at noon"),
        "field_step": N_("In the role of"),
        "field_standing_for": N_("Standing in for"),
        "field_half_days": N_("Half days allowed"),
        "field_yearly_halves": N_("Half days a year"),
        "field_halves": N_("Half days"),
        "field_prorated": N_("In proportion for part of a year"),
        "field_carry_halves": N_("Half days that may go into the next year"),
        "field_carry_months": N_("Months to use them in"),
        "field_valid_until": N_("To be used until"),
        "field_note_needed": N_("A note is needed"),
        "field_position": N_("Place in the list"),
        "field_year": N_("Year"),
        "field_leave_chain": N_("Who answers"),
        "field_hr_from_halves": N_("HR answers from so many half days"),
        "field_notice_days": N_("Days ahead"),
        "field_back_days": N_("Days back"),
        "field_colleague": N_("Colleague"),
        "field_other_on": N_("Day in return"),
        "leave_chain_supervisor": N_("Supervisor"),
        "leave_chain_hr": N_("HR"),
    }
)
