"""Lines as adapters read them: one punch, one event, or a line nobody could read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

LINE_KEPT = 300
BAD_KEPT = 500
"""Unreadable lines of one body that are kept as such; the bytes hold them all."""
_PIN = re.compile(r"[0-9A-Za-z_-]{1,24}")
_USUAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_TIME = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_BLANKS = " \t\r\n\x00\x0b\x0c"


@dataclass(frozen=True, slots=True)
class Line:
    """One punch. `time` is what the clock showed, "YYYY-MM-DD HH:MM:SS", possible or not.

    `at` is the moment itself where the device gives one (an offset or a Unix time), else None.
    """

    pin: str
    time: str
    text: str
    status: str | None = None
    verify: str | None = None
    work_code: str | None = None
    at: datetime | None = None
    vendor_key: str | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """A line nobody could read; `n` counts from 1, `reason` is a code: shape | pin | time | damaged."""

    n: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something a device noted about itself; `code` as in models.DeviceEvent."""

    time: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one body says. `skipped`: lines about nobody (an id of zeros) and lines that are no punches."""

    lines: Sequence[Line] = ()
    bad: Sequence[Bad] = ()
    events: Sequence[Event] = ()
    skipped: int = 0
    more_bad: int = 0
    """Lines nobody could read beyond those in `bad`."""

    @property
    def bad_lines(self) -> int:
        return len(self.bad) + self.more_bad


@dataclass(slots=True)
class Unreadable:
    """Collects lines nobody could read: all are counted, the first ones kept."""

    kept: list[Bad] = field(default_factory=list)
    more: int = 0

    def add(self, n: int, text: str, reason: str) -> None:
        if len(self.kept) < BAD_KEPT:
            self.kept.append(Bad(n, text, reason))
        else:
            self.more += 1


def pin_of(raw: str) -> str | None:
    """An id as people and devices compare it: no blanks around, no leading zeros in a number.

    "" for an id of zeros, which is nobody; None for what no device calls an id.
    """
    pin = raw.strip(_BLANKS)
    if not _PIN.fullmatch(pin):
        return None
    return pin.lstrip("0") if pin.isdigit() else pin


def wall_time(text: str) -> str | None:
    """A clock's year-month-day and time, year first, as "YYYY-MM-DD HH:MM:SS"; None when it has not that shape.

    The date need not exist: devices do write February 30.
    """
    if _USUAL_TIME.fullmatch(text):
        return text
    found = _TIME.fullmatch(text.strip(_BLANKS))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def printable(text: str) -> str:
    """As it can be stored and shown: no control characters, at most 300 characters."""
    head = text[: LINE_KEPT * 2]
    if head.isprintable() or head.replace("\t", "").isprintable():
        return head[:LINE_KEPT]
    return "".join(c if c == "\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in head)[:LINE_KEPT]
