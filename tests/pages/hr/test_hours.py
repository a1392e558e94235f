"""HR's pages for shifts, holidays and leave."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from webapp.core.db import db
from webapp.schedules import queries as schedules
from webapp.schedules.models import Leave, Shift

TODAY = date(2026, 3, 4)
EARLY = {"name": "Early", "start": "07:00", "end": "15:00", "grace_minutes": "5"}


@pytest.fixture
def branch(app: Any, freeze: Any) -> Any:
    freeze("2026-03-04T10:00+08:00")
    return make.branch(workdays=[1, 2, 3, 4, 5])


@pytest.fixture
def desk(client_as: Any, branch: Any) -> Any:
    return client_as(make.employee(branch, "hr"))


@pytest.fixture
def rep(branch: Any) -> Any:
    return make.employee(branch, name="Li Na")


class TestShifts:
    PATH = "/hr/schedule/shifts"

    def test_a_shift_is_added_changed_and_archived(self, desk: Any, branch: Any) -> None:
        assert desk.post(self.PATH, data={**EARLY, "branch_id": branch.id}).status_code == 303
        shift = db.session.scalars(select(Shift)).one()
        assert 'value="07:00"' in desk.get(f"{self.PATH}/{shift.id}").text
        change = {**EARLY, "start": "06:00", "from_on": "2026-03-10", "version": 1}
        assert desk.post(f"{self.PATH}/{shift.id}", data=change).status_code == 303
        assert "From 10 Mar on; until then 07:00–15:00" in desk.get(self.PATH).text
        desk.post(f"{self.PATH}/{shift.id}/archive")
        assert "Archived" in desk.get(self.PATH).text
        desk.post(f"{self.PATH}/{shift.id}/unarchive")
        assert len(schedules.open_shifts(branch.id)) == 1

    def test_terms_are_kept_shown_and_told_in_sentences(self, desk: Any, branch: Any) -> None:
        split = {"kind": "split", "breaks": "12:00-16:00，18:00–18:15", "serious": "30", "before": "60", "after": "30"}
        desk.post(self.PATH, data={**EARLY, "end": "21:00", **split, "branch_id": branch.id})
        shift = db.session.scalars(select(Shift)).one()
        breaks = [["12:00", "16:00"], ["18:00", "18:15"]]
        assert shift.terms == {"kind": "split", "breaks": breaks, "before": 60, "after": 30, "serious": 30}
        page = desk.get(f"{self.PATH}/{shift.id}").text
        for line in (
            'value="12:00–16:00, 18:00–18:15"',
            "Come by 07:00 and stay until 12:00; come again by 16:00 and stay until 21:00.",
            "More than 30 minutes late is seriously late.",
            "Not worked: 18:00–18:15.",
            "The whole shift is 9:45 hours of work.",
            "Half a day of leave leaves 07:00–12:00 or 16:00–21:00.",
        ):
            assert line in page, line
        assert "Split shift" in desk.get(self.PATH).text
        # a form of before knows nothing of terms
        desk.post(f"{self.PATH}/{shift.id}", data={**EARLY, "end": "22:00", "from_on": "2026-03-10", "version": 1})
        shift = db.session.scalars(select(Shift)).one()
        assert (shift.end, shift.terms["kind"]) == ("22:00", "split")
        page = desk.get(f"{self.PATH}/{shift.id}").text
        assert "something else counts:" in page
        assert page.count("come again by 16:00") == 2

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ({"kind": "round"}, "kind"),
            ({"kind": "split"}, "breaks"),
            ({"kind": "flexible"}, "minimum"),
            ({"kind": "core"}, "core_start"),
            ({"kind": "core", "core_start": "06:00", "core_end": "10:00"}, "core_end"),
            ({"kind": "core", "core_start": "x", "core_end": "10:00"}, "core_start"),
            ({"kind": "fixed", "breaks": "noon"}, "breaks"),
            ({"kind": "fixed", "breaks": "12:00–25:00"}, "breaks"),
            ({"kind": "fixed", "breaks": "14:00–16:00"}, "breaks"),
            ({"kind": "fixed", "breaks": "07:00–08:00"}, "breaks"),
            ({"kind": "fixed", "breaks": "12:00–13:00, 12:30–14:00"}, "breaks"),
            ({"kind": "fixed", "breaks": "8:00–8:01, 9:00–9:01, 10:00–10:01, 11:00–11:01, 12:00–12:01"}, "breaks"),
            ({"kind": "fixed", "break_minutes": "480"}, "break_minutes"),
            ({"kind": "fixed", "minimum": "481"}, "minimum"),
            ({"kind": "fixed", "minimum": "-1"}, "minimum"),
            ({"kind": "fixed", "serious": "5"}, "serious"),
            ({"kind": "fixed", "before": "241"}, "before"),
            ({"kind": "fixed", "after": "-1"}, "after"),
        ],
    )
    def test_terms_that_do_not_fit_come_back_beside_their_field(
        self, desk: Any, branch: Any, terms: dict[str, str], field: str
    ) -> None:
        answer = desk.post(self.PATH, data={**EARLY, **terms, "branch_id": branch.id})
        assert (answer.status_code, f'id="f-{field}-error"' in answer.text) == (422, True), answer.text
        told = desk.post("/hr/schedule/hours/preview", data={**EARLY, **terms})
        assert (told.status_code, 'class="notice att"' in told.text) == (200, True)

    def test_the_preview_says_what_is_typed_and_keeps_nothing(self, desk: Any) -> None:
        flexible = {**EARLY, "kind": "flexible", "minimum": "300", "break_minutes": "30"}
        told = desk.post("/hr/schedule/hours/preview", data=flexible).text
        assert "any time between 07:00 and 15:00" in told
        assert "At least 5:00 hours" in told
        assert desk.post("/hr/schedule/hours/preview", data={}).status_code == 200
        assert db.session.scalars(select(Shift)).all() == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", ""), ("name", "x" * 61), ("start", "7"), ("end", "07:00"), ("grace_minutes", "-1"), ("from_on", "x")],
    )
    def test_mistakes_come_back_beside_their_field(self, desk: Any, branch: Any, field: str, value: str) -> None:
        shift = make.save(Shift(branch_id=branch.id, name="Late", start="12:00", end="20:00"))
        change = {**EARLY, "from_on": "2026-03-10", "version": 1, field: value}
        answer = desk.post(f"{self.PATH}/{shift.id}", data=change)
        assert (answer.status_code, f'id="f-{field}-error"' in answer.text) == (422, True), answer.text
        if field != "from_on":
            assert desk.post(self.PATH, data={**change, "branch_id": branch.id}).status_code == 422

    def test_what_is_not_ones_own_does_not_exist(self, desk: Any) -> None:
        other = make.branch()
        shift = make.save(Shift(branch_id=other.id, name="Late", start="12:00", end="20:00"))
        for path in ("", "/archive", "/unarchive"):
            change = {**EARLY, "from_on": "2026-03-10"}
            assert desk.post(f"{self.PATH}/{shift.id}{path}", data=change).status_code == 404, path
        assert desk.post(self.PATH, data={**EARLY, "branch_id": other.id}).status_code == 404
        assert "Late" not in desk.get(self.PATH).text


class TestCalendar:
    PATH = "/hr/schedule/calendar"

    def test_a_year_is_loaded_and_next_year_is_provisional(self, desk: Any, branch: Any) -> None:
        seed = {"branch_id": branch.id, "year": 2026}
        html = desk.get(desk.post(f"{self.PATH}/seed", data=seed).location).text
        assert ("春节" in html, "Make-up workday" in html, "not announced" in html) == (True, True, False)
        seed["year"] = 2027
        html = desk.get(desk.post(f"{self.PATH}/seed", data=seed).location).text
        assert ("Make-up workday</span>" in html, "not announced" in html) == (False, True)
        again = desk.get(desk.post(f"{self.PATH}/seed", data=seed).location).text
        assert "0 days added." in again
        desk.post(f"{self.PATH}/days", data={"branch_id": branch.id, "on": "2027-02-14", "kind": "workday"})
        assert "not announced" not in desk.get(f"{self.PATH}?year=2027").text

    def test_a_day_is_taken_back_and_a_day_added(self, desk: Any, branch: Any, rep: Any) -> None:
        day = {"branch_id": branch.id, "on": str(TODAY), "kind": "holiday"}
        refused = desk.post(f"{self.PATH}/days", data=day)
        assert (refused.status_code, 'id="f-name-error"' in refused.text) == (422, True)
        desk.post(f"{self.PATH}/days", data={**day, "name": "Founder's day"})
        assert schedules.expectation(rep.id, TODAY, branch).kind == "holiday"
        desk.post(f"{self.PATH}/days", data={**day, "kind": "ordinary", "name": "Founder's day"})
        assert schedules.expectation(rep.id, TODAY, branch).kind == "work"
        assert desk.post(f"{self.PATH}/days", data={**day, "on": "soon"}).status_code == 422

    def test_a_country_nobody_knows_is_told_so(self, client_as: Any) -> None:
        nowhere = make.branch(country="XX")
        desk = client_as(make.employee(nowhere, "hr"))
        answer = desk.post(f"{self.PATH}/seed", data={"branch_id": nowhere.id, "year": 2026})
        assert (answer.status_code, "no list of holidays" in answer.text) == (422, True)

    def test_other_branches_and_odd_years_are_not_found(self, desk: Any) -> None:
        other = make.branch()
        assert desk.get(f"{self.PATH}?branch_id={other.id}").status_code == 404
        for seed in ({"branch_id": other.id, "year": 2026}, {"branch_id": other.id, "year": 99999}, {}):
            assert desk.post(f"{self.PATH}/seed", data=seed).status_code == 404
        day = {"branch_id": other.id, "on": str(TODAY), "kind": "ordinary"}
        assert desk.post(f"{self.PATH}/days", data=day).status_code == 404


class TestLeave:
    PATH = "/hr/schedule/leave"

    def ask(self, branch: Any, rep: Any, **known: Any) -> dict[str, Any]:
        days = {"first_on": "2026-03-04", "last_on": "2026-03-06", "kind": "sick", "note": "Flu"}
        return {"branch_id": branch.id, "staff": f"{rep.staff_no} · {rep.name}", **days, **known}

    def test_leave_is_recorded_and_cancelled(self, desk: Any, branch: Any, rep: Any) -> None:
        assert desk.post(self.PATH, data=self.ask(branch, rep)).status_code == 303
        assert schedules.expectation(rep.id, TODAY, branch).kind == "leave"
        html = desk.get(self.PATH).text
        assert ("Li Na" in html, "Sick leave" in html, "Flu" in html) == (True, True, True)
        leave = db.session.scalars(select(Leave)).one()
        desk.post(f"{self.PATH}/{leave.id}/cancel", data={"reason": "Came anyway"})
        assert "No leave is recorded." in desk.get(self.PATH).text

    @pytest.mark.parametrize(
        ("field", "value"),
        [("staff", "nobody"), ("staff", ""), ("last_on", "2026-03-01"), ("first_on", ""), ("first_on", "0001-01-01"),
         ("kind", "strike"), ("note", "x" * 301)],
    )  # fmt: skip
    def test_mistakes_come_back_beside_their_field(
        self, desk: Any, branch: Any, rep: Any, field: str, value: str
    ) -> None:
        answer = desk.post(self.PATH, data=self.ask(branch, rep, **{field: value}))
        assert (answer.status_code, f'id="f-{field}-error"' in answer.text) == (422, True), answer.text

    def test_other_branches_do_not_exist(self, desk: Any, branch: Any) -> None:
        stranger = make.employee(make.branch())
        assert desk.post(self.PATH, data=self.ask(branch, stranger)).status_code == 422
        foreign = make.save(
            Leave(employee_id=stranger.id, first_on=TODAY, last_on=TODAY, kind="sick", recorded_at=stranger.created_at)
        )
        assert desk.post(f"{self.PATH}/{foreign.id}/cancel").status_code == 404
        assert desk.get(f"{self.PATH}?branch_id={stranger.branch_id}").status_code == 404
