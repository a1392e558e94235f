"""Taps that waited for a network, over HTTP: judged at the tap between token and arrival, never lost (T13, T22)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.attendance.days import ON, Field, field
from tests.pages.rep.test_today import count, said
from tests.support.signing import Key
from webapp.attendance.models import AttendanceException, CheckIn, CheckInVoid
from webapp.core import clock, time_token
from webapp.core.db import db
from webapp.sites.models import SiteSupervisor

MINUTE = timedelta(minutes=1)


@pytest.fixture
def f(app: Flask, freeze: Any) -> Field:
    made = field()
    freeze(made.moment("09:05"))
    return made


def offline(f: Field, client: Any, freeze: Any, *, waited: timedelta = 70 * MINUTE, **known: Any) -> Any:
    """Today loaded now, a tap five minutes later, and its arrival `waited` after that."""
    page = client.get("/today")
    token = page.text.partition('data-token="')[2].partition('"')[0]
    seen = clock.now()
    freeze.forward(minutes=5)
    data = said(f, token=token, token_seen=seen.isoformat()) | {name: str(value) for name, value in known.items()}
    freeze(clock.now() + waited)
    data["sent_at"] = str(known.get("sent_at", clock.now().isoformat()))
    return data, client.hx("POST", "/check-ins", data=data)


def the(model: Any) -> Any:
    db.session.remove()
    return db.session.scalar(select(model))


def test_a_page_and_an_answer_bring_proof_of_time(f: Field, client_as: Any, app: Flask) -> None:
    client = client_as(f.rep)
    token = client.get("/me").text.partition('data-token="')[2].partition('"')[0]
    answer = client.hx("POST", "/check-ins", data=said(f))
    with app.app_context():
        for given in (token, answer.headers["X-Onsite-Token"]):
            assert time_token.read(given, f.rep.id) == clock.now()
            assert time_token.read(given, f.rep.id + 1) is None
            assert time_token.read(given[:-1] + ("x" if given[-1] != "x" else "y"), f.rep.id) is None
        for odd in ("", ".", "1.é", "²3.x", "9" * 40, "1772413500"):
            assert time_token.read(odd, f.rep.id) is None


def test_an_hour_without_a_network_counts_at_the_tap(f: Field, client_as: Any, freeze: Any) -> None:
    client = client_as(f.rep)
    data, answer = offline(f, client, freeze)
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "accepted")
    assert "Checked in 09:10" in answer.text
    row = the(CheckIn)
    assert (row.counted_at, row.token_at) == (f.moment("09:10"), f.moment("09:05"))
    assert count(AttendanceException) == 0
    again = client.hx("POST", "/check-ins", data={**data, "token": "other", "token_seen": ""})
    assert (again.status_code, count(CheckIn)) == (200, 1)
    page = client.get("/visits/1")
    assert "Made without a network" in page.text


@pytest.mark.parametrize(
    ("waited", "known", "kind", "why"),
    [
        (241 * MINUTE, {}, "late_arrival", "old"),
        (70 * MINUTE, {"token": ""}, "late_arrival", "unvouched"),
        (70 * MINUTE, {"token": "1772413500.AAAAAAAAAAAAAAAA"}, "clock", "forged"),
        (0 * MINUTE, {"token": "1772413500.AAAAAAAAAAAAAAAA"}, "clock", "forged"),
        (70 * MINUTE, {"tapped_at": "2026-03-02T00:30:00Z", "fix_at": "2026-03-02T00:30:00Z"}, "clock", "before_token"),
        (70 * MINUTE, {"tapped_at": "2026-03-02T03:30:00Z", "fix_at": "2026-03-02T03:30:00Z"}, "clock", "ahead"),
        (70 * MINUTE, {"token_seen": "2026-03-02T00:30:00Z"}, "clock", "moved"),
        (70 * MINUTE, {"token_seen": "yesterday"}, None, None),
    ],
)
def test_t22_what_cannot_be_is_kept_and_goes_to_hr_with_the_reason(
    f: Field, client_as: Any, freeze: Any, waited: timedelta, known: dict[str, str], kind: str | None, why: str | None
) -> None:
    _, answer = offline(f, client_as(f.rep), freeze, waited=waited, **known)
    assert answer.status_code == 201
    assert count(CheckIn) == 1
    issue = the(AttendanceException)
    assert (issue and issue.kind, issue and issue.params["why"]) == (kind, why)
    if why:
        listed = client_as(factories.employee(f.branch, role="hr")).get(f"/hr/inbox/{issue.id}")
        words = {
            "old": "longer than this store",
            "unvouched": "nothing from the server",
            "forged": "proof of time",
            "before_token": "before the page",
            "ahead": "after it was sent",
            "moved": "clock was changed",
        }
        assert words[why] in listed.text


@pytest.mark.parametrize("days", [1, -1])
def test_t13_a_phone_a_day_off_changes_only_the_skew(f: Field, client_as: Any, freeze: Any, days: int) -> None:
    wrong = timedelta(days=days)
    off = {name: (f.moment(at) + wrong).isoformat() for name, at in
           (("token_seen", "09:05"), ("tapped_at", "09:10"), ("fix_at", "09:10"), ("sent_at", "10:20"))}  # fmt: skip
    _, answer = offline(f, client_as(f.rep), freeze, **off)
    assert answer.headers["X-Onsite-State"] == "accepted"
    row = the(CheckIn)
    assert (row.counted_at, row.work_date) == (f.moment("09:10"), ON)
    assert row.skew_s == 4200 - days * 86400


def test_a_supervisor_sees_that_it_was_made_without_a_network(f: Field, client_as: Any, freeze: Any) -> None:
    boss = factories.employee(f.branch, role="supervisor")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    offline(f, client_as(f.rep), freeze)
    page = client_as(boss).get(f"/confirm/{f.rep.id}?on={ON}")
    assert page.status_code == 200
    assert "Made without a network" in page.text
    assert "The phone had loaded a page at" in page.text


@pytest.mark.parametrize(
    ("tapped", "came", "token", "status"),
    [
        (20, 3600, True, 200),
        (41, 3600, True, 422),
        (20, 3600, False, 422),
        (20, 5 * 3600, True, 422),
        (20, 60, True, 200),
    ],
)
def test_taking_back_is_judged_at_its_tap(
    f: Field, client_as: Any, freeze: Any, tapped: int, came: int, token: bool, status: int
) -> None:
    client = client_as(f.rep)
    data = said(f)
    given = client.hx("POST", "/check-ins", data=data).headers["X-Onsite-Token"]
    begun = clock.now()
    freeze(begun + timedelta(seconds=came))
    undo = {"client_id": str(uuid4()), "uid": f.rep.id, "tapped_at": (begun + timedelta(seconds=tapped)).isoformat(),
            "sent_at": clock.now().isoformat()}  # fmt: skip
    undo |= {"token": given, "token_seen": begun.isoformat()} if token else {}
    answer = client.hx("POST", f"/check-ins/{data['client_id']}/undo", data=undo)
    assert answer.status_code == status
    assert count(CheckInVoid) == (status == 200)


def test_a_refused_tap_can_be_asked_about_with_what_is_known(f: Field, client_as: Any) -> None:
    page = client_as(f.rep).get(f"/visits/days/{ON}/ask?kind=forgot_in&at=09:02&note=Shop: not accepted")
    assert 'value="09:02"' in page.text
    assert "Shop: not accepted</textarea>" in page.text


def test_a_ticket_is_checked_as_the_kind_it_was_signed_as(f: Field, client_as: Any) -> None:
    data = Key().signed(said(f, ask="1", cannot="slow"), "cannot")
    assert client_as(f.rep).hx("POST", "/check-ins", data=data).status_code == 201
    assert the(CheckIn).signed is True
