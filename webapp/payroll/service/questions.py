"""A person asks about a line of their payslip, HR answers. The slip stays as it was issued."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from webapp.core import audit, ids
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.notifications import service as notices
from webapp.notifications.queries import office_of
from webapp.notifications.rules import Told
from webapp.payroll import policy, rules
from webapp.payroll.models import Payslip, PayslipAnswer, PayslipQuestion
from webapp.people.models import Branch
from webapp.schedules import queries as schedules


def ask_about_line(
    *,
    by: SignedIn,
    slip_id: int,
    line: int,
    category: str,
    note: str,
    client_id: str,
    at: datetime,
    expected: int | None = None,
) -> int:
    """The question's id; the same form sent twice is one question. The slip's row is locked, so two at once are one.

    Raises NotFound, Invalid, Conflict (same form, other content; the line has a question already).
    """
    key, note = ids.client_id(client_id), rules.said(note, "note", rules.NOTE)
    if category not in rules.CATEGORIES:
        raise Invalid("not_a_choice", "category")
    slip = db.session.scalar(select(Payslip).where(Payslip.id == slip_id, policy.own_slips(by)).with_for_update())
    if slip is None or not by.sees_money or not 0 <= line < len(slip.lines):
        raise NotFound("not_found")
    content = {"payslip_id": slip.id, "line": line, "category": category, "expected": expected, "note": note}
    mine = select(PayslipQuestion).where(PayslipQuestion.employee_id == by.id, PayslipQuestion.client_id == key)
    if (known := db.session.scalar(mine)) is not None:
        if any(getattr(known, name) != value for name, value in content.items()):
            raise Conflict("same_id_other_content")
        return known.id
    here = (PayslipQuestion.payslip_id == slip.id, PayslipQuestion.line == line, PayslipQuestion.state != "withdrawn")
    if db.session.scalar(select(PayslipQuestion.id).where(*here)):
        raise Conflict("pay_question_asked")
    who = {"employee_id": by.id, "branch_id": slip.branch_id, "client_id": key}
    made = PayslipQuestion(**content, **who, asked_at=at, due_on=_due(slip.branch_id, at), state_at=at)
    db.session.add(made)
    db.session.flush()
    _ask_office(made, slip.month, by, at)
    return made.id


def ask_again(*, by: SignedIn, question_id: int, note: str, client_id: str, at: datetime) -> None:
    """The answer was not enough: the same thread is open again. Raises NotFound, Invalid, Conflict."""
    key, note = ids.client_id(client_id), rules.said(note, "note", rules.NOTE)
    question = _locked(question_id, policy.own_questions(by))
    if _said_before(question, key, by, rules.AGAIN, note):
        return
    if question.state != "answered":
        raise Conflict("pay_question_waits" if question.state == "open" else "pay_question_moved")
    _add(question, by, rules.AGAIN, note, key, at)
    question.state, question.state_at, question.due_on = "open", at, _due(question.branch_id, at)
    _ask_office(question, db.session.get_one(Payslip, question.payslip_id).month, by, at)


def withdraw_question(*, by: SignedIn, question_id: int, at: datetime) -> None:
    """The person takes it back while it waits; a second time changes nothing. Raises NotFound, Conflict."""
    question = _locked(question_id, policy.own_questions(by))
    if question.state == "withdrawn":
        return
    if question.state != "open":
        raise Conflict("pay_question_closed")
    question.state, question.state_at = "withdrawn", at
    notices.close(about=_about(question), at=at)


def answer_question(
    *, by: SignedIn, question_id: int, outcome: str, text: str, client_id: str, seq: int, at: datetime
) -> None:
    """HR's answer; `seq` is how much of the thread they had read. Raises NotFound, Forbidden, Invalid, Conflict."""
    key = ids.client_id(client_id)
    question = _locked(question_id, policy.questions_visible_to(by))
    if question.employee_id == by.id:
        raise Forbidden("pay_question_own")
    if not policy.can_answer(by, question.branch_id, question.employee_id):
        raise NotFound("not_found")
    text = rules.said(text, "text", rules.TEXT)
    if outcome not in rules.ANSWERS:
        raise Invalid("not_a_choice", "outcome")
    if _said_before(question, key, by, outcome, text):
        return
    if question.state != "open" or question.seq != seq:
        raise Conflict("pay_question_moved")
    _add(question, by, outcome, text, key, at)
    question.state, question.state_at = "answered", at
    notices.close(about=_about(question), at=at)
    _tell_asker(question, at)
    audit.record(
        actor_id=by.id,
        action="pay_question.answered",
        object_type="pay_question",
        object_id=question.id,
        branch_id=question.branch_id,
        after={"employee_id": question.employee_id, "outcome": outcome},
        reason=text,
        at=at,
    )


def _locked(question_id: int, seen: ColumnElement[bool]) -> PayslipQuestion:
    query = select(PayslipQuestion).where(PayslipQuestion.id == question_id, seen).with_for_update()
    question = db.session.scalar(query)
    if question is None:
        raise NotFound("not_found")
    return question


def _said_before(question: PayslipQuestion, key: str, by: SignedIn, outcome: str, text: str) -> bool:
    """The same form sent twice is one word. Raises Conflict when it says something else now."""
    same = (PayslipAnswer.question_id == question.id, PayslipAnswer.client_id == key)
    known = db.session.scalar(select(PayslipAnswer).where(*same))
    if known is None:
        return False
    if (known.by_id, known.outcome, known.text) != (by.id, outcome, text):
        raise Conflict("same_id_other_content")
    return True


def _add(question: PayslipQuestion, by: SignedIn, outcome: str, text: str, key: str, at: datetime) -> None:
    question.seq += 1
    said = {"outcome": outcome, "text": text, "client_id": key}
    db.session.add(PayslipAnswer(question_id=question.id, seq=question.seq, by_id=by.id, at=at, **said))


def _due(branch_id: int, at: datetime) -> date:
    zone = ZoneInfo(db.session.get_one(Branch, branch_id).timezone)
    return schedules.working_day_after(branch_id, at.astimezone(zone).date(), rules.ANSWER_DAYS)


def _ask_office(question: PayslipQuestion, month: str, by: SignedIn, at: datetime) -> None:
    about, params = _about(question), {"name": by.name, "month": month}
    told = [
        Told(
            officer.id,
            "notice_pay_question",
            f"{about}|{question.seq}|{officer.id}",
            f"/hr/pay-questions/{question.id}",
            params,
            about,
        )
        for officer in office_of([question.branch_id], "hr", "admin", on=at.date())
        if officer.id != by.id
    ]
    notices.tell(told=told, at=at)


def _tell_asker(question: PayslipQuestion, at: datetime) -> None:
    month = db.session.get_one(Payslip, question.payslip_id).month
    link, key = f"/pay/{question.payslip_id}/line?n={question.line}", f"{_about(question)}|{question.seq}"
    told = Told(question.employee_id, "notice_pay_answered", key, link, {"month": month})
    notices.tell(told=[told], at=at)


def _about(question: PayslipQuestion) -> str:
    return f"pay_question|{question.id}"
