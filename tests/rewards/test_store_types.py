"""A store that is given another type: hours and rules of earlier days stay those of the type it had."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask

from tests import factories
from tests.rewards.world import MONDAY, World
from webapp.core.db import db, do
from webapp.rewards import service
from webapp.rewards.queries.shops import store_types
from webapp.schedules import queries as schedules
from webapp.schedules.models import PlanStop
from webapp.sites import service as sites
from webapp.sites.models import StoreType
from webapp.sites.rules import Datum, SiteFields
from webapp.wallet import queries as wallet

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))


def turn(world: World, to: StoreType, on: date, hour: int = 8) -> None:
    site = world.sites[0]
    db.session.remove()
    fields = SiteFields(site.code, site.name, to.id, (site.lat, site.lng), Datum.WGS84, site.radius_m)
    do(sites.update_site, by=None, site_id=site.id, version=None, fields=fields, at=world.at(on, hour))


def kinds(world: World, *days: date) -> list[int | None]:
    found = store_types([(world.rep.id, on) for on in days])
    db.session.remove()
    return [found.get((world.rep.id, on)) for on in days]


def starts(world: World, *days: date) -> list[int]:
    known = {(world.rep.id, on): world.sites[0].id for on in days}
    found = schedules.expectations(list(known), world.branch, default_site=known)
    db.session.remove()
    return [found[pair].starts_at.astimezone(world.zone).hour for pair in known]


def test_a_paid_day_is_judged_by_the_type_the_store_had(app: Flask) -> None:
    world = World()
    earlier = factories.store_type(world.branch, shift_start="08:00", shift_end="17:00", grace_minutes=0)
    world.works(MONDAY)
    service.settle_through(branch_id=world.branch.id, through=MONDAY, at=world.morning_after(MONDAY))
    before = wallet.balances(world.rep.id, world.branch.currency).available
    turn(world, earlier, TUESDAY)
    world.works(TUESDAY)
    world.stays_away(MONDAY)  # built again, as a late word would
    service.settle_marked(branch_id=world.branch.id, at=world.morning_after(TUESDAY))
    db.session.remove()
    assert wallet.balances(world.rep.id, world.branch.currency).available == before > 0
    assert starts(world, MONDAY, TUESDAY) == [9, 8]
    assert kinds(world, MONDAY, TUESDAY) == [world.type.id, earlier.id]


def test_changed_more_than_once_every_day_has_the_type_it_had(app: Flask) -> None:
    world = World(settled_through=MONDAY)
    eight = factories.store_type(world.branch, shift_start="08:00", shift_end="17:00")
    ten = factories.store_type(world.branch, shift_start="10:00", shift_end="19:00")
    turn(world, eight, TUESDAY)
    turn(world, ten, TUESDAY, hour=9)
    turn(world, eight, THURSDAY)
    days = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
    assert starts(world, *days) == [9, 10, 10, 8]
    for on in days:
        factories.save(PlanStop(employee_id=world.rep.id, work_date=on, seq=1, site_id=world.sites[0].id))
    assert starts(world, *days) == [9, 10, 10, 8]
    assert kinds(world, *days) == [world.type.id, ten.id, ten.id, eight.id]


def test_while_nothing_is_settled_the_type_is_simply_corrected(app: Flask) -> None:
    world = World()
    eight = factories.store_type(world.branch, shift_start="08:00", shift_end="17:00")
    turn(world, eight, TUESDAY)
    assert starts(world, MONDAY, TUESDAY) == [8, 8]
