"""Errors people can act on, and the words for every stable code."""

from collections.abc import Mapping

WORDS: dict[str, str] = {}


def N_(text: str) -> str:  # noqa: N802 - the usual gettext name for "extract, do not translate yet"
    return text


def words(entries: Mapping[str, str]) -> None:
    """Register the English text of stable codes; templates use %(name)s for parameters. A code has one text."""
    taken = [code for code, text in entries.items() if WORDS.get(code, text) != text]
    if taken:
        raise ValueError(f"these codes already say something else: {', '.join(taken)}")
    WORDS.update(entries)


class DomainError(Exception):
    """Something a person asked for that cannot be done; `code` is the message key."""

    status = 422

    def __init__(self, code: str, field: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class Invalid(DomainError):
    status = 422


class NotFound(DomainError):
    status = 404


class Forbidden(DomainError):
    status = 403


class Conflict(DomainError):
    status = 409


class TooEarly(DomainError):
    """Right, but not yet: what sent it keeps it and tries again."""

    status = 425


words(
    {
        "not_found": N_("This does not exist, or it is not yours to see."),
        "forbidden": N_("Your role cannot do this."),
        "conflict": N_("Somebody changed this at the same moment. Look again and repeat it if it is still right."),
        "required": N_("Fill this in."),
        "not_a_number": N_("Write a number, for example %(example)s."),
        "not_an_amount": N_("Write an amount such as 120.50."),
        "not_a_date": N_("Write a date such as 2026-11-22."),
        "not_a_time": N_("Write a time such as 09:00."),
        "not_a_choice": N_("Choose one of the options."),
        "too_long": N_("At most %(limit)s characters."),
        "too_short": N_("At least %(limit)s characters."),
        "too_low": N_("At least %(limit)s."),
        "too_high": N_("At most %(limit)s."),
        "not_valid": N_("This value is not understood."),
        "same_origin": N_(
            "This request came from another site and was not carried out. Open the page again and repeat it."
        ),
        "too_many_requests": N_("Too many attempts. Try again in a minute."),
        "body_too_large": N_("The file is too large. Go back and choose a smaller one."),
        "internal": N_("Something went wrong on our side. Nothing was half-saved; try again."),
    }
)
