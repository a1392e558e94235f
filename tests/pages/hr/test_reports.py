"""HR's reports: who may see what, the question in the address, sorting, and the way out as CSV and XLSX."""

from __future__ import annotations

import pytest

from tests.pages.hr.report_company import NOW, PERIOD, House, day, house
from tests.pages.hr.report_company import SINCE as MONDAY

CODES = ("anomalies", "lateness", "sources", "devices", "confirmation")


@pytest.fixture
def home(app, freeze) -> House:
    freeze(NOW)
    return house()


@pytest.fixture
def desk(home, client_as):
    return client_as(home.hr)


@pytest.mark.parametrize("code", CODES)
def test_empty_period(desk, code):
    page = desk.get(f"/hr/reports/{code}?{PERIOD}")
    assert page.status_code == 200
    assert desk.get(f"/hr/reports/{code}.csv?{PERIOD}").status_code == 200
    assert desk.get(f"/hr/reports/{code}.xlsx?{PERIOD}").status_code == 200


@pytest.mark.parametrize("code", CODES)
def test_something(desk, home, code):
    day(home.reps[0], MONDAY, "late", minutes_late=30)
    page = desk.get(f"/hr/reports/{code}?{PERIOD}")
    assert page.status_code == 200
    assert desk.get(f"/hr/reports/{code}.csv?{PERIOD}").status_code == 200
    assert desk.get(f"/hr/reports/{code}.xlsx?{PERIOD}").status_code == 200


def test_overview(desk, home):
    day(home.reps[0], MONDAY, "late", minutes_late=30)
    assert desk.get("/hr/reports").status_code == 200
