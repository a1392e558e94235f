"""Every settled cent says why, and leads to the day and the visits behind it (UX R10)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.rewards.test_preview import open_exception
from tests.rewards.world import MONDAY, World
from tests.support.client import CheckingClient
from webapp.attendance.service.days import rebuild_days
from webapp.core import clock
from webapp.core.db import do
from webapp.rewards import service as rewards
from webapp.wallet import queries as wallet


@pytest.fixture
def world(app, freeze) -> World:
    world = World()
    freeze(world.morning_after(MONDAY))
    world.works(MONDAY, late=7, visits=2)
    _settle(world)
    return world


@pytest.fixture
def phone(world: World, client_as) -> CheckingClient:
    return client_as(world.rep)


def test_the_list_and_the_entry_say_the_reason(phone: CheckingClient) -> None:
    page = phone.get("/wallet").get_data(as_text=True)
    assert "Attendance allowance" in page
    assert "7 min" in page
    opened = [phone.get(link).get_data(as_text=True) for link in _links(page)]
    assert len(opened) == 2
    allowance = next(page for page in opened if "× 90%" in page)
    assert "/visits?view=day&amp;day=2026-03-02" in allowance
    visits = next(page for page in opened if "Effective visit" in page)
    assert len(re.findall(r'href="/visits/\d+"', visits)) == 2


def test_t29_a_correction_says_what_it_was_before(phone: CheckingClient, world: World) -> None:
    world.forget(MONDAY)
    world.works(MONDAY, late=30, visits=2)
    _settle(world)
    page = phone.get("/wallet").get_data(as_text=True)
    assert "Corrected: was ¥90.00, now ¥70.00" in page
    correction = next(link for link in _links(page) if "Corrected" in phone.get(link).get_data(as_text=True))
    assert "Only the difference was booked." in phone.get(correction).get_data(as_text=True)
    assert wallet.problems() == []


def test_a_page_of_reasons_is_cheap(phone: CheckingClient, queries) -> None:
    with queries() as asked:
        phone.get("/wallet")
    assert len(asked) <= 8, asked


def test_what_is_not_settled_is_shown_as_an_estimate(phone: CheckingClient, world: World, freeze) -> None:
    tuesday = MONDAY.replace(day=3)
    world.works(tuesday, visits=1)
    freeze(world.at(tuesday, 20))
    page = phone.hx("GET", "/wallet/pending").get_data(as_text=True)
    assert "Estimate" in page
    before = wallet.balances(world.rep.id, "CNY").available
    rewards.settle_many(pairs=[(world.rep.id, tuesday)], at=world.morning_after(tuesday), cause="due")
    earned = wallet.balances(world.rep.id, "CNY").available - before
    assert f"+¥{earned / 100:,.2f}" in page


def test_a_day_that_waits_for_its_rep_waits_for_no_decision(phone: CheckingClient, world: World, freeze) -> None:
    tuesday = MONDAY.replace(day=3)
    world.works(tuesday)
    world.forget(tuesday)
    freeze(world.at(tuesday, 8))
    do(rebuild_days, pairs=[(world.rep.id, tuesday)], at=clock.now())
    assert "Everything up to today is settled." in phone.hx("GET", "/wallet/pending").get_data(as_text=True)


def test_other_people_cannot_open_an_entry(phone: CheckingClient, world: World, client_as) -> None:
    from tests import factories

    other = factories.employee(world.branch)
    link = _links(phone.get("/wallet").get_data(as_text=True))[0]
    assert client_as(other).get(link).status_code == 404


def _settle(world: World) -> None:
    rewards.settle_many(pairs=[(world.rep.id, MONDAY)], at=world.morning_after(MONDAY), cause="due")


def _links(page: str) -> list[str]:
    return re.findall(r'href="(/wallet/\d+)"', page)


def test_an_effective_visit_says_where_how_long_and_what_came_of_it(phone: CheckingClient) -> None:
    page = phone.get("/wallet").get_data(as_text=True)
    assert len(re.findall(r"Shop \d+: \d+ min, Order", page)) == 2
    entry = next(link for link in _links(page) if "Effective visit" in phone.get(link).get_data(as_text=True))
    assert "Shop " in phone.get(entry).get_data(as_text=True)


def test_a_settled_day_that_waits_for_a_decision_stays_among_what_is_pending(
    phone: CheckingClient, world: World, freeze
) -> None:
    on = MONDAY + timedelta(days=7)
    world.works(on, verdict="uncertain")
    open_exception(world, on)
    world.stays_away(on)
    freeze(world.at(on, 12, days=5))
    rewards.settle_through(branch_id=world.branch.id, through=on + timedelta(days=4), at=clock.now())
    page = phone.get("/wallet/pending").get_data(as_text=True)
    assert page.count("Waits for a decision") == 1
    assert "Attendance allowance waits until somebody decides" in page
    assert "next morning" not in page
    assert "on hold" not in page
