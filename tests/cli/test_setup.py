"""Operators' commands: init and import."""

from __future__ import annotations

import pytest

from webapp.core.db import db
from webapp.people.models import Branch, Employee
from webapp.rules.models import Rule

ANSWERS = {
    "--company": "Bright Shops", "--branch-code": "sh", "--timezone": "Asia/Shanghai", "--currency": "cny",
    "--country": "cn", "--language": "zh", "--admin-name": "Chen Admin", "--staff-no": "a001",
    "--password": "tea in the morning",
}  # fmt: skip


@pytest.fixture
def flask(app):
    def run(*arguments, **given):
        db.session.remove()
        result = app.test_cli_runner().invoke(args=[str(a) for a in arguments], **given)
        db.session.remove()
        return result

    return run


def init(flask, **changes):
    answers = {**ANSWERS, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    return flask("init", *(part for pair in answers.items() for part in pair))


def test_init_makes_a_company_one_can_sign_in_to(flask, client):
    result = init(flask)
    assert result.exit_code == 0, result.output
    assert ANSWERS["--password"] not in result.output
    admin = db.session.query(Employee).one()
    assert (admin.staff_no, admin.role, db.session.query(Rule).count()) == ("A001", "admin", 4)
    signed_in = client.post("/login", data={"number": "a001", "password": ANSWERS["--password"]})
    assert signed_in.location == "/hr/inbox"
    assert client.get("/hr/people").status_code == 200


def test_init_asks_for_what_is_missing(flask):
    lines = ["Bright Shops", "SH", "", "", "", "", "Chen Admin", "", "tea in the morning", "tea in the morning"]
    result = flask("init", input="\n".join(lines) + "\n")
    assert result.exit_code == 0, result.output
    assert "tea in the morning" not in result.output
    assert db.session.query(Branch).one().currency == "CNY"


def test_init_asks_again_only_for_what_was_wrong(flask):
    lines = ["Bright Shops", "SH", "Mars/Base", "XXQ", "", "", "Chen Admin", "", "123", "123"]
    better = ["good morning tea", "good morning tea", "Asia/Shanghai", "CNY"]
    result = flask("init", input="\n".join([*lines, *better]) + "\n")
    assert result.exit_code == 0, result.output
    assert "At least 8 characters" in result.output
    branch = db.session.query(Branch).one()
    assert (branch.timezone, branch.currency) == ("Asia/Shanghai", "CNY")


def test_init_asks_nothing_where_there_is_a_company(flask):
    init(flask)
    result = flask("init", input="")
    assert result.exit_code == 1
    assert result.output.splitlines() == ["Error: There is a company in this database already."]


@pytest.mark.parametrize(
    "words", [["init"], ["settle"], ["ledger-check"], ["outbox-retry"], ["import", "people", __file__]]
)
def test_a_database_without_tables_is_one_line(make_app, tmp_path, words):
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/empty.db")
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert "the database is not ready (no such table: alembic_version)" in result.output
    assert "make run" in result.output


def test_init_refuses_a_second_company(flask):
    init(flask)
    again = init(flask, branch_code="XX", staff_no="A002")
    assert again.exit_code == 1
    assert "There is a company in this database already." in again.output
    assert db.session.query(Branch).count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [({"timezone": "Mars/Base"}, "time zone"), ({"currency": "XXQ"}, "three letters"), ({"password": "123"}, "8 char"),
     ({"staff_no": "no way!"}, "for example R001"), ({"admin_name": " "}, "Fill this in"),
     ({"country": "x"}, "country")],
)  # fmt: skip
def test_init_leaves_nothing_half_made(flask, change, words):
    result = init(flask, **change)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
    assert db.session.query(Branch).count() == db.session.query(Employee).count() == 0


def test_import_people(flask, tmp_path):
    init(flask)
    file = tmp_path / "people.csv"
    file.write_text("staff_no,name,joined_on\nR1,Li Na,2026-03-02\nR2,,2026-03-02\n", encoding="utf-8")
    dry = flask("import", "people", file, "--dry-run")
    assert "new 1" in dry.output
    assert db.session.query(Employee).count() == 1
    result = flask("import", "people", file, "--as", "A001")
    assert result.exit_code == 1, "a wrong row is an error for scripts"
    assert "row 3: name: Fill this in." in result.output
    assert "imported 1, already so 0, not imported 1" in result.output
    assert db.session.query(Employee).count() == 2
    file.write_text("staff_no,name\nR1,Li Na\n")
    assert flask("import", "people", file).exit_code == 0


def test_import_says_what_is_wrong_with_the_call(flask, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("staff_no\nR1\n")
    assert "run init first" in flask("import", "people", file).output
    init(flask)
    assert "nobody works here" in flask("import", "people", file, "--as", "X9").output
    assert "there are: SH" in flask("import", "people", file, "--branch", "XX").output
    assert "no column for: Name" in flask("import", "people", file).output
    assert flask("import", "people", tmp_path / "missing.csv").exit_code == 2
