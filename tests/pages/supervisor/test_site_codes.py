"""The pages that show a store's code: the supervisor's phone, the screen in the shop, and who opens one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.pages.supervisor.crew import NOON, Crew, crew
from webapp.core import clock
from webapp.core.db import db
from webapp.sites.models import SiteCode
from webapp.sites.queries.codes import code_secret
from webapp.sites.rules.codes import digits_at, spaced

ADDRESS = re.compile(r"http://localhost(/screen/[\w-]{43})")


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


def shown(team: Crew) -> str:
    return spaced(digits_at(code_secret(team.field.shop.id) or "", clock.now()))


def open_screen(client: Any, team: Crew, url: str = "/site-codes") -> str:
    page = client.post(f"{url}/{team.field.shop.id}/screens", data={"label": "Counter"}).text
    return ADDRESS.search(page)[1]  # type: ignore[index]


def test_a_supervisor_starts_the_code_and_shows_it(team: Crew, client_as: Any, freeze: Any) -> None:
    boss, url = client_as(team.boss), f"/site-codes/{team.field.shop.id}"
    assert team.field.shop.name in boss.get("/site-codes").text
    assert "no code yet" in boss.get(url).text
    assert db.session.query(SiteCode).count() == 0
    assert boss.post(f"{url}/start").headers["Location"] == url
    page = boss.get(url).text
    assert shown(team) in page
    assert "<svg" in page
    assert 'content="61"' in page
    freeze("2026-03-02T12:00:40+08:00")
    assert "New digits in 20 s" in boss.get(url).text
    part = boss.hx("GET", url)
    assert ("<html" in part.text, shown(team) in part.text) == (False, True)
    assert part.headers["Cache-Control"] == "no-store"


def test_the_screen_shows_digits_qr_and_the_name_and_nothing_else(team: Crew, client_as: Any, client: Any) -> None:
    screen = open_screen(client_as(team.boss), team)
    page = client.get(screen)
    assert shown(team) in page.text
    assert team.field.shop.name in page.text
    body = re.sub(r"<template.*?</template>", "", page.text)
    assert not re.search(r'<a (?!class="skip")|<form|data-uid|Chen Jie', body)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert shown(team) in client.hx("GET", screen).text


def test_a_closed_screen_opens_nothing(team: Crew, client_as: Any, client: Any) -> None:
    boss = client_as(team.boss)
    screen = open_screen(boss, team)
    listed = boss.get(f"/site-codes/{team.field.shop.id}/screens").text
    assert "Counter" in listed
    assert screen not in listed
    close = re.search(r'action="(/site-codes/screens/\d+/close)"', listed)[1]  # type: ignore[index]
    assert boss.post(close).status_code == 303
    gone = client.get(screen)
    assert gone.status_code == 404
    assert "opens a new screen" in gone.text


def test_hr_opens_and_closes_screens_too(team: Crew, client_as: Any, client: Any) -> None:
    office, url = client_as(team.hr), f"/hr/sites/{team.field.shop.id}"
    assert f'href="{url}/screens"' in office.get(url).text
    screen = open_screen(office, team, "/hr/sites")
    assert client.get(screen).status_code == 200
    listed = office.get(f"{url}/screens").text
    assert office.post(re.search(r'action="(/hr/sites/screens/\d+/close)"', listed)[1]).status_code == 303  # type: ignore[index]
    assert client.get(screen).status_code == 404


def test_a_screen_without_a_name_is_asked_for_one(team: Crew, client_as: Any) -> None:
    answer = client_as(team.boss).post(f"/site-codes/{team.field.shop.id}/screens", data={})
    assert answer.status_code == 422
    assert "Give the screen a name" in answer.text


def test_renewing_closes_every_screen_that_showed_the_old_code(team: Crew, client_as: Any, client: Any) -> None:
    boss = client_as(team.boss)
    screen, before = open_screen(boss, team), shown(team)
    boss.post(f"/site-codes/{team.field.shop.id}/renew")
    assert before != shown(team)
    assert client.get(screen).status_code == 404
    assert shown(team) in client.get(open_screen(boss, team)).text


def test_the_code_never_reaches_a_rep(team: Crew, client_as: Any) -> None:
    boss = client_as(team.boss)
    open_screen(boss, team)
    rep = client_as(team.field.rep)
    for path in ("", f"/{team.field.shop.id}", f"/{team.field.shop.id}/screens"):
        assert rep.get(f"/site-codes{path}").status_code == 403
    assert shown(team) not in rep.get(f"/today?site={team.field.shop.id}").text


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_the_address_of_a_screen_is_not_found_by_trying(make_app: Any) -> None:
    client = make_app(RATELIMIT_ENABLED=True).test_client()
    answers = {client.get(f"/screen/{number:043}").status_code for number in range(301)}
    assert answers == {404, 429}


def test_the_secret_part_of_an_address_is_not_logged(team: Crew, client_as: Any, client: Any, caplog: Any) -> None:
    screen = open_screen(client_as(team.boss), team)
    with caplog.at_level("INFO", logger="onsite.access"):
        client.get(screen)
    paths = [record.path for record in caplog.records if record.name == "onsite.access"]
    assert paths == ["/screen/…"]
