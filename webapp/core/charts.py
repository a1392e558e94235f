"""Charts as numbers: where every bar, cell and letter of a drawing goes. Pure; the template draws them as SVG.

Widths are in units of the drawing. Text is measured roughly: a Chinese character is twice as wide as a Latin one.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LABELS, VALUES = 760, 240, 100
ROW, BAR = 30, 18
LABEL = 28
"""Latin letters of a name beside a bar."""
CELL_W, CELL_H, SIDE, TOP = 52, 30, 64, 26
NARROW = 294
"""Inside a card of a phone that is 360 wide; there a name stands above its bar."""
NARROW_ROW, NARROW_LABEL, NARROW_CELL, NARROW_SIDE = 44, 28, 35, 46
LEVELS = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One bar: `value` and `past` (of the period before) are in any unit, `text` is what is written beside it."""

    label: str
    value: float
    text: str
    past: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    y: int
    middle: int
    width: float
    end: float
    label: str
    text: str
    mark: float | None
    """Where the line of the period before stands."""


@dataclass(frozen=True, slots=True)
class Bars:
    width: int
    height: int
    left: int
    thick: int
    rows: tuple[Bar, ...]
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    x: int
    y: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Heat:
    width: int
    height: int
    cell: tuple[int, int]
    columns: tuple[tuple[int, str], ...]
    rows: tuple[tuple[int, str], ...]
    cells: tuple[Cell, ...]
    narrow: bool = False


def bars(items: Sequence[Item], *, top: float | None = None) -> Bars:
    """Lying bars, one under the other; the longest, or `top`, reaches the right."""
    highest = top or max((max(item.value, item.past or 0) for item in items), default=0) or 1
    room = WIDTH - LABELS - VALUES
    rows = []
    for number, item in enumerate(items):
        y, width = number * ROW + (ROW - BAR) // 2, _round(room * min(item.value / highest, 1))
        mark = None if item.past is None else LABELS + _round(room * min(item.past / highest, 1))
        end = max(LABELS + width, mark or 0) + 6
        rows.append(Bar(y, number * ROW + ROW // 2, width, end, fit(item.label, LABEL), item.text, mark))
    return Bars(WIDTH, max(ROW, len(items) * ROW), LABELS, BAR, tuple(rows))


def narrow_bars(items: Sequence[Item]) -> Bars:
    """The same for a phone: a name and its value above each bar."""
    highest = max((max(item.value, item.past or 0) for item in items), default=0) or 1
    rows = []
    for number, item in enumerate(items):
        top, width = number * NARROW_ROW, _round(NARROW * min(item.value / highest, 1))
        mark = None if item.past is None else _round((NARROW - 2) * min(item.past / highest, 1)) + 1
        rows.append(Bar(top + 22, top + 10, width, NARROW, fit(item.label, NARROW_LABEL), item.text, mark))
    return Bars(NARROW, max(NARROW_ROW, len(items) * NARROW_ROW), 0, BAR - 4, tuple(rows), narrow=True)


def heat(
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[tuple[float, str] | None]],
    *,
    narrow: bool = False,
) -> Heat:
    """A grid: each cell (value, text) is as strong as its value among the others; None is left empty.

    Seven columns of a `narrow` one fit a phone.
    """
    wide, side = (NARROW_CELL, NARROW_SIDE) if narrow else (CELL_W, SIDE)
    highest = max((cell[0] for line in values for cell in line if cell), default=0) or 1
    cells = [
        Cell(side + x * wide, TOP + y * CELL_H, level(cell[0], highest), cell[1])
        for y, line in enumerate(values)
        for x, cell in enumerate(line)
        if cell
    ]
    across = tuple((side + x * wide + wide // 2, name) for x, name in enumerate(columns))
    down = tuple((TOP + y * CELL_H + CELL_H // 2, fit(name, 8)) for y, name in enumerate(rows))
    size = (side + len(columns) * wide + 2, TOP + len(rows) * CELL_H + 2)
    return Heat(*size, (wide - 2, CELL_H - 2), across, down, tuple(cells), narrow)


def level(value: float, highest: float) -> int:
    """0 for nothing, else 1 to LEVELS - 1."""
    if value <= 0 or highest <= 0:
        return 0
    return min(LEVELS - 1, 1 + int(value / highest * (LEVELS - 1) - 1e-9))


def fit(text: str, room: int) -> str:
    """As much of the text as fits into so many Latin letters."""
    if measure(text) <= room:
        return text
    kept = ""
    for letter in text:
        if measure(kept + letter) > room - 1:
            break
        kept += letter
    return kept.rstrip() + "…"


def measure(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _round(number: float) -> float:
    return round(number, 1)
