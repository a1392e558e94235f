"""Plays a month through the product's services and jobs, everything at its time with a stopped clock."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select
from werkzeug.utils import import_string

from jobs import attendance as attendance_jobs
from jobs import base, devices, settlement, sweep
from jobs.base import read
from tests.acceptance.month import world as w
from tests.acceptance.month.stage import Stage
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException, CheckIn
from webapp.attendance.rules import Evidence, Fix, Token
from webapp.attendance.service.photos import Taken
from webapp.core import clock, outbox, row_jobs
from webapp.core.authz import SignedIn
from webapp.core.db import db, do
from webapp.core.errors import Invalid
from webapp.core.outbox import Item
from webapp.core.queue import silence
from webapp.devices import service as devices_service
from webapp.devices.models import RawPunch
from webapp.devices.service import held
from webapp.people.queries.stand_ins import stood_for
from webapp.schedules import service as schedules
from webapp.schedules.models import LeaveRequest
from webapp.schedules.rules import PlannedStop, Span, Swap
from webapp.visits import service as visits

BEAT = timedelta(hours=4)
Look = Callable[[datetime], None]


class Player:
    """`looks`: called after a branch's settlement, every morning, with the moment."""

    def __init__(self, stage: Stage, freeze: Any, look: Look | None = None) -> None:
        self.stage, self.freeze, self.look = stage, freeze, look
        self.queue: deque[tuple[str, dict[str, Any], Item | None]] = deque()

    def play(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Everything of the month in order, with the jobs between, to the very end."""
        monkeypatch.setattr(base, "enqueue", self._enqueue)
        monkeypatch.setattr(base, "enqueue_as", self._enqueue_as)
        with silence():
            facts = deque(self.stage.month.ordered())
            for beat in self._beats(facts[0].at):
                while facts and facts[0].at <= beat[0]:
                    self.do(facts.popleft())
                self.beat(*beat)

    def play_more(self, facts: Sequence[w.Fact], at: datetime) -> None:
        """What happens after the end, and a settlement at `at`."""
        with silence():
            for fact in facts:
                self.do(fact)
            self.beat(at, True)

    def _beats(self, first: datetime) -> list[tuple[datetime, bool]]:
        """Every four hours the jobs of every few minutes, and every morning each branch's settlement; less often while
        nobody works."""
        month, at, found = self.stage.month, first.replace(hour=0, minute=0, second=0, microsecond=0), []
        while at < month.over + BEAT:
            found.append((at, False))
            at += BEAT if month.first - w.DAY <= at.date() <= month.last + w.DAY else 3 * BEAT
        for office in month.offices:
            found += [
                (office.local(on + w.DAY, "10:05").astimezone(UTC), True) for on in w.days(month.first, month.last)
            ]
        return sorted([*found, (month.over + BEAT, True)])

    def beat(self, at: datetime, settles: bool) -> None:
        self.freeze(at)
        self.drain()
        devices.listen()
        attendance_jobs.close_days()
        self.drain()
        if settles:
            settlement.settle_due()
            self._work()
            self.drain()
            if self.look is not None:
                self.look(at)

    def drain(self) -> None:
        while sweep.drain():  # one call stops after a minute
            self._work()
        self._work()

    def _enqueue(self, name: str, *, timeout: int = 0, at_front: bool = False, retry: Any = None, **given: Any) -> str:
        self.queue.append((name, given, None))
        return name

    def _enqueue_as(self, job_id: str, name: str, *, timeout: int, meta: dict[str, Any], kwargs: dict[str, Any]) -> str:
        number, key, attempts = meta["row"]
        self.queue.append((name, kwargs, Item(number, outbox.RUN, key, None, attempts)))
        return job_id

    def _work(self) -> None:
        while self.queue:
            name, given, row = self.queue.popleft()
            import_string(name)(**given)
            if row is not None:
                do(row_jobs.ran, item=row, at=clock.now())
            sweep.drain()

    def do(self, fact: w.Fact) -> None:
        self.freeze(fact.at)
        getattr(self, f"_{type(fact).__name__.lower()}")(fact)

    def _tap(self, tap: w.Tap) -> None:
        stage = self.stage
        person, rep = stage.month.office_of(tap.who).people[tap.who], stage.people[tap.who]
        off = timedelta(seconds=person.off_s)
        fix = tap.fix and Fix(*tap.fix, tap.tapped - timedelta(seconds=2))
        token = tap.token and Token(tap.token, tap.token + off)
        sent_at = tap.at + off
        extra = {"sent_at": sent_at.isoformat()}
        said = Evidence(
            tap.key, tap.tapped + off, sent_at, fix, no_fix=None if fix else "denied", token=token, extra=extra
        )
        if tap.kind == "in":
            do(visits.check_in, rep=rep, evidence=said, site_id=stage.sites[tap.place], at=tap.at)
        else:
            finish = visits.Finish(str(tap.of), tap.outcome)
            do(visits.check_out, rep=rep, evidence=said, finish=finish, at=tap.at)

    def _photo(self, fact: w.Photo) -> None:
        sha = hashlib.sha256(fact.key.encode()).hexdigest()
        about = {"client_id": str(uuid5(UUID(fact.key), "photo")), "check_in": fact.key}
        taken = Taken(**about, sha256=sha, sent_sha256=sha, phash=None, width=640, height=480, size=90_000)
        do(attendance.record_photo, employee_id=self._id(fact), taken=taken, at=fact.at)

    def _undo(self, fact: w.Undo) -> None:
        do(visits.undo, rep=self.stage.people[fact.who], client_id=fact.key, at=fact.at)

    def _post(self, post: w.Post) -> None:
        wall = self.stage.month.office_of(post.who).walls[post.who]
        terminal_id = self.stage.walls[post.who]
        body = "".join(f"{pin}\t{shown}\t255\t1\t0\t0\t0\n" for pin, shown in post.lines).encode()
        do(
            devices_service.store_request, terminal_id=terminal_id, source="push", kind="attlog", body=body,
            params={"live": True} if post.live else {}, ip=None, zone=wall.zone, at=post.at,
        )  # fmt: skip
        self._call(post)

    def _call(self, call: w.Fact) -> None:
        do(devices_service.heard, terminal_id=self.stage.walls[call.who], at=call.at)

    def _ruling(self, fact: w.Ruling) -> None:
        by = self.stage.office_hr(fact.who)
        asked = select(RawPunch.id).where(
            RawPunch.terminal_id == self.stage.walls[fact.who], RawPunch.pin == fact.pin,
            RawPunch.device_time == fact.shown,
        )  # fmt: skip
        raw_id = db.session.scalars(asked).one()
        db.session.remove()
        do(held.decide, by=by, raw_punch_id=raw_id, decision="accept" if fact.granted else "ignore",
           granted_at=fact.granted, reason="seen on the camera", at=fact.at)  # fmt: skip

    def _away(self, fact: w.Away) -> None:
        bosses = self.stage.bosses
        do(attendance.set_stand_in, by=bosses[fact.who], from_id=bosses[fact.who].id, to_id=bosses[fact.other].id,
           first_on=fact.first, last_on=fact.last, at=fact.at)  # fmt: skip

    def _boss(self, code: str, at: datetime) -> SignedIn:
        """As they are signed in at a moment, for those they stand in for too."""
        boss = self.stage.bosses[code]
        return read(lambda: replace(boss, stands_for=stood_for(boss.id, at.astimezone(boss.branch.zone).date())))

    def _pin(self, fact: w.Pin) -> None:
        do(
            devices_service.assign, by=self.stage.office_hr(fact.who),
            branch_id=self.stage.office_hr(fact.who).branch_id, terminal_id=None, pin=fact.pin,
            employee_id=self.stage.people[fact.who].id, first_on=fact.first, last_on=None, at=fact.at,
        )  # fmt: skip

    def _roster(self, fact: w.Roster) -> None:
        shift = fact.shift and self.stage.shifts[self.stage.month.office_of(fact.who).code, fact.shift]
        do(schedules.set_day, by=None, employee_id=self._id(fact), work_date=fact.on, kind=fact.kind,
           shift_id=shift, at=fact.at)  # fmt: skip

    def _plan(self, fact: w.Plan) -> None:
        stops = [PlannedStop(self.stage.sites[place]) for place in fact.places]
        do(schedules.set_plan, by=None, employee_id=self._id(fact), work_date=fact.on, stops=stops, at=fact.at)

    def _calendar(self, fact: w.Calendar) -> None:
        branch_id = self.stage.hr[fact.who].branch_id
        do(
            schedules.set_calendar_day,
            by=None,
            branch_id=branch_id,
            on=fact.on,
            kind=fact.kind,
            name=fact.kind,
            at=fact.at,
        )

    def _swap(self, fact: w.Swap) -> None:
        """Asked, agreed and approved."""
        rep, other = self.stage.people[fact.who], self.stage.people[fact.other]
        swap = Swap(rep.id, other.id, fact.on, fact.their)
        key = f"{fact.who}-{fact.other}-{fact.on}-{fact.at:%H%M%S}"
        swap_id = do(schedules.ask_swap, rep=rep, client_id=key, swap=swap, at=fact.at)
        do(schedules.answer_swap, rep=other, swap_id=swap_id, agrees=True, at=fact.at)
        by = self.stage.office_hr(fact.who)
        do(schedules.decide_swap, by=by, swap_id=swap_id, decision="approved", version=2, at=fact.at)

    def _ask_leave(self, fact: w.Leave) -> int:
        """Asked on the phone; the supervisor agrees, then HR. The id of the leave."""
        office, span = (
            self.stage.month.office_of(fact.who),
            Span(fact.first, fact.last, fact.starts_half, fact.ends_half),
        )
        asked = do(schedules.ask_leave, rep=self.stage.people[fact.who], client_id=fact.key, kind=fact.kind, span=span,
                   note="family", at=fact.at)  # fmt: skip
        boss = next(code for code, (team, _) in office.bosses.items() if team == office.people[fact.who].team)
        for by in (self.stage.bosses[boss], self.stage.hr[office.code]):
            version = db.session.get_one(LeaveRequest, asked).version
            db.session.remove()
            do(schedules.answer_leave, by=by, request_id=asked, decision="approved", version=version, at=fact.at)
        leave_id = db.session.get_one(LeaveRequest, asked).leave_id
        db.session.remove()
        assert leave_id is not None
        return leave_id

    def _leave(self, fact: w.Leave) -> None:
        if fact.asked:
            self.stage.leaves[fact.key] = self._ask_leave(fact)
            return
        self.stage.leaves[fact.key] = do(
            schedules.record_leave, by=None, employee_id=self._id(fact), first_on=fact.first, last_on=fact.last,
            kind=fact.kind, starts_half=fact.starts_half, ends_half=fact.ends_half, at=fact.at,
        )  # fmt: skip

    def _cancelleave(self, fact: w.CancelLeave) -> None:
        do(schedules.cancel_leave, by=None, leave_id=self.stage.leaves[fact.key], at=fact.at)

    def _word(self, fact: w.Word) -> None:
        whom: dict[str, Any] = {
            "by": self._boss(fact.boss, fact.at), "employee_id": self._id(fact), "work_date": fact.on, "at": fact.at,
        }  # fmt: skip
        if fact.word == "present":
            do(attendance.confirm, **whom)
        elif fact.word == "absent":
            do(attendance.mark_absent, **whom, reason=fact.reason, note="seen by nobody")
        else:
            do(attendance.undo_confirmation, **whom)

    def _ask(self, fact: w.Ask) -> None:
        given: dict[str, Any] = {
            "rep": self.stage.people[fact.who], "work_date": fact.on, "note": "it was so", "wanted_at": fact.wanted,
            "at": fact.at,
        }  # fmt: skip
        try:
            if fact.what in ("forgot_in", "forgot_out"):
                made = do(attendance.report_mistake, category=fact.what, **given)
            else:
                made = do(attendance.ask_excuse, kind=fact.what, **given)
            self.stage.asked[fact.key] = made
        except Invalid as refused:
            if refused.code != "quota_used":
                raise
            self.stage.refused.add(fact.key)

    def _answer(self, fact: w.Answer) -> None:
        """About what was asked, or about everything a tap is in doubt for."""
        by = self.stage.office_hr(fact.who)
        params = {"at": fact.granted.isoformat()} if fact.granted else None
        if fact.key in self.stage.refused:
            return
        asked = self.stage.asked.get(fact.key)
        for exception_id in [asked] if asked else _about(fact.key):
            do(attendance.decide, by=by, exception_id=exception_id, decision="approved" if fact.yes else "rejected",
               reason="looked at", params=params, at=fact.at)  # fmt: skip

    def _id(self, fact: w.Fact) -> int:
        return self.stage.people[fact.who].id


def _about(client_id: str) -> list[int]:
    query = select(AttendanceException.id).join(CheckIn, CheckIn.id == AttendanceException.check_in_id)
    there = AttendanceException.state != "withdrawn"
    found = list(db.session.scalars(query.where(CheckIn.client_id == client_id, there)))
    db.session.remove()
    return found
