"""Tables people take home, as the answer of a page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response

from webapp.core import sheets, tables


def csv_file(headers: Sequence[str], rows: Iterable[Sequence[object]], filename: str) -> Response:
    """A download Excel opens; safe from formulas."""
    return _download(tables.write_csv(headers, rows), "text/csv", filename)


def xlsx_file(parts: Mapping[str, Iterable[Sequence[Any]]], formats: Sequence[str | None], filename: str) -> Response:
    """Every part is a sheet; `formats` are the number formats of the first one's columns."""
    return _download(sheets.write_xlsx(parts, formats), sheets.MIMETYPE, filename)


def _download(body: bytes, mimetype: str, filename: str) -> Response:
    return Response(body, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{filename}"'})
