"""The words of ids and of held punches."""

from webapp.core.errors import N_, words

words(
    {
        "pin_bad": N_("Write the id as the device shows it: digits, letters, - and _, not only zeros."),
        "pin_order": N_("The last day is before the first. Change one of them."),
        "pin_longer": N_("The id already ends before that day. Assign it again for the days after it."),
        "pin_nobody": N_("Choose a person of this branch."),
        "pin_taken": N_("The id %(pin)s is %(name)s's there from %(since)s on. End that first."),
        "held_not": N_("The time of this punch is not in doubt, so there is nothing to decide."),
        "held_time_needed": N_("The time on the device is not believed. Give the time it counts at."),
        "held_long_ago": N_("This is more than %(days)s days before the punch arrived. Give the time it counts at."),
        "held_ahead": N_("This time has not come yet. Give the time it counts at."),
        "pin.assigned": N_("Assigned a device id"),
        "pin.released": N_("Ended a device id"),
        "held.accepted": N_("Accepted a held punch"),
        "held.ignored": N_("Ignored a held punch"),
        "held.reopened": N_("Opened a held punch again"),
        "object_pin_holder": N_("Device id"),
        "object_raw_punch": N_("Raw punch"),
        "field_pin": N_("Device id"),
        "field_terminal_id": N_("Device"),
        "field_decision": N_("Decision"),
    }
)
