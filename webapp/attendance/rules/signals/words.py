"""What signals are called, what each means, and the sentence when one fired. Neutral: nobody is accused."""

from webapp.core.errors import N_, words

words(
    {
        "exception_signals": N_("Evidence to check"),
        "reason_signals": N_("HR looks at this check-in, then it counts."),
        "signal_travel": N_("Too far in too short a time"),
        "signal_repeat": N_("Exactly the same position on several days"),
        "signal_copied": N_("A position that was sent before"),
        "signal_colleague": N_("The same position as a colleague"),
        "signal_round": N_("A round position"),
        "signal_centre": N_("The exact middle of the site"),
        "signal_accuracy": N_("The accuracy never changes"),
        "signal_altitude": N_("Altitude exactly zero"),
        "signal_speed": N_("Moving fast at the check-in"),
        "signal_fix_age": N_("An old position, or one from later"),
        "signal_clock": N_("The phone's clock is off"),
        "signal_time": N_("A time that cannot be"),
        "signal_key_unknown": N_("A phone that is not known"),
        "signal_key_shared": N_("A phone that two people use"),
        "signal_key_new": N_("A new phone"),
        "signal_signature": N_("The signature does not fit"),
        "signal_unsigned": N_("Not signed, as it was before"),
        "signal_photo": N_("A photo that was sent before"),
        "signal_code_shared": N_("The store's code, shared"),
    }
)
words(
    {
        "means_travel": N_("The way from the check-in before would need more than the fastest speed above."),
        "means_repeat": N_(
            "To the centimetre on three or more days. Real positions differ a little each time; "
            "indoors, a phone that knows only one Wi-Fi network can repeat itself."
        ),
        "means_copied": N_("The same position with the same time to the millisecond, from a colleague or hours ago."),
        "means_colleague": N_(
            "To the centimetre within ten minutes. Two phones that know only the same Wi-Fi network can do that too."
        ),
        "means_round": N_("At most four decimals, as people type them. A phone measures seven or more."),
        "means_centre": N_("Less than half a metre from the site's own coordinates, on three days or at three sites."),
        "means_accuracy": N_(
            "Five fixes in a row with the same error, or only 1, 5, 10 and 20 m. Some phones do that."
        ),
        "means_altitude": N_("Zero to the decimal with a good position. By the sea that is true."),
        "means_speed": N_("More than 18 km/h: in a car or a train, or a position that jumps."),
        "means_fix_age": N_("More than two minutes before or after the tap. Slow phones keep old positions."),
        "means_clock": N_(
            "More than two minutes between the phone's clock and the server's. Many honest clocks are off."
        ),
        "means_time": N_("Before the page that the phone had loaded already, or after the check-in arrived."),
        "means_key_unknown": N_("Signed by a phone that is not on this person's list."),
        "means_key_shared": N_("A colleague signed with this phone first, and nobody said that they share it."),
        "means_key_new": N_("First used that day, after another phone. People do buy phones."),
        "means_signature": N_("It was changed on the way, or made by something else than the phone it names."),
        "means_unsigned": N_("The check-in before was signed. Cleared browser data or another browser do that."),
        "means_photo": N_("The photo was used for another check-in, or looks just like one that was."),
        "means_code_shared": N_("Somebody else typed the same digits. Two who arrive together do that too."),
    }
)
words(
    {
        "told_travel": N_("%(distance)s from the check-in before, within %(minutes)s min: %(kmh)s km/h."),
        "told_repeat": N_("The position is exactly the same on %(days)s different days."),
        "told_copied": N_("Position and time are exactly those of a colleague's check-in on %(on)s."),
        "told_copied_own": N_("Position and time are exactly those of the check-in on %(on)s."),
        "told_colleague": N_("The position is exactly that of a colleague, within ten minutes."),
        "told_round": N_("The position has at most four decimals."),
        "told_centre": N_("The position is the exact middle of the site, as on %(times)s visits in all."),
        "told_accuracy": N_("The accuracy was ±%(accuracy)s in each of the last %(count)s positions."),
        "told_accuracy_round": N_("The last %(count)s accuracies were all 1, 5, 10 or 20 m."),
        "told_altitude": N_("The altitude is exactly zero at ±%(accuracy)s."),
        "told_speed": N_("The phone moved at %(kmh)s km/h."),
        "told_fix_old": N_("The position was found %(minutes)s min before the tap."),
        "told_fix_ahead": N_("The position is dated %(minutes)s min after the tap."),
        "told_clock_behind": N_("The phone's clock was %(minutes)s min behind."),
        "told_clock_ahead": N_("The phone's clock was %(minutes)s min ahead."),
        "told_time": N_("The time given is %(minutes)s min before a page that the phone had loaded already."),
        "told_time_ahead": N_("The time given is %(minutes)s min after it arrived."),
        "told_key_unknown": N_("It was signed by a phone that is not on the list."),
        "told_key_shared": N_("It was signed by a phone that a colleague used first."),
        "told_key_new": N_("It was signed by a phone used for the first time that day."),
        "told_signature": N_("The signature does not fit what was sent."),
        "told_unsigned": N_("It is not signed; the check-in before was."),
        "told_photo_exact": N_("The photo is the one of a check-in on %(on)s."),
        "told_photo_alike": N_("The photo looks like the one of a check-in on %(on)s."),
        "told_code_shared": N_("A colleague typed the same digits of the store's code."),
        "favour_code_typed": N_("The store's code was typed."),
        "favour_varies": N_("The last %(count)s positions and accuracies all differ, as real ones do."),
        "favour_way_fits": N_("%(distance)s from the check-in before in %(minutes)s min can be done."),
        "favour_fresh": N_("The position was found for this tap, %(seconds)s s before it."),
        "favour_own_phone": N_("It was signed by the person's own phone."),
    }
)
