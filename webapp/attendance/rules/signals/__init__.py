"""Evidence of a check-in beyond the fence: signals, their weights, and the sum at which a person looks."""

from webapp.attendance.rules.signals import words as words
from webapp.attendance.rules.signals.facts import (
    NEWEST,
    REMEMBERED,
    Again,
    CodeTyped,
    Facts,
    Phone,
    PhotoAgain,
    Seen,
    Signal,
    packed,
)
from webapp.attendance.rules.signals.settings import WEIGHTS, SignalSettings
from webapp.attendance.rules.signals.weigh import Weighed, plain, weigh

__all__ = [
    "NEWEST", "REMEMBERED", "WEIGHTS", "Again", "CodeTyped", "Facts", "Phone", "PhotoAgain", "Seen", "Signal",
    "SignalSettings", "Weighed", "packed", "plain", "weigh",
]  # fmt: skip
