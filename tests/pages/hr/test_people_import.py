"""Importing people: preview, per-row errors, apply, the rows that failed."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import Workbook

from tests import factories
from webapp.core import clock, imports, tables
from webapp.core.audit import AuditEntry
from webapp.core.db import db, do
from webapp.core.errors import Invalid
from webapp.core.imports import Ask, ImportRow
from webapp.people import service
from webapp.people.adapters.imports import PeopleImport
from webapp.people.models import Employee, Salary, Team

URL = "/hr/people/import"
GOOD = """工号,姓名,手机号,岗位,团队,入职日期,底薪
r1,李娜,138 0013 8000,业务员,北区,2026/3/2,"6,500.00"
R2,Tom Lee,,店长,北区,2026年3月2日,
"""


@pytest.fixture
def branch(app):
    return factories.branch()


@pytest.fixture
def hr(branch, client_as):
    return client_as(factories.employee(branch, "hr", staff_no="H1"))


def upload(client, content, name="people.csv", **more):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(URL, data={"file": (io.BytesIO(data), name), **more})


def apply(client, page):
    return client.post(f"{page.location}/apply")


def people():
    return {person.staff_no: person for person in db.session.query(Employee)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_chinese_file_in_any_usual_encoding(branch, hr, encoding):
    page = upload(hr, GOOD.encode(encoding))
    assert "李娜" in hr.get(page.location).text
    assert len(people()) == 1, "nothing is changed before it is applied"
    assert apply(hr, page).location == page.location
    found = people()
    assert (found["R1"].name, found["R1"].phone, found["R1"].role) == ("李娜", "13800138000", "rep")
    assert found["R2"].role == "supervisor"
    assert found["R1"].team_id == found["R2"].team_id == db.session.query(Team).one().id
    assert db.session.query(Salary).one().amount == 650000
    assert "Imported: 2. Not imported: 0." in hr.get(page.location).text


def test_a_phone_number_that_was_a_number_in_a_table(branch, hr):
    """13800138000.0, as programs write a column of numbers with a gap; never 138001380000."""
    apply(hr, upload(hr, "工号,姓名,手机号码,入职日期\nR1,李娜,13800138000.0,2026-03-02\n"))
    assert people()["R1"].phone == "13800138000"


def test_xlsx_with_dates_numbers_and_formulas_as_values(branch, hr):
    book = Workbook()
    sheet = book.active
    sheet.append(["Staff number", "Name", "Phone", "First day", "Base salary a month"])
    sheet.append(["R1", "Li Na", 13800138000, clock.now().replace(tzinfo=None), 6500.1])
    sheet.append(["R2", "=1+1", None, "2026-03-02", None])
    out = io.BytesIO()
    book.save(out)
    page = upload(hr, out.getvalue(), "people.csv")
    apply(hr, page)
    assert people()["R1"].phone == "13800138000"
    assert db.session.query(Salary).one().amount == 650010
    assert "R2" not in people(), "a formula that was never computed has no value: the name is missing"


def test_every_wrong_row_says_why_and_the_others_go_in(branch, hr):
    page = upload(
        hr,
        "staff_no;name;joined_on;phone;role\nR1;Good;2026-03-02;;\nR2;;2026-03-02;;\nR3;No date;;;\n"
        "R4;Bad date;soon;;\nR1;Twice;2026-03-02;;\nR5;Boss;2026-03-02;;admin\nR6;Odd;2026-03-02;12;king\n",
    )
    text = hr.get(page.location).text
    for words in ("Fill this in.", "Write a date", "The same as row 2.", "Only an administrator", "Choose one of the"):
        assert words in text, words
    assert "Import 1 row" in text
    assert hr.get(f"{page.location}?show=error").text.count("<tr>") == 7
    apply(hr, page)
    assert set(people()) == {"H1", "R1"}
    csv = hr.get(f"{page.location}/failed.csv")
    failed = tables.read(csv.data)
    assert [row.values[0] for row in failed.rows] == ["R2", "R3", "R4", "R1", "R5", "R6"]
    assert failed.rows[0].values[-2:] == ("3", "Fill this in.")
    assert upload(hr, csv.data).status_code == 303, "mended, it can be sent again"


def test_a_phone_number_twice_in_a_file_is_said_before_anything_is_imported(branch, hr):
    page = upload(hr, "工号,姓名,手机,入职日期\nR1,A,13800138000,2026-03-02\nR2,B,138 0013 8000,2026-03-02\n")
    assert "R1 has this phone number already." in hr.get(page.location).text


def test_the_clients_staff_only_supervise(branch, hr):
    page = upload(
        hr,
        "staff_no;name;joined_on;role;employer\nR1;Rep;2026-03-02;rep;client\nR2;Nothing said;2026-03-02;;client\n"
        "S1;Supervisor;2026-03-02;supervisor;client\n",
    )
    assert hr.get(f"{page.location}?show=error").text.count("can only be store supervisors") == 2
    apply(hr, page)
    assert set(people()) == {"H1", "S1"}
    page = upload(hr, "staff_no;name;role\nS1;Supervisor;rep\n")
    assert "can only be store supervisors" in hr.get(page.location).text


def test_the_same_file_again_changes_nothing(branch, hr):
    apply(hr, upload(hr, GOOD))
    before = db.session.query(AuditEntry).count()
    page = upload(hr, GOOD)
    assert "There is nothing to import" in hr.get(page.location).text
    apply(hr, page)
    assert db.session.query(AuditEntry).filter(AuditEntry.action != "import.applied").count() == before - 1


def test_a_file_changes_only_what_it_says(branch, hr):
    apply(hr, upload(hr, GOOD))
    apply(hr, upload(hr, "staff_no,name,phone\nR1,Li Na,\n"))
    assert (people()["R1"].name, people()["R1"].phone) == ("Li Na", "13800138000")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no rows"), (b"a,b\n1,2\n", "no column for: Staff number, Name"), (b"PK\x03\x04 broken", "cannot be read"),
     (b"\xff\xfe\x00", "cannot be read"), (b"staff_no,name\n", "no rows")],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(branch, hr, content, words):
    page = upload(hr, content)
    assert page.status_code == 422
    assert words in page.text
    assert hr.post(URL, data={}).status_code == 422


def test_somebody_elses_import_does_not_exist(branch, hr, client_as):
    """T35: nor into a branch that is not one's own."""
    page = upload(hr, GOOD)
    other = client_as(factories.employee(branch, "hr"))
    for path, method in (
        (page.location, "GET"),
        (f"{page.location}/failed.csv", "GET"),
        (f"{page.location}/apply", "POST"),
    ):
        assert other.open(path, method=method).status_code == 404
    assert upload(hr, GOOD, branch_id=factories.branch().id).status_code == 422
    assert client_as(factories.employee(branch)).get(URL).status_code == 403


def test_another_branchs_person_cannot_be_taken_over(branch, hr):
    """T35."""
    factories.employee(factories.branch(), staff_no="R1", name="Theirs")
    page = upload(hr, GOOD)
    assert "another branch" in hr.get(page.location).text
    apply(hr, page)
    assert people()["R1"].name == "Theirs"


def test_what_changed_between_preview_and_apply_is_reported(branch, hr):
    """T24: the other rows go on."""
    page = upload(hr, GOOD)
    factories.employee(branch, staff_no="X9", name="Fast", phone="13800138000")
    apply(hr, page)
    text = hr.get(page.location).text
    assert "Fast has this phone number already." in text
    assert "Imported: 1. Not imported: 1." in text
    assert "R2" in people()


def test_stopped_in_the_middle_it_goes_on_and_never_twice(branch, hr):
    lines = "".join(f"R{n},Person {n},2026-03-02\n" for n in range(1, 8))
    page = upload(hr, f"staff_no,name,joined_on\n{lines}")
    kind, left = PeopleImport(), iter([True, True, False])
    batch_id = int(page.location.rsplit("/", 1)[1])
    batch = db.session.get_one(imports.ImportBatch, batch_id)
    owner = db.session.query(Employee).filter_by(staff_no="H1").one().id
    db.session.expunge(batch)
    imports.run(kind, batch, None, more=lambda: next(left))
    assert imports.counts(batch_id).done == 2
    shown = hr.get(page.location).text
    assert re.search(r"2 / 7", shown)
    assert batch.owner_id == owner
    for _ in range(2):
        apply(hr, page)
    assert len(people()) == 8
    assert db.session.query(AuditEntry).filter_by(action="employee.hired").count() == 7


def test_a_row_that_breaks_unexpectedly_stops_nobody(branch, hr, monkeypatch):
    page, real = upload(hr, GOOD), service.hire

    def breaks(**values):
        if values["staff_no"] == "R1":
            raise RuntimeError("boom")
        return real(**values)

    monkeypatch.setattr(service, "hire", breaks)
    apply(hr, page)
    assert set(people()) == {"H1", "R2"}
    assert "Something went wrong on our side" in hr.get(page.location).text


def test_a_thousand_rows_ask_a_constant_number_of_questions(branch, hr, queries, app):
    counts = []
    for size in (10, 1000):
        content = "staff_no,name,joined_on\n" + "".join(f"Q{size}-{n},P,2026-03-02\n" for n in range(size))
        with queries() as asked:
            upload(hr, content)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15, asked


def test_the_example_file_is_one(branch, hr):
    page = upload(hr, hr.get(f"{URL}/sample.csv").data)
    assert apply(hr, page).status_code == 303
    assert "R101" in people()


def test_old_uploads_are_forgotten(branch, hr, freeze):
    freeze("2026-03-02T09:00+08:00")
    upload(hr, GOOD)
    freeze("2026-05-02T09:00+08:00")
    upload(hr, GOOD)
    assert db.session.query(ImportRow).count() == 2


def test_the_operator_imports_without_a_person(branch):
    ask = Ask(None, branch.id, {}, clock.now())
    batch_id = imports.prepare(PeopleImport(), GOOD.encode(), "people.csv", ask)
    imports.run(PeopleImport(), imports.open_batch(batch_id, PeopleImport(), None), None)
    assert imports.counts(batch_id).done == 2
    with pytest.raises(Invalid):
        do(
            service.hire,
            by=None,
            staff_no="R1",
            name="x",
            branch_id=branch.id,
            joined_on=branch.settled_from,
            at=ask.at,
        )
