"""A report as a file: all pages of it, in the order it was asked for."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from webapp.core import tables
from webapp.core.i18n import _ as gettext
from webapp.pages.downloads import csv_file, xlsx_file
from webapp.pages.reporting.shape import Line, Report, file_cell, file_headers, sorted_lines

MOST_ROWS = tables.MAX_ROWS
_FORMATS = {"share": "0.0%", "points": "+0.0;-0.0;0.0", "minutes": "0", "seconds": "0", "count": "#,##0"}


def report_file(report: Report, form: str, sort: str, span: str, zone: ZoneInfo) -> Response:
    """`form`: csv | xlsx; `span` is the period in words of a file name. A workbook also says what the figures mean."""
    lines, _ = sorted_lines(report, sort)
    filename = f"{report.code}-{span}.{form}"
    rows = _rows(report, lines, zone)
    if form == "csv":
        return csv_file(file_headers(report), rows, filename)
    parts: dict[str, list[Any]] = {
        gettext("Report"): [file_headers(report), *rows],
        gettext("What it means"): [[report.title, span], *report.meaning],
    }
    return xlsx_file(parts, [_FORMATS.get(column.kind) for column in report.columns], filename)


def _rows(report: Report, lines: list[Line], zone: ZoneInfo) -> list[list[Any]]:
    rows = [
        [file_cell(line.cells.get(one.code), one.kind, zone) for one in report.columns] for line in lines[:MOST_ROWS]
    ]
    if len(lines) > MOST_ROWS:
        rows.append([gettext("Only the first %(number)s rows; choose fewer with the filters.", number=MOST_ROWS)])
    return rows
