"""What a shift demands beside start, end and grace; pure. Times are local "HH:MM", lengths whole minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

WINDOW = 240
ShiftKind = Literal["fixed", "flexible", "core", "split"]
Span = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """fixed: come at the start, go at the end. flexible: any time within start and end, `minimum` minutes in all.
    core: as flexible, but there during `core`. split: as fixed, twice, with `breaks[0]` between the two parts.
    """

    kind: ShiftKind = "fixed"
    core: Span | None = None
    breaks: tuple[Span, ...] = ()
    """Not worked and not paid; nobody has to punch for them unless the shift is split."""
    break_minutes: int = 0
    """Taken off what was worked beside `breaks`, whenever it was taken."""
    minimum: int = 0
    """Fewer minutes worked are left early; 0: not asked."""
    before: int = WINDOW
    """How long before the start coming belongs to this shift."""
    after: int = WINDOW
    """How long after the end going belongs to this shift; then the day is over."""
    serious: int = 0
    """Later than this is seriously late; 0: never."""


NO_TERMS = Terms()


def read_terms(written: Mapping[str, Any] | None) -> Terms:
    """As stored, {} for the usual; what somebody newer wrote and we do not know is left out."""
    if not written:
        return NO_TERMS
    known = {name: written[name] for name in Terms.__dataclass_fields__ if name in written}
    if known.get("core"):
        known["core"] = tuple(known["core"])
    if known.get("breaks"):
        known["breaks"] = tuple((first, last) for first, last in known["breaks"])
    return Terms(**known)


def written_terms(terms: Terms) -> dict[str, Any]:
    """What differs from the usual, for storing."""
    usual = {name: getattr(NO_TERMS, name) for name in Terms.__dataclass_fields__}
    found = {name: getattr(terms, name) for name in usual if getattr(terms, name) != usual[name]}
    if terms.core:
        found["core"] = list(terms.core)
    if terms.breaks:
        found["breaks"] = [list(span) for span in terms.breaks]
    return found
