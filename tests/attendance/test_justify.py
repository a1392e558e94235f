"""Present without clean evidence: why, in whose words, and where it is read. PEERS 1.5."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jobs.confirming import remind
from tests import factories
from tests.pages.supervisor.crew import NOON, ON, Crew, crew
from webapp.attendance.models import Confirmation
from webapp.attendance.rules.justify import PRESENT_REASONS, suggested
from webapp.core.db import db
from webapp.notifications.models import Notice
from webapp.people.models import Delegation

TODAY = f"?on={ON}"


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


def word() -> Any:
    db.session.remove()
    return db.session.scalar(select(Confirmation).order_by(Confirmation.seq.desc()))


@pytest.mark.parametrize(
    ("issues", "reason"),
    [
        ([], None),
        ([("late", {})], None),
        ([("late", {}), ("outside", None)], "outside"),
        ([("cannot", {"cannot": "camera"})], "media"),
        ([("cannot", {"cannot": "network"})], "insists"),
        ([("photo", {})], "media"),
        ([("clock", {})], "insists"),
    ],
)
def test_the_reason_that_fits_what_is_open(issues: Any, reason: str | None) -> None:
    assert suggested(issues) == reason
    assert reason is None or reason in PRESENT_REASONS


def test_one_tap_still_confirms_with_the_reason_that_fits_and_the_rep_reads_it(team: Crew, client_as: Any) -> None:
    far = team.came("Far Fan", metres=400)
    boss = client_as(team.boss)
    page = boss.get("/confirm").text
    assert "They were here; the phone placed them outside" in page
    assert boss.hx("POST", f"/confirm/{far.rep.id}{TODAY}").status_code == 200
    assert (word().word, word().reason) == ("present", "outside")
    assert "the phone placed them outside" in client_as(far.rep).get("/notices").text
    assert "the phone placed them outside" in boss.get(f"/confirm/{far.rep.id}{TODAY}").text
    audit = client_as(team.hr).get("/hr/audit").text
    assert "They were here; the phone placed them outside" in audit


def test_another_reason_needs_a_note_and_nothing_is_lost(team: Crew, client_as: Any) -> None:
    far, boss = team.came("Far Fan", metres=400), client_as(team.boss)
    where = f"/confirm/{far.rep.id}{TODAY}"
    for answer in (boss.hx("POST", where, data={"reason": "phone"}), boss.post(where, data={"reason": "phone"})):
        assert answer.status_code == 422
        assert "which phone it is" in answer.text
        assert '<option value="phone" selected>' in answer.text
    assert boss.post(where, data={"reason": "nonsense"}).status_code == 422
    assert word() is None
    assert boss.post(where, data={"reason": "phone", "note": "Nokia 3310"}).status_code == 303
    assert (word().reason, word().note) == ("phone", "Nokia 3310")
    assert "Nokia 3310" in client_as(far.rep).get("/notices").text


def test_clean_evidence_needs_no_reason(team: Crew, client_as: Any) -> None:
    late = team.came("Late Lee", "09:26")
    boss = client_as(team.boss)
    assert "Why does it count?" not in boss.get("/confirm").text
    boss.post(f"/confirm/{late.rep.id}{TODAY}")
    assert (word().word, word().reason) == ("present", None)


def test_overdue_days_come_first_with_how_many(team: Crew, client_as: Any, freeze: Any) -> None:
    team.came("Old One")
    freeze("2026-03-03T17:59+08:00")
    boss = client_as(team.boss)
    assert "To be confirmed by" in boss.get(f"/confirm{TODAY}").text
    freeze("2026-03-03T18:01+08:00")
    page = boss.get("/confirm").text
    assert "1 confirmation overdue" in page
    assert page.index(f"/confirm?on={ON}") < page.index(f"/confirm?on={ON + timedelta(days=1)}")
    assert "Was to be confirmed by" in boss.get(f"/confirm{TODAY}").text


def test_the_branch_says_how_long(team: Crew, client_as: Any, freeze: Any) -> None:
    branch = db.session.merge(team.field.branch)
    branch.attendance = {"confirm_hours": 48}
    factories.save(branch)
    team.came("Old One")
    freeze("2026-03-03T18:01+08:00")
    assert "overdue" not in client_as(team.boss).get("/confirm").text


def test_one_reminder_a_day_also_to_the_stand_in(team: Crew, freeze: Any) -> None:
    deputy = factories.employee(team.field.branch, "supervisor")
    stranger = factories.employee(team.field.branch, "supervisor")
    span = {"first_on": ON, "last_on": ON + timedelta(days=3), "made_at": team.field.moment("08:00")}
    factories.save(Delegation(from_id=team.boss.id, to_id=deputy.id, **span))
    team.came("Old One")
    told = []
    for moment in ("03-03T17:00", "03-03T19:00", "03-03T20:00", "03-04T02:00", "03-04T10:00"):
        freeze(f"2026-{moment}+08:00")
        told.append(remind())
    assert told == [0, 2, 0, 0, 2]
    db.session.remove()
    notice = select(Notice.employee_id).where(Notice.code == "notice_confirm_overdue")
    assert set(db.session.scalars(notice)) == {team.boss.id, deputy.id}
    assert stranger.id not in set(db.session.scalars(notice))
