"""The supervisor's Confirm pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.attendance.test_decisions import signed_in
from tests.pages.supervisor.crew import NOON, ON, Crew, arrive, crew, leave
from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.models import AttendanceException, Confirmation, Decision
from webapp.core.audit import AuditEntry
from webapp.core.clock import now
from webapp.core.db import db, do
from webapp.people.models import Branch
from webapp.sites.models import SiteSupervisor

TODAY = f"?on={ON}"
MONEY = re.compile(r"[¥€$]|\d+\.\d\d\b(?!/)")


@pytest.fixture
def team(app: Any, freeze: Any) -> Crew:
    freeze(NOON)
    return crew()


@pytest.fixture
def boss(team: Crew, client_as: Any) -> Any:
    return client_as(team.boss)


def day(found: Any) -> Any:
    db.session.remove()
    return attendance.days([(found.rep.id, ON)])[found.rep.id, ON]


def words() -> list[str]:
    db.session.remove()
    return [row.word for row in db.session.query(Confirmation).order_by(Confirmation.at, Confirmation.seq)]


def test_the_list_tells_clean_from_those_that_need_a_look(team: Crew, boss: Any) -> None:
    team.came("Clean One")
    team.came("Late Lee", "09:26")
    team.came("Far Fan", metres=400)
    missing = team.rep("Missing Mo", phone="13800138000")
    factories.save(_stop(team, missing))
    html = boss.get("/confirm").text
    clean, look = html.split("look-h", 1)
    assert ("Clean One" in clean, "Late Lee" in clean) == (True, False)
    assert ["Late Lee" in look, "Far Fan" in look, "Missing Mo" in look] == [True] * 3
    assert "Confirm 1 person" in html
    assert ("26 min late" in look, "250 m outside" in look, "No check-in" in look) == (True, True, True)
    assert "400 m from the store (±10 m)" in look
    assert "tel:13800138000" in look


def _stop(team: Crew, found: Any) -> Any:
    from webapp.schedules.models import PlanStop

    return PlanStop(employee_id=found.rep.id, work_date=ON, seq=1, site_id=team.field.shop.id)


def test_one_tap_confirms_all_clean_ones_and_can_be_undone(team: Crew, boss: Any) -> None:
    found = [team.came(f"Clean {n}") for n in range(3)]
    ids = [each.rep.id for each in found]
    answer = boss.hx("POST", f"/confirm/clean{TODAY}", data={"ids": ids})
    assert answer.status_code == 200
    assert "3 people confirmed" in answer.text
    assert 'id="badge-confirm"' in answer.text
    assert [day(each).confirmed for each in found] == ["present"] * 3
    assert boss.post(f"/confirm/clean/undo{TODAY}", data={"ids": ids}).status_code == 303
    assert [day(each).confirmed for each in found] == [None] * 3
    assert sorted(words()) == ["present"] * 3 + ["undone"] * 3


def test_undo_leaves_what_hr_said_since(team: Crew, boss: Any, client_as: Any) -> None:
    clean = team.came("Clean")
    boss.post(f"/confirm/clean{TODAY}", data={"ids": [clean.rep.id]})
    seen = re.search(r'name="seen" value="(\d+)"', boss.get(f"/confirm{TODAY}").text)
    said = {"by": signed_in(team.hr, team.field.branch), "employee_id": clean.rep.id, "work_date": ON}
    do(service.mark_absent, **said, reason="sick", at=now())
    boss.post(f"/confirm/clean/undo{TODAY}", data={"ids": [clean.rep.id]})
    answer = boss.post(f"/confirm/{clean.rep.id}/undo{TODAY}", data={"seen": seen[1]}, follow_redirects=True)
    assert "Somebody changed this at the same moment." in answer.text
    assert day(clean).confirmed == "absent"


def test_t24_a_forged_bulk_confirms_nobody_who_needs_a_look(team: Crew, boss: Any) -> None:
    clean, late, far = team.came("Clean"), team.came("Late", "09:26"), team.came("Far", metres=400)
    missing, stranger = team.rep("Missing"), team.came("Other team")
    ids = [each.rep.id for each in (clean, late, far, missing)] + [999_999]
    answer = boss.post(f"/confirm/clean{TODAY}", data={"ids": ids}, follow_redirects=True)
    assert "4 people need a look." in answer.text
    assert (words(), day(clean).confirmed) == (["present"], "present")
    assert day(stranger).confirmed is None


def test_confirming_one_approves_the_check_in_and_says_what_it_is_worth(team: Crew, boss: Any) -> None:
    far = team.came("Far", metres=400)
    html = boss.get("/confirm").text
    assert 'Confirmed, the day is worth ¥100.00 (<span class="money">+¥100.00</span>).' in html
    answer = boss.hx("POST", f"/confirm/{far.rep.id}{TODAY}")
    assert f'id="r{far.rep.id}"' in answer.text
    assert "Undo" in answer.text
    assert (day(far).status, day(far).undecided) == ("field_work", False)
    db.session.remove()
    assert db.session.query(AttendanceException).one().state == "approved"
    boss.post(f"/confirm/{far.rep.id}/undo{TODAY}")
    assert (day(far).status, day(far).confirmed) == ("pending", None)


def test_t24_a_colleague_who_was_faster_is_named(team: Crew, boss: Any, client_as: Any) -> None:
    """Both had the list open: one of them is told, and the row shows who it was."""
    here, far = team.came("Here"), team.came("Far", metres=400)
    colleague = factories.employee(team.field.branch, "supervisor", name="Wu Min")
    factories.save(SiteSupervisor(site_id=team.field.shop.id, employee_id=colleague.id))
    assert boss.hx("POST", f"/confirm/{far.rep.id}{TODAY}").status_code == 200
    boss.post(f"/confirm/clean{TODAY}", data={"ids": here.rep.id})
    second = client_as(colleague)
    answer = second.hx("POST", f"/confirm/{far.rep.id}{TODAY}")
    assert (answer.status_code, answer.text.count("Chen Jie confirmed this at")) == (422, 1)
    shown = second.post(f"/confirm/clean{TODAY}", data={"ids": here.rep.id}, follow_redirects=True).text
    assert "0 people confirmed." in shown
    assert "A colleague had confirmed 1." in shown
    assert "needs a look" not in shown
    assert words() == ["present", "present"]


def test_a_missing_check_in_cannot_be_confirmed(team: Crew, boss: Any) -> None:
    missing = team.rep("Missing")
    factories.save(_stop(team, missing))
    assert boss.hx("POST", f"/confirm/{missing.rep.id}{TODAY}").status_code == 422
    assert words() == []


def test_t35_others_people_are_not_there(team: Crew, boss: Any) -> None:
    foreign = crew()
    far = foreign.came("Foreign", metres=400)
    here = f"/confirm/{far.rep.id}"
    assert "Foreign" not in boss.get(f"/confirm{TODAY}").text
    assert [boss.get(path + TODAY).status_code for path in (here, f"{here}/absent", f"{here}/hr")] == [404] * 3
    for path in ("", "/undo", "/absent", "/hr"):
        data = {"reason": "sick", "note": "x"}
        assert boss.post(f"{here}{path}{TODAY}", data=data).status_code == 404, path
    assert boss.hx("POST", f"/confirm/{team.boss.id}{TODAY}").status_code == 422
    assert words() == []


def test_the_clients_own_supervisors_never_see_money(app: Any, freeze: Any, client_as: Any) -> None:
    freeze(NOON)
    team = crew(employer="client")
    late, far = team.came("Late", "09:26"), team.came("Far", metres=400)
    client = client_as(team.boss)
    paths = [f"/confirm{TODAY}", "/team", f"/confirm/counts{TODAY}"]
    paths += [f"/confirm/{each.rep.id}{end}{TODAY}" for each in (late, far) for end in ("", "/absent", "/hr")]
    for path in paths:
        assert not MONEY.search(client.get(path).text), path
    for path in ("", "/undo"):
        assert not MONEY.search(client.hx("POST", f"/confirm/{far.rep.id}{path}{TODAY}").text)
    assert not MONEY.search(client.post(f"/confirm/{late.rep.id}/absent{TODAY}", data={}).text)


def test_marking_absent_asks_for_a_reason_and_a_note_and_says_the_effect(team: Crew, boss: Any) -> None:
    late = team.came("Late", "09:26")
    page = boss.get(f"/confirm/{late.rep.id}/absent{TODAY}").text
    assert 'The day is then worth ¥0.00 (<span class="money">−¥70.00</span>).' in page
    for data in ({}, {"reason": "no_show"}, {"reason": "other"}, {"reason": "x", "note": "kept"}):
        answer = boss.post(f"/confirm/{late.rep.id}/absent{TODAY}", data=data)
        assert answer.status_code == 422, data
    assert "kept" in answer.text
    data = {"reason": "no_show", "note": "I was there all day"}
    assert boss.post(f"/confirm/{late.rep.id}/absent{TODAY}", data=data).status_code == 303
    assert day(late).status == "absent"
    db.session.remove()
    entry = db.session.query(AuditEntry).filter_by(action="attendance.absent").one()
    assert (entry.actor_id, entry.reason) == (team.boss.id, "I was there all day")
    done = boss.get(f"/confirm{TODAY}").text
    assert ("Did not come" in done, f"/confirm/{late.rep.id}/undo{TODAY}" in done) == (True, True)


def test_a_person_can_be_sent_to_hr_with_a_word(team: Crew, boss: Any) -> None:
    far, late, missing = team.came("Far", metres=400), team.came("Late", "09:26"), team.rep("Missing")
    factories.save(_stop(team, missing))
    assert boss.post(f"/confirm/{far.rep.id}/hr{TODAY}", data={}).status_code == 422
    for each, at in ((far, ""), (late, ""), (missing, "09:10")):
        data = {"note": "The entrance is at the back.", "at": at}
        assert boss.post(f"/confirm/{each.rep.id}/hr{TODAY}", data=data).status_code == 303
    db.session.remove()
    found = {row.employee_id: row for row in db.session.query(AttendanceException)}
    kinds = [(found[each.rep.id].kind, found[each.rep.id].state) for each in (far, late, missing)]
    assert kinds == [("outside", "open"), ("late", "open"), ("mistake", "open")]
    assert found[missing.rep.id].params == {"category": "forgot_in", "at": "2026-03-02T01:10:00+00:00"}
    assert {row.decision for row in db.session.query(Decision)} == {"passed_on"}
    html = boss.get(f"/confirm{TODAY}").text
    assert "With HR" in html
    assert "look-h" not in html


def test_a_missing_time_is_asked_for_and_what_was_typed_stays(team: Crew, boss: Any) -> None:
    missing = team.rep("Missing")
    factories.save(_stop(team, missing))
    answer = boss.post(f"/confirm/{missing.rep.id}/hr{TODAY}", data={"note": "Phone broken", "at": ""})
    assert (answer.status_code, "Phone broken" in answer.text, "Give the time." in answer.text) == (422, True, True)
    later = boss.post(f"/confirm/{missing.rep.id}/hr{TODAY}", data={"note": "Phone broken", "at": "13:00"})
    assert later.status_code == 422


def test_undo_works_after_the_settlement_too_and_says_so(team: Crew, boss: Any, freeze: Any) -> None:
    clean = team.came("Clean")
    assert "Can be changed freely until it is settled, 3 Mar 10:00." in boss.get(f"/confirm{TODAY}").text
    boss.post(f"/confirm/{clean.rep.id}{TODAY}")
    freeze("2026-03-04T12:00+08:00")
    db.session.get(Branch, team.field.branch.id)
    from webapp.core.db import transaction

    with transaction():
        db.session.get(Branch, team.field.branch.id).settled_through = ON
    assert "is posted as a correction" in boss.get(f"/confirm{TODAY}").text
    boss.post(f"/confirm/{clean.rep.id}/undo{TODAY}")
    assert day(clean).confirmed is None


def test_the_counts_tell_of_new_arrivals_without_moving_the_list(team: Crew, boss: Any) -> None:
    team.came("One")
    team.came("Two")
    part = boss.hx("GET", f"/confirm/counts{TODAY}&seen=1").text
    assert ("1 new" in part, "poll-counts" in part) == (True, True)
    assert re.search(r'id="badge-confirm" hx-swap-oob="true">2<', part)
    assert "new" not in boss.hx("GET", f"/confirm/counts{TODAY}&seen=2").text


def test_the_badge_says_the_same_everywhere(team: Crew, boss: Any, freeze: Any) -> None:
    """Everybody who waits, also of the days before."""
    team.came("Forgotten")
    freeze("2026-03-03T12:00+08:00")
    team.came("New", on=ON + timedelta(days=1))
    for path in ("/confirm", f"/confirm{TODAY}", "/team", f"/confirm/counts{TODAY}"):
        assert re.search(r'id="badge-confirm"[^>]*>2<', boss.get(path).text), path


def test_past_days_that_wait_are_offered(team: Crew, boss: Any, freeze: Any) -> None:
    team.came("Forgotten")
    freeze("2026-03-05T12:00+08:00")
    html = boss.get("/confirm").text
    assert f"/confirm?on={ON}" in html
    assert "Forgotten" in boss.get(f"/confirm{TODAY}").text
    for strange in ("?on=x", "?on=2020-01-01", "?on=2999-01-01", "?on=99999-01-01"):
        assert boss.get(f"/confirm{strange}").status_code == 200


def test_the_person_page_shows_the_evidence(team: Crew, boss: Any) -> None:
    far = team.came("Far", metres=400)
    html = boss.get(f"/confirm/{far.rep.id}{TODAY}").text
    assert "Phone 09:05:00, server 09:05:00" in html
    assert "outside the store&#39;s area" in html
    assert "<circle" in html
    assert not re.search(r"31\.23|121\.4", html)


def test_the_list_costs_the_same_for_many(team: Crew, boss: Any, queries: Any) -> None:
    def cost(count: int) -> int:
        for number in range(count):
            team.came(f"Late {count} {number}", "09:26", 0 if number % 2 else 400)
        with queries() as seen:
            boss.get(f"/confirm{TODAY}")
        assert seen.writes() == []
        return len(seen)

    assert cost(2) == cost(8) <= 18


def test_team_groups_by_where_people_are(team: Crew, boss: Any, freeze: Any) -> None:
    team.came("At Store", phone="13900139000")
    team.came("Waits", metres=400)
    gone = team.rep("Gone")
    leave(gone, arrive(gone, "09:05"), "11:00")
    factories.save(_stop(team, team.rep("Nowhere")))
    html = boss.get("/team").text
    assert [text in html for text in ("1 not in yet", "1 at a store", "1 waiting", "1 finished")] == [True] * 4
    assert "tel:13900139000" in html
    part = boss.hx("GET", "/team?counts=1").text
    assert ("<html" in part, 'id="counts"' in part) == (False, True)


def test_empty_lists_are_whole_pages(team: Crew, boss: Any) -> None:
    assert "Nothing to confirm on this day." in boss.get("/confirm").text
    assert "Nobody is assigned to you yet." in boss.get("/team").text


def test_t26_who_confirmed_and_undid_stays(team: Crew, boss: Any) -> None:
    clean = team.came("Clean")
    boss.post(f"/confirm/{clean.rep.id}{TODAY}")
    boss.post(f"/confirm/{clean.rep.id}/undo{TODAY}")
    db.session.remove()
    found = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    assert found[-2:] == ["attendance.present", "attendance.undone"]
    html = boss.get(f"/confirm/{clean.rep.id}{TODAY}").text
    assert html.count("Chen Jie") >= 2


def test_hr_decides_what_was_confirmed_in_between(team: Crew, boss: Any) -> None:
    """Confirming after HR rejected does not bring the check-in back."""
    from tests.attendance.days import subject
    from webapp.core.authz import Role, SignedIn

    far = team.came("Far", metres=400)
    info = subject(team.hr, team.field.branch).branch
    hr = SignedIn(team.hr.id, "H", "H", Role.HR, "own", "en", "auto", "normal", info, (info.id,), 1)
    exception = db.session.query(AttendanceException).one().id
    do(service.decide, by=hr, exception_id=exception, decision="rejected", reason="Too far", at=now())
    assert boss.hx("POST", f"/confirm/{far.rep.id}{TODAY}").status_code == 422
    assert words() == []
