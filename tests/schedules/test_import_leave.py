"""Leave, days of leave and shifts from a table: per row what is wrong, and the same file twice changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests import factories as make
from tests.sites.test_service import signed
from tests.support.queries import record
from webapp.core import imports, tables
from webapp.core.db import db, transaction
from webapp.core.i18n import force_locale, say
from webapp.people.models import Branch, Employee
from webapp.schedules import queries
from webapp.schedules.adapters.imports_hours import ShiftHoursImport
from webapp.schedules.adapters.imports_leave import LeaveDaysImport, LeaveImport
from webapp.schedules.models import EarlierTimes, Leave, LeaveGrant, LeaveRequest, LeaveType, PeriodLock, Shift
from webapp.schedules.rules import read_terms

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _now(freeze: Any) -> None:
    freeze("2026-03-10T10:00+08:00")


@pytest.fixture
def branch(app: Any) -> Branch:
    made = make.branch(workdays=[1, 2, 3, 4, 5])
    with transaction() as conn:
        conn.execute(update(LeaveType).where(LeaveType.code == "annual").values(yearly_halves=20))
        conn.execute(update(LeaveType).where(LeaveType.code == "personal").values(half_days=False))
    return made


@pytest.fixture
def rep(branch: Branch) -> Employee:
    return make.employee(branch, staff_no="R001")


def bring(kind: Any, branch: Branch, text: str, **options: str) -> tuple[imports.Counts, list[dict[str, str]]]:
    ask = imports.Ask(None, branch.id, kind.read_options(options), NOW)
    batch_id = imports.prepare(kind, text.encode(), "x.csv", ask)
    imports.run(kind, imports.open_batch(batch_id, kind, None), None)
    errors = [{name: error["code"] for name, error in row.errors.items()} for row in imports.failures(batch_id)]
    db.session.remove()
    return imports.counts(batch_id), errors


def shut(branch: Branch, month: str) -> None:
    boss = make.employee(branch, "hr")
    known = {"branch_id": branch.id, "month": month, "seq": 1, "action": "closed", "by": boss.id, "at": NOW}
    make.save(PeriodLock(**known, reason=""))


class TestLeave:
    HEAD = "staff_no,kind,first_on,last_on,starts_half,ends_half,note\n"

    def test_by_code_or_name_with_halves(self, branch: Branch, rep: Employee) -> None:
        rows = (
            "R001,年假,2026-03-12,2026-03-13,是,,Wedding\nr001,Sick leave,2026-03-16,,,,\nR001,sick,2026-03-18,,,x,\n"
        )
        assert bring(LeaveImport(), branch, self.HEAD + rows)[0].done == 3
        first, second, third = db.session.scalars(select(Leave).order_by(Leave.first_on))
        assert (first.kind, first.starts_half, first.ends_half, first.note) == ("annual", True, False, "Wedding")
        assert (second.kind, second.first_on, second.last_on) == ("sick", date(2026, 3, 16), date(2026, 3, 16))
        assert (third.starts_half, third.ends_half) == (False, True)

    def test_the_same_file_twice_changes_nothing(self, branch: Branch, rep: Employee) -> None:
        file = f"{self.HEAD}R001,annual,2026-03-12,2026-03-13,,,\n"
        assert bring(LeaveImport(), branch, file)[0].done == 1
        counts, errors = bring(LeaveImport(), branch, file)
        assert (counts.done, counts.skip, errors) == (0, 1, [])
        assert db.session.scalar(select(func.count()).select_from(Leave)) == 1

    def test_what_is_wrong_is_said_per_row(self, branch: Branch, rep: Employee) -> None:
        known = {"client_id": "1" * 36, "employee_id": rep.id, "branch_id": branch.id, "kind": "sick", "halves": 2}
        day = date(2026, 4, 1)
        make.save(LeaveRequest(**known, first_on=day, last_on=day, state="open", steps=["hr"], asked_at=NOW))
        shut(branch, "2026-01")
        rows = (
            "R001,annual,2026-03-12,2026-03-13,,,\n"
            "R001,sick,2026-03-13,2026-03-16,,,\n"
            "R001,sick,2026-03-13,2026-03-12,,,\n"
            "R001,personal,2026-03-20,,yes,,\n"
            "R001,gone,2026-03-20,,,maybe,\n"
            "R9,annual,2026-03-20,,,,\n"
            "R001,annual,2026-01-30,2026-02-02,,,\n"
            "R001,annual,2026-04-01,,,,\n"
            "R001,annual,3333-04-01,,,,\n"
        )
        counts, errors = bring(LeaveImport(), branch, self.HEAD + rows)
        assert counts.done == 1
        assert errors == [
            {"first_on": "leave_overlap"},
            {"last_on": "leave_order"},
            {"starts_half": "leave_no_halves"},
            {"kind": "unknown_leave_kind", "ends_half": "not_a_choice"},
            {"staff_no": "unknown_staff"},
            {"first_on": "month_closed"},
            {"first_on": "leave_waits"},
            {"first_on": "not_a_date"},
        ]

    def test_a_morning_and_an_afternoon_fit(self, branch: Branch, rep: Employee) -> None:
        rows = "R001,annual,2026-03-12,,,yes,\nR001,sick,2026-03-12,,yes,,\n"
        assert bring(LeaveImport(), branch, self.HEAD + rows)[0].done == 2


class TestDays:
    HEAD = "staff_no,kind,year,days,note\n"

    def test_given_once(self, branch: Branch, rep: Employee) -> None:
        file = f"{self.HEAD}R001,年假,2026,2.5,Old system\nR001,annual,2026,-1,\n"
        for done, skip in ((2, 0), (0, 2)):
            counts, errors = bring(LeaveDaysImport(), branch, file)
            assert (counts.done, counts.skip, errors) == (done, skip, [])
        assert {one.source for one in db.session.scalars(select(LeaveGrant))} == {"import"}
        found = queries.balances([rep.id], signed(rep).branch, 2026, today=TODAY)[rep.id, "annual"]
        assert (found.granted, found.left) == (3, 23)

    def test_two_files_at_once_give_once(self, branch: Branch, rep: Employee) -> None:
        """Both were looked at before either was carried out."""
        kind, file = LeaveDaysImport(), f"{self.HEAD}R001,annual,2026,2,\n".encode()
        batches = [imports.prepare(kind, file, "x.csv", imports.Ask(None, branch.id, {}, NOW)) for _ in range(2)]
        for batch_id in batches:
            imports.run(kind, imports.open_batch(batch_id, kind, None), None)
        assert db.session.scalar(select(func.count()).select_from(LeaveGrant)) == 1

    def test_what_is_wrong_is_said_per_row(self, branch: Branch, rep: Employee) -> None:
        rows = "R001,sick,2026,1,\nR001,annual,2031,1,\nR001,annual,2026,0,\nR001,annual,2026,1.2,\nR001,annual,,x,\n"
        assert bring(LeaveDaysImport(), branch, self.HEAD + rows)[1] == [
            {"kind": "uncounted_leave_kind"},
            {"year": "too_high"},
            {"days": "leave_no_days"},
            {"days": "leave_half_steps"},
            {"year": "required", "days": "not_a_number"},
        ]


class TestShifts:
    def test_new_ones_with_all_they_demand(self, branch: Branch) -> None:
        file = (
            "name,start,end,kind,grace_minutes,serious,breaks,break_minutes,core_start,core_end,minimum,before,after\n"
            'Early,9:00,18:00,固定工时,10,60,"12:00-13:00, 15:00–15:15",0,,,,120,90\n'
            "Flex,08:00,20:00,flexible,,,,30,,,480,,\n"
            "Core,08:00,20:00,core,5,,,,10:00,15:00,,,\n"
            "Split,09:00,21:00,split,,,13:00-17:00,,,,,,\n"
            "Night,22:00,06:00,,15,,,,,,,,\n"
        )
        with force_locale("zh_Hans"):
            file = file.replace("固定工时", say("shift_kind_fixed"))
        assert bring(ShiftHoursImport(), branch, file)[0].done == 5
        found = {one.name: (one, read_terms(one.terms)) for one in db.session.scalars(select(Shift))}
        early = found["Early"][1]
        assert (early.breaks, early.serious, early.before, early.after) == (
            (("12:00", "13:00"), ("15:00", "15:15")), 60, 120, 90,
        )  # fmt: skip
        assert (found["Flex"][1].kind, found["Flex"][1].minimum, found["Flex"][1].break_minutes) == (
            "flexible",
            480,
            30,
        )
        assert found["Core"][1].core == ("10:00", "15:00")
        assert found["Split"][1].kind == "split"
        assert (found["Night"][0].end, found["Night"][0].grace_minutes, found["Night"][1].kind) == (
            "06:00",
            15,
            "fixed",
        )
        again, errors = bring(ShiftHoursImport(), branch, file)
        assert (again.done, again.skip, errors) == (0, 5, [])

    def test_a_known_name_is_changed_from_a_day_on(self, branch: Branch) -> None:
        shift = make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00", grace_minutes=5,
                                terms={"serious": 60}))  # fmt: skip
        counts, _ = bring(ShiftHoursImport(), branch, "name,start,end\nearly,08:00,16:00\n", from_on="2026-03-20")
        assert (counts.update, counts.done) == (1, 1)
        now = db.session.get_one(Shift, shift.id)
        assert (now.name, now.start, now.grace_minutes, now.terms, now.version) == (
            "Early", "08:00", 5, {"serious": 60}, 2,
        )  # fmt: skip
        earlier = db.session.scalars(select(EarlierTimes)).one()
        assert (earlier.start, earlier.until_on) == ("07:00", date(2026, 3, 20))

    def test_one_changed_after_the_preview_is_left_alone(self, branch: Branch) -> None:
        make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00", grace_minutes=5))
        kind = ShiftHoursImport()
        ask = imports.Ask(None, branch.id, {"from_on": ""}, NOW)
        batch_id = imports.prepare(kind, b"name,start,end\nEarly,08:00,16:00\n", "x.csv", ask)
        with transaction() as conn:
            conn.execute(update(Shift).values(version=2))
        imports.run(kind, imports.open_batch(batch_id, kind, None), None)
        assert [row.errors[""]["code"] for row in imports.failures(batch_id)] == ["conflict"]

    def test_what_is_wrong_is_said_per_row(self, branch: Branch) -> None:
        make.save(Shift(branch_id=branch.id, name="Old", start="07:00", end="15:00", archived_at=NOW))
        make.save(Shift(branch_id=branch.id, name="Early", start="07:00", end="15:00"))
        head = "name,start,end,kind,breaks,grace_minutes,serious\n"
        rows = (
            "Old,08:00,16:00,,,,\n"
            "A,25:00,16:00,,,,\n"
            "B,08:00,16:00,core,,,\n"
            "C,08:00,16:00,split,noon,,\n"
            "D,08:00,16:00,,17:00-18:00,,\n"
            "E,08:00,16:00,,,20,10\n"
            "F,08:00,08:00,odd,,x,\n"
            "Early,09:00,16:00,,,,\n"
        )
        shut(branch, "2026-02")
        assert bring(ShiftHoursImport(), branch, head + rows, from_on="2026-02-20")[1] == [
            {"name": "shift_is_archived"},
            {"start": "not_a_time"},
            {"name": "core_needed"},
            {"breaks": "breaks_unread"},
            {"breaks": "breaks_outside"},
            {"serious": "serious_bounds"},
            {"kind": "not_a_choice", "grace_minutes": "not_a_number"},
            {"name": "month_closed"},
        ]
        file = "name,start,end\nEarly,09:00,16:00\n"
        assert bring(ShiftHoursImport(), branch, file, from_on="2025-06-01")[1] == [{"name": "hours_too_old"}]


@pytest.mark.parametrize("kind", [LeaveImport(), LeaveDaysImport(), ShiftHoursImport()])
@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_the_example_can_be_sent_as_it_is(kind: Any, locale: str, branch: Branch, rep: Employee) -> None:
    with force_locale(locale):
        headers = [say(column.label) for column in kind.columns]
    assert len(set(headers)) == len(headers)
    file = tables.write_csv(headers, [[column.example for column in kind.columns]])
    counts, errors = bring(kind, branch, file if isinstance(file, str) else file.decode("utf-8-sig"))
    assert (counts.done, errors) == (1, [])


def test_as_many_statements_for_many_rows_as_for_one(branch: Branch, rep: Employee) -> None:
    ask, seen = imports.Ask(None, branch.id, {}, NOW), []
    for n in (1, 9):
        rows = [{"staff_no": "R001", "kind": "sick", "first_on": f"2026-03-{day:02}"} for day in range(11, 11 + n)]
        db.session.remove()
        with record() as found:
            imports.judge(LeaveImport(), list(enumerate(rows)), ask)
        seen.append(len(found))
    assert seen[0] == seen[1]
