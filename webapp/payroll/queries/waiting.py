"""Questions about pay in a list of all that waits: their keys, and the rows of it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.engine import Row

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.merged import Narrow, before, key, narrowed
from webapp.payroll.models import Payslip, PayslipQuestion
from webapp.payroll.policy import questions_visible_to
from webapp.people.models import Branch, Employee

_ASKED = PayslipQuestion


def question_keys(user: SignedIn, to: Narrow, *, rank: int) -> Select[Any]:
    """Their day is the first of the month they are about; the day they are due was promised to who asked."""
    late = before(to.today, _ASKED.branch_id, _ASKED.due_on)
    where: dict[str, Any] = {"branch_id": _ASKED.branch_id, "opened_at": _ASKED.state_at, "late": late}
    where |= {"day": Payslip.month + "-01"}
    known = {"id": _ASKED.id, "person": Employee.name, "due_on": _ASKED.due_on}
    found = _with_slip(select(*key("pay_question", rank=rank, **known, **where)))
    return narrowed(
        found.where(_own(user) if to.own else _waits(user)), to, spots=(Employee.name, Employee.staff_no), **where
    )


def question_some(user: SignedIn, ids: Collection[int]) -> list[Row[Any]]:
    """These, as far as the person sees them. `waits`: for an answer of this person."""
    found = select(
        _ASKED.id, _ASKED.branch_id, _ASKED.category, _ASKED.note, _ASKED.state, _ASKED.state_at, _ASKED.due_on,
        _ASKED.seq, Payslip.month, Employee.name, Employee.staff_no, Branch.name.label("branch"), Branch.timezone,
        _waits(user).label("waits"),
    )  # fmt: skip
    found = _with_slip(found).join(Branch, Branch.id == _ASKED.branch_id)
    return list(conn().execute(found.where(_ASKED.id.in_(list(ids)), questions_visible_to(user))))


def _waits(user: SignedIn) -> Any:
    return and_(_ASKED.state == "open", _ASKED.employee_id != user.id, questions_visible_to(user))


def _own(user: SignedIn) -> Any:
    return and_(_ASKED.state == "open", _ASKED.employee_id == user.id, questions_visible_to(user))


def _with_slip(found: Select[Any]) -> Select[Any]:
    found = found.join(Payslip, Payslip.id == _ASKED.payslip_id)
    return found.join(Employee, Employee.id == _ASKED.employee_id)
