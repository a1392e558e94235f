"""Positions get coarse and nothing else changes; who looked is written down once a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from jobs import privacy
from tests import factories
from tests.attendance.days import ON, Field, arrive, evidence, field, leave
from tests.pages.rep.test_today import said
from webapp.attendance import queries
from webapp.attendance.models import AttendanceDay, CheckIn, Verdict
from webapp.attendance.queries.positions import recent_positions
from webapp.attendance.rules.signals import REMEMBERED
from webapp.attendance.service import coarsen_positions, rebuild_days
from webapp.core.db import db, do, transaction
from webapp.people.models import Branch
from webapp.people.rules import POSITION_DAYS
from webapp.sites.models import SiteProposal
from webapp.visits import service as visits

LATER = timedelta(days=91)


@pytest.fixture
def rep(app: Any, freeze: Any) -> Field:
    freeze("2026-03-02T12:00+08:00")
    return field()


def check_ins() -> list[CheckIn]:
    db.session.remove()
    return list(db.session.scalars(select(CheckIn).order_by(CheckIn.id)))


def test_positions_get_coarse_and_days_stay(rep: Field, freeze: Any) -> None:
    done = arrive(rep, "09:00", 40, extra={"choice": "auto", "altitude": 12.5, "speed": 0.4})
    leave(rep, done, "18:00", said=evidence(None, rep.moment("18:00")))
    before = [(row.lat, row.lng) for row in check_ins()]
    day, verdict = db.session.scalar(select(AttendanceDay)), db.session.scalar(select(Verdict))
    freeze(rep.moment("12:00") + LATER)
    assert privacy.coarsen() == 2
    after = check_ins()
    assert before[0] != (31.23, 121.47)
    assert [(row.lat, row.lng) for row in after] == [(31.23, 121.47), (None, None)]
    assert after[0].extra == {"choice": "auto"}
    assert after[0].accuracy_m == 10
    assert db.session.scalar(select(Verdict.distance_m)) == verdict.distance_m
    assert not queries.mark_rows([(rep.rep.id, ON)])[rep.rep.id, ON][0].picture, "no picture of where nobody was"
    assert recent_positions(rep.shop.id, ON) == []
    do(rebuild_days, pairs=[(rep.rep.id, ON)], at=rep.moment("12:00") + LATER)
    rebuilt = db.session.scalar(select(AttendanceDay))
    same = ("status", "present", "complete", "minutes_late", "first_in", "last_out", "undecided")
    assert [getattr(rebuilt, name) for name in same] == [getattr(day, name) for name in same]


def test_each_branch_by_its_own_period(rep: Field, freeze: Any) -> None:
    slow = field(position_days=200)
    arrive(rep, "09:00", 40)
    arrive(slow, "09:00", 40)
    arrive(rep, "09:30", 40)
    freeze(rep.moment("12:00") + LATER)
    privacy.coarsen()
    first, second, third = check_ins()
    assert (first.lat, third.lat) == (31.23, 31.23)
    assert second.lat != 31.23
    freeze(rep.moment("12:00") + timedelta(days=201))
    privacy.coarsen()
    assert check_ins()[1].lat == 31.23
    assert privacy.coarsen() == 0


def test_the_young_stay_exact_and_batches_go_on(rep: Field) -> None:
    for clock in ("09:00", "09:10", "09:20"):
        arrive(rep, clock, 40)
    at = rep.moment("09:15") + timedelta(days=90)
    assert [do(coarsen_positions, branch_id=rep.branch.id, at=at, limit=1) for _ in range(3)] == [1, 1, 0]
    assert [row.lat == 31.23 for row in check_ins()] == [True, True, False]


def test_a_repetition_is_still_recognised(rep: Field, freeze: Any, client_as: Any) -> None:
    """The fingerprint stays, so a phone that wakes up after months gets its first answer."""
    client, form = client_as(rep.rep), said(rep, 20)
    assert client.post("/check-ins", data=form, headers={"HX-Request": "true"}).status_code == 201
    freeze(rep.moment("12:00") + LATER)
    privacy.coarsen()
    assert client.post("/check-ins", data=form, headers={"HX-Request": "true"}).status_code == 200
    assert len(check_ins()) == 1


@pytest.mark.parametrize(
    "change",
    ["lat = lat + 0.001", "lat = 31.24", "lng = lng - 0.02", "lat = NULL", "lat = 30.23", "lng = 121.4737"],
)
def test_a_position_changes_in_no_other_way(rep: Field, change: str) -> None:
    arrive(rep, "09:00", 40)
    with pytest.raises(DBAPIError, match="only gets coarser"), transaction() as opened:
        opened.execute(text(f"UPDATE check_in SET {change}"))


def test_a_position_never_appears_later(rep: Field) -> None:
    arrive(rep, "09:00", said=evidence(None, rep.moment("09:00")))
    with pytest.raises(DBAPIError, match="only gets coarser"), transaction() as opened:
        opened.execute(text("UPDATE check_in SET lat = 31.23, lng = 121.47"))


def test_decided_proposals_get_coarse_open_ones_wait(rep: Field, freeze: Any) -> None:
    spot = {"lat": 31.23456, "lng": 121.47654, "accuracy_m": 9.0, "proposed_at": rep.moment("09:00")}
    for n, state in enumerate(("open", "approved", "rejected")):
        factories.save(SiteProposal(site_id=rep.shop.id, employee_id=rep.rep.id, client_id=str(n), state=state, **spot))
    freeze(rep.moment("12:00") + LATER)
    privacy.coarsen()
    db.session.remove()
    rows = db.session.scalars(select(SiteProposal).order_by(SiteProposal.id)).all()
    assert [(row.lat, row.lng) for row in rows] == [(31.23456, 121.47654), (31.23, 121.48), (31.23, 121.48)]


def test_what_is_weighed_is_exact() -> None:
    """A coarse position looks like a made-up one, so none may get coarse while it is still compared."""
    assert timedelta(days=POSITION_DAYS[0]) > REMEMBERED + timedelta(days=1)


def test_at_the_edges_of_the_world(rep: Field, freeze: Any) -> None:
    """T38: zero, the poles and the date line are positions like any other."""
    from webapp.attendance.rules import Fix

    for n, (lat, lng) in enumerate([(0.0, 0.0), (-0.004, 179.999), (89.999, -179.996), (-33.5, -70.125)]):
        at = rep.moment(f"09:0{n}")
        do(visits.check_in, rep=rep.me, evidence=evidence(None, at, fix=Fix(lat, lng, 9, at), no_fix=None),
           site_id=rep.shop.id, at=at)  # fmt: skip
    freeze(rep.moment("12:00") + LATER)
    privacy.coarsen()
    found = [(row.lat, row.lng) for row in check_ins()]
    assert found[:3] == [(0.0, 0.0), (0.0, 180.0), (90.0, -180.0)]


def test_a_wrong_clock_coarsens_nothing(rep: Field) -> None:
    arrive(rep, "09:00", 40)
    assert do(coarsen_positions, branch_id=rep.branch.id, at=datetime(2020, 1, 1, tzinfo=rep.branch.zone)) == 0
    with transaction() as opened:
        opened.execute(update(Branch).values(position_days=1095))
    assert do(coarsen_positions, branch_id=rep.branch.id, at=rep.moment("12:00") + LATER) == 0
