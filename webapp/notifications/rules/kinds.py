"""Every notice with its words, and the kinds people choose among."""

from webapp.core.errors import N_, WORDS, words

KINDS = ("attendance", "answers", "rewards", "settlement", "pay", "waiting", "account")
KINDS_OF = {
    "rep": ("attendance", "answers", "rewards", "settlement", "pay", "account"),
    "supervisor": ("waiting", "answers", "pay", "account"),
    "hr": ("waiting", "settlement", "pay", "account"),
    "finance": ("waiting", "pay", "account"),
    "admin": ("waiting", "settlement", "pay", "account"),
}
TOPICS = ("exceptions", "settlement", "payslips", "devices")

_BY_KIND = {
    "attendance": {
        "notice_confirmed": N_("%(name)s confirmed that you were there on %(day_on)s."),
        "notice_confirmed_why": N_("%(name)s confirmed that you were there on %(day_on)s: %(reason_code)s."),
        "notice_confirmed_note": N_("%(name)s confirmed that you were there on %(day_on)s: %(reason_code)s. %(note)s"),
        "notice_absent": N_("%(name)s marked you absent on %(day_on)s: %(reason_code)s."),
        "notice_absent_note": N_("%(name)s marked you absent on %(day_on)s: %(reason_code)s. %(note)s"),
        "notice_roster": N_("%(name)s told you of your roster: new or changed days: %(number)s, the first %(day_on)s."),
        "notice_roster_one": N_("%(name)s told you of your roster, %(day_on)s: %(what_line)s."),
        "notice_roster_new": N_("Your roster has new or changed days: %(number)s, the first %(day_on)s."),
        "notice_roster_new_one": N_("Your roster, %(day_on)s: %(what_line)s."),
        "notice_word_undone": N_("%(name)s took back what was said about %(day_on)s."),
    },
    "answers": {
        "notice_approved": N_("Approved: %(kind_code)s, %(day_on)s."),
        "notice_approved_note": N_("Approved: %(kind_code)s, %(day_on)s. %(note)s"),
        "notice_rejected": N_("Not approved: %(kind_code)s, %(day_on)s. %(note)s"),
        "notice_reopened": N_("Opened again: %(kind_code)s, %(day_on)s. %(note)s"),
        "notice_position_approved": N_("The position you proposed for %(site)s was taken over. Thank you."),
        "notice_store_added": N_("%(store)s is in the list of stores now. You can check in there."),
        "notice_store_known": N_("%(store)s is in the list already, as %(site)s. You can check in there."),
        "notice_store_rejected": N_("%(store)s was not added to the list of stores: %(note)s"),
        "notice_phone_bound": N_("Your new phone is accepted. Check in with it as before."),
        "notice_phone_replaced": N_("Your new phone is accepted. It takes the place of %(device)s."),
        "notice_phone_refused": N_("Your new phone is not accepted: %(note)s"),
        "notice_leave_approved": N_("Approved: %(kind_names)s, %(over_days)s. %(note)s"),
        "notice_leave_rejected": N_("Not approved: %(kind_names)s, %(over_days)s. %(note)s"),
        "notice_leave_recorded": N_("Your leave is recorded: %(kind_names)s, %(over_days)s. %(note)s"),
        "notice_leave_cancelled": N_("Cancelled: %(kind_names)s, %(over_days)s. %(note)s"),
        "notice_leave_kept": N_("Your leave stays as it is: %(kind_names)s, %(over_days)s. %(note)s"),
        "notice_leave_away": N_("%(name)s is on leave: %(kind_names)s, %(over_days)s."),
        "notice_leave_back": N_("%(name)s is not on leave any more: %(over_days)s."),
        "notice_swap_asks": N_("%(name)s would like to swap days with you: %(both_days)s. Say yes or no."),
        "notice_swap_accepted": N_("%(other)s agrees to swap days with you: %(both_days)s. Now it has to be approved."),
        "notice_swap_refused": N_("%(other)s would rather not swap days with you: %(both_days)s."),
        "notice_swap_withdrawn": N_("%(name)s took the wish to swap days back: %(both_days)s."),
        "notice_swap_approved": N_("Days are swapped, %(name)s and %(other)s: %(both_days)s. Look at your schedule."),
        "notice_swap_rejected": N_("Days are not swapped, %(name)s and %(other)s: %(both_days)s. %(note)s"),
        "notice_position_rejected": N_("The position you proposed for %(site)s was not taken over. %(note)s"),
    },
    "rewards": {
        "notice_reward": N_("You earned %(amount_minor)s: %(rule_code)s, %(day_on)s."),
        "notice_reward_quiet": N_("You earned a reward: %(rule_code)s, %(day_on)s."),
        "notice_back": N_("%(amount_minor)s left your wallet again: %(rule_code)s, %(day_on)s. %(why_line)s"),
        "notice_back_quiet": N_("A reward left your wallet again: %(rule_code)s, %(day_on)s."),
        "notice_back_asked": N_(
            "%(amount_minor)s left your wallet again: %(rule_code)s, %(day_on)s. Somebody looks at it first: "
            "%(kind_code)s. Once approved, it comes back."
        ),
        "notice_back_asked_quiet": N_(
            "A reward left your wallet again: %(rule_code)s, %(day_on)s. Somebody looks at it first: %(kind_code)s."
        ),
    },
    "settlement": {
        "notice_settled": N_("%(day_on)s is settled: %(amount_minor)s for you."),
        "notice_settled_quiet": N_("%(day_on)s is settled for you."),
        "notice_corrected": N_("%(day_on)s was settled again: %(amount_minor)s instead of %(before_minor)s."),
        "notice_corrected_quiet": N_("%(day_on)s was settled again and came out different."),
        "notice_set_aside": N_("Settlement of %(day_on)s, %(branch)s: %(number)s put aside for you to look at."),
    },
    "pay": {
        "notice_payslip": N_("Your payslip of %(month)s is here: %(amount_minor)s."),
        "notice_payslip_quiet": N_("Your payslip of %(month)s is here."),
        "notice_paid_out": N_("Your withdrawal of %(amount_minor)s was paid out."),
        "notice_paid_out_quiet": N_("Your withdrawal was paid out."),
        "notice_refused": N_("Your withdrawal of %(amount_minor)s was not paid out: %(note)s"),
        "notice_refused_quiet": N_("Your withdrawal was not paid out: %(note)s"),
        "notice_pay_answered": N_("HR answered your question about the payslip of %(month)s."),
    },
    "waiting": {
        "notice_waiting": N_("%(name)s, %(day_on)s: %(kind_code)s. It waits for you."),
        "notice_waiting_site": N_("%(name)s at %(site)s, %(day_on)s: %(kind_code)s. It waits for you."),
        "notice_waiting_many": N_(
            "%(branch)s: exceptions that wait for a decision: %(number)s, the oldest since %(day_on)s."
        ),
        "notice_confirm_overdue": N_(
            "Attendance past its time to be confirmed: %(number)s, the oldest of %(day_on)s. Confirm it now."
        ),
        "notice_phone_asks": N_("%(name)s checked in with a new phone. It waits for you."),
        "notice_withdrawals": N_("%(branch)s: withdrawals that wait for you: %(number)s."),
        "notice_pay_question": N_("%(name)s asks about their payslip of %(month)s. It waits for you."),
        "notice_proposal": N_("%(name)s proposed a position for %(site)s. It waits for you."),
        "notice_leave_asks": N_("%(name)s asks for leave: %(kind_names)s, %(over_days)s. It waits for you."),
        "notice_leave_cancel_asks": N_(
            "%(name)s would like to cancel leave: %(kind_names)s, %(over_days)s. It waits for you."
        ),
        "notice_swap_waits": N_("%(name)s and %(other)s want to swap days: %(both_days)s. It waits for you."),
        "notice_device_silent": N_(
            "%(device)s, %(branch)s: not heard for a while. Punches there arrive late; look at its power and network."
        ),
        "notice_device_quiet": N_(
            "%(device)s, %(branch)s: connected, but nobody has punched an hour into the shift. Ask the store."
        ),
        "notice_device_clock": N_(
            "%(device)s, %(branch)s: its clock is off by %(seconds)s seconds. Look at its time zone, then restart it."
        ),
        "notice_device_pull": N_("%(device)s, %(branch)s: its punches cannot be read. %(why_code)s"),
        "notice_stand_in": N_(
            "You stand in for %(name)s from %(first_on)s to %(last_on)s: their people and stores are yours too."
        ),
        "notice_stood_for": N_("%(name)s stands in for you from %(first_on)s to %(last_on)s."),
        "notice_stand_in_ended": N_("You no longer stand in for %(name)s."),
        "notice_new_store": N_("%(name)s was at a store that is not in the list: %(store)s. It waits for you."),
    },
    "account": {
        "notice_password_reset": N_("%(name)s gave you a one-time password. All your sign-ins ended."),
        "notice_password_changed": N_("Your password was changed. If that was not you, tell HR at once."),
        "notice_phone_removed": N_("%(name)s took one of your phones off the list. It needs a yes to be used again."),
        "notice_try": N_("This is what a notice looks like on this device."),
        "notice_digest": N_("New notices for you: %(number)s."),
    },
}
_KIND = {code: kind for kind, codes in _BY_KIND.items() for code in codes}


def kind_of(code: str) -> str:
    """The kind a notice belongs to; one nobody listed is about attendance."""
    return _KIND.get(code, "attendance")


def quiet_code(code: str) -> str:
    """The same news without amounts, for a lock screen others can see."""
    return f"{code}_quiet" if f"{code}_quiet" in WORDS else code


for _codes in _BY_KIND.values():
    words(_codes)
words(
    {
        "half_morning": N_("%(day)s, morning"),
        "half_afternoon": N_("%(day)s, afternoon"),
        "half_from": N_("%(day)s, from noon"),
        "half_until": N_("%(day)s, until noon"),
        "kind_attendance": N_("Attendance"),
        "kind_answers": N_("Answers"),
        "kind_rewards": N_("Rewards"),
        "kind_settlement": N_("Settlement"),
        "kind_pay": N_("Pay and withdrawals"),
        "kind_waiting": N_("Waiting for you"),
        "kind_account": N_("Account"),
    }
)
