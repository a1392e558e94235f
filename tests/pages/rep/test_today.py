"""Today over HTTP: the wire contract of check-ins, and what the screen costs."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.attendance.days import ON, Field, field
from webapp.attendance.models import CheckIn
from webapp.core import clock
from webapp.core.db import db
from webapp.schedules.models import PlanStop
from webapp.sites.models import SiteSupervisor

Freeze = Callable[..., Any]


@pytest.fixture
def f(app: Flask, freeze: Freeze) -> Field:
    made = field()
    freeze(made.moment("09:05"))
    return made


def said(f: Field, metres: float = 0, **known: Any) -> dict[str, str]:
    """What the outbox posts from `metres` north of the shop."""
    now = clock.now().isoformat()
    values = {
        "client_id": str(uuid4()),
        "uid": f.rep.id,
        "site_id": f.shop.id,
        "tapped_at": now,
        "sent_at": now,
        "attempts": 1,
        "lat": (f.shop.lat or 0) + metres / 110900,
        "lng": f.shop.lng,
        "accuracy": 12,
        "fix_at": now,
        "choice": "auto",
    }
    return {name: str(value) for name, value in {**values, **known}.items() if value is not None}


def count(model: Any) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_check_in_answers_a_small_fragment(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    client.hx("GET", "/today")
    data = said(f)
    answer = client.hx("POST", "/check-ins", data=data)
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "accepted")
    html = answer.get_data(as_text=True)
    assert 'id="checkin"' in html
    assert 'id="earn"' in html
    assert "<html" not in html
    assert "Checked in 09:05" in html
    assert len(gzip.compress(html.encode(), 6)) <= 1024
    again = client.hx("POST", "/check-ins", data={**data, "attempts": "2", "sent_at": "2026-03-02T01:05:40Z"})
    assert (again.status_code, again.headers["X-Onsite-State"]) == (200, "accepted")
    assert count(CheckIn) == 1


def test_what_pages_ask_of_the_database(f: Field, client_as: Any, queries: Any) -> None:
    client = client_as(f.rep)
    locks = 0
    for number in range(3):
        with queries() as q:
            assert client.hx("POST", "/check-ins", data=said(f)).status_code == 201
        locks = sum("advisory" in text for text in q)
        assert len(q) <= 12, f"check-in {number}\n{q}"
    with queries() as q:
        client.get("/today")
    assert len(q) <= 11, q
    with queries() as q:
        client.hx("POST", "/check-ins", data=said(f, 400))
    assert len(q) - locks <= 12, q
    with queries() as q:
        client.get("/today")
    assert len(q) <= 11, q


@pytest.mark.parametrize(
    ("metres", "known", "state", "words"),
    [
        (400, {}, "outside", "Too far"),
        (145, {}, "pending", "edge"),
        (0, {"accuracy": "0"}, "pending", "how exact"),
        (0, {"accuracy": "1e9"}, "pending", "too rough"),
        (0, {"accuracy": None}, "pending", "how exact"),
        (0, {"fix_at": None}, "pending", "when it found"),
        (0, {"fix_at": "2026-03-02T00:00:00Z"}, "pending", "old"),
        (0, {"fix_at": "2026-03-02T02:00:00Z"}, "pending", "clock"),
        (0, {"lat": "0", "lng": "0"}, "pending", "empty position"),
        (0, {"lat": None, "lng": None, "no_fix": "denied"}, "pending", "Location is off"),
        (0, {"lat": None, "lng": None, "no_fix": "timeout"}, "pending", "in time"),
        (0, {"lat": None, "lng": None}, "pending", "no position"),
        (0, {"lat": "0"}, "outside", "Too far"),
        (0, {"tapped_at": "2026-03-01T23:00:00Z", "sent_at": None}, "pending", "long after"),
        (0, {"tapped_at": "2027-03-01T23:00:00Z", "sent_at": None}, "pending", "clock"),
        (0, {"tapped_at": "1970-01-01T00:00:00Z", "sent_at": None}, "pending", "clock"),
    ],
)
def test_t2_t3_t5_doubtful_positions_wait_for_a_person(
    f: Field, client_as: Any, metres: float, known: dict[str, Any], state: str, words: str
) -> None:
    answer = client_as(f.rep).hx("POST", "/check-ins", data=said(f, metres, **known))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, state)
    assert words in answer.get_data(as_text=True)
    assert count(CheckIn) == 1


@pytest.mark.parametrize(
    "known",
    [
        {"lat": None}, {"lng": None}, {"lat": "NaN"}, {"lng": "inf"}, {"lat": "1e400"}, {"lat": "31,23"},
        {"lng": "abc"}, {"lat": "90.1"}, {"lng": "-180.1"}, {"accuracy": "abc"}, {"accuracy": "NaN"},
        {"accuracy": "1e400"}, {"fix_at": "yesterday"}, {"tapped_at": "2026-03-02T09:05"},
        {"tapped_at": "0001-01-01T00:00:00+14:00"}, {"client_id": "1"}, {"client_id": None}, {"site_id": "x"},
        {"site_id": None}, {"site_id": "9" * 20},
    ],
)  # fmt: skip
def test_t3_what_no_phone_sends_is_refused_with_words(f: Field, client_as: Any, known: dict[str, Any]) -> None:
    client = client_as(f.rep)
    answer = client.hx("POST", "/check-ins", data=said(f, **known))
    assert answer.status_code == 422
    assert answer.headers["X-Onsite-Error"]
    assert count(CheckIn) == 0
    plain = client.post("/check-ins", data=said(f, **known))
    assert plain.status_code == 422
    assert "<html" in plain.get_data(as_text=True)


def test_t18_twenty_posts_of_one_tap(f: Field, app: Flask, client_as: Any) -> None:
    clients = [client_as(f.rep) for _ in range(20)]
    data = said(f)
    with ThreadPoolExecutor(20) as pool:
        codes = sorted(pool.map(lambda client: client.hx("POST", "/check-ins", data=data).status_code, clients))
    assert codes == [200] * 19 + [201]
    assert count(CheckIn) == 1


def test_t18_t22_other_content_and_other_people_are_told_apart(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    data = said(f)
    client.hx("POST", "/check-ins", data=data)
    other = client.hx("POST", "/check-ins", data={**data, "lat": "31.5"})
    assert (other.status_code, other.headers["X-Onsite-Error"]) == (409, "same_id_other_content")
    theirs = client.hx("POST", "/check-ins", data={**said(f), "uid": str(f.rep.id + 1)})
    assert (theirs.status_code, theirs.headers["X-Onsite-Error"]) == (409, "other_user")
    stranger = client_as(factories.employee(f.branch))
    assert stranger.hx("POST", "/check-ins", data={**data, "uid": ""}).status_code == 201


def test_t8_a_foreign_site_is_not_there(f: Field, client_as: Any) -> None:
    other = field().shop
    client = client_as(f.rep)
    assert client.hx("POST", "/check-ins", data=said(f, site_id=other.id)).status_code == 404
    assert client.get(f"/today?site={other.id}").status_code == 404


def test_without_a_script_the_form_still_works(f: Field, client_as: Any) -> None:
    client = client_as(f.rep)
    page = client.get(f"/today?site={f.shop.id}").get_data(as_text=True)
    assert 'action="/check-ins"' in page
    form = {
        "client_id": str(uuid4()),
        "uid": f.rep.id,
        "site_id": f.shop.id,
        "choice": "manual",
        "no_fix": "unsupported",
    }
    answer = client.post("/check-ins", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/today")
    assert "Waiting for confirmation" in client.get("/today").get_data(as_text=True)
    assert client.post("/check-ins", data=form).status_code == 303
    assert count(CheckIn) == 1


def test_undo_and_finish(f: Field, client_as: Any, freeze: Freeze) -> None:
    client = client_as(f.rep)
    wrong = said(f)
    client.hx("POST", "/check-ins", data=wrong)
    undone = client.hx("POST", f"/check-ins/{wrong['client_id']}/undo")
    assert (undone.status_code, undone.headers["X-Onsite-State"]) == (200, "undone")
    assert "Which store" in undone.get_data(as_text=True)
    right = said(f)
    client.hx("POST", "/check-ins", data=right)
    freeze.forward(minutes=31)  # type: ignore[attr-defined]
    late = client.hx("POST", f"/check-ins/{right['client_id']}/undo")
    assert (late.status_code, late.headers["X-Onsite-Error"]) == (422, "undo_closed")
    out = {**said(f, 9000), "check_in": right["client_id"]}
    missing = client.hx("POST", "/check-outs", data=out)
    assert missing.status_code == 422
    plain = client.post("/check-outs", data={**out, "note": "kept words"})
    assert plain.status_code == 422
    assert "kept words" in plain.get_data(as_text=True)
    done = client.hx("POST", "/check-outs", data={**out, "outcome": "order", "note": "two boxes"})
    assert (done.status_code, done.headers["X-Onsite-State"]) == (201, "finished")
    again = client.hx("POST", "/check-outs", data={**out, "outcome": "order", "note": "two boxes", "attempts": "9"})
    assert (again.status_code, again.headers["X-Onsite-State"]) == (200, "finished")


def test_the_plan_leads_and_yesterday_never_blocks(f: Field, client_as: Any, freeze: Freeze) -> None:
    """T19"""
    second = factories.site(f.kind, name="Second shop", lat=31.3)
    for on in (ON, ON + timedelta(days=1)):
        for seq, site in enumerate((f.shop, second)):
            factories.save(
                PlanStop(employee_id=f.rep.id, work_date=on, seq=seq, site_id=site.id, starts="09:00", ends="09:30")
            )
    client = client_as(f.rep)
    page = client.get("/today").get_data(as_text=True)
    assert f'data-site="{f.shop.id}"' in page
    assert "Second shop" in page
    client.hx("POST", "/check-ins", data=said(f))
    assert 'data-checkin="open"' in client.get("/today").get_data(as_text=True)
    freeze(f.moment("09:00", ON + timedelta(days=1)))
    page = client.get("/today").get_data(as_text=True)
    assert 'data-checkin="ready"' in page
    assert "Finish your visit at" in page


def test_a_tap_of_yesterday_that_arrives_now_is_not_where_somebody_is_now(
    f: Field, client_as: Any, freeze: Freeze
) -> None:
    """T19, T22: the answer is Today as it stands, not the old visit as if it were the one going on."""
    tapped = f.moment("15:00").isoformat()
    freeze(f.moment("09:00", ON + timedelta(days=1)))
    answer = client_as(f.rep).hx("POST", "/check-ins", data=said(f, tapped_at=tapped, fix_at=tapped))
    assert (answer.status_code, answer.headers["X-Onsite-State"]) == (201, "pending")
    assert 'data-checkin="open"' not in answer.get_data(as_text=True)


def test_who_is_waited_for_is_who_decides(f: Field, client_as: Any) -> None:
    """A supervisor decides about places; what was sent late goes to HR."""
    boss = factories.employee(f.branch, role="supervisor", name="Wang Fang")
    factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    client = client_as(f.rep)
    client.hx("POST", "/check-ins", data=said(f, 400))
    assert "Waiting for Wang Fang" in client.get("/today").get_data(as_text=True)
    earlier = f.moment("08:55").isoformat()
    sent_late = client.hx("POST", "/check-ins", data=said(f, tapped_at=earlier, fix_at=earlier))
    client.hx("POST", "/check-ins", data=said(f, tapped_at=f.moment("09:15").isoformat(), sent_at=None))
    page = client.get("/today").get_data(as_text=True)
    assert sent_late.headers["X-Onsite-State"] == "pending"
    assert "Wang Fang" not in page
    assert "HR looks at it" in page


def test_late_is_said_and_is_never_a_fine(f: Field, client_as: Any, freeze: Freeze) -> None:
    freeze(f.moment("09:27:10"))
    answer = client_as(f.rep).hx("POST", "/check-ins", data=said(f))
    assert answer.headers["X-Onsite-State"] == "late"
    assert "27 min late" in answer.get_data(as_text=True)
    assert "−" not in answer.get_data(as_text=True)


def test_only_reps_and_only_signed_in(f: Field, client: Any, client_as: Any) -> None:
    assert client.hx("POST", "/check-ins", data=said(f)).status_code == 401
    assert client_as(factories.employee(f.branch, role="hr")).get("/today").status_code == 403
