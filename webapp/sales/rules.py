"""What a sales figure may be; pure."""

from dataclasses import dataclass

from webapp.core.errors import N_, Invalid, words

LIMIT = 10**12


@dataclass(frozen=True, slots=True)
class Figure:
    """Minor units sold on a work date and the target, None when none is set."""

    amount: int
    target: int | None
    currency: str


def check_figure(amount: int, target: int | None) -> None:
    """Raises Invalid with the field."""
    for field, value in (("amount", amount), ("target", target)):
        if value is not None and value < 0:
            raise Invalid("too_low", field, limit=0)
        if value is not None and value > LIMIT:
            raise Invalid("not_an_amount", field)


words(
    {
        "no_such_employee": N_("Nobody in your branches has the number %(staff_no)s."),
        "sales_future": N_("Sales can be recorded for days up to today."),
        "sales_before_joining": N_("This day is before the person joined."),
        "sales_source_form": N_("typed in"),
        "sales_source_import": N_("imported"),
        "sales_source_api": N_("cash register"),
        "sales_source_demo": N_("demo"),
    }
)
