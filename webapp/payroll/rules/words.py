"""The words of payslip lines and of what can be wrong with a pay run."""

from webapp.core.errors import N_, words

words(
    {
        "pay_base": N_("Base salary"),
        "pay_base_part": N_("Base salary, %(days)s of %(of)s days"),
        "pay_base_correction": N_("Base salary, correction for %(month)s"),
        "pay_reward": N_("Rewards"),
        "pay_reward_other": N_("Other rewards and corrections"),
        "pay_carry_in": N_("Earned in earlier months"),
        "pay_debt_in": N_("Paid too much in earlier months"),
        "pay_already_paid": N_("Already paid from the wallet"),
        "pay_carried": N_("Kept in the wallet for next month"),
        "pay_debt_out": N_("Offset by later rewards"),
        "pay_salary_currency": N_("The base salary is in %(salary)s, the branch pays in %(branch)s."),
        "pay_no_salary": N_("No base salary is recorded for this month."),
        "pay_base_corrected": N_("The base salary of earlier months is corrected here. Look at those lines."),
        "pay_base_owed": N_("%(left_minor)s of base salary was paid too much and cannot be taken back here."),
        "pay_unknown_scheme": N_("There is no pay scheme called %(scheme)s."),
        "pay_failed": N_("The slip could not be computed (%(error)s). The others went on."),
        "pay_changed": N_("Earnings changed since the review. The slip was computed again; look at it and issue it."),
        "pay_run_exists": N_("There is a pay run for this month already."),
        "pay_run_changed": N_("Somebody changed this pay run. Look again and repeat it if it is still right."),
        "pay_run_state": N_("This cannot be done any more: the pay run is %(state)s."),
        "pay_month_future": N_("This month has not begun."),
        "pay_month_running": N_("The month is not over; payslips can be issued from %(day)s on."),
        "pay_month_unsettled": N_("Rewards are settled up to %(day)s only. Settle the whole month first."),
        "pay_month_earlier": N_("Issue %(month)s first."),
        "pay_month_passed": N_("%(month)s was issued already and holds what was left of earlier months."),
        "pay_run.started": N_("Pay run started"),
        "pay_run.recomputed": N_("Pay run computed again"),
        "pay_run.reviewed": N_("Pay run reviewed"),
        "pay_run.issuing": N_("Payslips issued"),
        "object_pay_run": N_("Pay run"),
        "field_month": N_("Month"),
        "pay_state_making": N_("being computed"),
        "pay_state_draft": N_("draft"),
        "pay_state_reviewed": N_("reviewed"),
        "pay_state_issuing": N_("being issued"),
        "pay_state_issued": N_("issued"),
    }
)
