"""Proposing where a store is: its own record of the outbox, sent once, decided by a person."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from tests import factories
from tests.attendance.days import Field, field
from tests.pages.rep.test_today import count, said
from webapp.core import clock
from webapp.core.db import db
from webapp.people.models import Employee
from webapp.sites.models import Site, SiteProposal, SiteSupervisor


@pytest.fixture
def f(app: Flask, freeze: Any) -> Field:
    made = field({"lat": None, "lng": None})
    freeze(made.moment("09:05"))
    boss = factories.employee(made.branch, "supervisor", name="Wang Li")
    factories.save(SiteSupervisor(site_id=made.shop.id, employee_id=boss.id))
    return made


def spot(f: Field, **known: Any) -> dict[str, str]:
    return said(f, **{"lat": 31.2, "lng": 121.4, "site_id": None, **known})


def test_a_proposal_is_kept_once_and_reaches_the_supervisor(f: Field, client_as: Any) -> None:
    client, url, data = client_as(f.rep), f"/sites/{f.shop.id}/position", spot(f)
    answer = client.hx("POST", url, data=data)
    assert (answer.status_code, answer.headers["X-Onsite-State"], answer.text) == (201, "sent", "")
    again = client.hx("POST", url, data={**data, "attempts": "2", "sent_at": "2026-03-02T02:00:00Z"})
    assert (again.status_code, count(SiteProposal)) == (201, 1)
    other = client.hx("POST", url, data={**data, "lat": "31.3"})
    assert (other.status_code, other.headers["X-Onsite-Error"]) == (409, "same_id_other_content")
    assert count(SiteProposal) == 1
    assert "You proposed a position at" in client.get(url).text
    boss = db.session.query(Employee).filter_by(name="Wang Li").one()
    assert f.shop.name in client_as(boss).get("/site-proposals").text


def test_it_says_when_the_rep_stood_there(f: Field, client_as: Any, freeze: Any) -> None:
    data = spot(f)
    freeze(f.moment("11:40"))
    assert client_as(f.rep).hx("POST", f"/sites/{f.shop.id}/position", data=data).status_code == 201
    assert db.session.query(SiteProposal).one().proposed_at == f.moment("09:05")
    ahead = spot(f, tapped_at=f.moment("12:30").isoformat())
    assert client_as(f.rep).hx("POST", f"/sites/{f.shop.id}/position", data=ahead).status_code == 201
    assert {row.proposed_at for row in db.session.query(SiteProposal)} == {f.moment("09:05"), clock.now()}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lat": None, "lng": None, "accuracy": None, "no_fix": "timeout"}, "position_needed"),
        ({"accuracy": None}, "position_needed"),
        ({"accuracy": "201"}, "fix_too_rough"),
        ({"lat": "0", "lng": "0"}, "position_zero"),
        ({"uid": "999999"}, "other_user"),
    ],
)
def test_what_is_no_position_is_refused_with_the_way_forward(
    f: Field, client_as: Any, change: dict[str, Any], code: str
) -> None:
    answer = client_as(f.rep).hx("POST", f"/sites/{f.shop.id}/position", data=spot(f, **change))
    assert (answer.headers["X-Onsite-Error"], count(SiteProposal)) == (code, 0)
    assert 400 <= answer.status_code < 500


def test_without_a_script_the_form_says_what_is_missing(f: Field, client_as: Any) -> None:
    client, url = client_as(f.rep), f"/sites/{f.shop.id}/position"
    form = {"client_id": str(uuid4()), "uid": str(f.rep.id)}
    refused = client.post(url, data=form)
    assert refused.status_code == 422
    assert "Turn on location, stand at the store and try again." in refused.text
    sent = client.post(url, data=spot(f))
    assert (sent.status_code, sent.headers["Location"]) == (303, "/today")


def test_a_store_placed_meanwhile_needs_none(f: Field, client_as: Any) -> None:
    client, url = client_as(f.rep), f"/sites/{f.shop.id}/position"
    site = db.session.get(Site, f.shop.id)
    site.lat, site.lng = 31.2, 121.4
    factories.save(site)
    late = client.hx("POST", url, data=spot(f))
    assert (late.status_code, late.headers["X-Onsite-Error"]) == (409, "site_placed")
    assert "Nothing is left to do." in client.get(url).text


def test_a_visit_there_leads_to_it_and_it_is_sent_after_its_check_in(f: Field, client_as: Any) -> None:
    client, tap = client_as(f.rep), said(f, lat=None, lng=None, accuracy=None, fix_at=None, no_fix="timeout")
    link = f'href="/sites/{f.shop.id}/position"'
    assert link in client.hx("POST", "/check-ins", data=tap).text
    today = client.get("/today").text
    assert link in today
    visit = today.split('href="/visits/')[1].split('"')[0]
    assert link in client.get(f"/visits/{visit}").text
    page = client.get(f"/sites/{f.shop.id}/position").text
    assert f'data-kind="place" data-place="8000" data-name="{f.shop.name}" data-after="{tap["client_id"]}"' in page


def test_who_gave_no_consent_is_asked_for_it_first(f: Field, client_as: Any) -> None:
    shy = factories.employee(f.branch, consent_given=False)
    page = client_as(shy).get(f"/sites/{f.shop.id}/position").text
    assert "data-kind=" not in page
    assert f"/me/consent?next=/sites/{f.shop.id}/position" in page
