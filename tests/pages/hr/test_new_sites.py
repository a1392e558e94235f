"""HR and stores reps found missing: add it as a site, say which one it is, turn it down; the supervisor's word."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from webapp.core import clock
from webapp.core.db import db
from webapp.core.ids import new_id
from webapp.people.models import Team
from webapp.sites.models import NewSite, Site

LIST = "/hr/sites/proposals"


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch()


@pytest.fixture
def team(branch: Any) -> Any:
    return make.save(Team(branch_id=branch.id, name="Team"))


@pytest.fixture
def store(branch: Any, team: Any) -> NewSite:
    return missing(make.employee(branch, name="Li Na", team_id=team.id))


def missing(rep: Any, **known: Any) -> NewSite:
    said = {"name": "Corner shop", "note": "2F", "lat": 31.2, "lng": 121.4, "accuracy_m": 15.0, "fingerprint": "x"}
    keys = {"employee_id": rep.id, "branch_id": rep.branch_id, "client_id": new_id(), "proposed_at": clock.now()}
    return make.save(NewSite(**{**said, **keys, **known}))


@pytest.fixture
def client(branch: Any, client_as: Any) -> Any:
    return client_as(make.employee(branch, "hr", name="Lin Mei"))


def form(branch: Any, **known: Any) -> dict[str, Any]:
    kind = make.store_type(branch)
    values = {"name": "Corner shop", "code": "N1", "store_type_id": kind.id, "lat": "31.2", "lng": "121.4"}
    return {**values, "datum": "wgs84", "radius_m": "150", **known}


def state() -> tuple[str, int | None]:
    db.session.remove()
    return tuple(db.session.execute(select(NewSite.state, NewSite.site_id)).one())


def test_it_is_listed_counted_and_filled_in(client: Any, store: NewSite) -> None:
    assert "1 proposal of a rep" in client.get("/hr/sites").text
    assert f'href="/hr/sites/new-stores/{store.id}"' in client.get(LIST).text
    page = client.get(f"/hr/sites/new-stores/{store.id}").text
    for part in ('value="Corner shop"', 'value="31.2"', 'value="2F"', "±15 m", "Not checked by a supervisor"):
        assert part in page


def test_a_rough_or_missing_position_fills_in_nothing(client: Any, branch: Any) -> None:
    for known in ({"accuracy_m": 900.0}, {"lat": None, "lng": None, "accuracy_m": None}, {"accuracy_m": None}):
        one = missing(make.employee(branch), **known)
        page = client.get(f"/hr/sites/new-stores/{one.id}")
        assert (page.status_code, 'value="31.2"' in page.text) == (200, False)


def test_added_it_is_a_site_and_what_was_wrong_first_stays_typed(client: Any, branch: Any, store: NewSite) -> None:
    url, data = f"/hr/sites/new-stores/{store.id}", form(branch)
    make.site(make.store_type(branch), code="TAKEN")
    for wrong in ({"code": "TAKEN"}, {"code": ""}, {"lat": "95"}, {"radius_m": "5"}, {"store_type_id": "999"}):
        refused = client.post(f"{url}/add", data={**data, **wrong, "brand": "Typed brand"})
        assert (refused.status_code, 'value="Typed brand"' in refused.text, "data-errors" in refused.text) == (
            422,
            True,
            True,
        )
    assert state() == ("open", None)
    done = client.post(f"{url}/add", data=data)
    assert (done.status_code, done.headers["Location"]) == (303, f"/hr/sites/{state()[1]}")
    assert state()[0] == "added"
    late = client.post(f"{url}/add", data={**data, "code": "N2"})
    assert (late.status_code, "Lin Mei has decided this already" in late.text) == (422, True)
    assert "No proposals are waiting." in client.get(LIST).text
    assert client.get(url).status_code == 200
    assert "Added a store a rep proposed" in client.get("/hr/audit").text


def test_it_may_be_one_of_the_list(client: Any, branch: Any, store: NewSite) -> None:
    near = make.site(make.store_type(branch), name="Next door", lat=31.2003, lng=121.4)
    other = make.site(make.store_type(branch), name="Far away", lat=30.0, lng=121.4)
    url = f"/hr/sites/new-stores/{store.id}"
    page = client.get(url).text
    assert (f'value="{near.id}"' in page, f'<option value="{other.id}"' in page) == (True, True)
    assert client.post(f"{url}/known", data={"site_id": ""}).status_code == 422
    assert client.post(f"{url}/known", data={"site_id": "999"}).status_code == 422
    assert client.post(f"{url}/known", data={"site_id": near.id}).status_code == 303
    assert state() == ("known", near.id)


def test_turned_down_with_a_reason(client: Any, store: NewSite) -> None:
    url = f"/hr/sites/new-stores/{store.id}/reject"
    empty = client.post(url, data={"reason": " "})
    assert (empty.status_code, 'id="f-reason-error"' in empty.text) == (422, True)
    assert client.post(url, data={"reason": "x" * 301}).status_code == 422
    assert client.post(url, data={"reason": "Not a client"}).status_code == 303
    assert state() == ("rejected", None)


def test_the_supervisor_of_the_team_gives_a_word(
    client_as: Any, client: Any, branch: Any, team: Any, store: NewSite
) -> None:
    boss = client_as(make.employee(branch, "supervisor", name="Wang Li", team_id=team.id))
    url = f"/site-proposals/stores/{store.id}"
    assert "1 proposal of a rep" in boss.get("/schedule").text
    assert "I know this store" in boss.get("/site-proposals").text
    assert boss.post(url, data={"word": "x" * 301}).status_code == 422
    assert boss.post(url, data={"word": "The new one"}).status_code == 303
    assert "No proposals are waiting." in boss.get("/site-proposals").text
    assert "has decided this already" in boss.post(url).text
    page = client.get(f"/hr/sites/new-stores/{store.id}").text
    assert ("Wang Li knows it" in page, "The new one" in page) == (True, True)


def test_t8_nobody_else_gets_at_it(client_as: Any, branch: Any, store: NewSite) -> None:
    other_boss, far = client_as(make.employee(branch, "supervisor")), client_as(make.employee(make.branch(), "hr"))
    assert "Corner shop" not in other_boss.get("/site-proposals").text + far.get(LIST).text
    assert other_boss.post(f"/site-proposals/stores/{store.id}").status_code == 404
    for path, data in (("", None), ("/add", {}), ("/known", {"site_id": "1"}), ("/reject", {"reason": "x"})):
        url = f"/hr/sites/new-stores/{store.id}{path}"
        assert (far.get(url) if data is None else far.post(url, data=data)).status_code == 404
    assert (state(), db.session.scalars(select(Site)).all()) == (("open", None), [])
