"""Days that repeat; pure. A step is (kind, shift): "work" with a shift or the usual hours (None), or "rest"."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from webapp.core.errors import N_, Invalid, words

MOST_STEPS = 42
Step = tuple[str, int | None]
"""(work | rest, shift)"""

TEMPLATES: dict[str, tuple[bool, ...]] = {
    "two_one": (True, True, False),
    "four_two": (True, True, True, True, False, False),
    "five_two": (True,) * 5 + (False,) * 2,
    "a_b": (True,) * 5 + (False,) * 2 + (True,) * 6 + (False,),
}
"""What a new pattern may begin with: worked (True) or free days."""


def read_steps(written: Sequence[Any]) -> tuple[Step, ...]:
    """As stored."""
    return tuple((step["kind"], step.get("shift_id")) for step in written)


def checked_steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """For storing. Raises Invalid."""
    if not steps:
        raise Invalid("pattern_empty", "step")
    if len(steps) > MOST_STEPS:
        raise Invalid("pattern_too_long", "step", limit=MOST_STEPS)
    if any(kind not in ("work", "rest") for kind, _ in steps):
        raise Invalid("not_a_choice", "step")
    return [{"kind": kind, "shift_id": shift_id if kind == "work" else None} for kind, shift_id in steps]


def laid_out(steps: Sequence[Step], first: date, last: date, offset: int = 0) -> dict[date, Step]:
    """The pattern over a span; `offset` 0 begins with its first day, 1 with its second."""
    return {first + timedelta(days=n): steps[(n + offset) % len(steps)] for n in range((last - first).days + 1)}


words(
    {
        "pattern_two_one": N_("2 days on, 1 off"),
        "pattern_four_two": N_("4 days on, 2 off"),
        "pattern_five_two": N_("5 days on, 2 off"),
        "pattern_a_b": N_("Week A and week B"),
        "pattern_empty": N_("Choose at least one day."),
        "pattern_too_long": N_("At most %(limit)s days."),
        "pattern_name_taken": N_("Another pattern of this branch is called %(name)s."),
        "pattern_span": N_("From 1 to %(limit)s days at once."),
        "pattern_cells": N_("At most %(limit)s days of people at once. Choose fewer people or a shorter span."),
        "pattern_people": N_("From 1 to %(limit)s people at once."),
        "pattern_begins": N_("The pattern has the days 1 to %(limit)s."),
        "pattern_old_shift": N_("The pattern uses the shift %(name)s, which is archived. Change the pattern first."),
        "pattern_moved": N_("Somebody changed these days meanwhile. Look again: this is what would change now."),
        "pattern_gone": N_("This pattern is archived. Bring it back first, or choose another one."),
    }
)
