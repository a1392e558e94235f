"""When two photos show the same thing, and how to look for them without comparing every pair."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

ALIKE = 6
"""Bits of 64 that may differ: the same picture sent through a messenger, scaled, brightened or cut a little."""
ALIKE_HERE = 3
"""The same person at the same store on another day: an honest shelf looks much like it did last week."""
BANDS, WIDTH = 4, 16


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo of a check-in, as far as comparing needs it."""

    id: int
    check_in_id: int
    employee_id: int
    site_id: int | None
    work_date: date
    sha256: str
    sent_sha256: str
    phash: int | None


def likeness(mine: Shot, earlier: Shot) -> Literal["same", "alike"] | None:
    """Does a photo repeat an earlier one of another visit?

    "same": the very file. "alike": nearly the same picture; shots of one person at one store on one day are no repeats.
    """
    if mine.check_in_id == earlier.check_in_id or earlier.id >= mine.id:
        return None
    if mine.sent_sha256 == earlier.sent_sha256 or mine.sha256 == earlier.sha256:
        return "same"
    if mine.phash is None or earlier.phash is None:
        return None
    here = (mine.employee_id, mine.site_id) == (earlier.employee_id, earlier.site_id)
    if here and mine.work_date == earlier.work_date:
        return None
    return "alike" if differ(mine.phash, earlier.phash) <= (ALIKE_HERE if here else ALIKE) else None


def differ(one: int, other: int) -> int:
    """In how many of 64 bits."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def bands(phash: int) -> list[int]:
    """Four numbers, each a quarter of the bits with the quarter's place in front: what the index holds."""
    whole = phash & (1 << 64) - 1
    return [place << WIDTH | (whole >> WIDTH * place) & (1 << WIDTH) - 1 for place in range(BANDS)]


def near_bands(phash: int) -> list[int]:
    """Bands of every picture that differs in up to seven bits: one of its quarters differs in one bit or none."""
    return [band ^ flip for band in bands(phash) for flip in (0, *(1 << bit for bit in range(WIDTH)))]
