"""Questions about a line of a payslip: what they may say, and the words for where they stand."""

from webapp.core.errors import N_, Invalid, words

CATEGORIES = ("days", "reward", "deduction", "base", "other")
ANSWERS = ("explained", "to_correct")
AGAIN = "again"
"""The outcome of a word of the person who asked."""
ANSWER_DAYS = 3
"""Working days HR has for an answer."""
NOTE, TEXT = 500, 1000
_LIKELY = {
    "pay_base": "base",
    "pay_base_part": "base",
    "pay_base_correction": "base",
    "pay_reward": "reward",
    "pay_carry_in": "reward",
    "pay_debt_in": "deduction",
    "pay_debt_out": "deduction",
    "pay_already_paid": "deduction",
}


def likely(code: str) -> str:
    """What a question about such a line is most often about."""
    return _LIKELY.get(code, "other")


def said(text: str, field: str, limit: int) -> str:
    """What somebody wrote, without the space around it. Raises Invalid."""
    text = text.strip()
    if not text:
        raise Invalid("required", field)
    if len(text) > limit:
        raise Invalid("too_long", field, limit=limit)
    return text


words(
    {
        "pay_about_days": N_("Days are missing"),
        "pay_about_reward": N_("A reward is not right"),
        "pay_about_deduction": N_("A deduction is not right"),
        "pay_about_base": N_("Base salary"),
        "pay_about_other": N_("Something else"),
        "pay_question_open": N_("Asked"),
        "pay_question_answered": N_("Answered"),
        "pay_question_withdrawn": N_("Taken back"),
        "pay_outcome_explained": N_("It is right as it is"),
        "pay_outcome_to_correct": N_("It will be corrected"),
        "pay_outcome_again": N_("Asked again"),
        "pay_question_asked": N_("You asked about this line already. The answer appears here."),
        "pay_question_closed": N_("This question has its answer already. Ask again below the answer."),
        "pay_question_waits": N_("HR has not answered yet. Wait for the answer, or take the question back."),
        "pay_question_own": N_("You asked this yourself. Somebody else of HR or an administrator answers it."),
        "pay_question_moved": N_("Something happened here meanwhile. Read it, then go on if it is still needed."),
        "pay_question.answered": N_("Answered a question about a payslip"),
        "object_pay_question": N_("Question about a payslip"),
        "field_outcome": N_("Answer"),
    }
)
