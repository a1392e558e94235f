"""A supervisor's reports: HR's figures of their own people and stores, small, sortable, without money."""

from __future__ import annotations

import csv
import gzip
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from tests import factories as make
from tests.pages.hr.report_company import House, came, day, house, moment, word
from webapp.people.models import BranchMove, Delegation, Team
from webapp.sites.models import SiteSupervisor

NOW = "2026-03-16T12:00+08:00"
SHOWS = ("attendance", "lateness", "confirmation")
HOUR = timedelta(hours=1)
OWN_RATE = {"attendance": {"Change (points)"}, "lateness": set(), "confirmation": set()}
"""HR's change is of the anomaly rate, the supervisor's of the share present."""


def march(n: int) -> date:
    return date(2026, 3, n)


@pytest.fixture
def home(app, freeze) -> House:
    """Ann is of the boss's team, Bob came to the boss's shop on the 3rd, 4th and 5th and to the depot on the 6th."""
    freeze(NOW)
    home = house()
    ann, bob, _ = home.reps
    home.boss.team_id = home.team.id
    make.save(home.boss, SiteSupervisor(site_id=home.shop.id, employee_id=home.boss.id))
    day(ann, march(2))
    day(ann, march(3), "late", minutes_late=20)
    day(ann, march(4), "absent")
    day(ann, march(5), "missing_out", minutes_late=10)
    day(ann, march(6), "leave", first_in=None, present=False)
    day(ann, date(2026, 2, 20), "absent")
    for n in (3, 4, 5):
        day(bob, march(n), "late" if n == 3 else "normal", minutes_late=40 if n == 3 else 0)
        came(bob, march(n), home.shop)
    day(bob, march(6), "absent")
    came(bob, march(6), home.depot)
    came(ann, march(2), home.shop)
    came(ann, march(3), home.depot)
    word(ann, march(2), home.boss, HOUR)
    word(bob, march(3), home.boss, 50 * HOUR)
    return home


def rows(client: Any, show: str, more: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/team/reports.csv?show={show}&{more}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_attendance_by_person(home, client_as):
    found = {row["Person"]: row for row in rows(client_as(home.boss), "attendance")}
    assert set(found) == {"Ann", "Bob"}
    names = ("Scheduled days", "Present", "Share present", "Share before", "Late", "In or out missing", "Absent")
    assert [found["Ann"][name] for name in names] == ["4", "3", "0.75", "0.0", "2", "1", "1"]
    assert [found["Bob"][name] for name in names] == ["3", "3", "1.0", "", "1", "0", "0"]
    text = client_as(home.boss).get("/team/reports").text
    assert "6 of 7 scheduled days" in text
    assert "85.7%" in text


def test_lateness_and_confirmation(home, client_as):
    boss = client_as(home.boss)
    late = {(row["Weekday"], row["Shift begins"]): row for row in rows(boss, "lateness")}
    assert late["Tuesday", "09:00"]["Late days"] == "2"
    assert late["Thursday", "09:00"]["Share late"] == "0.5"
    told = {row["Site"]: row for row in rows(boss, "confirmation")}
    assert [told["Riverside"][name] for name in ("Days to confirm", "Not confirmed", "Median (minutes)")] == [
        "4", "2", "60",
    ]  # fmt: skip
    assert "Depot" not in told
    assert told["Other stores"]["Days to confirm"] == "2"
    assert "Without a site" not in boss.get("/team/reports?show=confirmation").text


@pytest.mark.parametrize("show", SHOWS)
def test_hr_counts_the_same_for_the_same_days(home, client_as, show):
    """Where the team is all there is, both pages give the same numbers."""
    home.reps[1].team_id = home.team.id
    make.save(home.reps[1])
    of = {"attendance": "anomalies", "lateness": "lateness", "confirmation": "confirmation"}[show]
    asked = (
        f"since=2026-03-01&until=2026-03-16&team_id={home.team.id}&by={'person' if show == 'attendance' else 'site'}"
    )
    office = client_as(home.hr).get(f"/hr/reports/{of}.csv?{asked}").data.decode("utf-8-sig")
    theirs = {tuple(row.values())[:2]: row for row in csv.DictReader(io.StringIO(office))}
    mine = {tuple(row.values())[:2]: row for row in rows(client_as(home.boss), show)}
    shared = mine.keys() & theirs.keys()
    assert len(shared) >= len(theirs) - 2
    for key in shared:
        for name in mine[key].keys() & theirs[key].keys() - OWN_RATE[show]:
            assert mine[key][name] == theirs[key][name], (key, name)


def test_a_stand_in_sees_what_the_absent_one_sees(home, client_as):
    other = make.employee(home.branch, "supervisor", name="Other")
    assert rows(client_as(other), "attendance") == []
    given = {"from_id": home.boss.id, "to_id": other.id, "first_on": march(16), "last_on": march(20)}
    make.save(Delegation(**given, made_at=moment(march(15), "09:00")))
    assert {row["Person"] for row in rows(client_as(other), "attendance")} == {"Ann", "Bob"}


def test_the_clients_own_staff_see_their_shop_only_and_no_money(home, client_as):
    keeper = make.employee(home.branch, "supervisor", name="Keeper", employer="client")
    make.save(SiteSupervisor(site_id=home.depot.id, employee_id=keeper.id))
    client = client_as(keeper)
    found = {row["Person"]: row["Scheduled days"] for row in rows(client, "attendance")}
    assert found == {"Ann": "1", "Bob": "1"}
    for show in SHOWS:
        text = client.get(f"/team/reports?show={show}").text
        assert "Riverside" not in text
        assert not re.search(r"[¥￥$]|CNY", text)


def test_a_rep_who_moved_is_the_new_supervisors_from_that_day_on(home, client_as):
    new = make.employee(home.other, "supervisor", name="New")
    team = make.save(Team(branch_id=home.other.id, name="South"))
    new.team_id = team.id
    ann = home.reps[0]
    make.save(new, BranchMove(employee_id=ann.id, from_branch_id=home.branch.id, moved_on=march(4)))
    ann.branch_id, ann.team_id = home.other.id, team.id
    make.save(ann)
    for n in (9, 10):
        day(ann, march(n))
    assert [row["Scheduled days"] for row in rows(client_as(new), "attendance")] == ["2"]
    month = client_as(new).get(f"/team/{ann.id}/month?month=2026-03").text
    assert "Tue 10 Mar" in month


@pytest.mark.parametrize("path", ["/team/reports", "/team/reports.csv", "/team/reports.xlsx"])
def test_who_may_not(home, client_as, path):
    for who in (home.reps[0], home.hr, make.employee(home.branch, "finance")):
        assert client_as(who).get(path).status_code == 403
    boss = client_as(home.boss)
    for site in (home.depot.id, 999_999, "9" * 30):
        assert boss.get(f"{path}?site_id={site}").status_code == 404
    assert boss.get(f"{path}?site_id={home.shop.id}").status_code == 200
    assert boss.get("/team/reports?site_id=x&period=never").status_code == 422
    assert boss.get("/team/reports?sort=nothing&page=x").status_code == 200


def test_periods_by_name(home, client_as):
    boss = client_as(home.boss)
    said = {"month": "1 Mar", "last": "1 Feb", "days": "15 Feb"}
    for period, since in said.items():
        assert re.search(rf">[^<]*{since}[^<]* to ", boss.get(f"/team/reports?period={period}").text), period
    assert [row["Absent"] for row in rows(boss, "attendance", "period=last")] == ["1"]


@pytest.mark.parametrize("show", SHOWS)
def test_any_column_sorts_and_the_workbook_has_numbers(home, client_as, show):
    boss = client_as(home.boss)
    page = boss.get(f"/team/reports?show={show}").text
    codes = {found.removeprefix("-") for found in re.findall(r"sort=(-?\w+)", page[page.index("<thead>") :])}
    for code in codes:
        for sort in (code, f"-{code}"):
            text = boss.get(f"/team/reports?show={show}&sort={sort}").text
            assert text.count("aria-sort=") == 1
    book = load_workbook(io.BytesIO(boss.get(f"/team/reports.xlsx?show={show}&sort=rate").data))
    cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row]
    assert any(isinstance(cell.value, int | float) for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("show", SHOWS)
def test_light_and_with_a_constant_number_of_statements(home, client_as, queries, show):
    boss = client_as(home.boss)
    address = f"/team/reports?show={show}"
    boss.get(address)
    with queries() as few:
        boss.get(address)
    for n in range(60):
        rep = make.employee(home.branch, name=f"Alexandra Fitzgerald {n}", team_id=home.team.id)
        day(rep, march(2 + n % 12), "late", minutes_late=n + 1, starts_at=moment(march(2), f"{n % 24:02}:00"))
    for n in range(12):
        shop = make.site(home.shop_type(), name=f"Hypermarket Grand Opening {n}")
        make.save(SiteSupervisor(site_id=shop.id, employee_id=home.boss.id))
        came(home.reps[1], march(3), shop, f"{n + 6:02}:00")
    with queries() as many:
        page = boss.get(address)
    assert len(few) == len(many), many
    assert len(many) <= 9, many
    assert len(gzip.compress(page.data, 6)) <= 12_000


@pytest.mark.parametrize("show", SHOWS)
def test_nobody_and_nothing(app, freeze, client_as, show):
    freeze(NOW)
    alone = make.employee(make.branch("SH"), "supervisor")
    page = client_as(alone).get(f"/team/reports?show={show}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text
    assert rows(client_as(alone), show) == []


def test_the_team_page_leads_there(home, client_as):
    assert 'href="/team/reports"' in client_as(home.boss).get("/team").text
