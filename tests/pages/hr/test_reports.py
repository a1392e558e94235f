"""HR's reports: who may see what, the question in the address, sorting, paging, and the way out as CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook

from tests import factories as make
from tests.pages.hr import report_company as rc
from tests.pages.hr.report_company import NOW, PERIOD, SINCE, House, came, day, house, moment, word
from webapp.people.models import Team

TABLES = (
    "anomalies?by=branch", "anomalies?by=team", "anomalies?by=type", "anomalies?by=site", "anomalies?by=person",
    "lateness?", "sources?by=sources", "sources?by=site", "devices?", "confirmation?by=supervisor",
    "confirmation?by=site",
)  # fmt: skip
CODES = ("anomalies", "lateness", "sources", "devices", "confirmation")


@pytest.fixture
def home(app, freeze) -> House:
    freeze(NOW)
    return house()


@pytest.fixture
def desk(home, client_as) -> Any:
    return client_as(home.hr)


def a_week(home: House) -> None:
    """Something for every report, different for everybody."""
    for n, rep in enumerate(home.reps):
        for back in (0, 7):
            on = SINCE - timedelta(days=back) + timedelta(days=n)
            day(rep, on, "late" if n else "normal", minutes_late=10 * n, sources=("phone", "device", "phone,hr")[n])
            came(rep, on, home.shop if n else home.depot)
            word(rep, on, home.boss if n else home.hr, timedelta(hours=n))
    for n, name in enumerate(("East door", "West door")):
        door = make.terminal(home.branch, home.shop, name=name)
        for minute in range(3):
            rc.raw(door, moment(SINCE, f"09:0{minute}"), 10 * n + minute)


def texts(page: str) -> list[list[str]]:
    """The body of the table, cell by cell."""
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


@pytest.mark.parametrize("code", CODES)
def test_a_period_without_anything(desk, home, code):
    page = desk.get(f"/hr/reports/{code}?since=2020-01-01&until=2020-01-31")
    assert page.status_code == 200
    assert 'class="none"' in page.get_data(as_text=True)
    assert desk.get("/hr/reports?since=2020-01-01&until=2020-01-31").status_code == 200
    rows = list(csv.reader(io.StringIO(desk.get(f"/hr/reports/{code}.csv?{PERIOD}").data.decode("utf-8-sig"))))
    assert len(rows) == 1
    assert len(rows[0]) > 4


@pytest.mark.parametrize("address", TABLES)
def test_every_column_sorts_both_ways(desk, home, address):
    a_week(home)
    first = desk.get(f"/hr/reports/{address}&{PERIOD}").get_data(as_text=True)
    head = first[first.index("<thead>") : first.index("</thead>")]
    labels = [unescape(re.sub(r"<[^>]+>", "", one)).strip("↑↓") for one in re.findall(r"<th.*?</th>", head)]
    codes = [found.removeprefix("-") for found in re.findall(r"sort=(-?\w+)", head)]
    assert len(codes) == len(labels)
    assert len(set(codes)) == len(codes)
    exported = desk.get(f"/hr/reports/{address}&{PERIOD}".replace("?", ".csv?")).data.decode("utf-8-sig")
    assert len(next(csv.reader(io.StringIO(exported)))) == len(codes)
    for place, code in enumerate(codes):
        up, down = (sorted_by(desk, f"{address}&{PERIOD}", sort, place) for sort in (code, f"-{code}"))
        known = [cell for cell in up if cell not in ("–", "")]
        assert [cell for cell in down if cell not in ("–", "")] == list(reversed(known)) or len(set(known)) < len(known)
        assert known == sorted(known, key=as_value) or code in ("when", "seen"), (code, known)
        assert all(cell in ("–", "") for cell in up[len(known) :]), (code, up)


def sorted_by(desk: Any, address: str, sort: str, place: int) -> list[str]:
    page = desk.get(f"/hr/reports/{address}&sort={sort}").get_data(as_text=True)
    way = "descending" if sort.startswith("-") else "ascending"
    assert re.findall(r'aria-sort="(\w+)"', page) == [way]
    return [row[place] for row in texts(page)]


def as_value(text: str) -> Any:
    found = re.fullmatch(r"([+\u2212]?)([\d,.]+)%?", text)
    if found:
        return float(found[2].replace(",", "")) * (-1 if found[1] == "\u2212" else 1)
    length = re.fullmatch(r"(?:(\d+) h )?(\d+) (min|s)", text)
    if length:
        return (int(length[1] or 0) * 60 + int(length[2])) * (60 if length[3] == "min" else 1)
    return text.casefold()


@pytest.mark.parametrize("address", ["/hr/reports", *(f"/hr/reports/{code}" for code in CODES)])
def test_what_is_not_theirs_is_not_there(desk, home, address, client_as):
    team = make.save(Team(branch_id=home.foreign.id, name="Theirs"))
    kind = make.store_type(home.foreign)
    for asked in (f"branch_id={home.foreign.id}", f"team_id={team.id}", f"store_type_id={kind.id}", "branch_id=999999"):
        assert desk.get(f"{address}?{asked}").status_code == 404, asked
    if address != "/hr/reports":
        assert desk.get(f"{address}.csv?branch_id={home.foreign.id}").status_code == 404
        assert desk.get(f"{address}.xlsx?branch_id={home.foreign.id}").status_code == 404
    for who in (home.reps[0], home.boss, make.employee(home.branch, "finance")):
        assert client_as(who).get(address).status_code == 403
    assert client_as(make.employee(home.branch, "admin")).get(address).status_code == 200


def test_other_branches_are_in_no_figure(desk, home):
    stranger = make.employee(home.foreign, name="Stranger")
    day(stranger, SINCE, "absent")
    for by in ("branch", "site", "person"):
        assert "Stranger" not in desk.get(f"/hr/reports/anomalies?{PERIOD}&by={by}").get_data(as_text=True)
    assert "0 of 0 scheduled days" in desk.get(f"/hr/reports?{PERIOD}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("dates", "field", "told"),
    [
        ("since=2026-03-10&until=2026-03-09", "since", "Choose an earlier first day."),
        ("since=2025-12-14&until=2026-03-15", "", ""),
        ("since=2025-12-13&until=2026-03-15", "since", "A report covers at most 92 days."),
        ("since=soon", "since", "Write a date such as"),
        ("since=0001-01-01", "since", "At least 2000-01-01."),
        ("until=9999-12-31", "until", "At most 2099-12-31."),
    ],
)
def test_dates_that_make_no_period(desk, home, dates, field, told):
    page = desk.get(f"/hr/reports/anomalies?{dates}")
    text = page.get_data(as_text=True)
    assert page.status_code == (422 if field else 200)
    assert told in text
    if field:
        assert f'href="#f-{field}"' in text
        back = desk.get(f"/hr/reports/anomalies.csv?{dates}")
        assert back.status_code == 303
        assert back.headers["Location"].endswith(f"/hr/reports/anomalies?{dates}")


def test_without_dates_four_weeks_until_yesterday(desk, home):
    text = desk.get("/hr/reports/anomalies").get_data(as_text=True)
    assert 'value="2026-02-16"' in text
    assert 'value="2026-03-15"' in text
    assert "compared with Mon 19 Jan 2026 to Sun 15 Feb 2026." in text


def test_names_never_run_as_formulas(desk, home):
    """T37. Numbers stay numbers in both files."""
    for n, name in enumerate(("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2", "\t=3", "张敏")):
        day(make.employee(home.branch, name=name, staff_no=f"=X{n}"), SINCE, "absent")
    address = f"/hr/reports/anomalies.{{}}?{PERIOD}&by=person"
    raw = desk.get(address.format("csv"))
    assert raw.data.startswith(b"\xef\xbb\xbf")
    assert raw.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(raw.data.decode("utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == {"'=1+1", "'@SUM(A1)", "'+cmd|' /C calc'!A0", "-2", "'\t=3", "张敏"}
    assert all(row[1].startswith("'=X") for row in rows[1:])
    book = load_workbook(io.BytesIO(desk.get(address.format("xlsx")).data))
    sheet = book.worksheets[0]
    assert not [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert {"=1+1", "张敏"} <= {row[0].value for row in sheet.iter_rows(min_row=2)}
    assert [(cell.value, cell.number_format) for cell in sheet[2]][3:6] == [(1, "#,##0"), (1, "#,##0"), (1, "0.0%")]


def test_a_file_has_what_is_filtered_in_its_order(desk, home):
    a_week(home)
    book = load_workbook(io.BytesIO(desk.get(f"/hr/reports/anomalies.xlsx?{PERIOD}&by=person&sort=name").data))
    assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["Ann", "Bob", "Cid"]
    assert book.worksheets[1]["A1"].value == "Anomaly rate"
    only = desk.get(f"/hr/reports/anomalies.csv?{PERIOD}&by=person&team_id={home.team.id}").data.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(only))][1:] == ["Ann"]


def test_fifty_lines_to_a_page(desk, home):
    for n in range(51):
        day(make.employee(home.branch, name=f"Rep {n:02}"), SINCE)
    address = f"/hr/reports/anomalies?{PERIOD}&by=person&sort=name"
    assert len(texts(desk.get(address).get_data(as_text=True))) == 50
    assert [row[0] for row in texts(desk.get(f"{address}&page=2").get_data(as_text=True))] == ["Rep 50"]
    assert [row[0] for row in texts(desk.get(f"{address}&page=99").get_data(as_text=True))] == ["Rep 50"]
    assert desk.get(address.replace("?", ".csv?")).data.count(b"\r\n") == 52


@pytest.mark.parametrize("address", ["/hr/reports?", *(f"/hr/reports/{one}&" for one in TABLES)])
def test_as_many_statements_for_many_as_for_one(desk, home, queries, address):
    a_week(home)
    desk.get(f"{address}{PERIOD}")
    with queries() as few:
        desk.get(f"{address}{PERIOD}")
    for n in range(12):
        rep = make.employee(home.branch, name=f"Rep {n}")
        day(rep, SINCE, starts_at=moment(SINCE, f"{n + 6:02}:00"))
        came(rep, SINCE, make.site(home.shop_type()))
        rc.raw(make.terminal(home.branch, home.shop, name=f"Door {n}"), moment(SINCE, "09:00"), n)
    with queries() as many:
        desk.get(f"{address}{PERIOD}")
    assert len(few) == len(many), many
    assert len(many) <= 17, many


def test_a_chart_says_in_words_what_it_shows(desk, home):
    a_week(home)
    text = desk.get(f"/hr/reports/anomalies?{PERIOD}&by=person").get_data(as_text=True)
    chart = text[text.index('<svg class="chart"') :]
    assert 'role="img"' in chart
    assert "<title id=" in chart
    assert f"Bob {home.reps[1].staff_no}: 100.0%;" in chart
    heat = desk.get(f"/hr/reports/lateness?{PERIOD}").get_data(as_text=True)
    assert 'class="heat h4"' in heat
    assert "Most often late: Wednesday with shifts from 10:00, 1 of 1 days (100.0%)." in heat


def test_what_belongs_nowhere_never_rose_most(desk, home):
    """Days without a site are counted, but nobody can go there."""
    day(home.reps[0], SINCE, "absent")
    day(home.reps[0], SINCE - timedelta(days=7))
    text = desk.get(f"/hr/reports/anomalies?{PERIOD}&by=site").get_data(as_text=True)
    assert "Without a site" in text
    assert "Nothing rose against the period before." in text


@pytest.mark.parametrize("sort", ["name", "-name", "days", "-rate", "-change"])
def test_lines_that_are_alike_keep_one_order(desk, home, sort):
    """Else somebody would stand on two pages, and somebody else on none."""
    for n in range(60):
        day(make.employee(home.branch, name="王伟", staff_no=f"W{(n * 37) % 60:02}"), SINCE)
    address = f"/hr/reports/anomalies?{PERIOD}&by=person&sort={sort}"
    pages = [texts(desk.get(f"{address}&page={n}").get_data(as_text=True)) for n in (1, 2)]
    assert [row[1] for page in pages for row in page] == [f"W{n:02}" for n in range(60)]
