"""HR's pages for sites."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from webapp.attendance.models import CheckIn
from webapp.core import clock
from webapp.core.db import db, transaction
from webapp.core.ids import new_id
from webapp.people.models import Branch
from webapp.sites import rules
from webapp.sites.models import Site

TRUE = (31.23045, 121.47375)


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch("SH")


@pytest.fixture
def kind(branch: Any) -> Any:
    return make.store_type(branch)


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


def typed(kind: Any, **known: Any) -> dict[str, Any]:
    values = {"name": "Shop", "code": "S1", "store_type_id": kind.id, "branch_id": kind.branch_id, "radius_m": "150"}
    return {**values, "lat": "31.2304", "lng": "121.4737", "datum": "wgs84", **known}


def the(code: str = "S1") -> Site:
    return db.session.scalars(select(Site).where(Site.code == code)).one()


def test_a_site_is_added_shown_and_changed(desk: Any, kind: Any) -> None:
    boss = make.employee(type("B", (), {"id": kind.branch_id}), "supervisor")
    answer = desk.post("/hr/sites", data=typed(kind, datum="bd09", supervisors=[boss.id]))
    assert answer.status_code == 303
    html = desk.get(answer.location).text
    assert ('value="31.2304"' in html, "BD-09" in html, "checked" in html) == (True, True, True)
    again = desk.post(answer.location, data=typed(kind, name="New", version=1, lat="", lng=""))
    assert again.status_code == 303
    assert (the().name, the().lat) == ("New", None)


def test_both_numbers_may_be_pasted_into_one_field(desk: Any, kind: Any) -> None:
    desk.post("/hr/sites", data=typed(kind, lat="121.4737, 31.2304", lng=""))
    assert (the().lat, the().lng) == (31.2304, 121.4737)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("radius_m", "29"),
        ("radius_m", "wide"),
        ("lat", "95"),
        ("lng", ""),
        ("code", "x" * 31),
        ("datum", "mars"),
        ("name", ""),
    ],
)
def test_t1_t3_mistakes_come_back_beside_their_field_with_all_that_was_typed(
    desk: Any, kind: Any, field: str, value: str
) -> None:
    for path in ("/hr/sites", f"/hr/sites/{make.site(kind).id}"):
        answer = desk.post(path, data=typed(kind, address="Keep me", version=1, **{field: value}))
        assert answer.status_code == 422, path
        assert (f'id="f-{field}-error"' in answer.text, "Keep me" in answer.text) == (True, True), answer.text


def test_somebody_else_saved_first(desk: Any, kind: Any) -> None:
    site = make.site(kind, version=2)
    answer = desk.post(f"/hr/sites/{site.id}", data=typed(kind, name="Mine", version=1))
    assert (answer.status_code, "Mine" in answer.text, 'value="2"' in answer.text) == (422, True, True)


def test_t8_a_site_of_another_branch_does_not_exist(desk: Any, kind: Any) -> None:
    foreign = make.site(make.store_type(make.branch()))
    assert desk.get(f"/hr/sites/{foreign.id}").status_code == 404
    for path in ("", "/archive", "/unarchive", "/datum"):
        data = typed(kind, version=1)
        assert desk.post(f"/hr/sites/{foreign.id}{path}", data=data).status_code == 404, path
    assert "Shop" not in desk.get("/hr/sites").text
    answer = desk.post("/hr/sites", data=typed(kind, branch_id=foreign.branch_id))
    assert answer.status_code == 403


def test_the_list_searches_filters_sorts_and_pages(desk: Any, kind: Any, queries: Any) -> None:
    for n in range(53):
        make.site(
            kind, name=f"Store {n:02}", code=f"C{n:02}", lat=None if n == 7 else 31.0, lng=None if n == 7 else 121.0
        )
    make.site(kind, name="Old", archived_at=clock.now())
    with queries() as seen:
        html = desk.get("/hr/sites?sort=-code").text
    assert html.index("Store 52") < html.index("Store 51")
    assert ("Store 02" in html, "Page 1 of 2" in html, "Old" in html) == (False, True, False)
    assert len(seen) <= 10, seen
    assert "Store 00" in desk.get("/hr/sites?sort=-code&page=99").text
    assert "Store 07" in desk.get("/hr/sites?placed=no").text
    assert "Store 08" not in desk.get("/hr/sites?placed=no").text
    assert "Old" in desk.get("/hr/sites?state=archived").text
    assert "No site matches this." in desk.get("/hr/sites?q=nowhere&store_type_id=0&page=x&sort=bad").text


def test_the_export_can_be_imported_again(desk: Any, kind: Any, branch: Any) -> None:
    desk.post("/hr/sites", data=typed(kind, name="=Shop", datum="bd09"))
    exported = desk.get("/hr/sites/export.csv").data
    assert b"31.2304,121.4737,bd09" in exported
    file = {"file": (io.BytesIO(exported), "sites.csv"), "branch_id": branch.id, "datum": ""}
    preview = desk.post("/hr/sites/import", data=file, content_type="multipart/form-data")
    assert preview.status_code == 303, preview.text
    assert "Already so" in desk.get(preview.location).text
    assert "There is nothing to import" in desk.get(preview.location).text


def check_in(site: Site, lat: float, lng: float) -> None:
    person = make.employee(type("B", (), {"id": site.branch_id}))
    at = clock.now()
    make.save(
        CheckIn(
            client_id=new_id(), fingerprint="x", employee_id=person.id, branch_id=site.branch_id, site_id=site.id,
            kind="in", work_date=at.date(), tapped_at=at, received_at=at, counted_at=at - timedelta(0), skew_s=0,
            lat=lat, lng=lng, accuracy_m=12.0, source="phone",
        )
    )  # fmt: skip


def test_t9_a_site_entered_in_gcj02_is_noticed_and_converted(desk: Any, kind: Any) -> None:
    wrong = rules.from_wgs84(*TRUE, "gcj02")
    site = make.site(kind, lat=wrong[0], lng=wrong[1], source_lat=wrong[0], source_lng=wrong[1])
    for n in range(5):
        check_in(site, TRUE[0] + n * 0.00004, TRUE[1])
    html = desk.get(f"/hr/sites/{site.id}").text
    assert "This position was probably entered in GCJ-02" in html
    assert '<svg class="fence"' in html
    answer = desk.post(f"/hr/sites/{site.id}/datum", data={"datum": "gcj02", "version": 1})
    assert answer.status_code == 303
    db.session.expire_all()
    assert rules.distance_m((the(site.code).lat, the(site.code).lng), TRUE) < 0.01
    after = desk.get(answer.location).text
    assert ("probably entered" in after, "100 %" in after) == (False, True)


def test_archiving_and_back(desk: Any, kind: Any) -> None:
    site = make.site(kind)
    desk.post(f"/hr/sites/{site.id}/archive")
    assert "nobody can check in here" in desk.get(f"/hr/sites/{site.id}").text
    desk.post(f"/hr/sites/{site.id}/unarchive")
    db.session.expire_all()
    assert the(site.code).archived_at is None


CORNERS = "31.2314, 121.4747\n31.2294, 121.4747\n31.2294, 121.4727\n31.2314, 121.4727"


def test_an_outline_is_pasted_drawn_and_exported(desk: Any, kind: Any, branch: Any) -> None:
    answer = desk.post("/hr/sites", data=typed(kind, polygon=CORNERS, datum="gcj02"))
    assert answer.status_code == 303, answer.text
    html = desk.get(answer.location).text
    assert ("<polygon points=" in html, CORNERS in html, "An outline" in html) == (True, True, True)
    assert "lies surely inside this outline" not in html
    check_in(the(), the().lat, the().lng)
    html = desk.get(answer.location).text
    assert "100 % of 1 check-in of the last 30 days lies surely inside this outline" in html
    assert "Too few check-ins to suggest anything" in html
    exported = desk.get("/hr/sites/export.csv").data
    assert b'"31.2314, 121.4747; 31.2294, 121.4747' in exported
    file = {"file": (io.BytesIO(exported), "sites.csv"), "branch_id": branch.id, "datum": ""}
    preview = desk.post("/hr/sites/import", data=file, content_type="multipart/form-data")
    assert "Already so" in desk.get(preview.location).text
    assert "4 corners" in desk.get("/hr/audit").text


@pytest.mark.parametrize("text", ["1, 2", "hello", "31.2314, 121.4747\n" * 101, "0, 0\n0, 1\n1, 1"])
def test_an_outline_that_cannot_be_comes_back_as_typed(desk: Any, kind: Any, text: str) -> None:
    answer = desk.post("/hr/sites", data=typed(kind, polygon=text))
    assert (answer.status_code, 'id="f-polygon-error"' in answer.text, text.strip() in answer.text) == (422, True, True)


def test_a_radius_is_suggested_when_there_are_enough_check_ins(desk: Any, kind: Any) -> None:
    site = make.site(kind, lat=TRUE[0], lng=TRUE[1], radius_m=500)
    for n in range(20):
        check_in(site, TRUE[0] + n * 0.00001, TRUE[1])
    html = desk.get(f"/hr/sites/{site.id}").text
    assert "At 500 m, 100 % of 20 check-ins of the last 30 days would be surely in range." in html
    assert "50 m would hold 100 % of them" in html


def test_the_bounds_of_the_branch_stand_beside_the_field(desk: Any, kind: Any, branch: Any) -> None:
    with transaction():
        db.session.get_one(Branch, branch.id).fence_policy = {"radius_min": 100, "radius_max": 300}
    answer = desk.post("/hr/sites", data=typed(kind, radius_m="301"))
    assert (answer.status_code, "from 100 to 300 metres" in answer.text) == (422, True)
    assert desk.post("/hr/sites", data=typed(kind, radius_m="300")).status_code == 303
