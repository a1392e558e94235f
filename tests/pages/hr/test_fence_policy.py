"""The fence policy's pages: what is stored, what is refused, what they say would change, what the audit says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests import factories as make
from webapp.core import clock
from webapp.core.db import db
from webapp.people.models import Branch
from webapp.sites import queries
from webapp.sites.models import StoreType
from webapp.sites.rules import FencePolicy

SAME = {"uncertain": "review", "outside": "exception", "remark": "none", "photo": "optional", "approval": "before"}
PLAIN = {**SAME, "offline_hours": "4", "radius_min": "30", "radius_max": "2000", "version": "1"}


@pytest.fixture
def branch(app: Any) -> Any:
    return make.branch("SH")


@pytest.fixture
def kind(branch: Any) -> Any:
    return make.store_type(branch)


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


def stored(model: Any) -> dict[str, Any]:
    db.session.expire_all()
    return db.session.query(model).order_by(model.id).first().fence_policy


def test_a_branch_stores_what_differs_from_the_defaults(desk: Any, branch: Any, kind: Any) -> None:
    url = f"/hr/settings/{branch.id}/fence"
    html = desk.get(url).text
    assert ('value="4"' in html, "As the branch" in html) == (True, False)
    wanted = {**PLAIN, "outside": "field", "remark": "outside", "offline_hours": "0"}
    check = desk.post(url, data=wanted)
    assert check.status_code == 200
    assert "It counts at once as field work" in check.text
    assert stored(Branch) == {}, "looking changes nothing"
    back = desk.post(url, data={**wanted, "again": "1"}).text
    assert '<option value="field" selected>' in back, "nothing typed is lost on the way back"
    assert desk.post(url, data={**wanted, "sure": "1"}).status_code == 303
    assert stored(Branch) == {"outside": "field", "remark": "outside", "offline_hours": 0}
    assert desk.post(url, data={**PLAIN, "version": "2", "sure": "1"}).status_code == 303
    assert stored(Branch) == {}


def test_it_says_whom_a_change_reaches_and_whom_not(desk: Any, branch: Any, kind: Any) -> None:
    other = make.store_type(branch, code="mall", name_en="Mall", fence_policy={"outside": "exception"})
    for radius in (100, 150, 400):
        make.site(kind, radius_m=radius)
    make.site(kind, archived_at=clock.now())
    make.site(other, radius_m=2000)
    wanted = {**PLAIN, "outside": "ask", "radius_max": "300"}
    html = desk.post(f"/hr/settings/{branch.id}/fence", data=wanted).text
    assert f"For the sites of: {kind.name_en} (3)" in html
    assert "Not for those with a setting of their own: Mall (1)" in html
    assert "2 sites have a radius outside these bounds" in html
    one = desk.post(f"/hr/sites/store-types/{other.id}/fence", data={"outside": "field", "version": "1"}).text
    assert ("For the sites of: Mall (1)" in one, "<s>A person looks at it</s>" in one) == (True, True)


def test_a_store_type_has_its_own_or_the_branches(desk: Any, branch: Any, kind: Any) -> None:
    desk.post(f"/hr/settings/{branch.id}/fence", data={**PLAIN, "outside": "ask", "offline_hours": "9", "sure": "1"})
    url = f"/hr/sites/store-types/{kind.id}/fence"
    html = desk.get(url).text
    assert "As the branch: The rep is told and may ask; then a person looks at it" in html
    assert "Empty: as the branch, 9." in html
    assert (
        desk.post(url, data={"remark": "always", "offline_hours": "0", "version": "1", "sure": "1"}).status_code == 303
    )
    assert stored(StoreType) == {"remark": "always", "offline_hours": 0}
    policy = queries.branch_policy(branch.id, kind.id)
    assert policy == FencePolicy(outside="ask", remark="always", offline_hours=0)
    assert queries.branch_policy(branch.id) == FencePolicy(outside="ask", offline_hours=9)
    assert "Settings of its own" in desk.get(f"/hr/sites/store-types/{kind.id}").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outside", "nothing"),
        ("photo", "never"),
        ("offline_hours", "73"),
        ("offline_hours", "-1"),
        ("offline_hours", "soon"),
        ("radius_min", "29"),
        ("radius_max", "2001"),
        ("radius_max", "1e9"),
    ],
)
def test_mistakes_come_back_beside_their_field(desk: Any, branch: Any, kind: Any, field: str, value: str) -> None:
    for url in (f"/hr/settings/{branch.id}/fence", f"/hr/sites/store-types/{kind.id}/fence"):
        answer = desk.post(url, data={**PLAIN, field: value})
        assert (answer.status_code, f'id="f-{field}-error"' in answer.text) == (422, True), answer.text


def test_t1_bounds_must_fit_together_also_with_a_types_own(desk: Any, branch: Any, kind: Any) -> None:
    url, own = f"/hr/settings/{branch.id}/fence", f"/hr/sites/store-types/{kind.id}/fence"
    assert desk.post(url, data={**PLAIN, "radius_min": "300", "radius_max": "200"}).status_code == 422
    assert desk.post(own, data={"radius_min": "300", "version": "1", "sure": "1"}).status_code == 303
    refused = desk.post(url, data={**PLAIN, "radius_max": "200", "sure": "1"})
    assert (refused.status_code, kind.code in refused.text, stored(Branch)) == (422, True, {})
    assert desk.post(own, data={"radius_max": "200", "radius_min": "300", "version": "2"}).status_code == 422


def test_a_version_from_before_is_a_conflict(desk: Any, branch: Any, kind: Any) -> None:
    for url, model in (
        (f"/hr/settings/{branch.id}/fence", Branch),
        (f"/hr/sites/store-types/{kind.id}/fence", StoreType),
    ):
        answer = desk.post(url, data={**PLAIN, "outside": "field", "version": "7", "sure": "1"})
        assert (answer.status_code, "Somebody changed this" in answer.text, stored(model)) == (422, True, {})


def test_the_audit_says_it_in_words(desk: Any, branch: Any, kind: Any) -> None:
    desk.post(f"/hr/settings/{branch.id}/fence", data={**PLAIN, "outside": "field", "sure": "1"})
    desk.post(f"/hr/sites/store-types/{kind.id}/fence", data={"remark": "always", "version": "1", "sure": "1"})
    html = desk.get("/hr/audit").text
    assert html.count("Changed the fence policy") >= 2
    assert ("A person looks at it" in html, "It counts at once as field work" in html) == (True, True)
    assert ("As the branch" in html, "Always required" in html) == (True, True)


def test_only_the_office_of_the_branch(app: Flask, client_as: Any, branch: Any, kind: Any) -> None:
    elsewhere = make.branch("BJ")
    stranger = client_as(make.employee(elsewhere, "hr"))
    for url in (f"/hr/settings/{branch.id}/fence", f"/hr/sites/store-types/{kind.id}/fence"):
        assert stranger.get(url).status_code == 404
        assert stranger.post(url, data={**PLAIN, "sure": "1"}).status_code == 404
        for role in ("rep", "supervisor", "finance"):
            assert client_as(make.employee(branch, role)).get(url).status_code == 403


def test_the_sites_page_says_what_counts_and_who_set_it(desk: Any, branch: Any, kind: Any) -> None:
    site = make.site(kind)
    base, own = f"/hr/settings/{branch.id}/fence", f"/hr/sites/store-types/{kind.id}/fence"
    page = desk.get(f"/hr/sites/{site.id}").text
    assert "Nothing is set for this store type" in page
    assert (f'href="{base}"' in page, f'href="{own}"' in page) == (True, True)
    desk.post(base, data={**PLAIN, "outside": "field", "sure": "1"})
    desk.post(own, data={"photo": "required", "version": "1", "sure": "1"})
    page = desk.get(f"/hr/sites/{site.id}").text
    for label, value, source in (
        ("Out of range", "It counts at once as field work", "Branch"),
        ("Photo", "A photo is required", kind.name_en),
    ):
        said = re.sub(r"<[^>]+>|\s+", " ", page.partition(f"<dt>{label}</dt>")[2].partition("<dt>")[0])
        assert " ".join(said.split()) == f"{value} {source}", label
    assert "Nothing is set for this store type" not in page
