"""What the figures of reports mean; shown under every table and sent along in every workbook."""

from webapp.core.errors import N_, words
from webapp.core.i18n import say


def meaning(*codes: str, **params: object) -> list[tuple[str, str]]:
    return [(say(f"report_word_{code}"), say(f"report_means_{code}", **params)) for code in codes]


words(
    {
        "report_word_due": N_("Scheduled days"),
        "report_means_due": N_(
            "Days somebody was to work, once the day is over. Rest, holidays and whole days of leave are none, whoever "
            "gave them."
        ),
        "report_word_odd": N_("Days with an anomaly"),
        "report_means_odd": N_(
            "Scheduled days with a status other than normal, field work, leave or rest, or with an exception that was "
            "not withdrawn, whatever was decided. A day counts once."
        ),
        "report_word_site": N_("Site"),
        "report_means_site": N_(
            "Where the person first checked in that day, else first punched on a device, else was planned first."
        ),
        "report_word_team": N_("Team"),
        "report_means_team": N_("The team somebody is in now. The branch is the one of that day."),
        "report_word_came": N_("Days somebody came"),
        "report_means_came": N_(
            "Scheduled days that are over, on which the person's coming is known and nobody said that they were absent."
        ),
        "report_word_late": N_("Late days"),
        "report_means_late": N_(
            "Days on which somebody came after the start of the shift and its grace. What was excused is not late."
        ),
        "report_word_early": N_("Left early"),
        "report_means_early": N_("Days on which somebody who came left before the shift ended or stayed too short."),
        "report_word_present": N_("Present"),
        "report_means_present": N_(
            "Scheduled days on which the person's coming is known, no decision about it is open and nobody said that "
            "they were absent."
        ),
        "report_word_absences": N_("Absent, in or out missing"),
        "report_means_absences": N_(
            "Scheduled days without any sign of the person or with a word that they were absent; days that lack a "
            "check-in or a check-out."
        ),
        "report_word_undecided": N_("Undecided"),
        "report_means_undecided": N_("Days that wait for somebody's decision or for a device."),
        "report_word_whose": N_("Whose days"),
        "report_means_whose": N_(
            "Of your team every day; of others the days on which they were planned, came or asked at your stores."
        ),
        "report_word_weekday": N_("Weekday"),
        "report_means_weekday": N_("Of the work date; a night shift belongs to the date it begins on."),
        "report_word_hour": N_("Shift begins"),
        "report_means_hour": N_("The hour in the time of the branch."),
        "report_word_seen": N_("Days counted"),
        "report_means_seen": N_("Days for which at least one source says that the person was there, scheduled or not."),
        "report_means_phone": N_("A check-in or check-out on a phone that counts."),
        "report_means_device": N_("A punch on an attendance device that stands for coming or going."),
        "report_means_supervisor": N_("A supervisor confirmed that the person was there."),
        "report_means_hr": N_("A correction that was approved gave a time."),
        "report_word_punches": N_("Punches"),
        "report_means_punches": N_("Those dated in the period by the clock of the device."),
        "report_word_lag": N_("Lag"),
        "report_means_lag": N_(
            "From a punch to its arrival here, of punches that were sent or asked for and whose time is believed; "
            "not for files."
        ),
        "report_word_doubtful": N_("Doubtful times"),
        "report_means_doubtful": N_(
            "Punches whose time was not to be believed when they came. Still held: those that wait for a decision."
        ),
        "report_word_bad": N_("Unreadable lines"),
        "report_means_bad": N_("Lines that arrived in the period and could not be read."),
        "report_word_missing": N_("Missing here"),
        "report_means_missing": N_(
            "Punches the device counts for days of the period and we do not have, as last compared."
        ),
        "report_word_silences": N_("Silences"),
        "report_means_silences": N_(
            "How often the office was told in the period that the device is silent. Kept for about four months."
        ),
        "report_word_confirm": N_("Days to confirm"),
        "report_means_confirm": N_(
            "Scheduled days that are over, on which somebody came or a word was said, once the word is there or its "
            "time has run out."
        ),
        "report_word_delay": N_("Delay"),
        "report_means_delay": N_(
            "From the end of the shift to the first word (present or absent). A word before the end is no delay."
        ),
        "report_word_in_time": N_("In time"),
        "report_means_in_time": N_("Within the hours the branch allows for it (%(hours)s)."),
        "report_word_nearest": N_("Median, nine in ten"),
        "report_means_nearest": N_("The smallest delay or lag that half of them, or nine in ten, do not exceed."),
        "report_word_speaker": N_("Supervisor"),
        "report_means_speaker": N_("Whoever said the first word; only days with a word."),
    }
)
