"""Why somebody counts as present although their evidence is not clean; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from webapp.core.errors import N_, Invalid, words

PRESENT_REASONS = ("outside", "media", "phone", "roster", "insists", "hr", "other")
NOTED = frozenset({"phone", "other"})
"""Which phone it is, or what it was, has to be written down."""
_BY_KIND = {"outside": "outside", "uncertain": "outside", "remark": "outside", "photo": "media"}
_BY_TICKET = {"camera": "media", "outside": "outside"}
_CLEAN = frozenset({"late", "early", "absent"})


def suggested(issues: Iterable[tuple[str, Mapping[str, Any] | None]]) -> str | None:
    """The reason that fits what is open, given as (kind, params); None where the evidence itself is clean."""
    for kind, params in issues:
        if kind == "cannot":
            return _BY_TICKET.get((params or {}).get("cannot", ""), "insists")
        if kind not in _CLEAN:
            return _BY_KIND.get(kind, "insists")
    return None


def check_reason(reason: str | None, note: str) -> None:
    """Raises Invalid with the field."""
    if reason is not None and reason not in PRESENT_REASONS:
        raise Invalid("not_a_choice", "reason")
    if reason in NOTED and not note:
        raise Invalid("present_note", "note")


words(
    {
        "present_outside": N_("They were here; the phone placed them outside"),
        "present_media": N_("The photo could not be taken or sent"),
        "present_phone": N_("Their phone cannot run the app"),
        "present_roster": N_("Worked here without being on the roster"),
        "present_insists": N_("They say they checked in or out, and I saw them"),
        "present_hr": N_("Agreed with HR or the administrator"),
        "present_other": N_("Another reason"),
        "present_note": N_("Write a few words: which phone it is, or what happened."),
    }
)
