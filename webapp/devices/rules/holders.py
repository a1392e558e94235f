"""Whose an id on a device is, on a date; and what the key pressed says. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

_KEYS = {
    "in": ("0", "4", "i", "in", "checkin", "check_in", "check-in"),
    "out": ("1", "5", "o", "out", "checkout", "check_out", "check-out"),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """An id is somebody's from one date to another; terminal None: on every device of the branch.

    joined_on, left_on: whoever does not work here any more holds nothing.
    """

    pin: str
    employee_id: int
    terminal_id: int | None
    first_on: date
    last_on: date | None
    joined_on: date = date.min
    left_on: date | None = None

    def on(self, day: date) -> bool:
        spans = ((self.first_on, self.last_on), (self.joined_on, self.left_on))
        return all(first <= day and (last is None or day <= last) for first, last in spans)


def pin_key(pin: str) -> str:
    """As ids are compared: numbers without leading zeros."""
    return pin.lstrip("0") if pin.isdigit() else pin


def holders_on(pin: str, terminal_id: int, day: date, holders: Iterable[Holder]) -> set[int]:
    """Everybody whose the id is there on a date: nobody, one, or a collision that is never guessed about.

    What was said about the device itself comes before what was said about all of the branch.
    """
    mine = [one for one in holders if pin_key(one.pin) == pin_key(pin) and one.on(day)]
    own = {one.employee_id for one in mine if one.terminal_id == terminal_id}
    return own or {one.employee_id for one in mine if one.terminal_id is None}


def key_of(status: str | None) -> Literal["in", "out"] | None:
    """The key pressed, where it is one for coming or going; overtime keys too."""
    word = (status or "").strip().lower()
    return "in" if word in _KEYS["in"] else "out" if word in _KEYS["out"] else None
