"""The inbox of notices and its bell."""

from __future__ import annotations

import re

import pytest

from tests import factories
from webapp.core import clock
from webapp.core.db import do
from webapp.notifications import service
from webapp.notifications.rules import Told

ROLES = ["rep", "supervisor", "hr", "finance", "admin"]


def tell(who, *keys: str, link: str = "/me") -> None:
    params = {"name": "Chen Jie", "day_on": "2026-03-02"}
    told = [Told(who.id, "notice_confirmed", key, link, params) for key in keys]
    do(service.tell, told=told, at=clock.now())


@pytest.fixture
def branch(app):
    return factories.branch()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_everybody_has_an_inbox_and_a_bell(branch, client_as, role, language) -> None:
    who = factories.employee(branch, role, language=language)
    client = client_as(who)
    assert 'class="badge" aria-hidden="true">' not in client.get("/notices").text.partition('class="iconbtn bell"')[2]
    tell(who, "1", "2")
    page = client.get("/notices").text
    assert "Chen Jie" in page
    assert '<span class="badge" aria-hidden="true">2</span>' in client.get("/me").text


def test_opening_a_notice_reads_it_and_leads_there(branch, client_as) -> None:
    who = factories.employee(branch)
    tell(who, "1", link="/wallet")
    client = client_as(who)
    action = re.search(r"/notices/\d+/open", client.get("/notices").text)[0]
    answer = client.post(action)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/wallet")
    assert 'aria-hidden="true">1<' not in client.get("/wallet").text
    assert client_as(factories.employee(branch)).post(action).status_code == 404


def test_a_notices_page_survives_signing_in(branch, client) -> None:
    """T42: whoever taps it signed out comes to the right page after signing in."""
    from webapp.core.security import hash_password

    who = factories.employee(branch, password_hash=hash_password("tea in the morning"))
    asked = client.get("/visits?view=day&day=2026-03-02")
    form = client.get(asked.headers["Location"])
    assert 'name="next" value="/visits?view=day&amp;day=2026-03-02"' in form.text
    typed = {"number": who.staff_no, "password": "tea in the morning", "next": "/visits?view=day&day=2026-03-02"}
    assert client.post("/login", data=typed).headers["Location"] == "/visits?view=day&day=2026-03-02"


def test_all_read_leaves_what_came_meanwhile(branch, client_as) -> None:
    who = factories.employee(branch)
    tell(who, "1", "2")
    client = client_as(who)
    through = client.get("/notices").text.partition('name="through" value="')[2].partition('"')[0]
    tell(who, "3")
    client.post("/notices/read", data={"through": through})
    assert '<span class="badge" aria-hidden="true">1</span>' in client.get("/me").text
    assert client.post("/notices/read", data={"through": "x" * 50}).status_code == 303


def test_long_lists_are_paged_at_a_constant_cost(branch, client_as, queries) -> None:
    who, counts = factories.employee(branch), []
    client = client_as(who)
    for upto in (3, 140):
        tell(who, *(f"{upto}|{n}" for n in range(upto)))
        with queries() as asked:
            page = client.get("/notices?page=2")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 4, asked
    assert "99+" in client.get("/me").text
    assert "/notices?page=3" in page.text
