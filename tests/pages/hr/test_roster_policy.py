"""HR sets what a branch decides about its rosters."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from webapp.core.audit import AuditEntry
from webapp.core.db import db
from webapp.people.models import Branch


@pytest.fixture
def branch(app: Any, freeze: Any) -> Branch:
    freeze("2026-03-04T12:00+08:00")
    return factories.branch()


@pytest.fixture
def hr(branch: Branch, client_as: Any) -> Any:
    return client_as(factories.employee(branch, "hr"))


def form(branch: Branch, **changes: Any) -> dict[str, Any]:
    db.session.expire_all()
    version = db.session.get_one(Branch, branch.id).version
    db.session.remove()
    return {"tell_days": "2", "own_order": "1", "version": version, **changes}


def kept(branch: Branch) -> dict[str, Any]:
    db.session.expire_all()
    found = db.session.get_one(Branch, branch.id).roster_policy
    db.session.remove()
    return found


def test_only_what_differs_is_kept_and_it_is_on_record(branch: Branch, hr: Any) -> None:
    page = f"/hr/settings/{branch.id}/rosters"
    assert page in hr.get(f"/hr/settings/{branch.id}").text
    shown = hr.get(page).text
    assert ('value="2"' in shown, 'name="own_order" value="1" checked' in shown) == (True, True)
    sent = {name: value for name, value in form(branch, tell_days="3").items() if name != "own_order"}
    assert hr.post(page, data=sent).status_code == 303
    assert kept(branch) == {"tell_days": 3, "own_order": False}
    entry = db.session.query(AuditEntry).one()
    assert (entry.action, entry.before) == ("branch.rosters", {"tell_days": 2, "own_order": True})
    assert "Days whose changes are told by themselves" in hr.get("/hr/audit").text
    stale = hr.post(page, data=sent)
    assert (stale.status_code, 'value="3"' in stale.text) == (422, True)
    assert db.session.query(AuditEntry).count() == 1
    assert hr.post(page, data=form(branch)).status_code == 303
    assert kept(branch) == {}, "the usual again"


def test_what_is_out_of_bounds_is_told_beside_the_field(branch: Branch, hr: Any) -> None:
    page = f"/hr/settings/{branch.id}/rosters"
    for typed, said in (("15", "At most 14."), ("-1", "At least 0."), ("x", "Write a number")):
        answer = hr.post(page, data=form(branch, tell_days=typed))
        assert (answer.status_code, said in answer.text) == (422, True), typed
    assert hr.get(f"/hr/settings/{factories.branch().id}/rosters").status_code == 404
    assert kept(branch) == {}


@pytest.mark.parametrize(
    ("days", "said"),
    [("0", ""), ("1", "of today are"), ("2", "of today and tomorrow are"), ("5", "of the next 5 days are")],
)
def test_the_schedule_says_what_is_told_by_itself(
    branch: Branch, hr: Any, client_as: Any, days: str, said: str
) -> None:  # fmt: skip
    hr.post(f"/hr/settings/{branch.id}/rosters", data=form(branch, tell_days=days))
    boss = client_as(factories.employee(branch, "supervisor"))
    pages = [
        (hr, f"/hr/schedule?branch_id={branch.id}"),
        (hr, f"/hr/schedule/publish?monday=2026-03-02&branch_id={branch.id}"),
    ]
    for client, path in (*pages, (boss, "/schedule/publish?on=2026-03-04")):
        text = client.get(path).text
        assert (f"Changes {said} told by themselves." in text, "told by themselves" in text) == (
            bool(said),
            bool(said),
        ), path
