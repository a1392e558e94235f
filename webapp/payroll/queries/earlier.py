"""What issued payslips gave of earlier months' base salary, so that the next one can make up for the difference."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import select

from webapp.core.db import conn, db
from webapp.payroll import rules
from webapp.payroll.models import PayRun, Payslip
from webapp.payroll.rules import PaidMonth
from webapp.people.models import Branch, BranchMove
from webapp.wallet.rules import month_span, next_month

Moves = Mapping[int, list[tuple[date, int]]]


def paid_months(people: Sequence[Any], currency: str, month: str) -> dict[int, tuple[PaidMonth, ...]]:
    """The issued months before `month` that its slips may correct, oldest first. At most three statements.

    people: rows with id, branch_id, joined_on, left_on, created_at. Whoever got no slip in an issued month got nothing
    of it. The branch of a month's last day pays it and must have issued it.
    """
    months = rules.look_back(month)
    issued = _issued(currency, months)
    if not issued:
        return {}
    ids = [person.id for person in people]
    given, moves = _given(ids, currency, months), _moves(ids)
    found: dict[int, list[PaidMonth]] = defaultdict(list)
    for person, earlier in product(people, months):
        first, last = month_span(earlier)
        payer = issued.get((_branch_on(person, moves, last), earlier))
        got = given[person.id][earlier]
        if payer is not None and (got or _owed(person, first, last)):
            found[person.id].append(PaidMonth(earlier, payer.week_on(last), tuple(got)))
    return {employee_id: tuple(months) for employee_id, months in found.items()}


def _owed(person: Any, first: date, last: date) -> bool:
    """Employed in a month whose slips left them out: known by then, or entered by the end of the month after joining.

    Whoever joined longer before that was paid elsewhere until then.
    """
    entered = person.created_at.date()
    in_time = entered < next_month(next_month(person.joined_on))
    employed = person.joined_on <= last and (person.left_on is None or person.left_on >= first)
    return employed and (entered <= last or in_time)


def _issued(currency: str, months: list[str]) -> dict[tuple[int, str], Branch]:
    query = select(PayRun.month, Branch).join(Branch, Branch.id == PayRun.branch_id)
    rows = db.session.execute(
        query.where(PayRun.state == "issued", PayRun.currency == currency, PayRun.month.between(months[0], months[-1]))
    )
    return {(branch.id, month): branch for month, branch in rows}


def _given(employee_ids: Collection[int], currency: str, months: list[str]) -> dict[int, dict[str, list[Any]]]:
    """{person: {month: what they got of its base salary}}; a correction is on a later slip than its month."""
    query = select(Payslip.employee_id, Payslip.month, Payslip.lines).where(
        Payslip.employee_id.in_(employee_ids),
        Payslip.currency == currency,
        Payslip.issued_at.is_not(None),
        Payslip.month.between(months[0], months[-1]),
    )
    found: dict[int, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in conn().execute(query.order_by(Payslip.month)):
        for whose, part in rules.base_given(row.month, row.lines):
            found[row.employee_id][whose].append(part)
    return found


def _moves(employee_ids: Collection[int]) -> Moves:
    query = select(BranchMove.employee_id, BranchMove.moved_on, BranchMove.from_branch_id)
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for row in conn().execute(query.where(BranchMove.employee_id.in_(employee_ids)).order_by(BranchMove.moved_on)):
        found[row.employee_id].append((row.moved_on, row.from_branch_id))
    return found


def _branch_on(person: Any, moves: Moves, on: date) -> int:
    """As people.branch_on, for many dates at once."""
    return next((branch_id for moved_on, branch_id in moves.get(person.id, ()) if moved_on > on), person.branch_id)
