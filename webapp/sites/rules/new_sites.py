"""Stores that reps stand in and nobody has listed: what may be written, and which listed ones sound alike; pure."""

import unicodedata
from dataclasses import dataclass

from webapp.core.errors import N_, Invalid, words
from webapp.sites.rules.datum import Point
from webapp.sites.rules.sites import short

NAME_MAX, NOTE_MAX = 120, 300
OPEN_MAX = 10
"""So many of one rep may wait at a time."""
SAME_SPOT_M = 100
MOST_ALIKE = 5
STATES = ("open", "added", "known", "rejected")


@dataclass(frozen=True, slots=True)
class NewSiteFields:
    """What a rep says of the store, cleaned; place and accuracy_m are None where the phone found no position."""

    name: str
    note: str
    place: Point | None
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Alike:
    """A listed site that may be the same one: by its name, or `distance_m` away."""

    site_id: int
    name: str
    address: str
    distance_m: float | None


def new_site(name: str, note: str, place: Point | None, accuracy_m: float | None) -> NewSiteFields:
    """Raises Invalid with the field. 0,0 is what broken phones say: no position."""
    name, note = " ".join(name.split()), note.strip()
    if not plain_name(name):
        raise Invalid("required", "name")
    here = None if place is None or place == (0, 0) else place
    known = accuracy_m if here and accuracy_m is not None and 0 < accuracy_m < 1e6 else None
    return NewSiteFields(short(name, "name", NAME_MAX), short(note, "note", NOTE_MAX), here, known)


def plain_name(name: str) -> str:
    """For comparing: without case, width, spaces and signs."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if sign.isalnum())


def sounds_alike(one: str, other: str) -> bool:
    """The same name, or one with a part more: 'Wanjia' and 'Wanjia (People's Square)'."""
    a, b = sorted((plain_name(one), plain_name(other)), key=len)
    return bool(a) and (a == b or (len(a) > 2 and a in b))


words(
    {
        "new_store_open": N_("Waiting"),
        "new_store_added": N_("Added"),
        "new_store_known": N_("In the list already"),
        "new_store_rejected": N_("Not added"),
        "new_site_many": N_("%(limit)s stores you added wait for an answer. Go on once HR has looked at some."),
        "new_site_pick": N_("Choose one of the stores of this branch."),
    }
)
