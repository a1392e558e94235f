"""AGL, GLG, ALOG and GLogData: a header, then number, device, id, ..., time; what is between differs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webapp.devices.adapters.file.dates import WHEN, Parts, order_of, order_question, wall
from webapp.devices.adapters.file.shape import Answers, Question
from webapp.devices.adapters.file.text import damage, numbered
from webapp.devices.rules import Bad, Line, Parsed, pin_of

_START = re.compile(r"\s*(\d+)\s+(\d+)\s+(\S+)")
_KEYS, _VERIFY = {"in/out", "inout", "iomd", "i/o"}, {"mode"}
_NAME = re.compile(r"EnNo", re.I)


@dataclass(frozen=True, slots=True)
class _Row:
    machine: str
    pin: str
    between: str
    date: Parts
    clock: Sequence[str | None]


def is_header(line: str) -> bool:
    """Its first characters may be missing."""
    return bool(_NAME.search(line) and re.search(r"DateTime|Date|Time", line))


def looks(lines: Sequence[str]) -> bool:
    """A header, or else nothing but such rows."""
    return any(map(is_header, lines[:3])) or (len(lines) > 0 and all(_row(line) for line in lines[:20]))


def questions(body: bytes, answers: Answers) -> list[Question]:
    return order_question(_dates(body), answers)


def one_machine(body: bytes) -> str | None:
    found = {row.machine for _, line in numbered(body[:4096]) if (row := _row(line))}
    return found.pop() if len(found) == 1 else None


def parse(body: bytes, answers: Answers) -> Parsed:
    """The first three columns and the last; others as far as header and row have the same number of them."""
    order = order_of(_dates(body)) or answers.get("order") or "ymd"
    names: list[str] = []
    lines: list[Line] = []
    bad: list[Bad] = []
    skipped = 0
    for n, line in numbered(body):
        if not lines and not bad and is_header(line):
            names = _between_names(line)
            continue
        found = damage(n, line) or _line(n, line, order, names)
        if found is None:
            skipped += 1
        elif isinstance(found, Line):
            lines.append(found)
        else:
            bad.append(found)
    return Parsed(lines, bad, (), skipped)


def _line(n: int, line: str, order: str, names: Sequence[str]) -> Line | Bad | None:
    row = _row(line)
    if row is None:
        return Bad(n, line, "time" if _START.match(line) else "shape")
    time = wall(row.date, row.clock, order)
    if time is None:
        return Bad(n, line, "time")
    pin = pin_of(row.pin)
    if not pin:
        return None if pin == "" else Bad(n, line, "pin")
    more = _more(row.between, names)
    return Line(pin, time, line.strip("\r\x00"), more.get("status"), more.get("verify"))


def _row(line: str) -> _Row | None:
    start = _START.match(line)
    found = None
    for found in WHEN.finditer(line, start.end() if start else 0):  # noqa: B007 - the last one counts
        pass
    if start is None or found is None:
        return None
    date, clock = found.groups()[:3], found.groups()[3:]
    return _Row(start[2], start[3], line[start.end() : found.start()], date, clock)  # type: ignore[arg-type]


def _dates(body: bytes) -> Iterator[Parts]:
    return (row.date for _, line in numbered(body) if (row := _row(line)))


def _between_names(header: str) -> list[str]:
    """Names of the columns between the id and the time; a fused pair stays one."""
    cells = [cell.strip().lower() for cell in re.split(r"\t|\s{2,}", header)]
    kept = [cell for cell in cells if cell]
    place = next((at for at, cell in enumerate(kept) if cell == "enno"), 2)
    last = next((at for at, cell in enumerate(kept) if cell.startswith(("datetime", "date"))), len(kept))
    return kept[place + 1 : last]


def _more(between: str, names: Sequence[str]) -> dict[str, str]:
    cells = [cell.strip(" \x00") for cell in between.split("\t")[1:-1]]
    if "\t" not in between:
        cells = [cell for cell in re.split(r"\s{2,}", between) if cell]
    if len(cells) != len(names):
        return {}
    known = {"status": _KEYS, "verify": _VERIFY}
    pairs = list(zip(names, cells, strict=True))
    return {word: cell for word, spelt in known.items() for name, cell in pairs if name in spelt and cell}
