"""How people want to be told, and the browser's own requests."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.pages.account.test_notices import ROLES, tell
from webapp.core.db import conn, db
from webapp.notifications import queries
from webapp.notifications.adapters import push
from webapp.notifications.models import NoticeChoice, PushSubscription

KEYS = {"p256dh": "BMNtOSWhxuV8duSZBQHFcbRLB2tWPqC90q1jLqMRy10vgySwNLwMORA7_t9RqwBvqfix_trKO2rcYoTxmNCHIO0",
        "auth": "lVnZsSzbIIfwv5eVEyrFyg", "endpoint": "https://push.example.com/abc"}  # fmt: skip


@pytest.fixture
def branch(app):
    return factories.branch()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_everybody_may_choose(branch, client_as, role, language) -> None:
    client = client_as(factories.employee(branch, role, language=language))
    assert client.get("/notices/settings").status_code == 200
    typed = {"kinds": ["pay"], "digest": "daily", "digest_at": "07:30", "amounts": "1"}
    assert client.post("/notices/settings", data=typed).status_code == 303
    row = conn().execute(select(NoticeChoice.__table__)).one()
    assert (row.digest, row.digest_at, row.amounts, "pay" in row.muted, "account" in row.muted) == (
        "daily", "07:30", True, False, True,
    )  # fmt: skip
    page = client.get("/notices/settings").text
    assert 'value="pay" checked' in page
    assert 'value="account" checked' not in page
    wrong = client.post("/notices/settings", data={"digest": "hourly", "digest_at": "99:99"})
    assert wrong.status_code == 422


def test_the_clients_own_staff_are_not_offered_amounts(branch, client_as) -> None:
    client = client_as(factories.employee(branch, "supervisor", employer="client"))
    assert 'name="amounts"' not in client.get("/notices/settings").text
    client.post("/notices/settings", data={"digest": "now", "amounts": "1"})
    assert conn().scalar(select(NoticeChoice.amounts)) is False


def test_a_browser_asks_for_the_key_and_is_kept_once(branch, client_as) -> None:
    client = client_as(factories.employee(branch))
    first = client.post("/notices/settings/key").json["key"]
    assert client.post("/notices/settings/key").json["key"] == first
    for _ in range(2):
        assert client.post("/notices/settings/browser", data=KEYS).json == {"on": True}
    assert len(conn().execute(select(PushSubscription.id)).all()) == 1
    assert "On since" in client.get("/notices/settings").text
    assert client.post("/notices/settings/try").status_code == 303
    assert "This is what a notice looks like" in client.get("/notices").text
    assert client.post("/notices/settings/browser/off").status_code == 303
    db.session.remove()
    assert conn().scalar(select(PushSubscription.id)) is None


def test_a_broken_browser_is_refused(branch, client_as) -> None:
    client = client_as(factories.employee(branch))
    for wrong in ({}, {**KEYS, "auth": "x"}, {**KEYS, "endpoint": "http://10.0.0.1/"}):
        assert client.post("/notices/settings/browser", data=wrong).status_code == 422


def test_a_server_without_the_extra_says_so(branch, client_as, monkeypatch) -> None:
    monkeypatch.setattr(push, "find_spec", lambda name: None)
    page = client_as(factories.employee(branch)).get("/notices/settings").text
    assert "not set up on this server" in page
    assert "data-push-on" not in page


def test_the_service_worker_reads_what_was_tapped(branch, client_as) -> None:
    who = factories.employee(branch)
    tell(who, "1")
    client = client_as(who)
    notice_id = queries.lines(who.id, page=1).rows[0].id
    db.session.remove()
    assert client.post(f"/notices/{notice_id}/read").status_code == 204
    assert queries.unread(who.id) == 0
