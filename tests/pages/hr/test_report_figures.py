"""Every figure of every report against a small company counted by hand, on both databases."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr import report_company as rc
from tests.pages.hr.report_company import NOW, PERIOD, House, came, day, house, issue, moment, word
from webapp.devices.models import BadLine, HeldDecision, TerminalDay
from webapp.notifications.models import Notice
from webapp.schedules.models import PlanStop

HOUR = timedelta(hours=1)


def march(n: int) -> date:
    return date(2026, 3, n)


@pytest.fixture
def home(app, freeze) -> House:
    freeze(NOW)
    home = house()
    ann, bob, cid = home.reps
    day(ann, march(9))
    day(ann, march(10), "late", minutes_late=30, first_in=moment(march(10), "09:30"), sources="phone,device")
    day(ann, march(11), sources="phone,supervisor")
    day(ann, march(12))
    day(ann, march(13), "absent")
    day(ann, march(14), "rest", scheduled=False, expected="rest")
    day(ann, march(15), "pending", over=False)
    for n in (9, 10, 11):
        came(ann, march(n), home.shop)
    rc.void(came(ann, march(12), home.shop, "08:50"))
    came(ann, march(12), home.depot)
    make.save(PlanStop(employee_id=ann.id, work_date=march(13), seq=1, site_id=home.depot.id))
    issue(ann, march(11), "approved")
    issue(ann, march(11), "rejected")
    issue(ann, march(12), "withdrawn")
    issue(ann, march(14))
    day(bob, march(9), "missing_out", sources="device")
    rc.punch(bob, march(9), home.depot)
    day(bob, march(10), "leave", first_in=None)
    day(cid, march(15))
    day(ann, march(2))
    day(ann, march(3), "late", minutes_late=50)
    for n in range(2, 6):
        day(bob, march(n))
    day(cid, march(8), "absent")
    return home


@pytest.fixture
def desk(home, client_as):
    return client_as(home.hr)


def table(desk: Any, code: str, more: str = "") -> dict[str, dict[str, str]]:
    """The CSV by its first column."""
    answer = desk.get(f"/hr/reports/{code}.csv?{PERIOD}&{more}")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return {next(iter(row.values())): row for row in rows}


def shares(row: dict[str, str], *names: str) -> list[str]:
    return [row[name] for name in names]


ANOMALY = ("Scheduled days", "Days with an anomaly", "Rate", "Rate before", "Change (points)")


def test_anomalies_by_person(desk):
    found = table(desk, "anomalies", "by=person")
    assert shares(found["Ann"], *ANOMALY) == ["5", "3", "0.6", "0.5", "10.0"]
    assert shares(found["Bob"], *ANOMALY) == ["1", "1", "1.0", "0.0", "100.0"]
    assert shares(found["Cid"], *ANOMALY) == ["1", "0", "0.0", "1.0", "-100.0"]
    kinds = ("Late", "Left early", "Absent", "In or out missing", "Undecided", "With an exception")
    assert shares(found["Ann"], *kinds) == ["1", "0", "1", "0", "0", "1"]
    assert shares(found["Bob"], *kinds) == ["0", "0", "0", "1", "0", "0"]


def test_anomalies_by_site_and_type(desk, home):
    """The first check-in that was not taken back, else a punch, else the plan."""
    found = table(desk, "anomalies", "by=site")
    assert shares(found["Riverside"], *ANOMALY[:3]) == ["3", "2", "0.6667"]
    assert shares(found["Depot"], *ANOMALY[:3]) == ["3", "2", "0.6667"]
    assert shares(found["Without a site"], *ANOMALY) == ["1", "0", "0.0", "0.2857", "-28.6"]
    depot = table(desk, "anomalies", f"by=person&store_type_id={home.depot.store_type_id}")
    assert {name: row["Scheduled days"] for name, row in depot.items()} == {"Ann": "2", "Bob": "1"}
    assert table(desk, "anomalies", "by=type")["Depot"]["Scheduled days"] == "3"


def test_which_branch_rose_most(desk, home):
    found = table(desk, "anomalies", "sort=-change")
    assert list(found) == ["Shanghai", "Tokyo"]
    assert shares(found["Shanghai"], *ANOMALY) == ["6", "4", "0.6667", "0.1667", "50.0"]
    text = desk.get(f"/hr/reports/anomalies?{PERIOD}").get_data(as_text=True)
    assert "Rose most: Shanghai, by 50.0 points to 66.7%." in text
    only = table(desk, "anomalies", f"by=person&team_id={home.team.id}")
    assert list(only) == ["Ann"]
    assert list(table(desk, "anomalies", f"by=person&branch_id={home.other.id}")) == ["Cid"]


def test_lateness_in_the_branch_s_own_hours(desk):
    """Cid's nine o'clock in Shanghai is ten in Tokyo."""
    answer = desk.get(f"/hr/reports/lateness.csv?{PERIOD}")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[:6] for row in rows[1:]] == [
        ["Monday", "09:00", "2", "0", "0.0", "0.0"],
        ["Tuesday", "09:00", "1", "1", "1.0", "0.5"],
        ["Wednesday", "09:00", "1", "0", "0.0", "0.0"],
        ["Thursday", "09:00", "1", "0", "0.0", "0.0"],
        ["Sunday", "10:00", "1", "0", "0.0", ""],
    ]
    assert rows[2][6:] == ["50.0", "30.0", "30"]


def test_sources(desk):
    found = table(desk, "sources")
    assert {name: (row["Days counted"], row["Share"]) for name, row in found.items()} == {
        "Phone": ("4", "0.5714"), "Phone + device": ("1", "0.1429"), "Phone + supervisor": ("1", "0.1429"),
        "Device": ("1", "0.1429"),
    }  # fmt: skip
    by_site = table(desk, "sources", "by=site")
    names = ("Days counted", "Phone", "Device", "Supervisor", "Decision of HR", "Phone and device", "One source only")
    assert shares(by_site["Riverside"], *names) == ["3", "3", "1", "1", "0", "1", "1"]
    assert shares(by_site["Depot"], *names) == ["2", "1", "1", "0", "0", "0", "2"]


def test_confirmation(desk, home):
    """Bob's Monday has run out without a word; Cid's Sunday has time left; nobody waits for a word about Friday."""
    ann = home.reps[0]
    word(ann, march(9), home.boss, HOUR)
    word(ann, march(10), home.boss, 30 * HOUR)
    word(ann, march(11), home.boss, -HOUR)
    word(ann, march(12), home.boss, 2 * HOUR)
    word(ann, march(12), home.hr, 3 * HOUR, 2, "undone")
    word(ann, march(12), home.hr, 50 * HOUR, 3)
    names = ("Days to confirm", "Not confirmed", "Confirmed", "In time", "Share in time")
    delays = ("Median (minutes)", "Nine in ten within (minutes)", "Longest (minutes)")
    branch = table(desk, "confirmation", "by=branch")
    assert shares(branch["Shanghai"], *names) == ["5", "1", "4", "3", "0.6"]
    assert shares(branch["Shanghai"], *delays) == ["60", "1800", "1800"]
    boss = table(desk, "confirmation")
    assert list(boss) == ["Boss"]
    assert shares(boss["Boss"], "Confirmed", "Share in time", *delays) == ["4", "0.75", "60", "1800", "1800"]
    assert shares(branch["Shanghai"], "Share before", "Change (points)") == ["0.0", "60.0"]


def test_devices(desk, home):
    door = make.terminal(home.branch, home.shop, name="Door")
    make.terminal(home.foreign, name="Not theirs")
    nine = moment(march(10), "09:00")
    for n, lag in enumerate((-5, 10, 20, 3600)):
        rc.raw(door, nine + timedelta(minutes=n), lag)
    held = rc.raw(door, nine + timedelta(days=1), 0, quality="future", state="held")
    rc.raw(door, nine + timedelta(days=2), 90_000, source="file")
    rc.raw(door, moment(march(8), "23:59"), 7)
    rc.raw(door, moment(march(16), "00:00"), 7)
    for n, at in enumerate((nine, nine, moment(march(3), "09:00"))):
        make.save(BadLine(terminal_id=door.id, n=n, line="?", reason="shape", received_at=at))
    make.save(TerminalDay(terminal_id=door.id, on=march(10), ours=8, theirs=10, compared_at=nine))
    make.save(TerminalDay(terminal_id=door.id, on=march(11), ours=9, theirs=8, compared_at=nine))
    for n, (who, at) in enumerate([(home.hr, nine), (home.boss, nine), (home.hr, moment(march(12), "09:00"))]):
        make.save(Notice(employee_id=who.id, dedup_key=f"{n}", code="notice_device_silent", params={}, link="/",
                         about=f"device|{door.id}|silent", at=at))  # fmt: skip
    found = table(desk, "devices")
    assert list(found) == ["Door"]
    lags = ("Lag, median (seconds)", "Lag, nine in ten (seconds)", "Lag, longest (seconds)")
    assert shares(found["Door"], *lags) == ["10", "3600", "3600"]
    names = ("Punches", "Days with punches", "Doubtful times", "Share", "Share before", "Still held")
    assert shares(found["Door"], *names) == ["6", "3", "1", "0.1667", "0.0", "1"]
    assert shares(found["Door"], "Unreadable lines", "Missing here", "Silences") == ["2", "2", "2"]
    known = {"by": home.hr.id, "decided_at": nine, "reason": "A test"}
    make.save(HeldDecision(raw_punch_id=held.id, seq=1, decision="ignore", **known))
    assert shares(table(desk, "devices")["Door"], "Doubtful times", "Still held") == ["1", "0"]


def test_the_overview_says_the_same(desk):
    text = desk.get(f"/hr/reports?{PERIOD}").get_data(as_text=True)
    for told in ("4 of 7 scheduled days", "1 of 6 days somebody came", "5 of 7 days", "0 of 5 days"):
        assert told in text, told
