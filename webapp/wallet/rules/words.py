"""The words of the wallet."""

from webapp.core.errors import N_, words

words(
    {
        "bad_month": N_("Write a month such as 2026-11."),
        "posting_changed": N_("This was booked before with other content; nothing was booked twice."),
        "withdraw_too_little": N_("The smallest withdrawal is %(minimum)s."),
        "withdraw_above_available": N_("Only %(available)s is available now."),
        "withdraw_above_share": N_(
            "Before pay day %(percent)s%% of your money can be withdrawn, what you took since the last payslip "
            "included: now up to %(limit)s."
        ),
        "withdraw_above_daily_limit": N_("At most %(limit)s can be withdrawn in a day; %(left)s is left for today."),
        "withdrawal_changed": N_("This form was already used for another amount. Start again from the wallet."),
        "withdrawal_decided": N_("%(name)s already decided this on %(when)s: %(state)s."),
        "withdrawal_cancelled": N_("The person took this request back on %(when)s."),
        "withdrawal_own": N_("Nobody decides their own withdrawal."),
        "withdrawal_reason": N_("Say why it is refused; the person will read it."),
        "withdrawal_none": N_("Pick at least one withdrawal."),
        "withdrawal_state_requested": N_("Waiting"),
        "withdrawal_state_approved": N_("Paid out"),
        "withdrawal_state_refused": N_("Refused"),
        "withdrawal_state_cancelled": N_("Taken back"),
        "terms_limit_below_minimum": N_("The daily limit must not be below the smallest withdrawal."),
        "entry_reward": N_("Reward"),
        "entry_adjustment": N_("Correction"),
        "entry_reserve": N_("Withdrawal"),
        "entry_release": N_("Withdrawal given back"),
        "entry_sweep": N_("Paid with the payslip of %(month)s"),
        "entry_corrected": N_("Corrected: was %(before)s, now %(amount)s"),
        "withdrawal.approved": N_("Withdrawal paid out"),
        "withdrawal.refused": N_("Withdrawal refused"),
        "withdrawal_terms.changed": N_("Withdrawal terms changed"),
        "object_withdrawal": N_("Withdrawal"),
        "field_minimum": N_("Smallest withdrawal"),
        "field_daily_limit": N_("Most per day"),
        "field_share_bp": N_("Share before pay day (basis points)"),
        "field_state": N_("State"),
    }
)
