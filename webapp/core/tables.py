"""Tables people send and take home: CSV and XLSX in, CSV out."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any

from openpyxl import load_workbook

from webapp.core.errors import N_, Invalid, words

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELL = 4_000
_MAX_UNPACKED = 100 * 1024 * 1024
_MAX_PARTS = 2_000
_MAX_TEXTS = 10 * MAX_ROWS
_DELIMITERS = ",;\t|"
_FORMULA = re.compile(r"^[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)*%?$")
_GUARDED = re.compile(r"^'[=+\-@\t\r＝＋－＠]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header; `n` is the number the spreadsheet shows beside it."""

    n: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def read(data: bytes, *, field: str = "file") -> Table:
    """The first sheet of an XLSX or a CSV in UTF-8, UTF-16 or GBK, as trimmed text. Raises Invalid.

    Which of the two it is, the content says; the name of a file may lie.
    """
    if not data.strip():
        raise Invalid("file_empty", field)
    if len(data) > MAX_BYTES:
        raise Invalid("file_too_large", field, limit=MAX_BYTES // 1024 // 1024)
    try:
        lines = _xlsx(data, field) if data[:4] == b"PK\x03\x04" else _csv(data, field)
        return _table(lines, field)
    except (csv.Error, zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, AttributeError, TypeError):
        raise Invalid("file_damaged", field) from None


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark that Excel understands; no cell is taken for a formula (T37)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(header) for header in headers])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def safe_cell(value: object) -> str:
    """Text for one cell: an apostrophe keeps =, +, - and @ from being run; numbers stay numbers."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def simplify(header: str) -> str:
    """ "Staff no." and "staff_no" are the same header."""
    return re.sub(r"[\s_\-.*:：()（）/]+", "", header).casefold()


def match_headers(headers: Sequence[str], names: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Where each known column stands; `names` maps it to the spellings it goes by. The first match wins."""
    places: dict[str, int] = {}
    known = {simplify(spelling): name for name, spellings in names.items() for spelling in (name, *spellings)}
    for index, header in enumerate(headers):
        name = known.get(simplify(header))
        if name is not None:
            places.setdefault(name, index)
    return places


def _table(lines: Iterator[Sequence[str]], field: str) -> Table:
    headers: tuple[str, ...] = ()
    rows: list[Row] = []
    for n, cells in enumerate(lines, 1):
        values = _without_tail([_clean(cell) for cell in cells])
        if not values:
            continue
        if not headers:
            headers = values
            continue
        rows.append(Row(n, values))
        if len(rows) > MAX_ROWS or n > MAX_ROWS * 2:
            raise Invalid("file_too_many_rows", field, limit=MAX_ROWS)
    if not rows:
        raise Invalid("file_empty", field)
    return Table(headers, tuple(rows))


def _without_tail(values: list[str]) -> tuple[str, ...]:
    while values and not values[-1]:
        values.pop()
    return tuple(values)


def _clean(cell: str) -> str:
    """Trimmed; the apostrophe our own CSV puts before a formula is taken away again."""
    text = cell.replace("\x00", "").replace("\u3000", " ").strip()[:MAX_CELL]
    return text[1:].strip() if _GUARDED.match(text) else text


def _csv(data: bytes, field: str) -> Iterator[Sequence[str]]:
    text = _decode(data, field)
    delimiter = _delimiter(text)
    if text[:4].lower() == "sep=":
        text = "\n" + text.partition("\n")[2]
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if len(cells) > MAX_COLUMNS:
            raise Invalid("file_too_many_columns", field, limit=MAX_COLUMNS)
        yield cells


def _decode(data: bytes, field: str) -> str:
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = next((name for mark, name in marks.items() if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid("file_encoding", field)


def _delimiter(text: str) -> str:
    """The one that gives the header the most columns; Excel's own "sep=;" line decides when it is there."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first[:4].lower() == "sep=" and len(first.strip()) == 5:
        return first.strip()[4]
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), [])))


def _xlsx(data: bytes, field: str) -> Iterator[Sequence[str]]:
    """Formulas come as the values they last had."""
    _refuse_bomb(data, field)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS * 2 + 1, values_only=True):
            yield [_text(cell) for cell in cells]
    finally:
        book.close()


def _refuse_bomb(data: bytes, field: str) -> None:
    """A small file that unpacks into a huge one, or XML that defines its own entities (T37)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
            raise Invalid("file_too_large", field, limit=MAX_BYTES // 1024 // 1024)
        for part in parts:
            with archive.open(part) as member:
                start = member.read(4096)
                if b"<!DOCTYPE" in start.upper():
                    raise Invalid("file_damaged", field)
                if part.filename.endswith("sharedStrings.xml") and _texts(start, member) > _MAX_TEXTS:
                    raise Invalid("file_too_many_rows", field, limit=MAX_ROWS)


def _texts(start: bytes, rest: IO[bytes]) -> int:
    """How many texts a workbook holds; all of them are read, a tenth of a millisecond each, before its first row."""
    return start.count(b"<si") + sum(chunk.count(b"<si") for chunk in iter(lambda: rest.read(1 << 20), b""))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.15g}" if abs(cell) < 1e15 else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, time):
        return cell.isoformat("minutes" if cell.second == 0 else "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


words(
    {
        "file_missing": N_("Choose a file."),
        "file_empty": N_("This file has no rows under its header."),
        "file_too_large": N_("The file is too large. At most %(limit)s MB."),
        "file_too_many_rows": N_("The file has too many rows. At most %(limit)s; split it."),
        "file_too_many_columns": N_("The file has too many columns. At most %(limit)s."),
        "file_encoding": N_("The characters of this file cannot be read. Save it as CSV UTF-8 or XLSX."),
        "file_damaged": N_("This file cannot be read. Save it again as CSV or XLSX."),
    }
)
