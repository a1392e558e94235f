"""Proposed positions: HR on the desk, the site's supervisor on the phone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from webapp.core import clock
from webapp.core.db import db
from webapp.core.ids import new_id
from webapp.sites.models import Site, SiteProposal


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch()


@pytest.fixture
def boss(branch: Any) -> Any:
    return make.employee(branch, "supervisor")


@pytest.fixture
def proposal(branch: Any, boss: Any) -> SiteProposal:
    site = make.site(make.store_type(branch), boss, name="Unplaced", lat=None, lng=None)
    spot = {"lat": 31.2, "lng": 121.4, "accuracy_m": 15.0, "proposed_at": clock.now()}
    return make.save(SiteProposal(site_id=site.id, employee_id=make.employee(branch).id, client_id=new_id(), **spot))


@pytest.fixture(params=["hr", "supervisor"])
def who(request: Any, client_as: Any, branch: Any, boss: Any) -> tuple[Any, str]:
    if request.param == "hr":
        return client_as(make.employee(branch, "hr")), "/hr/sites/proposals"
    return client_as(boss), "/site-proposals"


def test_a_proposal_is_shown_without_degrees_and_taken_over(who: Any, proposal: SiteProposal) -> None:
    client, path = who
    html = client.get(path).text
    assert ("Unplaced" in html, "±15 m" in html, 'class="fence"' in html) == (True, True, True)
    assert client.post(f"{path}/{proposal.id}", data={"decision": "approved"}).status_code == 303
    site = db.session.scalars(select(Site)).one()
    assert (site.lat, site.lng) == (31.2, 121.4)
    assert "No proposals are waiting." in client.get(path).text


def test_rejecting_needs_a_reason_and_deciding_twice_says_who_did(who: Any, proposal: SiteProposal) -> None:
    client, path = who
    answer = client.post(f"{path}/{proposal.id}", data={"decision": "rejected"})
    assert (answer.status_code, 'id="f-reason-error"' in answer.text) == (422, True)
    assert client.post(f"{path}/{proposal.id}", data={"decision": "rejected", "reason": "No"}).status_code == 303
    late = client.post(f"{path}/{proposal.id}", data={"decision": "approved"})
    assert (late.status_code, "has decided this already" in late.text) == (422, True)
    assert client.post(f"{path}/{proposal.id}", data={"decision": "maybe"}).status_code == 422


def test_t8_nobody_decides_about_others_sites(client_as: Any, branch: Any, proposal: SiteProposal) -> None:
    strangers = {
        "/site-proposals": make.employee(branch, "supervisor"),
        "/hr/sites/proposals": make.employee(make.branch(), "hr"),
    }
    for path, person in strangers.items():
        client = client_as(person)
        assert "Unplaced" not in client.get(path).text
        assert client.post(f"{path}/{proposal.id}", data={"decision": "approved"}).status_code == 404
