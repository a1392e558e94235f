"""The table every report is: columns that sort, lines, a total, and its way out as CSV and XLSX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from babel import numbers

from webapp.core.charts import Bars, Heat
from webapp.core.i18n import LANGUAGES, lang, minutes_text, when_text
from webapp.core.i18n import _ as gettext

PAGE = 50
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """kind: text | code | count | share | points | minutes | seconds | moment."""

    code: str
    label: str
    kind: str = "count"


@dataclass(frozen=True, slots=True)
class Line:
    """`href` leads to what it is about; `deeper` are changes of the address that show what it is made of."""

    cells: Mapping[str, Any]
    href: str | None = None
    deeper: Mapping[str, Any] | None = None
    order: Mapping[str, Any] = field(default_factory=dict)
    """What a column sorts by when it is not what it shows."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart with its words: `title` names it, `told` says in a sentence what can be seen."""

    chart: Bars | Heat
    title: str
    told: str
    compared: bool = False
    """Marks show the period before."""


@dataclass(frozen=True, slots=True)
class Report:
    code: str
    title: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    total: Mapping[str, Any] | None
    sort: str
    """The column it is sorted by unless the address says otherwise; "-x" descends."""
    drawings: Sequence[Drawing]
    meaning: Sequence[tuple[str, str]]
    """(word, what it means here)."""
    by: Sequence[tuple[str, str]] = ()
    without: frozenset[str] = frozenset()
    """Filters that change nothing here."""
    empty: str = ""

    @property
    def head(self) -> Column:
        return self.columns[0]


def sorted_lines(report: Report, sort: str) -> tuple[list[Line], str]:
    """The lines in order, and the sort that was meant; what is not known stands last either way."""
    codes = {column.code: column for column in report.columns}
    wanted = sort if sort.removeprefix("-") in codes else report.sort
    code, down = wanted.removeprefix("-"), wanted.startswith("-")

    def value(line: Line) -> Any:
        found = line.order.get(code, line.cells.get(code))
        return found.casefold() if isinstance(found, str) else found

    lines = sorted(report.lines, key=lambda line: _usual(line, report.head.code))
    known = [line for line in lines if value(line) not in (None, "")]
    unknown = [line for line in lines if value(line) in (None, "")]
    known.sort(key=value, reverse=down)
    return known + unknown, wanted


def _usual(line: Line, head: str) -> tuple[Any, ...]:
    """Orders lines that are alike: the same on each of their pages and in every file."""
    name, note, branch = (str(line.cells.get(code) or "").casefold() for code in (head, "note", "branch"))
    return line.order.get(head, name), note, branch, str(line.href or line.deeper or "")


def shown(value: Any, kind: str) -> str:
    """For the screen."""
    if value is None or value == "":
        return NOTHING
    says: dict[str, Callable[[Any], str]] = {
        "count": lambda number: str(numbers.format_decimal(number, locale=LANGUAGES[lang()])),
        "share": lambda number: f"{_tenth(number * 100)}%",
        "points": lambda number: _signed(_tenth(number * 100)),
        "minutes": lambda number: minutes_text(round(number)),
        "seconds": _span,
        "moment": when_text,
    }
    return says[kind](value) if kind in says else str(value)


def file_headers(report: Report) -> list[str]:
    """With their units, so that the cells can be plain numbers."""
    return [_header(column) for column in report.columns]


def file_cell(value: Any, kind: str, zone: ZoneInfo) -> Any:
    """A number stays a number: shares as a part of one, points as points. Moments in the reader's zone."""
    if value is None:
        return ""
    if kind == "moment":
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    if kind == "share":
        return round(value, 4)
    if kind == "points":
        return round(value * 100, 1) + 0.0
    return round(value, 1) if kind == "minutes" else value


def _header(column: Column) -> str:
    if column.kind == "minutes":
        return gettext("%(label)s (minutes)", label=column.label)
    return gettext("%(label)s (seconds)", label=column.label) if column.kind == "seconds" else column.label


def _tenth(number: float) -> str:
    return f"{number:.1f}".replace("-", "\u2212") if round(number, 1) else "0.0"


def _signed(text: str) -> str:
    return text if text.startswith("\u2212") or text == "0.0" else f"+{text}"


def _span(seconds: int) -> str:
    if seconds < 60:
        return gettext("%(n)s s", n=seconds)
    if seconds < 172_800:
        return minutes_text(seconds // 60)
    return gettext("%(n)s days", n=seconds // 86_400)
