"""Reading and writing tables."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from openpyxl import Workbook

from webapp.core import tables
from webapp.core.cells import Cells
from webapp.core.errors import Invalid


def xlsx(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(data):
    with pytest.raises(Invalid) as caught:
        tables.read(data)
    return caught.value.code


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(mark):
    table = tables.read(f"a{mark}b\n1{mark}x, y; z\n".replace("x, y; z", '"x, y; z"').encode())
    assert table.headers == ("a", "b")
    assert table.rows[0].values == ("1", "x, y; z")


def test_excels_own_separator_line_decides():
    table = tables.read(b"sep=;\na,b;c\n1;2\n")
    assert table.headers == ("a,b", "c")
    assert table.rows[0].n == 3


def test_rows_carry_the_number_the_spreadsheet_shows():
    table = tables.read(b'a,b\n\n"two\nlines",1\n,\nx,2\n')
    assert [(row.n, row.values) for row in table.rows] == [(3, ("two\nlines", "1")), (5, ("x", "2"))]


def test_xlsx_cells_become_plain_text():
    moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC).replace(tzinfo=None)
    cells = [1, 2.0, 0.1 + 0.2, date(2026, 3, 2), moment, time(9, 0), True, "  x　", 13800138000]
    table = tables.read(xlsx([f"h{n}" for n in range(len(cells))], cells))
    assert table.rows[0].values == (
        "1", "2", "0.3", "2026-03-02", "2026-03-02 09:30:00", "09:00", "yes", "x", "13800138000",
    )  # fmt: skip


def test_the_content_says_what_a_file_is_and_what_is_wrong_with_it():
    assert refusal(b"") == refusal(b" \n ") == refusal(b"only,headers\n") == "file_empty"
    assert refusal(b"PK\x03\x04 no archive") == "file_damaged"
    assert refusal(b"\x81\x00\xff\xff") == "file_encoding"
    assert refusal(b"x" * (tables.MAX_BYTES + 1)) == "file_too_large"
    assert refusal(("a\n" + "1\n" * (tables.MAX_ROWS + 1)).encode()) == "file_too_many_rows"
    assert refusal((",".join("x" * 101) + "\n1\n").encode()) == "file_too_many_columns"


def test_a_bomb_is_refused_before_it_unpacks():
    """T37."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (101 * 1024 * 1024))
    assert len(out.getvalue()) < 200_000
    assert refusal(out.getvalue()) == "file_too_large"


def test_a_workbook_of_countless_texts_is_refused_before_they_are_read():
    """25 KB that would keep a processor busy for most of a minute (T37)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<sst>" + "<si><t>a</t></si>" * 200_001 + "</sst>")
    with pytest.raises(Invalid, match="file_too_many_rows"):
        tables.read(out.getvalue())


def test_xml_that_defines_entities_is_refused():
    """T37: a billion laughs."""
    source, out = zipfile.ZipFile(io.BytesIO(xlsx(["a"], [1]))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            body = source.read(name)
            if name == "xl/workbook.xml":
                body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]>' + body
            archive.writestr(name, body)
    assert refusal(out.getvalue()) == "file_damaged"


def test_a_sheet_that_claims_a_million_rows_is_read_quickly():
    book = Workbook()
    book.active["A1"], book.active["A2"], book.active["A1048576"] = "h", "x", "far away"
    out = io.BytesIO()
    book.save(out)
    assert [row.values for row in tables.read(out.getvalue()).rows] == [("x",)]


@pytest.mark.parametrize("value", ["=1+1", "+1-x", "-x", "@SUM", "＝1", "\tx"])
def test_what_we_write_is_never_a_formula(value):
    """T37: and comes back as it was."""
    written = tables.write_csv(["a", "b"], [[value, "-12.50"]])
    assert f"'{value}".encode() in written
    assert tables.read(written).rows[0].values == (value.strip(), "-12.50")


def test_headers_match_whatever_their_dress():
    names = {"staff_no": ("Staff number", "工号"), "name": ("姓名",)}
    assert tables.match_headers(["STAFF-NO.", " 姓 名 ", "工号"], names) == {"staff_no": 0, "name": 1}


@pytest.mark.parametrize("text", ["2026-03-02", "2026/3/2", "2026.03.02", "20260302", "2026年3月2日"])
def test_days_as_people_write_them(text):
    assert Cells({"d": text}).day("d") == date(2026, 3, 2)


def digit(cells):
    return cells.whole("x", low=0, high=9)


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (lambda c: c.day("x"), "2026-02-30", "not_a_date"),
        (lambda c: c.hhmm("x"), "24:00", "not_a_time"),
        (digit, "1.5", "not_a_number"),
        (digit, "NaN", "not_a_number"),
        (digit, "10", "too_high"),
        (digit, "-1", "too_low"),
        (lambda c: c.amount("x", "CNY"), "1.234", "not_an_amount"),
        (lambda c: c.choice("x", {"a": "b"}), "c", "not_a_choice"),
        (lambda c: c.text("x", limit=2), "abc", "too_long"),
    ],
)
def test_wrong_cells_say_why(read, text, code):
    cells = Cells({"x": text})
    assert read(cells) is None
    assert cells.errors["x"].code == code


def test_an_empty_cell_is_wrong_only_where_something_is_required():
    cells = Cells({"a": "", "b": " "}, required={"b"})
    assert [cells.day("a"), cells.text("b"), cells.text("c")] == [None, None, None]
    assert {name: error.code for name, error in cells.errors.items()} == {"b": "required"}
