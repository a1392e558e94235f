"""What is said about files, their formats' questions and their lines."""

from webapp.core.errors import N_, words

SAID = {
    "file_unknown": N_(
        "No known format fits this file. Take the export of punches (attlog, AGL, GLG, ALOG, GLogData), or "
        "save it as CSV or XLSX with a column for the id and one for the time."
    ),
    "file_gone": N_("The file is no longer here. Choose it once more."),
    "file_nothing": N_("No punch was found in this file. Change the answers below, or choose another file."),
    "file_ask_device": N_("Say whose file this is."),
    "file_ask_first": N_("Answer this first: the file itself does not say it."),
    "file_too_many_waiting": N_("Too many of your files wait to be looked at. Import one of them first."),
    "file_ask_third": N_("What is the third column?"),
    "file_third_device": N_("The number of the device"),
    "file_third_verify": N_("How the person was recognised"),
    "file_ask_order": N_("How are dates written?"),
    "file_order_ymd": N_("Year first: %(written)s is %(meant)s"),
    "file_order_mdy": N_("Month first: %(written)s is %(meant)s"),
    "file_order_dmy": N_("Day first: %(written)s is %(meant)s"),
    "file_ask_id": N_("Which column holds the device id?"),
    "file_ask_when": N_("Which column holds date and time, or the date?"),
    "file_ask_clock": N_("Which column holds the time, if it has its own?"),
    "file_ask_key": N_("Which column holds the key pressed, if any?"),
    "file_bad_damaged": N_("Damaged memory"),
    "file_bad_time": N_("Not a time"),
    "file_bad_pin": N_("Not an id"),
    "file_bad_shape": N_("Not a line of this format"),
    "file_bad_reader": N_("The reader stumbled; the file is kept"),
    "file_held_impossible": N_("A date that does not exist"),
    "file_held_future": N_("In the future"),
    "file_held_reset": N_("Before 2010: the clock was reset"),
    "file_held_backward": N_("The clock went backward"),
    "file_held_skewed": N_("The clock is off"),
}
words(SAID)
