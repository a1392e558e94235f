"""The month's company in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests import factories
from tests.acceptance.month import world as w
from tests.devices.world import signed_in
from webapp.attendance.rules import AttendancePolicy, written_policy
from webapp.core.authz import SignedIn
from webapp.core.db import do
from webapp.people.models import Branch, Team
from webapp.rules.service import seed_defaults
from webapp.schedules import service as schedules
from webapp.schedules.rules.terms import read_terms


@dataclass
class Stage:
    """Who and what is who and what there."""

    month: w.Month
    people: dict[str, SignedIn] = field(default_factory=dict)
    bosses: dict[str, SignedIn] = field(default_factory=dict)
    hr: dict[str, SignedIn] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    shifts: dict[tuple[str, str], int] = field(default_factory=dict)
    walls: dict[str, int] = field(default_factory=dict)
    leaves: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def office_hr(self, who: str) -> SignedIn:
        return self.hr[self.month.office_of(who).code]


def company(month: w.Month) -> Stage:
    stage = Stage(month)
    begin = datetime.combine(month.first, datetime.min.time(), UTC) - 9 * w.DAY
    for office in month.offices:
        branch = factories.branch(
            office.code, name=office.code, timezone=office.zone, currency=office.currency, country=office.country,
            workdays=list(office.workdays), settled_from=month.first, attendance=_habits(office),
        )  # fmt: skip
        do(seed_defaults, branch_id=branch.id, currency=office.currency, effective_from=month.first, at=begin)
        _shifts(stage, office, branch, begin)
        bosses = _people(stage, office, branch)
        _places(stage, office, branch, bosses, begin)
    return stage


def _habits(office: w.Office) -> dict[str, Any]:
    alone = "counts" if office.alone else "waits"
    wanted = AttendancePolicy(correction_quota=office.quota, repeat_seconds=office.again_s, device_alone=alone)
    return written_policy(wanted.checked())


def _shifts(stage: Stage, office: w.Office, branch: Branch, at: datetime) -> None:
    for shift in office.shifts.values():
        stage.shifts[office.code, shift.code] = do(
            schedules.create_shift, by=None, branch_id=branch.id, name=shift.code, start=shift.start, end=shift.end,
            grace_minutes=shift.grace, terms=read_terms(shift.terms), at=at,
        )  # fmt: skip


def _people(stage: Stage, office: w.Office, branch: Branch) -> dict[str, Any]:
    """The supervisors, as they are stored."""
    teams = {n: factories.save(Team(branch_id=branch.id, name=f"{office.code}{n}")).id for n in (1, 2)}
    for person in office.people.values():
        known = {"staff_no": person.no, "team_id": teams[person.team]}
        rep = factories.employee(branch, **known, joined_on=person.joined, left_on=person.left)
        stage.people[person.no] = signed_in(rep, branch)
    bosses = {
        code: factories.employee(branch, role="supervisor", staff_no=code, team_id=teams[team])
        for code, (team, _) in office.bosses.items()
    }
    stage.bosses |= {code: signed_in(boss, branch) for code, boss in bosses.items()}
    stage.hr[office.code] = signed_in(factories.employee(branch, role="hr", staff_no=f"{office.code}H"), branch)
    return bosses


def _places(stage: Stage, office: w.Office, branch: Branch, bosses: dict[str, Any], at: datetime) -> None:
    kinds, sites = {kind.code: _kind(office, branch, kind) for kind in office.kinds.values()}, {}
    for place in office.places.values():
        theirs: Iterable[Any] = [bosses[code] for code, (_, places) in office.bosses.items() if place.code in places]
        known = {"code": place.code, "lat": place.lat, "lng": place.lng, "radius_m": place.radius_m}
        sites[place.code] = factories.site(kinds[place.kind], *theirs, **known)
        stage.sites[place.code] = sites[place.code].id
    for wall in office.walls.values():
        hung = [sites[place] for place in wall.places]
        made = factories.terminal(branch, *hung, serial=wall.code, timezone=wall.zone, created_at=at)
        stage.walls[wall.code] = made.id


def _kind(office: w.Office, branch: Branch, kind: w.Hours) -> Any:
    hours = {"shift_start": kind.start, "shift_end": kind.end, "grace_minutes": kind.grace}
    fence = {"photo": "required"} if kind.code in office.pictured else {}
    return factories.store_type(branch, code=kind.code, **hours, terms=kind.terms, fence_policy=fence)
