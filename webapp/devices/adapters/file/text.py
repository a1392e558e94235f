"""Bytes of a device's memory as lines of text, whatever happened to them."""

import re
from collections.abc import Iterator

from webapp.devices.rules import Bad

_HEAD = 64 * 1024
_HOLE = re.compile("\x00{64,}")
"""A block of memory that was never written; shorter runs fill up an id."""
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]|[^\t\x00]\x00+[^\t\x00]")
"""Zeros around a cell fill it up; zeros inside are a gap."""
_NOTHING = " \t\r\x00\x1a"
FILLER = re.compile("Z{4}|1515870810")
"""0x5A, what empty flash memory reads as: ZZZZ in a text, 1515870810 in a number."""


class Head:
    """The beginning of a file, for telling its format."""

    def __init__(self, body: bytes) -> None:
        self.bytes = body[:_HEAD]
        self.utf16 = is_utf16(body)
        self.zipped = body[:4] == b"PK\x03\x04"
        found = [] if self.zipped else [line for _, line in numbered(self.bytes)]
        self.lines = found[:-1] if len(body) > _HEAD else found


def is_utf16(body: bytes) -> bool:
    """By its mark, or because every second byte of the beginning is zero."""
    return body[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(body) > 20 and not any(body[1:40:2]) and all(body[0:20:2]))


def decoded(body: bytes) -> str:
    """Never refuses: names are of no use here, and a device's damage is no reason to lose its other lines."""
    if is_utf16(body):
        return body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-16-le", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError:
        return body.decode("utf-8-sig", "replace")


def numbered(body: bytes) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their numbers from 1. A hole in the memory ends a line."""
    text = _HOLE.sub("\n", decoded(body))
    if "\n" not in text:
        text = text.replace("\r", "\n")
    for n, line in enumerate(text.split("\n"), 1):
        kept = line.rstrip("\r")
        if kept.strip(_NOTHING):
            yield n, kept


def damage(n: int, line: str) -> Bad | None:
    """What nobody wrote: control characters, and memory that was never written."""
    return Bad(n, line, "damaged") if _CONTROL.search(line) or FILLER.search(line) else None
