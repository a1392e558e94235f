"""Questions about payslips, as the person who asked and as HR sees them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.payroll.models import Payslip, PayslipAnswer, PayslipQuestion
from webapp.payroll.policy import own_questions, questions_visible_to
from webapp.people.models import Branch, Employee

SIZE = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """One word after the question; `outcome` says whose it is."""

    seq: int
    by: str
    at: datetime
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    id: int
    payslip_id: int
    run_id: int
    line: int
    employee_id: int
    branch_id: int
    month: str
    currency: str
    category: str
    expected: int | None
    note: str
    asked_at: datetime
    due_on: date
    state: str
    state_at: datetime
    seq: int
    answers: Sequence[Answer] = ()


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """`content` is the slip's line that is asked about."""

    id: int
    name: str
    staff_no: str
    branch: str
    month: str
    currency: str
    content: Mapping[str, Any]
    category: str
    expected: int | None
    state: str
    state_at: datetime
    due_on: date


@dataclass(frozen=True, slots=True)
class QuestionFilters:
    """`state` is open, answered or all."""

    state: str = "open"
    branch_id: int | None = None
    q: str = ""


@dataclass(frozen=True, slots=True)
class QuestionPage:
    rows: Sequence[QuestionRow]
    page: int
    pages: int
    total: int


_OWN = ("id", "payslip_id", "line", "employee_id", "branch_id", "category", "expected", "note", "asked_at", "due_on")
_FIELDS = tuple(getattr(PayslipQuestion, name) for name in (*_OWN, "state", "state_at", "seq"))


def asked_of_slip(user: SignedIn, slip_id: int) -> dict[int, str]:
    """{line: state} of the person's questions about a slip that they did not take back. One statement."""
    query = select(PayslipQuestion.line, PayslipQuestion.state).where(
        PayslipQuestion.payslip_id == slip_id, PayslipQuestion.state != "withdrawn", own_questions(user)
    )
    return {row.line: row.state for row in conn().execute(query)}


def asked_about(user: SignedIn, slip_id: int) -> dict[int, tuple[int, str]]:
    """{line: (question, state)} for HR, those taken back left out. One statement."""
    query = select(PayslipQuestion.line, PayslipQuestion.id, PayslipQuestion.state).where(
        PayslipQuestion.payslip_id == slip_id, PayslipQuestion.state != "withdrawn", questions_visible_to(user)
    )
    return {row.line: (row.id, row.state) for row in conn().execute(query)}


def asked_of_line(user: SignedIn, slip_id: int, line: int) -> list[Question]:
    """The person's questions about one line, oldest first, each with its thread. Two statements."""
    here = (PayslipQuestion.payslip_id == slip_id, PayslipQuestion.line == line, own_questions(user))
    return _threads(_questions().where(*here).order_by(PayslipQuestion.id))


def own_question(user: SignedIn, question_id: int) -> Question:
    """Raises NotFound."""
    return _one(_questions().where(PayslipQuestion.id == question_id, own_questions(user)))


def question(user: SignedIn, question_id: int) -> Question:
    """For HR. Raises NotFound."""
    return _one(_questions().where(PayslipQuestion.id == question_id, questions_visible_to(user)))


def open_questions(user: SignedIn) -> int:
    """How many wait for an answer, the person's own left out: somebody else gives that."""
    waiting = (PayslipQuestion.state == "open", PayslipQuestion.employee_id != user.id, questions_visible_to(user))
    return conn().scalar(select(func.count()).select_from(PayslipQuestion).where(*waiting)) or 0


def questions(user: SignedIn, filters: QuestionFilters, page: int = 1) -> QuestionPage:
    """Open ones by the day they are due, others the latest first. Two statements."""
    query = _filtered(_listed().where(questions_visible_to(user)), filters)
    total = conn().scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // SIZE))
    page = min(max(1, page), pages)
    by = (PayslipQuestion.due_on, PayslipQuestion.id)
    query = query.order_by(*(by if filters.state == "open" else (column.desc() for column in by)))
    rows = conn().execute(query.limit(SIZE).offset((page - 1) * SIZE)).mappings()
    return QuestionPage([_row(row) for row in rows], page, pages, total)


def _questions() -> Select[Any]:
    query = select(*_FIELDS, Payslip.run_id, Payslip.month, Payslip.currency)
    return query.join(Payslip, Payslip.id == PayslipQuestion.payslip_id)


def _one(query: Select[Any]) -> Question:
    found = _threads(query)
    if not found:
        raise NotFound("not_found")
    return found[0]


def _threads(query: Select[Any]) -> list[Question]:
    found = [Question(**row) for row in conn().execute(query).mappings()]
    fields = (getattr(PayslipAnswer, name) for name in ("question_id", "seq", "at", "outcome", "text"))
    said = select(*fields, Employee.name.label("by")).join(Employee, Employee.id == PayslipAnswer.by_id)
    said = said.where(PayslipAnswer.question_id.in_([one.id for one in found])).order_by(PayslipAnswer.seq)
    answers: dict[int, list[Answer]] = defaultdict(list)
    for row in conn().execute(said) if found else ():
        answers[row.question_id].append(Answer(row.seq, row.by, row.at, row.outcome, row.text))
    return [replace(one, answers=answers[one.id]) for one in found]


def _listed() -> Select[Any]:
    names = ("id", "line", "category", "expected", "state", "state_at", "due_on")
    return (
        select(
            *(getattr(PayslipQuestion, name) for name in names),
            Payslip.month, Payslip.currency, Payslip.lines, Employee.name, Employee.staff_no,
            Branch.name.label("branch"),
        )
        .join(Payslip, Payslip.id == PayslipQuestion.payslip_id)
        .join(Employee, Employee.id == PayslipQuestion.employee_id)
        .join(Branch, Branch.id == PayslipQuestion.branch_id)
    )  # fmt: skip


def _filtered(query: Select[Any], filters: QuestionFilters) -> Select[Any]:
    if filters.state != "all":
        query = query.where(PayslipQuestion.state == filters.state)
    if filters.branch_id is not None:
        query = query.where(PayslipQuestion.branch_id == filters.branch_id)
    if filters.q:
        named = (column.icontains(filters.q, autoescape=True) for column in (Employee.name, Employee.staff_no))
        query = query.where(or_(*named))
    return query


def _row(row: Any) -> QuestionRow:
    known = {name: value for name, value in row.items() if name not in ("line", "lines")}
    return QuestionRow(content=row["lines"][row["line"]], **known)
