"""Each pattern seen in real exports, made again by hand: what is read, what is not, and why."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from tests.devices.exports import AGL, AGL_AMPM, ALOG, ATTLOG, DAMAGED, FIVE, GLG, GLOGDATA, attlog
from webapp.core.errors import Invalid
from webapp.devices.adapters import adapters
from webapp.devices.adapters.file import detect, formats
from webapp.devices.adapters.file.preview import Preview, preview
from webapp.devices.rules import Parsed

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def read(body: bytes, **answers: str) -> Parsed:
    """As the job reads it."""
    kind = detect(body)
    assert kind is not None
    adapter = adapters()["file"]
    assert adapter.parse is not None
    return adapter.parse(kind, body, {"answers": answers})


def see(body: bytes, **answers: str) -> Preview:
    return preview(body, None, answers, {}, "Asia/Shanghai", NOW)


def punches(parsed: Parsed) -> list[tuple[str, str]]:
    return [(line.pin, line.time) for line in parsed.lines]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ATTLOG, "attlog"), (DAMAGED, "attlog"), (FIVE, "attlog5"), (AGL, "agl"), (AGL[1:], "agl"), (AGL_AMPM, "agl"),
        (GLG, "agl"), (GLOGDATA, "glogdata"), (ALOG, "alog"), (b"id;time\n7;2026-03-02 08:55\n", "csv"),
        (AGL.partition(b"\n")[2], "agl"), (b"PK\x03\x04", "xlsx"), (b"hello\nworld\n", None), (b"\x00" * 999, None),
        (b"\xff\xd8\xff\xe0JFIF", None), (b"", None),
    ],
)  # fmt: skip
def test_the_format_is_found(body: bytes, kind: str | None) -> None:
    assert detect(body) == kind


def test_an_attlog_has_the_number_of_the_device_third() -> None:
    parsed = read(ATTLOG)
    assert punches(parsed) == [
        ("7", "2026-03-02 08:55:01"),
        ("12", "2026-03-02 08:55:01"),
        ("7", "2026-03-02 18:03:20"),
    ]
    assert [(line.status, line.verify, line.work_code) for line in parsed.lines] == [
        ("0", "15", "0"), ("255", "1", "0"), ("1", "1", "0"),
    ]  # fmt: skip
    assert formats()["attlog"].machine(ATTLOG) == "1"
    assert read(ATTLOG.replace(b"\n", b"\r\n")).lines[0].text == "        7\t2026-03-02 08:55:01\t1\t0\t15\t0"


def test_a_name_in_the_second_column_is_passed_over() -> None:
    for name in ("张三".encode("gb18030"), "张三".encode(), b"Ada L"):
        body = b"7\t" + name + b"\t2026-03-02 08:55:01\t1\t0\t15\t0\n"
        assert [(line.pin, line.status, line.verify) for line in read(body).lines] == [("7", "0", "15")]


def test_damage_takes_its_own_lines_only() -> None:
    parsed = read(DAMAGED)
    assert [pin for pin, _ in punches(parsed)] == ["7", "20", "ZZA", "d", "9", "12"]
    assert Counter(bad.reason for bad in parsed.bad) == {"damaged": 5, "pin": 1, "time": 3, "shape": 1}
    assert parsed.skipped == 1
    assert len({bad.n for bad in parsed.bad}) == len(parsed.bad)
    assert all("\x0b" not in bad.text for bad in see(DAMAGED).bad_rows), "what is shown has no control characters"
    assert see(DAMAGED).held == {"future": 2, "reset": 1}, "what looks valid is held by its time"


def test_zeros_fill_a_cell_up_and_a_gap_inside_one_is_damage() -> None:
    parsed = read(
        ATTLOG + b"9\x00\x00\t2026-03-02 08:55:01\t1\t0\x00\t1\x00\t0\x00\n8\t2026-0\x00\x003-02 08:55:01\t1\t0\t1\t0\n"
    )
    assert [(line.pin, line.status, line.verify, line.work_code) for line in parsed.lines[3:]] == [("9", "0", "1", "0")]
    assert [bad.reason for bad in parsed.bad] == ["damaged"]


def test_five_columns_are_asked_about() -> None:
    asked = see(FIVE).open
    assert [(question.code, [choice.value for choice in question.choices]) for question in asked] == [
        ("third", ["device", "verify"])
    ]
    fields = {
        third: [(line.status, line.verify) for line in read(FIVE, third=third).lines] for third in ("device", "verify")
    }
    assert fields == {"device": [("0", "0"), ("1", "0")], "verify": [("0", "1"), ("1", "1")]}
    changing = FIVE.replace(b"17:09:30\t1", b"17:09:30\t15")
    assert not see(changing).open, "a device has one number, so it is the way of verifying"
    assert [line.verify for line in read(changing).lines] == ["1", "15"]


def test_fused_headers_and_one_that_lost_its_first_byte() -> None:
    for body in (AGL, AGL[1:]):
        parsed = read(body)
        assert punches(parsed) == [("5", "2026-03-02 07:14:47")]
        assert (parsed.lines[0].verify, parsed.skipped, parsed.bad) == ("0", 1, [])


def test_a_twelve_hour_clock_behind_two_blanks() -> None:
    parsed = read(AGL_AMPM, order="mdy")
    assert punches(parsed) == [("218", "2026-04-07 13:19:29"), ("218", "2026-04-07 00:05:00")]
    assert [(line.status, line.verify) for line in parsed.lines] == [("I", "3"), ("O", "1")]
    assert punches(read(AGL_AMPM, order="dmy"))[0] == ("218", "2026-07-04 13:19:29")


def test_the_order_of_dates_is_asked_only_when_it_is_open() -> None:
    asked = see(AGL_AMPM).open
    assert [question.code for question in asked] == ["order"]
    assert {choice.value: choice.params["meant"] for choice in asked[0].choices} == {
        "mdy": "2026-04-07", "dmy": "2026-07-04",
    }  # fmt: skip
    same = AGL_AMPM.replace(b"04-07-2026", b"05-05-2026")
    assert see(same).open, "the next file of this device will not be so kind"
    assert not see(AGL).questions
    assert not see(GLG).questions, "the 20th month decides it for the whole file"
    assert punches(read(GLG, order="dmy"))[1] == ("25", "2026-02-11 14:31:11"), "what the file says beats an old answer"


def test_one_damaged_date_does_not_open_the_question() -> None:
    rows = [f"{n}\t1\t5\t 1\t0\t2026/03/{n:02} 07:14:47" for n in range(1, 31)]
    body = AGL.partition(b"\r\n")[0] + b"\r\n" + attlog(*rows, "31\t1\t5\t 1\t0\t2026/99/99 07:14:47")
    parsed = read(body)
    assert (len(parsed.lines), [bad.reason for bad in parsed.bad]) == (30, ["time"])


def test_glogdata_is_padded_with_blanks_and_stray_tabs() -> None:
    parsed = read(GLOGDATA)
    assert punches(parsed) == [("52", "2026-03-02 07:41:00"), ("97", "2026-03-02 07:45:00")]
    assert [(line.status, line.verify) for line in parsed.lines] == [("0", "1"), ("0", "1")]
    assert parsed.skipped == 1


def test_alog_is_utf16_with_or_without_its_mark() -> None:
    for body in (ALOG, ALOG[2:]):
        assert detect(body) == "alog"
        parsed = read(body)
        assert punches(parsed) == [("31", "2026-03-02 08:58:00"), ("31", "2026-03-02 18:01:00")]
        assert [(line.status, line.verify) for line in parsed.lines] == [("DutyOn", "FACE"), ("DutyOff", "FP")]
        assert parsed.skipped == 1


def test_a_csv_with_known_headers_asks_nothing() -> None:
    for encoding in ("utf-8", "gb18030", "utf-16"):
        rows = "0012,张三,2026年3月2日 8:55,签到\n7,李四,2026/3/2 下午 6:03:20,\n"
        seen = see(f"考勤记录\n工号,姓名,打卡时间,状态\n{rows}".encode(encoding))
        assert not seen.open
        assert punches(seen.parsed) == [("12", "2026-03-02 08:55:00"), ("7", "2026-03-02 18:03:20")]
        assert [line.status for line in seen.parsed.lines] == ["签到", None]


def test_a_csv_with_unknown_columns_asks_which() -> None:
    good = b"a;b;c\n7;Ada;03/02/2026 08:55\n8;Bob;04/02/2026 08:56\n"
    body = good + b"x y;Bob;05/02/2026 08:56\n9;;soon\n0;;03/02/2026 08:55\n"
    assert [question.code for question in see(body).open] == ["id", "order"]
    seen = see(body, id="a", order="dmy")
    assert punches(seen.parsed) == [("7", "2026-02-03 08:55:00"), ("8", "2026-02-04 08:56:00")]
    assert (dict(seen.bad), seen.parsed.skipped) == ({"pin": 1, "time": 1}, 1)
    assert seen.answers == {"id": "a", "when": "c", "clock": "", "key": "", "order": "dmy"}


def test_date_and_times_in_columns_of_their_own() -> None:
    body = b"PIN,Date,Times\n7,2026-03-02,08:55 12:01 18:03\n8,2026-03-02,\n9,2026-03-02,26:00\n"
    seen = see(body)
    assert seen.answers == {"id": "PIN", "when": "Date", "clock": "Times", "key": ""}
    assert [time for _, time in punches(seen.parsed)] == [
        f"2026-03-02 {clock}:00" for clock in ("08:55", "12:01", "18:03")
    ]
    assert (seen.parsed.skipped, dict(seen.bad)) == (1, {"time": 1})


def test_a_column_said_not_to_be_there_is_not_guessed_again() -> None:
    body = b"PIN,Time,Status\n7,2026-03-02 08:55,in\n"
    assert [line.status for line in read(body).lines] == ["in"]
    seen = see(body, key="")
    assert [line.status for line in seen.parsed.lines] == [None]
    assert [line.status for line in read(body, **seen.answers).lines] == [None], "the job reads what was seen"


def test_a_text_without_headers_is_asked_about_by_column_numbers() -> None:
    body = b"7,Ada,2026-03-02 08:55\n8,Bob,2026-03-02 08:56\n"
    assert [question.code for question in see(body).open] == ["id"]
    assert punches(read(body, id="#1")) == [("7", "2026-03-02 08:55:00"), ("8", "2026-03-02 08:56:00")]


def test_xlsx_with_real_dates_and_numbers() -> None:
    day = NOW.replace(tzinfo=None)
    body = workbook(["User ID", "Date/Time"], [12, day.replace(hour=8, minute=55, second=1)], [7.0, day])
    assert punches(see(body).parsed) == [("12", "2026-11-27 08:55:01"), ("7", "2026-11-27 00:00:00")]
    days = workbook(["User ID", "Date"], [12, day])
    assert see(days).bad == {"time": 1}, "a column of dates alone is no column of midnights"


def test_what_is_no_table_is_refused_with_a_way_forward() -> None:
    for body, code in ((b"PK\x03\x04broken", "file_damaged"), (b"hello", "file_unknown")):
        with pytest.raises(Invalid) as caught:
            see(body)
        assert caught.value.code == code


def workbook(*rows: list[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()
