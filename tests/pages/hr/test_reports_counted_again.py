"""Every figure of the reports against a plain count of random days: night shifts, a change of clocks, doubtful days."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests import factories as make
from tests.pages.hr import report_company as rc
from tests.pages.hr.plain_reports import (
    ASKED,
    BEFORE,
    NEW_YORK,
    SINCE,
    SOURCES,
    UNTIL,
    Plain,
    by,
    fill,
    nearest,
    rate,
)
from tests.pages.hr.report_company import NOW, House, house
from webapp.attendance.rules.settings import read_policy
from webapp.people.models import Branch

SEEDS = (1, 2, 3)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture(params=SEEDS)
def told(app, freeze, request) -> tuple[House, list[Plain]]:
    freeze(NOW)
    home = house()
    home.other.timezone = NEW_YORK
    make.save(home.other)
    assert isinstance(home.other, Branch)
    return home, [one for one in fill(home, request.param) if BEFORE <= one.on <= UNTIL]


def rows(client: Any, code: str, more: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/hr/reports/{code}.csv?{ASKED}&{more}")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def value(text: str) -> float | None:
    return None if text == "" else float(text)


def same(row: dict[str, str], **expected: Any) -> None:
    """`expected`: headings of one word, or with _ for a space."""
    for name, wanted in expected.items():
        heading = name.replace("_", " ")
        assert value(row[heading]) == wanted, (heading, row, wanted)


@pytest.mark.parametrize("key", ["site", "person"])
def test_anomaly_rate(told, client_as, key):
    home, days = told
    name = (lambda one: one.site or "Without a site") if key == "site" else (lambda one: one.rep.name)
    due = by([one for one in days if one.due], name)
    found = {
        row["Site" if key == "site" else "Person"]: row for row in rows(client_as(home.hr), "anomalies", f"by={key}")
    }
    assert set(found) == set(due)
    for label, row in found.items():
        now, past = ([one for one in due[label] if one.past is before] for before in (False, True))
        same(
            row,
            Scheduled_days=len(now),
            Rate=rate(now, lambda one: one.odd),
            Rate_before=rate(past, lambda one: one.odd),
        )
        same(row, Days_with_an_anomaly=sum(one.odd for one in now), Late=sum(one.there and one.late > 0 for one in now))
        same(row, Left_early=sum(one.there and one.early > 0 for one in now))
        same(row, Absent=sum(one.status == "absent" for one in now), With_an_exception=sum(one.excepted for one in now))
        same(row, In_or_out_missing=sum(one.status.startswith("missing") for one in now))
        same(row, Undecided=sum(one.status in ("pending", "unheard") for one in now))


def test_lateness(told, client_as):
    """By the weekday of the work date and the hour on the wall, whatever the clocks did in between."""
    home, days = told
    came = by(
        [one for one in days if one.due and one.there], lambda one: (WEEKDAYS[one.on.weekday()], f"{one.hour:02}:00")
    )
    found = {(row["Weekday"], row["Shift begins"]): row for row in rows(client_as(home.hr), "lateness")}
    assert set(found) == set(came)
    for slot, row in found.items():
        now, past = ([one for one in came[slot] if one.past is before] for before in (False, True))
        late = [one.late for one in now if one.late]
        same(row, Days_somebody_came=len(now), Late_days=len(late), Share_late=rate(now, lambda one: one.late > 0))
        same(row, Share_before=rate(past, lambda one: one.late > 0))
        assert value(row["Minutes late, mean (minutes)"]) == (round(sum(late) / len(late), 1) if late else None)
        assert value(row["Most minutes late (minutes)"]) == (max(late) if late else None)


def test_sources(told, client_as):
    home, days = told
    seen = [one for one in days if one.sources]
    words = {"phone": "phone", "device": "device", "supervisor": "supervisor", "hr": "decision of HR"}
    now = [one for one in seen if not one.past]
    found = {row["Combination"].lower(): row for row in rows(client_as(home.hr), "sources")}
    for code in SOURCES:
        row = found.get(" + ".join(words[name] for name in code.split(",")).lower())
        number = sum(one.sources == code for one in now)
        assert (int(row["Days counted"]) if row else 0) == number, code
    by_site = {row["Site"]: row for row in rows(client_as(home.hr), "sources", "by=site")}
    for label, all_of in by(seen, lambda one: one.site or "Without a site").items():
        here = [one for one in all_of if not one.past]
        same(by_site[label], Days_counted=len(here), Share_with_one_only=rate(here, lambda one: "," not in one.sources))
        same(by_site[label], Phone=sum("phone" in one.sources for one in here))
        same(by_site[label], Phone_and_device=sum("phone,device" in one.sources for one in here))


@pytest.mark.parametrize("key", ["site", "supervisor"])
def test_confirmation_delay(told, client_as, key):
    home, days = told
    allowed, now_at = timedelta(hours=read_policy(None).confirm_hours), datetime.fromisoformat(NOW).astimezone(UTC)
    spoken = key == "supervisor"
    known = [
        one
        for one in days
        if one.due and (one.first_word or (not spoken and one.came and one.ends + allowed <= now_at))
    ]
    name = (lambda one: one.first_word[1]) if spoken else (lambda one: one.site or "Without a site")
    groups = by(known, name)
    heading = "Supervisor" if spoken else "Site"
    found = {row[heading]: row for row in rows(client_as(home.hr), "confirmation", f"by={key}")}
    assert set(found) == set(groups)
    for label, row in found.items():
        mine = [one for one in groups[label] if not one.past]
        delays = [max(0, int((one.first_word[2] - one.ends).total_seconds())) for one in mine if one.first_word]
        within = [delay for delay in delays if delay <= allowed.total_seconds()]
        same(row, Confirmed=len(delays), In_time=len(within))
        assert value(row["Share in time"]) == (round(len(within) / len(mine), 4) if mine else None)
        for column, percent in (("Median", 50), ("Nine in ten within", 90), ("Longest", 100)):
            wanted = nearest(delays, percent)
            assert value(row[f"{column} (minutes)"]) == (None if wanted is None else wanted // 60), (label, column)


def test_device_health(app, freeze, client_as):
    freeze(NOW)
    home, dice = house(), Random(7)
    door = make.terminal(home.branch, home.shop, name="Door")
    kept = []
    for n in range(120):
        at = rc.moment(BEFORE, "00:00") + timedelta(minutes=dice.randint(-600, 28 * 1440 + 600))
        lag, quality, source = (
            dice.randint(-30, 5000),
            dice.choice(("ok", "ok", "ok", "future")),
            dice.choice(("push", "file")),
        )
        state = "mapped" if quality == "ok" else dice.choice(("held", "mapped"))
        rc.raw(door, at + timedelta(seconds=n), lag, quality=quality, source=source, state=state)
        wall = (at + timedelta(seconds=n, hours=8)).date()
        if SINCE <= wall <= UNTIL:
            kept.append((wall, max(0, lag) if (quality, source) == ("ok", "push") else None, quality, state))
    row = rows(client_as(home.hr), "devices")[0]
    lags = [one[1] for one in kept if one[1] is not None]
    same(row, Punches=len(kept), Days_with_punches=len({one[0] for one in kept}))
    doubtful = [one for one in kept if one[2] != "ok"]
    same(row, Doubtful_times=len(doubtful), Share=round(len(doubtful) / len(kept), 4))
    same(row, Still_held=sum(one[3] == "held" for one in kept))
    assert [value(row[f"Lag, {name} (seconds)"]) for name in ("median", "nine in ten", "longest")] == [
        nearest(lags, percent) for percent in (50, 90, 100)
    ]
