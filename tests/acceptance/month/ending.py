"""After the month: it is closed, paid and opened again, while facts still come."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import select

from tests.acceptance.month import check, late, money
from tests.acceptance.month.days import HOUR
from tests.acceptance.month.known import Known
from tests.acceptance.month.play import Player
from tests.acceptance.month.stage import Stage
from tests.acceptance.month.world import Month
from webapp.attendance import service as attendance
from webapp.core.db import db, do
from webapp.payroll import service as payroll
from webapp.payroll.models import PayRun, Payslip

Slips = dict[str, tuple[dict[str, int], int]]
"""Of each person: what each kind of rule gave, and what left the wallet for it."""


def close_pay_reopen(player: Player, month: Month, at: datetime, days: Any, paid: check.Parts) -> tuple[int, int]:
    """What is closed stands still whatever comes; the payslips say its days; opened again nothing was lost.

    `days`, `paid`: as they are at `at`. How many payslips there are, and postings after the month was opened again.
    """
    stage, dice, newest, player.look = player.stage, Random(7), check.newest_txn(), None
    _close(player, at)
    facts = late.facts(month, Known(month, at), days, at + HOUR, dice)
    month.facts += facts
    player.play_more(facts, at + 5 * HOUR)
    check.days_equal(stage, Known(month, at + 5 * HOUR), days)
    check.money_equals(stage, paid)
    slips = _pay(player, month, at + 6 * HOUR, paid)
    _reopen(player, at + 7 * HOUR)
    said = late.answers(facts, at + 8 * HOUR, dice)
    month.facts += said
    player.play_more(said, at + 9 * HOUR)
    known = Known(month, at + 9 * HOUR)
    other, after = money.worth(month, known)
    check.days_equal(stage, known, other)
    check.money_equals(stage, after, {who: swept for who, (_, swept) in slips.items()})
    changed = check.differences(paid, after)
    assert changed
    # Settled twice meanwhile, so that one slot may have moved there and on, or back.
    assert check.sums(check.posted_since(stage, newest)) == check.sums(changed)
    assert slips_of(stage) == slips
    return len(slips), sum(changed.values())


def _close(player: Player, at: datetime) -> None:
    player.freeze(at)
    for office in player.stage.month.offices:
        hr = player.stage.hr[office.code]
        do(attendance.close_month, by=hr, branch_id=hr.branch_id, month=_month(player.stage), reason="closed", at=at)


def _reopen(player: Player, at: datetime) -> None:
    player.freeze(at)
    for office in player.stage.month.offices:
        hr = player.stage.hr[office.code]
        do(attendance.reopen_month, by=hr, branch_id=hr.branch_id, month=_month(player.stage), reason="late", at=at)
    player.play_more([], at)


def _pay(player: Player, month: Month, at: datetime, paid: check.Parts) -> Slips:
    """Made, looked at and issued, by jobs; every slip is the sum of its days."""
    stage = player.stage
    runs = {}
    player.freeze(at)
    for hr in stage.hr.values():
        known = {"branch_id": hr.branch_id, "month": _month(stage)}
        runs[do(payroll.start_run, by=hr, **known, at=at)] = hr
    player.play_more([], at)
    for verb in (payroll.review, payroll.start_issuing):
        for run_id, hr in runs.items():
            do(verb, by=hr, run_id=run_id, version=_version(run_id), at=at)
    player.play_more([], at)
    slips, should = slips_of(stage), _sums(month, paid)
    assert {who: kinds for who, (kinds, _) in slips.items() if kinds} == should
    assert {who: swept for who, (_, swept) in slips.items() if swept} == {
        who: sum(kinds.values()) for who, kinds in should.items()
    }
    return slips


def _sums(month: Month, paid: check.Parts) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for (who, on), parts in paid.items():
        assert on.month == month.first.month
        found.setdefault(who, Counter()).update({kind: cents for kind, cents in parts.items() if cents})
    return {who: dict(kinds) for who, kinds in found.items() if kinds}


def slips_of(stage: Stage) -> Slips:
    names = {rep.id: who for who, rep in stage.people.items()}
    found: Slips = {}
    for slip in db.session.scalars(select(Payslip).where(Payslip.issued_at.is_not(None))):
        lines = [line for line in slip.lines if line["code"] == "pay_reward" and line["amount"]]
        found[names[slip.employee_id]] = {line["params"]["kind"]: line["amount"] for line in lines}, slip.swept
    db.session.remove()
    return found


def _month(stage: Stage) -> str:
    return f"{stage.month.first:%Y-%m}"


def _version(run_id: int) -> int:
    version = db.session.get_one(PayRun, run_id).version
    db.session.remove()
    return version
