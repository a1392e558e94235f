"""CSV and XLSX: which column is the id, which the time; what cannot be told from them is asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from webapp.core import tables
from webapp.devices.adapters.file.dates import CLOCK, DAY, WHEN, Parts, order_of, order_question, wall
from webapp.devices.adapters.file.shape import Answers, Choice, Question, answer
from webapp.devices.rules import Bad, Line, Parsed, pin_of

_SAMPLE = 200
_NAMES: Mapping[str, Sequence[str]] = {
    "id": ("enno", "user id", "pin", "ac-no", "employee id", "employee no", "emp no", "emp id", "badge", "person id",
           "staff number", "工号", "考勤号码", "登记号码", "人员编号", "设备工号", "员工编号", "员工工号", "编号",
           "用户号"),
    "key": ("status", "state", "in/out", "inout", "attendance state", "check type", "考勤状态", "签到状态", "状态"),
}  # fmt: skip
_MIDNIGHT = (None, "0", "0", "0", None)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """`names`: what each column is called in answers: its header where that is one, else #number."""

    names: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[tables.Row, ...]

    def cells(self, name: str | None) -> Iterator[tuple[tables.Row, str]]:
        at = self.names.index(name) if name in self.names else -1
        return ((row, row.values[at] if 0 <= at < len(row.values) else "") for row in self.rows)


def questions(body: bytes, answers: Answers) -> Sequence[Question]:
    sheet = _sheet(body)
    kinds = _kinds(sheet)
    choices = [Choice(name, _label(sheet, at), plain=True) for at, name in enumerate(sheet.names)]
    moments, days, clocks = (_of(kinds, word) for word in ("when", "day", "clock"))
    days = days if len(days) == 1 and not moments else []
    when = answer("when", choices, answers, _only(moments or days))
    clock = answer("clock", choices, answers, _only(clocks) if when in days and "when" not in answers else None)
    known = {name: sheet.names[at] for name, at in tables.match_headers(sheet.headers, _NAMES).items()}
    pin = answer("id", choices, answers, known.get("id"))
    key = answer("key", choices, answers, known.get("key") if "key" not in answers else None)
    columns = {"id": pin, "when": when, "clock": clock, "key": key}
    asked = [Question(code, choices, value, blank=code in ("clock", "key")) for code, value in columns.items()]
    return [*asked, *order_question(_dates(sheet, when), answers)]


def parse(body: bytes, answers: Answers) -> Parsed:
    sheet = _sheet(body)
    order = order_of(_dates(sheet, answers.get("when"))) or answers.get("order") or "ymd"
    dated = any(WHEN.search(cell) for _, cell in sheet.cells(answers.get("when")))
    clocked = answers.get("clock")
    lines: list[Line] = []
    bad: list[Bad] = []
    skipped = 0
    columns = zip(*(sheet.cells(answers.get(code)) for code in ("id", "when", "clock", "key")), strict=True)
    for (row, raw), (_, when), (_, clock), (_, key) in columns:
        times = _times(f"{when} {clock}" if clocked else when, order, midnight=dated and not clocked)
        found = _lines(row, raw, times, key, nothing=not when or bool(clocked and not clock))
        if isinstance(found, Bad):
            bad.append(found)
        else:
            lines += found
            skipped += not found
    return Parsed(lines, bad, (), skipped)


def _lines(row: tables.Row, raw: str, times: Sequence[str | None], key: str, *, nothing: bool) -> list[Line] | Bad:
    """Several times in one cell are several punches; a row without a time is none."""
    text = "\t".join(row.values)
    pin = pin_of(re.sub(r"(?<=\d)\.0+$", "", raw))
    if pin == "" or nothing:
        return []
    if pin is None:
        return Bad(row.n, text, "pin")
    good = [time for time in times if time]
    if not good or len(good) < len(times):
        return Bad(row.n, text, "time")
    return [Line(pin, time, text, key or None) for time in good]


def _times(text: str, order: str, *, midnight: bool) -> list[str | None]:
    """A spreadsheet leaves the time of midnight away, so where others have one, none is midnight."""
    day = DAY.search(text)
    if day is None:
        return []
    date: Parts = (day[1], day[2], day[3])
    clocks = [found.groups() for found in CLOCK.finditer(text, day.end())]
    if not clocks and midnight and not text[day.end() :].strip():
        clocks = [_MIDNIGHT]
    return [wall(date, clock, order) for clock in clocks]


def _dates(sheet: _Sheet, when: str | None) -> Iterator[Parts]:
    found = (DAY.search(cell) for _, cell in sheet.cells(when))
    return ((day[1], day[2], day[3]) for day in found if day)


@lru_cache(maxsize=1)
def _sheet(body: bytes) -> _Sheet:
    """Asked for its questions first and read then: the same workbook is not unpacked twice."""
    table = tables.read(body)
    rows = (tables.Row(table.rows[0].n - 1, table.headers), *table.rows)
    top = next((at for at, row in enumerate(rows[:10]) if "id" in tables.match_headers(row.values, _NAMES)), 0)
    titled = not any(DAY.search(cell) for cell in rows[top].values)
    headers = rows[top].values if titled else ()
    width = max(len(row.values) for row in rows)
    padded = (*headers, *[""] * (width - len(headers)))
    names = tuple(name if name and padded.count(name) == 1 else f"#{at}" for at, name in enumerate(padded, 1))
    return _Sheet(names, padded, rows[top + 1 :] if titled else rows)


def _kinds(sheet: _Sheet) -> dict[str, str]:
    """Which columns hold moments, days and clock times, by what most of the first rows have there."""
    found: dict[str, str] = {}
    for name in sheet.names:
        cells = [cell for row, cell in sheet.cells(name) if cell][:_SAMPLE]
        seen = [_kind(cell) for cell in cells]
        seen = ["when" if kind == "day" and "when" in seen else kind for kind in seen]
        best = max(("when", "day", "clock", ""), key=seen.count)
        if best and seen.count(best) * 2 > len(seen):
            found[name] = best
    return found


def _of(kinds: Mapping[str, str], word: str) -> list[str]:
    return [name for name, kind in kinds.items() if kind == word]


def _kind(cell: str) -> str:
    if WHEN.search(cell):
        return "when"
    return "day" if DAY.search(cell) else "clock" if CLOCK.search(cell) else ""


def _label(sheet: _Sheet, at: int) -> str:
    example = next((row.values[at] for row in sheet.rows[:20] if at < len(row.values) and row.values[at]), "")
    return f"{sheet.names[at]} · {example[:24]}" if example else sheet.names[at]


def _only(names: Sequence[str]) -> str | None:
    return names[0] if len(names) == 1 else None
