"""Whether a shift's terms fit its hours; pure."""

from dataclasses import replace
from datetime import time

from webapp.core.errors import N_, Invalid, words
from webapp.schedules.rules.terms import NO_TERMS, WINDOW, Span, Terms

DAY = 24 * 60
BREAKS = 4
SHIFT_KINDS = ("fixed", "flexible", "core", "split")


def checked_terms(terms: Terms, start: str, end: str, grace_minutes: int) -> Terms:
    """What the kind of shift has no use for is left out. Raises Invalid with the field."""
    length = minutes_between(start, end) or DAY
    if terms.kind not in SHIFT_KINDS:
        raise Invalid("not_a_choice", "kind")
    kept = replace(terms, core=terms.core if terms.kind == "core" else None)
    if terms.kind in ("flexible", "core"):
        kept = replace(kept, serious=kept.serious if terms.kind == "core" else 0)
    _check_numbers(kept, length, grace_minutes)
    _check_breaks(kept, start, length)
    if kept.kind == "core":
        if kept.core is None:
            raise Invalid("core_needed", "core_start")
        if not _fits(kept.core, start, length):
            raise Invalid("core_outside", "core_end")
    return NO_TERMS if kept == NO_TERMS else kept


def paid_minutes(terms: Terms, start: str, end: str) -> int:
    """How long the shift is without its breaks."""
    paused = sum(minutes_between(*span) for span in terms.breaks) + terms.break_minutes
    return (minutes_between(start, end) or DAY) - paused


def minutes_between(first: str, last: str) -> int:
    """From one time of day to the next time it is the other."""
    since, till = time.fromisoformat(first), time.fromisoformat(last)
    return ((till.hour - since.hour) * 60 + till.minute - since.minute) % DAY


def _check_numbers(terms: Terms, length: int, grace_minutes: int) -> None:
    for name in ("before", "after"):
        if not 0 <= getattr(terms, name) <= WINDOW:
            raise Invalid("window_bounds", name, high=WINDOW)
    if terms.serious and not grace_minutes < terms.serious <= DAY:
        raise Invalid("serious_bounds", "serious", grace=grace_minutes)
    if not 0 <= terms.break_minutes < length:
        raise Invalid("breaks_too_long", "break_minutes")
    if terms.kind == "flexible" and terms.minimum <= 0:
        raise Invalid("minimum_needed", "minimum")
    if terms.minimum < 0:
        raise Invalid("minimum_too_long", "minimum", high=length)


def _check_breaks(terms: Terms, start: str, length: int) -> None:
    """Within the shift, in order, none touching another, and work before, between and behind them."""
    if len(terms.breaks) > BREAKS:
        raise Invalid("breaks_too_many", "breaks", limit=BREAKS)
    if terms.kind == "split" and not terms.breaks:
        raise Invalid("split_needed", "breaks")
    if not all(_fits(span, start, length) for span in terms.breaks):
        raise Invalid("breaks_outside", "breaks")
    spans = sorted((minutes_between(start, first), minutes_between(start, last)) for first, last in terms.breaks)
    if any(later[0] <= earlier[1] for earlier, later in zip(spans, spans[1:], strict=False)):
        raise Invalid("breaks_overlap", "breaks")
    if any(first == 0 or last == length for first, last in spans):
        raise Invalid("breaks_outside", "breaks")
    room = length - sum(last - first for first, last in spans) - terms.break_minutes
    if room <= 0:
        raise Invalid("breaks_too_long", "break_minutes")
    if terms.minimum > room:
        raise Invalid("minimum_too_long", "minimum", high=room)


def _fits(span: Span, start: str, length: int) -> bool:
    first, last = minutes_between(start, span[0]), minutes_between(start, span[1])
    return first < (last or DAY) <= length


words(
    {
        "shift_kind_fixed": N_("Fixed hours"),
        "shift_kind_flexible": N_("Flexible hours"),
        "shift_kind_core": N_("Core hours"),
        "shift_kind_split": N_("Split shift"),
        "core_needed": N_("Core hours need a beginning and an end."),
        "core_outside": N_("The core hours lie within the shift, and end after they begin."),
        "window_bounds": N_("From 0 to %(high)s minutes."),
        "serious_bounds": N_("More than the grace of %(grace)s minutes, or 0 for never."),
        "breaks_unread": N_("Write breaks as 12:00–13:00, with commas between them."),
        "breaks_too_many": N_("At most %(limit)s breaks."),
        "breaks_outside": N_("A break lies within the shift, and ends after it begins."),
        "breaks_overlap": N_("Two breaks overlap or touch. Make one of them."),
        "breaks_too_long": N_("The breaks leave no time to work."),
        "split_needed": N_("A split shift needs the time between its two parts, as its first break."),
        "minimum_needed": N_("Flexible hours need a minimum stay, else they ask for nothing."),
        "minimum_too_long": N_("The minimum stay is at most %(high)s minutes: what the breaks leave of the shift."),
    }
)
