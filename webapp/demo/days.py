"""Acting a rep's day out: check-ins and check-outs as the phone would have sent them, all at their own time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from webapp.attendance import service as attendance
from webapp.attendance.rules import Evidence, Fix
from webapp.core import outbox
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.demo.acts import Act, Visit, client_id, is_fresh, spot
from webapp.demo.phones import phone
from webapp.demo.plan import Story
from webapp.sales import service as sales
from webapp.sites import service as sites
from webapp.visits import service as visits
from webapp.visits.service import Finish

SECOND = timedelta(seconds=1)
BREATH = 0.004
"""Seconds between units of work, for whoever waits to write."""


@dataclass(frozen=True)
class Stage:
    """Everything the acts need to know about the database."""

    story: Story
    actors: Mapping[str, SignedIn]
    sites: Mapping[str, int]

    def ids(self) -> list[int]:
        """Everybody whose days are told."""
        return [self.actors[member.staff_no].id for member in self.story.cast]


def live(*, stage: Stage, act: Act, until: datetime) -> None:
    """One rep's working day as one unit of work, as far as it has happened by `until`."""
    rep, dice = stage.actors[act.member.staff_no], stage.story.dice(act.member.staff_no, act.on, "phone")
    for visit in act.visits:
        _arrive(stage, act, visit, until, dice)
        if visit.out_at is not None and visit.out_at <= until and not visit.undone:
            _leave(stage, act, visit, dice)
    if act.visits and act.ends_at + timedelta(hours=1) <= until:
        _sold(rep, act)
    forget(rep.id, act.on)


def weigh(*, stage: Stage, acts: Sequence[Act], at: datetime) -> None:
    """What looks odd is asked about in the evening, before the day is paid; and whoever decides is told."""
    pairs = {(stage.actors[act.member.staff_no].id, act.on) for act in acts if act.visits}
    if not pairs:
        return
    attendance.bind_devices(pairs=pairs)
    attendance.scan(pairs=pairs, at=at)
    if any(is_fresh(stage.story, act.on) for act in acts):
        do(attendance.tell_waiting, pairs=pairs, at=at)
    do(outbox.forget, topic="day_changed", keys=[f"{employee_id}|{on}" for employee_id, on in sorted(pairs)])


def forget(employee_id: int, on: date) -> None:
    """The teller settles what it tells; the queue has nothing to do about it."""
    outbox.forget(topic="day_changed", keys=[f"{employee_id}|{on}"])


def _arrive(stage: Stage, act: Act, visit: Visit, until: datetime, dice: Random) -> None:
    rep = stage.actors[act.member.staff_no]
    delay = dice.uniform(8, 45) * 60 if visit.doubt == "sent_late" else dice.uniform(1, 4)
    at = visit.in_at + timedelta(seconds=delay)
    if at > until:
        return
    evidence = _evidence(visit.client_id, visit, visit.in_at, at, dice, _signed(stage.story, act))
    visits.check_in(rep=rep, evidence=evidence, site_id=stage.sites[visit.place.code], at=at)
    if visit.undone:
        visits.undo(rep=rep, client_id=visit.client_id, at=at + 14 * SECOND)
    if visit.proposes:
        lat, lng, _ = spot(visit.place, None, dice)
        said = client_id(visit.client_id, "proposal")
        site_id = stage.sites[visit.place.code]
        sites.propose_position(rep=rep, site_id=site_id, client_id=said, lat=lat, lng=lng, accuracy_m=14.0, at=at)


def _leave(stage: Stage, act: Act, visit: Visit, dice: Random) -> None:
    assert visit.out_at is not None
    rep = stage.actors[act.member.staff_no]
    at = visit.out_at + timedelta(seconds=dice.uniform(1, 4))
    finish = Finish(visit.client_id, visit.outcome, visit.note, visit.next_on)
    doubt = visit.doubt if visit.doubt in ("denied", "weak") else None
    evidence = _evidence(visit.out_id, visit, visit.out_at, at, dice, _signed(stage.story, act), doubt)
    visits.check_out(rep=rep, evidence=evidence, finish=finish, at=at)


def _signed(story: Story, act: Act) -> dict[str, str]:
    key, label = phone(story, act.member, act.on)
    return {"key": key, "device": label}


def _evidence(
    key: str,
    visit: Visit,
    tapped_at: datetime,
    at: datetime,
    dice: Random,
    phone: Mapping[str, str],
    doubt: str | None = "",
) -> Evidence:
    doubt = visit.doubt if doubt == "" else doubt
    sent_at = at - SECOND
    extra: dict[str, Any] = {"device": phone["device"]}
    known: dict[str, Any] = {"device_key": phone["key"], "signed": True, "extra": extra}
    if doubt == "denied":
        return Evidence(key, tapped_at, sent_at, no_fix="denied", **known)
    lat, lng, accuracy = spot(visit.place, doubt, dice)
    if doubt == "typed":
        extra["altitude"] = 0.0
    return Evidence(key, tapped_at, sent_at, Fix(lat, lng, accuracy, tapped_at - 2 * SECOND), **known)


def _sold(rep: SignedIn, act: Act) -> None:
    """As the shop's till reported it in the evening."""
    sales.record_figure(
        by=None,
        employee_id=rep.id,
        work_date=act.on,
        amount=act.sales * 100,
        target=act.target * 100,
        source="demo",
        at=act.ends_at + timedelta(hours=1),
    )
