"""What the attlog files have in common: an id, a time with the year first, numbers; between tabs."""

from collections.abc import Mapping

from webapp.devices.adapters.file.text import Head, damage, numbered
from webapp.devices.rules import Bad, Line, Parsed, pin_of, wall_time

_SURE = 90
_FILL = " \r\x00"


def cells_of(line: str) -> tuple[str, list[str], str | None] | None:
    """(id, numbers behind the time, time); the time may stand behind a name. None for a line of another shape."""
    cells = line.rstrip(" \t\r\x00").split("\t")
    if len(cells) < 2:
        return None
    time = wall_time(cells[1])
    if time is None and len(cells) > 6 and (named := wall_time(cells[2])):
        return cells[0], [cell.strip(_FILL) for cell in cells[3:]], named
    return cells[0], [cell.strip(_FILL) for cell in cells[2:]], time


def alike(head: Head, behind: tuple[int, ...]) -> int:
    """How sure we are that most lines are an id, a time and so many numbers."""
    found = [cells_of(line) for line in head.lines]
    good = [each for each in found if each and each[2] and len(each[1]) in behind and all(map(_number, each[1]))]
    return _SURE * len(good) // len(found) if len(good) * 2 >= max(len(found), 1) else 0


def one_machine(body: bytes) -> str | None:
    """The number in the third column, when every line has the same."""
    first = {cells[1][0] for _, line in numbered(body[:4096]) if (cells := cells_of(line)) and cells[2] and cells[1]}
    return first.pop() if len(first) == 1 else None


def read(body: bytes, places: Mapping[str, int]) -> Parsed:
    """`places`: where status, verify and work_code stand behind the time."""
    lines: list[Line] = []
    bad: list[Bad] = []
    skipped = 0
    for n, line in numbered(body):
        found = _line(n, line, places)
        if found is None:
            skipped += 1
        elif isinstance(found, Line):
            lines.append(found)
        else:
            bad.append(found)
    return Parsed(lines, bad, (), skipped)


def _line(n: int, line: str, places: Mapping[str, int]) -> Line | Bad | None:
    """None for nobody's line."""
    if damaged := damage(n, line):
        return damaged
    cells = cells_of(line)
    if cells is None:
        return Bad(n, line, "shape")
    raw, numbers, time = cells
    if time is None:
        return Bad(n, line, "time")
    pin = pin_of(raw)
    if not pin:
        return None if pin == "" else Bad(n, line, "pin")
    more = {name: numbers[at] for name, at in places.items() if name != "machine" and at < len(numbers)}
    return Line(pin, time, line.strip("\r\x00"), more.get("status"), more.get("verify"), more.get("work_code"))


def _number(cell: str) -> bool:
    return cell.removeprefix("-").isdecimal()
