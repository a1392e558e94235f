"""XLSX out: numbers stay numbers, moments stay moments, and no text is ever run as a formula (T37)."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDEST, _NARROWEST = 60, 9


def write_xlsx(sheets: Mapping[str, Iterable[Sequence[Any]]], formats: Sequence[str | None] = ()) -> bytes:
    """Each sheet with its rows, the first of them in bold and always in sight. `formats`: number format by column of
    the first sheet.
    """
    book = Workbook(write_only=True)
    for number, (name, rows) in enumerate(sheets.items()):
        sheet = book.create_sheet(name[:31])
        lines = [list(row) for row in rows]
        sheet.freeze_panes = "A2"
        for place, width in enumerate(_widths(lines), 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for n, line in enumerate(lines):
            known = formats if number == 0 and n else ()
            sheet.append(
                [_cell(sheet, value, known[i] if i < len(known) else None, not n) for i, value in enumerate(line)]
            )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, number_format: str | None, bold: bool) -> Any:
    if isinstance(value, str):
        value = _CONTROL.sub("", value)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif number_format:
        cell.number_format = number_format
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _widths(lines: Sequence[Sequence[Any]]) -> list[int]:
    """Wide enough for what is in them; Chinese takes twice the room."""
    widths: list[int] = []
    for line in lines[:200]:
        for place, value in enumerate(line):
            text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
            width = sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) + 2
            if place == len(widths):
                widths.append(_NARROWEST)
            widths[place] = min(_WIDEST, max(widths[place], width))
    return widths
