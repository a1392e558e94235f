"""People from a CSV or XLSX file: new ones are added, known ones changed where the file says something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.core.cells import Cells
from webapp.core.errors import N_, DomainError, Invalid
from webapp.core.imports import Ask, Column, ImportKind, Parsed
from webapp.people import queries, rules, service
from webapp.people.models import Branch, Employee

_ROLES = {
    "rep": ("rep", "业务员", "业务代表", "促销员", "代表"),
    "supervisor": ("supervisor", "store supervisor", "督导", "店长", "主管"),
    "hr": ("hr", "人事"),
    "finance": ("finance", "财务"),
    "admin": ("admin", "administrator", "管理员"),
}
_EMPLOYERS = {
    "own": ("own", "our own staff", "自有", "本公司"),
    "client": ("client", "the client's staff", "客户方", "客户"),
}
_LANGUAGES = {"zh": ("zh", "chinese", "中文"), "en": ("en", "english", "英文")}
_DATES = ("joined_on", "left_on", "salary_from")


@dataclass(frozen=True)
class Known:
    branch: Branch
    people: Mapping[str, Employee]
    phones: dict[str, str]
    """Whose each number is: by record, else of the file's first row that has it."""
    teams: Mapping[str, int]
    salaries: Mapping[int, list[Any]]
    grantable: frozenset[str]


class PeopleImport(ImportKind):
    code = "people"
    columns = (
        Column("staff_no", N_("Staff number"), required=True, aliases=("工号", "员工编号", "number"), example="R101"),
        Column("name", N_("Name"), required=True, aliases=("姓名", "员工姓名"), example="李娜"),
        Column("phone", N_("Phone"), aliases=("手机", "手机号", "手机号码", "电话", "mobile"), example="13800138000"),
        Column("role", N_("Role"), aliases=("角色", "岗位", "职位"), example="rep", hint=N_("Empty: rep.")),
        Column("team", N_("Team"), aliases=("团队", "小组", "部门"), hint=N_("A team that is not there yet is made.")),
        Column("employer", N_("Employed by"), aliases=("雇主",), example="own", hint=N_("own or client; empty: own.")),
        Column("joined_on", N_("First day"), aliases=("入职日期", "入职时间", "入职", "joined"), example="2026-03-02"),
        Column("left_on", N_("Last day"), aliases=("离职日期", "离职时间", "离职", "left")),
        Column("salary", N_("Base salary a month"), aliases=("基本工资", "底薪", "base salary"), example="6500.00"),
        Column("salary_from", N_("Salary from"), aliases=("工资生效日期",), hint=N_("Empty: the first day.")),
        Column("language", N_("Language"), aliases=("语言",), example="zh", hint=N_("Empty: the branch's.")),
    )

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Known:
        numbers = {row.get("staff_no", "").strip().upper() for row in rows}
        people = queries.employees_by_staff_no(numbers)
        branch = queries.branches([ask.branch_id])[0]
        return Known(
            branch=branch,
            people=people,
            phones=queries.phone_owners(_phones(rows)),
            teams={team.name.casefold(): team.id for team in queries.teams([branch.id])},
            salaries=queries.salaries_of([person.id for person in people.values()]),
            grantable=rules.grantable(ask.by.role if ask.by else None),
        )

    def parse_row(self, cells: Cells, known: Known, ask: Ask) -> Parsed:
        data = _read(cells, known.branch)
        person = known.people.get(data.get("staff_no") or "")
        _check(cells, data, person, known)
        if not cells.ok:
            return Parsed("error", data.get("staff_no") or "")
        plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in data.items()}
        return Parsed(_action(data, person, known), data["staff_no"], plain)

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        data = {**data, **{name: date.fromisoformat(data[name]) for name in _DATES if data.get(name)}}
        team = data.pop("team", None)
        if team:
            data["team_id"] = _team(team, ask)
        (_create if action == "create" else _update)(data, ask)


KINDS = (PeopleImport(),)


def _read(cells: Cells, branch: Branch) -> dict[str, Any]:
    """Only what the row says; an empty cell says nothing."""
    data: dict[str, Any] = {
        "staff_no": cells.text("staff_no"),
        "name": cells.text("name", limit=80),
        "phone": cells.text("phone", limit=30),
        "role": cells.choice("role", _choices(_ROLES)),
        "team": cells.text("team", limit=80),
        "employer": cells.choice("employer", _choices(_EMPLOYERS)),
        "joined_on": cells.day("joined_on"),
        "left_on": cells.day("left_on"),
        "salary": cells.amount("salary", branch.currency),
        "salary_from": cells.day("salary_from"),
        "language": cells.choice("language", _choices(_LANGUAGES)),
    }
    for name, clean in (("staff_no", rules.clean_staff_no), ("phone", rules.clean_phone)):
        try:
            data[name] = clean(data[name]) if data[name] else None
        except DomainError as error:
            cells.fail(name, error)
    return {name: value for name, value in data.items() if value is not None}


def _check(cells: Cells, data: dict[str, Any], person: Employee | None, known: Known) -> None:
    if person is None:
        if not cells.has("joined_on"):
            cells.fail("joined_on", Invalid("required", "joined_on"))
        data.setdefault("role", "rep")
    elif person.branch_id != known.branch.id:
        cells.fail("staff_no", Invalid("staff_no_elsewhere", "staff_no"))
    if {data.get("role", "rep"), person.role if person else "rep"} - known.grantable and _role_changes(data, person):
        cells.fail("role", Invalid("role_not_yours", "role"))
    _check_employer(cells, data, person)
    number, phone = data.get("staff_no", ""), data.get("phone")
    if number and phone and (owner := known.phones.setdefault(phone, number)) != number:
        cells.fail("phone", Invalid("phone_taken", "phone", name=owner))
    joined = data.get("joined_on") or (person.joined_on if person else None)
    if joined and data.get("left_on") and data["left_on"] < joined:
        cells.fail("left_on", Invalid("left_before_joined", "left_on"))
    if data.get("salary", 0) < 0:
        cells.fail("salary", Invalid("too_low", "salary", limit=0))


def _check_employer(cells: Cells, data: dict[str, Any], person: Employee | None) -> None:
    role, employer = (data.get(name, getattr(person, name, None)) for name in ("role", "employer"))
    try:
        rules.check_employer(role or "rep", employer or "own")
    except DomainError as error:
        cells.fail("employer", error)


def _role_changes(data: dict[str, Any], person: Employee | None) -> bool:
    return person is None or data.get("role", person.role) != person.role


def _action(data: dict[str, Any], person: Employee | None, known: Known) -> str:
    if person is None:
        return "create"
    same = all(getattr(person, name) == value for name, value in data.items() if hasattr(person, name))
    same = same and ("team" not in data or known.teams.get(data["team"].casefold(), 0) == person.team_id)
    if "salary" in data:
        start = data.get("salary_from") or person.joined_on
        had = {row.effective_from: row.amount for row in known.salaries[person.id]}
        same = same and had.get(start) == data["salary"]
    return "skip" if same else "update"


def _create(data: dict[str, Any], ask: Ask) -> None:
    salary, start = data.pop("salary", None), data.pop("salary_from", None)
    made = service.hire(by=ask.by, branch_id=ask.branch_id, at=ask.at, **data)
    if salary is not None:
        start = start or made.joined_on
        service.record_salary(by=ask.by, employee_id=made.id, effective_from=start, amount=salary, at=ask.at)


def _update(data: dict[str, Any], ask: Ask) -> None:
    salary, start, left_on = data.pop("salary", None), data.pop("salary_from", None), data.pop("left_on", None)
    person = queries.employees_by_staff_no([data["staff_no"]])[data["staff_no"]]
    who: dict[str, Any] = {"by": ask.by, "employee_id": person.id, "at": ask.at}
    service.update_employee(version=person.version, **who, **data)
    if salary is not None:
        service.record_salary(effective_from=start or person.joined_on, amount=salary, **who)
    if left_on is not None and left_on != person.left_on:
        service.set_leaving(left_on=left_on, **who)


def _team(name: str, ask: Ask) -> int:
    found = next((t.id for t in queries.teams([ask.branch_id]) if t.name.casefold() == name.casefold()), None)
    return found or service.create_team(by=ask.by, branch_id=ask.branch_id, name=name, at=ask.at).id


def _phones(rows: Sequence[Mapping[str, str]]) -> set[str]:
    found = set()
    for row in rows:
        try:
            found.add(rules.clean_phone(row.get("phone")) or "")
        except DomainError:
            continue
    return found - {""}


def _choices(meanings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {word: meaning for meaning, words in meanings.items() for word in words}
