"""XLSX out."""

from __future__ import annotations

import io
from datetime import date, datetime

from openpyxl import load_workbook

from webapp.core.sheets import write_xlsx

SEEN = datetime.fromisoformat("2026-03-09T08:05")


def test_types_stay_what_they_are():
    rows = [["Name", "Rate", "Day", "Seen", "None"], ["=1+1", 0.25, date(2026, 3, 9), SEEN, ""]]
    book = load_workbook(io.BytesIO(write_xlsx({"A": rows, "B": [["x", "@y"]]}, [None, "0.0%"])))
    name, rate, day, seen, _ = book["A"][2]
    assert (name.value, name.data_type) == ("=1+1", "s")
    assert (rate.value, rate.number_format) == (0.25, "0.0%")
    assert day.value.date() == date(2026, 3, 9)
    assert day.number_format == "yyyy-mm-dd"
    assert seen.value == SEEN
    assert book["A"][1][1].number_format == "General"
    assert book["A"][1][0].font.bold
    assert book["A"].freeze_panes == "A2"
    assert book["B"]["B1"].value == "@y"


def test_what_xml_cannot_hold_is_left_out():
    book = load_workbook(io.BytesIO(write_xlsx({"A": [["a\x00b\x0bc\x1f"], ["line\none"]]})))
    assert [cell.value for cell in book["A"]["A"]] == ["abc", "line\none"]
