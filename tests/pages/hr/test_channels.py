"""The office's robots and mail lists: made, changed without losing a secret, tried, looked through."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from jobs import notifications as jobs
from tests import factories
from tests.notifications.elsewhere import http_server
from webapp.core.db import conn, db
from webapp.core.secrets import opened
from webapp.notifications.models import Channel

NEW = {"kind": "dingtalk", "name": "Shop group", "topics": ["exceptions"], "language": "en", "digest_at": "09:00"}


@pytest.fixture
def desk(app, client_as) -> Any:
    app.config["OUTGOING_PRIVATE"] = True
    return client_as(factories.employee(factories.branch(), "hr"))


def stored() -> Any:
    db.session.remove()
    return conn().execute(select(Channel.__table__)).one()


def make(desk: Any, url: str = "http://127.0.0.1:9/robot?token=topsecret", **known: Any) -> str:
    form = desk.get("/hr/settings/channels/new").text
    branch = re.search(r'name="branch_id" value="(\d+)"', form)[1]
    answer = desk.post("/hr/settings/channels", data={**NEW, "branch_id": branch, "target": url, **known})
    return answer.headers.get("Location", "") if answer.status_code == 303 else answer.text


def test_from_an_empty_list_to_a_trial_message_in_the_log(desk) -> None:
    assert "No channel yet." in desk.get("/hr/settings/channels").text
    with http_server() as there:
        place = make(desk, f"{there.url}/robot?token=topsecret", secret="SEC")
        assert "topsecret" not in desk.get(place).text
        assert desk.post(f"{place}/try").status_code == 303
        assert "Under way" in desk.get(place).text
        there.answers = [(200, {"errcode": 310000, "errmsg": "sign not match"}, {})]
        jobs.deliver()
        page = desk.get(place).text
        assert "Not delivered" in page
        assert "sign not match" in page
        there.answers = [(200, {"errcode": 0}, {})]
        again = re.search(rf'action="({place}/log/\d+)"', page)[1]
        assert desk.post(again).status_code == 303
        jobs.deliver()
    assert "Arrived" in desk.get(place).text
    assert "Arrived" in desk.get("/hr/settings/channels").text


def test_what_is_left_empty_stays_and_what_is_typed_replaces(desk) -> None:
    place = make(desk, secret="SEC")
    before = stored()
    form = {**NEW, "name": "New name", "version": "1"}
    assert desk.post(place, data=form).status_code == 303
    after = stored()
    assert (after.name, after.target, after.secret) == ("New name", before.target, before.secret)
    assert desk.post(place, data={**form, "version": "2", "target": "http://127.0.0.1:9/other"}).status_code == 303
    assert opened(stored().target) == "http://127.0.0.1:9/other"
    stale = desk.post(place, data={**form, "version": "1"})
    assert stale.status_code == 422
    assert "Somebody changed this channel" in stale.text


def test_mistakes_come_back_beside_their_field_with_everything_typed(desk) -> None:
    page = make(desk, "ftp://x", topics=["exceptions", "payslips"])
    assert "Copy the whole address" in page
    assert 'value="Shop group"' in page
    assert "At most" not in page
    assert "Choose at least one matter" in make(desk, topics=[])
    assert "Write mail addresses" in make(desk, "nobody", kind="email")


def test_pause_go_on_and_remove(desk) -> None:
    place = make(desk)
    desk.post(f"{place}/pause")
    assert "Paused" in desk.get(place).text
    desk.post(f"{place}/resume")
    assert stored().paused_at is None
    assert desk.post(f"{place}/remove").headers["Location"] == "/hr/settings/channels"
    assert desk.get(place).status_code == 404
    assert "Shop group" not in desk.get("/hr/settings/channels").text


def test_the_list_costs_the_same_for_many(desk, queries) -> None:
    counts = []
    for number in (1, 6):
        for _ in range(number):
            make(desk)
        with queries() as asked:
            desk.get("/hr/settings/channels")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5, asked
