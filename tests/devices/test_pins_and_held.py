"""Whose an id is, and what becomes of punches whose time is not believed: said by people, with their names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories
from tests.devices.world import LATER, ON, World, day_of, punches, signed_in, states, world
from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import db, do
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.devices import service
from webapp.devices.models import RawPunch
from webapp.devices.service import held

NEXT = ON + timedelta(days=1)


@pytest.fixture
def w(app: Any) -> World:
    return world()


def assign(w: World, rep: Any, pin: str = "7", *, by: SignedIn | None = None, **known: Any) -> int:
    values = {"branch_id": w.branch.id, "terminal_id": None, "first_on": date(2026, 1, 1), "last_on": None}
    return do(service.assign, by=by or w.hr, pin=pin, employee_id=rep.id, at=LATER, **{**values, **known})


def decide(w: World, decision: str, clock: str | None = None, **known: Any) -> int:
    raw = db.session.scalar(select(RawPunch.id).where(RawPunch.quality != "ok"))
    granted = None if clock is None else w.moment(clock)
    values = {"by": w.hr, "raw_punch_id": raw, "reason": "seen on the camera", "granted_at": granted, "at": LATER}
    return do(held.decide, decision=decision, **{**values, **known})


def test_assigning_an_id_brings_what_came_before(w: World) -> None:
    rep = w.rep()
    w.send("08:55", "18:01", pin="7")
    assert states() == ["unmapped"] * 2
    assign(w, rep, "007")
    assert states() == ["new"] * 2
    w.digest()
    assert [row[0] for row in punches()] == [rep.id] * 2
    assert day_of(rep).status == "normal"  # type: ignore[union-attr]


def test_an_id_given_to_somebody_else_leaves_the_first_and_both_days_follow(w: World) -> None:
    first, second = w.rep(), w.rep()
    holder = assign(w, first)
    w.send("08:55", "18:01")
    assert day_of(first).status == "normal"  # type: ignore[union-attr]
    do(service.release, by=w.hr, holder_id=holder, last_on=None, at=LATER)
    w.digest()
    assert punches() == []
    assert day_of(first).status == "absent"  # type: ignore[union-attr]
    assign(w, second)
    w.digest()
    assert day_of(second).status == "normal"  # type: ignore[union-attr]


def test_an_id_ends_on_a_date(w: World) -> None:
    rep = w.rep()
    holder = assign(w, rep)
    w.send("08:55", "2026-03-03 08:55:00")
    do(service.release, by=w.hr, holder_id=holder, last_on=ON, at=LATER)
    w.digest()
    assert [row[1] for row in punches()] == [ON]
    with pytest.raises(Invalid, match="pin_longer"):
        do(service.release, by=w.hr, holder_id=holder, last_on=NEXT, at=LATER)
    assert assign(w, w.rep(), first_on=NEXT)


def test_an_id_is_one_persons_at_a_time(w: World) -> None:
    assign(w, w.rep(), "7")
    with pytest.raises(Conflict, match="pin_taken"):
        assign(w, w.rep(), "0007")
    assign(w, w.rep(), "7", terminal_id=w.door.id)


def test_whoever_has_left_holds_no_id_any_more(w: World) -> None:
    gone, before, after = w.rep(left_on=ON), w.rep(), w.rep()
    assign(w, gone, "7")
    with pytest.raises(Conflict, match="pin_taken"):
        assign(w, before, "7", first_on=ON)
    assign(w, after, "7", first_on=NEXT)
    w.send("2026-03-03 08:55:00")
    assert [row[0] for row in punches()] == [after.id]


def test_whoever_came_later_held_no_id_before(w: World) -> None:
    new, before = w.rep(joined_on=NEXT), w.rep()
    assign(w, new, "7")
    with pytest.raises(Conflict, match="pin_taken"):
        assign(w, before, "7", last_on=NEXT)
    assign(w, before, "7", last_on=ON)


@pytest.mark.parametrize("pin", ["", "000", "a b", "x" * 25])
def test_what_is_no_id_is_refused(w: World, pin: str) -> None:
    with pytest.raises(Invalid, match="pin_bad"):
        assign(w, w.rep(), pin)


def test_only_hr_of_the_branch_and_never_about_oneself(w: World) -> None:
    rep, elsewhere = w.rep(), factories.branch()
    supervisor = signed_in(factories.employee(w.branch, role="supervisor"), w.branch)
    stranger = signed_in(factories.employee(elsewhere, role="hr"), elsewhere)
    for by, refusal in ((supervisor, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            assign(w, rep, by=by)
    with pytest.raises(Invalid, match="own_decision"):
        assign(w, w.hr)
    with pytest.raises(Invalid, match="pin_nobody"):
        assign(w, factories.employee(elsewhere))
    other = factories.terminal(elsewhere)
    with pytest.raises(NotFound):
        assign(w, rep, terminal_id=other.id)
    holder = assign(w, rep)
    with pytest.raises(NotFound):
        do(service.release, by=stranger, holder_id=holder, last_on=None, at=LATER)


def test_t20_a_held_punch_counts_only_when_and_where_a_person_says(w: World) -> None:
    rep = w.rep("7")
    w.send("2000-01-01 00:00:12", "18:01")
    assert states() == ["held", "mapped"]
    assert len(punches()) == 1
    decide(w, "accept", "08:58")
    w.digest()
    assert day_of(rep).first_in == w.moment("08:58")  # type: ignore[union-attr]
    assert db.session.scalar(select(RawPunch.device_time).order_by(RawPunch.id)) == "2000-01-01 00:00:12"
    decide(w, "ignore")
    w.digest()
    assert (states(), len(punches())) == (["held", "mapped"], 1)
    decide(w, "reopen")
    w.digest()
    assert states() == ["held", "mapped"]
    acts = set(db.session.scalars(select(AuditEntry.action)))
    assert acts == {"held.accepted", "held.ignored", "held.reopened"}


def test_what_may_not_be_decided(w: World) -> None:
    w.rep("7")
    w.send("2047-02-30 00:00:00")
    with pytest.raises(Invalid, match="held_time_needed"):
        decide(w, "accept")
    with pytest.raises(Invalid, match="held_ahead"):
        decide(w, "accept", granted_at=LATER + timedelta(hours=1))
    with pytest.raises(Invalid, match="reason_needed"):
        decide(w, "ignore", reason="  ")
    with pytest.raises(Invalid, match="not_a_choice"):
        decide(w, "delete")
    decide(w, "ignore", seen=0)
    with pytest.raises(Conflict):
        decide(w, "accept", "09:00", seen=0)
    supervisor = signed_in(factories.employee(w.branch, role="supervisor"), w.branch)
    elsewhere = factories.branch()
    stranger = signed_in(factories.employee(elsewhere, role="hr"), elsewhere)
    for by, refusal in ((supervisor, Forbidden), (stranger, NotFound)):
        with pytest.raises(refusal):
            decide(w, "ignore", by=by)


def test_accepting_without_a_time_never_takes_the_time_nobody_believes(w: World) -> None:
    w.rep("7")
    w.send("2000-01-01 00:00:12")
    with pytest.raises(Invalid, match="held_time_needed"):
        decide(w, "accept")
    for early in (LATER - timedelta(days=401), w.moment("00:01", date(1, 1, 2)), datetime.min.replace(tzinfo=UTC)):
        with pytest.raises(Invalid, match="held_long_ago"):
            decide(w, "accept", granted_at=early)
    decide(w, "accept", granted_at=LATER - timedelta(days=399))


def test_t24_nobody_decides_about_their_own_punch(w: World) -> None:
    w.hold("7", w.hr, date(2026, 1, 1))  # type: ignore[arg-type]
    w.send("2000-01-01 00:00:12")
    with pytest.raises(Invalid, match="own_decision"):
        decide(w, "accept", "08:58")
