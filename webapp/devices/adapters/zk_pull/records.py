"""Records of a ZKTeco table in memory: which layout they have, and what each says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from struct import Struct, unpack_from
from typing import Any

from webapp.devices.adapters import CannotPull
from webapp.devices.rules import Bad, Line, pin_of

LAYOUTS = (8, 16, 40, 49)
_UNKNOWN = "?"
"""A number whose user is gone; it may be the id of somebody else, so it is nobody's until a person looks."""
_SIXTEEN = Struct("<IIBB2xI")
_OTHERS = {8: Struct("<HBIB"), 40: Struct("<2x24sBIB8x"), 49: Struct("<2x24sBIB17x")}
_DIGITS = [str(number) for number in range(256)]
_USER_28, _USER_72 = Struct("<H22xI"), Struct("<H46x24s")


def layout_of(size: int, counts: set[int], known: int | None) -> int:
    """Bytes of one record. `counts`: how many records the device said it has, before and after. Never a guess.

    Exactly one layout must give a count the device named; else only the one seen on this device before will do,
    and only with a count next to what it named. Raises CannotPull.
    """
    fitting = [layout for layout in LAYOUTS if size % layout == 0 and size // layout in counts]
    if len(fitting) == 1:
        return fitting[0]
    if known in LAYOUTS and size % known == 0 and min(counts) - 1 <= size // known <= max(counts) + 1:
        return known
    if not fitting and any(count and size % count == 0 and size // count <= 512 for count in counts):
        raise CannotPull("pull_not_understood")
    raise CannotPull("pull_ambiguous")


def people(table: bytes, count: int) -> dict[int, str]:
    """Ids by the number a device gives its users; nothing else of them is looked at."""
    rows = table[4:]
    layout = len(rows) // count if count and len(rows) % count == 0 else 0
    if layout == 28:
        return {uid: str(pin) for uid, pin in _USER_28.iter_unpack(rows)}
    if layout == 72:
        return {uid: _text(pin) for uid, pin in _USER_72.iter_unpack(rows)}
    if not rows:
        return {}
    raise CannotPull("pull_ambiguous")


def lines(table: bytes, layout: int, users: Mapping[int, str]) -> Iterator[Line | Bad | None]:
    """One after the other, in the order of the device; None for a record about nobody."""
    names: dict[int | bytes, tuple[str, str | None]] = {}
    for n, (who, verify, stamp, state, work) in enumerate(_rows(table, layout), 1):
        name = names.get(who)
        if name is None:
            name = names[who] = _name(who, layout, users)
        raw, pin = name
        if pin:
            time = when(stamp)
            text = f"{raw}\t{time}\t{state}\t{verify}\t{work or ''}"
            yield Line(pin, time, text, _DIGITS[state], _DIGITS[verify], str(work) if work else None)
        else:
            yield Bad(n, table[(n - 1) * layout : n * layout].hex(), "pin") if pin is None else None


def line(record: bytes, n: int, users: Mapping[int, str]) -> Line | Bad | None:
    """What one record says; its text shows it as ZKTeco's own exports do."""
    found = next(lines(record, len(record), users))
    return replace(found, n=n) if isinstance(found, Bad) else found


def when(stamp: int) -> str:
    """Months of 31 days: a clock gone mad can write a February 30."""
    day, rest = divmod(stamp, 86400)
    return f"{_date(day)} {_clock(rest)}"


def stamp(time: str) -> int:
    """The other way round."""
    year, month, day, hour, minute, second = (int(time[a:b]) for a, b in _PARTS)
    return ((((year - 2000) * 12 + month - 1) * 31 + day - 1) * 24 + hour) * 3600 + minute * 60 + second


_PARTS = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))


def _rows(table: bytes, layout: int) -> Iterator[tuple[Any, int, int, int, int]]:
    """Who, verify, time, state, work code."""
    if layout == 16:
        return ((who, verify, at, state, work) for who, at, verify, state, work in _SIXTEEN.iter_unpack(table))
    return ((who, verify, at, state, 0) for who, verify, at, state in _OTHERS[layout].iter_unpack(table))


def _name(who: int | bytes, layout: int, users: Mapping[int, str]) -> tuple[str, str | None]:
    """The id as written, and as it is compared."""
    if isinstance(who, bytes):
        raw = _text(who)
    else:
        raw = users.get(who, _UNKNOWN) if layout == LAYOUTS[0] else str(who)
    return raw, pin_of(raw)


def _text(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("ascii", "replace")


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    month, day = divmod(day, 31)
    year, month = divmod(month, 12)
    return f"{2000 + year:04}-{month + 1:02}-{day + 1:02}"


@lru_cache(maxsize=90000)
def _clock(rest: int) -> str:
    return f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def counted(sizes: bytes) -> tuple[int, int, int]:
    """Users, records and room for records, of an answer to FREE_SIZES."""
    if len(sizes) < 68:
        raise CannotPull("pull_not_understood")
    numbers = unpack_from("<17i", sizes)
    return numbers[4], numbers[8], numbers[16]
