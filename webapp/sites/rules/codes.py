"""The code a store shows: six digits of the minute (TOTP), and what people make of them when they type."""

import hashlib
import unicodedata
from datetime import datetime
from hmac import compare_digest

import pyotp

from webapp.core.errors import N_, words

STEP_S = 60
SLACK = 1
"""Steps before and after the running one that are taken too: people type slowly, clocks differ."""
DIGITS = 6


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_S


def seconds_left(moment: datetime) -> int:
    """Until the next digits: 60 right after a change, never 0."""
    return STEP_S - int(moment.timestamp()) % STEP_S


def digits_at(secret: str, moment: datetime) -> str:
    return _digits(secret, step_of(moment))


def matching_step(secret: str, digits: str, moment: datetime) -> int | None:
    """The step these digits belong to, or None. Takes the same time whatever is wrong with them."""
    now, found = step_of(moment), None
    for step in range(now + SLACK, now - SLACK - 1, -1):
        if compare_digest(_digits(secret, step).encode(), digits.encode()):
            found = step
    return found


def read_digits(text: str) -> str | None:
    """Six digits as people type them: with spaces, a dash, or on a Chinese keyboard; None for anything else."""
    plain = "".join(unicodedata.normalize("NFKC", text[:40]).split()).replace("-", "")
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else None


def spaced(digits: str) -> str:
    """In two groups, as they are easy to keep in mind."""
    return f"{digits[:3]} {digits[3:]}"


def screen_mark(token: str) -> str:
    """What is kept of the secret part of a screen's address."""
    return hashlib.sha256(token.encode()).hexdigest()


def _digits(secret: str, step: int) -> str:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).at(step * STEP_S)


words(
    {
        "screen_label": N_("Give the screen a name, such as the shelf it stands on."),
        "screen_gone": N_(
            "This address shows no code any more. The store's supervisor opens a new screen under Store codes."
        ),
        "screen_many": N_("%(limit)s screens are open for this store. Close one first."),
    }
)
