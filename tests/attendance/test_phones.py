"""Phones bind themselves up to the limit; a further one asks, and never stops anybody from working."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from jobs.settlement import day_changed
from tests import factories
from tests.attendance.days import ON, Field, arrive, field
from tests.attendance.test_decisions import signed_in
from tests.support.queries import record
from webapp.attendance.service import bind_devices, decide_phone
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.core.outbox import Item, OutboxRow
from webapp.people import service as people
from webapp.people.models import Device, Team
from webapp.people.queries.devices import others_with
from webapp.sites.models import SiteSupervisor


@pytest.fixture
def rep(app: Any, freeze: Any) -> Field:
    freeze("2026-03-02T12:00+08:00")
    return field()


def came(f: Field, key: str, clock: str = "09:00", *, signed: bool = True, **known: Any) -> None:
    arrive(f, clock, device_key=key.ljust(43, "-"), signed=signed, extra={"device": f"Phone {key}"}, **known)
    bind_devices(pairs=[(f.rep.id, ON)])


def states(f: Field) -> dict[str, str]:
    db.session.remove()
    rows = db.session.query(Device).filter_by(employee_id=f.rep.id).order_by(Device.id)
    return {row.key.rstrip("-"): row.state for row in rows}


def device(f: Field, key: str) -> Device:
    db.session.remove()
    return db.session.query(Device).filter_by(employee_id=f.rep.id, key=key.ljust(43, "-")).one()


def boss_of(f: Field, *, site: bool = True) -> Any:
    boss = factories.employee(f.branch, role="supervisor")
    if site:
        factories.save(SiteSupervisor(site_id=f.shop.id, employee_id=boss.id))
    return signed_in(boss, f.branch)


def test_the_first_two_bind_and_the_third_asks(rep: Field) -> None:
    came(rep, "a", "09:00")
    came(rep, "b", "10:00")
    came(rep, "c", "11:00")
    assert states(rep) == {"a": "bound", "b": "bound", "c": "waiting"}
    found = device(rep, "a")
    assert (found.label, found.first_seen, found.last_seen) == ("Phone a", rep.moment("09:00"), rep.moment("09:00"))


def test_the_limit_is_the_branchs(app: Any, freeze: Any) -> None:
    freeze("2026-03-02T12:00+08:00")
    rep = field(device_limit=1)
    came(rep, "a", "09:00")
    came(rep, "b", "10:00")
    assert states(rep) == {"a": "bound", "b": "waiting"}


def test_a_wrong_signature_binds_nothing(rep: Field) -> None:
    came(rep, "a", signed=False)
    assert states(rep) == {}


def test_seen_again_changes_little_and_writes_seldom(rep: Field) -> None:
    came(rep, "a", "09:00")
    with record() as asked:
        bind_devices(pairs=[(rep.rep.id, ON)])
    assert not asked.writes()
    assert len(asked) == 1
    came(rep, "a", "11:00")
    assert device(rep, "a").last_seen == rep.moment("11:00")


def test_a_removed_phone_makes_no_room_and_asks_when_it_is_back(rep: Field) -> None:
    came(rep, "a", "09:00")
    came(rep, "b", "10:00")
    me = signed_in(rep.rep, rep.branch)
    do(people.remove_device, by=me, device_id=device(rep, "a").id, at=rep.moment("10:30"))
    bind_devices(pairs=[(rep.rep.id, ON)])
    assert states(rep)["a"] == "removed", "its earlier check-ins are no new sighting"
    came(rep, "c", "11:00")
    came(rep, "a", "11:45")
    assert states(rep) == {"a": "waiting", "b": "bound", "c": "waiting"}


def test_a_removed_phone_that_is_used_at_once_asks_at_once(rep: Field) -> None:
    came(rep, "a", "09:00")
    do(people.remove_device, by=signed_in(rep.rep, rep.branch), device_id=device(rep, "a").id, at=rep.moment("09:10"))
    came(rep, "a", "09:20")
    assert states(rep) == {"a": "waiting"}


def test_a_supervisor_of_the_site_approves_and_replaces(rep: Field) -> None:
    for key, clock in (("a", "09:00"), ("b", "10:00"), ("c", "11:00")):
        came(rep, key, clock)
    boss, at, new = boss_of(rep), rep.moment("12:00"), device(rep, "c").id
    with transaction() as opened:
        opened.execute(delete(OutboxRow))
    said = {"by": boss, "device_id": new, "decision": "bound", "reason": "", "at": at}
    with pytest.raises(Invalid) as full:
        do(decide_phone, **said)
    assert (full.value.code, full.value.field) == ("device_replaces", "replaces")
    do(decide_phone, **said, replaces=device(rep, "a").id)
    assert states(rep) == {"a": "removed", "b": "bound", "c": "bound"}
    db.session.remove()
    waits = select(OutboxRow.key).where(OutboxRow.topic == "day_changed", OutboxRow.bulk.is_(True))
    assert db.session.scalars(waits).all() == [f"{rep.rep.id}|{ON}"], "its evidence is weighed again"
    acts = [(row.action, row.actor_id) for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert acts == [("device.removed", boss.id), ("device.bound", boss.id)]
    with pytest.raises(Conflict):
        do(decide_phone, **said)


def test_refusing_needs_a_reason_and_can_be_taken_back(rep: Field) -> None:
    for key, clock in (("a", "09:00"), ("b", "10:00"), ("c", "11:00")):
        came(rep, key, clock)
    said = {"by": boss_of(rep), "device_id": device(rep, "c").id, "at": rep.moment("12:00")}
    with pytest.raises(Invalid) as why:
        do(decide_phone, **said, decision="refused", reason="")
    assert why.value.field == "reason"
    do(decide_phone, **said, decision="refused", reason="Not your phone")
    assert (states(rep)["c"], device(rep, "c").reason) == ("refused", "Not your phone")
    came(rep, "c", "11:50")
    assert states(rep)["c"] == "refused"
    do(decide_phone, **said, decision="bound", reason="It is", replaces=device(rep, "b").id)
    assert states(rep)["c"] == "bound"


def test_only_those_who_answer_for_the_person_decide(rep: Field) -> None:
    """T35: another branch's supervisor or HR, a supervisor without this site, and the rep cannot."""
    for key, clock in (("a", "09:00"), ("b", "10:00"), ("c", "11:00")):
        came(rep, key, clock)
    elsewhere = field()
    hr = factories.employee(elsewhere.branch, role="hr")
    strangers = [boss_of(rep, site=False), signed_in(hr, elsewhere.branch), signed_in(rep.rep, rep.branch)]
    said = {"device_id": device(rep, "c").id, "decision": "bound", "reason": "", "at": rep.moment("12:00")}
    for who in strangers:
        with pytest.raises(NotFound):
            do(decide_phone, by=who, **said)
    with pytest.raises(NotFound):
        do(people.remove_device, by=strangers[1], device_id=said["device_id"], at=said["at"])


def test_a_team_leader_decides_too(rep: Field) -> None:
    team = factories.save(Team(branch_id=rep.branch.id, name="One"))
    member = factories.employee(rep.branch, team_id=team.id)
    f = Field(rep.branch, rep.kind, member, rep.shop, signed_in(member, rep.branch))
    for key, clock in (("a", "09:00"), ("b", "10:00"), ("c", "11:00")):
        came(f, key, clock)
    boss = signed_in(factories.employee(rep.branch, role="supervisor", team_id=team.id), rep.branch)
    said = {"decision": "bound", "reason": "", "at": rep.moment("12:00"), "replaces": device(f, "a").id}
    do(decide_phone, by=boss, device_id=device(f, "c").id, **said)
    assert states(f)["c"] == "bound"


def test_a_shared_phone_is_both_peoples(rep: Field) -> None:
    other = factories.employee(rep.branch, name="Colleague")
    theirs = Field(rep.branch, rep.kind, other, rep.shop, signed_in(other, rep.branch))
    came(rep, "a", "09:00")
    came(theirs, "a", "09:10")
    assert (states(rep), states(theirs)) == ({"a": "bound"}, {"a": "waiting"})
    said = {"decision": "bound", "reason": "They share it.", "at": rep.moment("12:00")}
    do(decide_phone, by=boss_of(theirs), device_id=device(theirs, "a").id, **said)
    came(rep, "a", "12:30")
    came(theirs, "a", "12:31")
    assert states(rep) == states(theirs) == {"a": "bound"}
    key = "a".ljust(43, "-")
    assert others_with([key], rep.rep.id, signed_in(other, rep.branch)) == {key: ["Colleague"]}


def test_the_job_after_a_check_in_binds(rep: Field) -> None:
    arrive(rep, "09:00", device_key="a" * 43, signed=True)
    day_changed([Item(1, "day_changed", "k", {"employee_id": rep.rep.id, "work_date": ON.isoformat()}, 0)])
    assert states(rep) == {"a" * 43: "bound"}
