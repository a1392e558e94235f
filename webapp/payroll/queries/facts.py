"""Reading what payslips are computed from: many people in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select

from webapp.core.db import conn, db
from webapp.payroll import rules
from webapp.payroll.models import Payslip
from webapp.payroll.queries.earlier import paid_months
from webapp.payroll.rules import PeriodFacts, RewardSum, SalaryRow, Slip, YearToDate
from webapp.people import queries as people
from webapp.people.models import Branch, Employee, Salary
from webapp.rules.models import Rule
from webapp.wallet import queries as wallet
from webapp.wallet.rules import month_span


@dataclass(frozen=True, slots=True)
class Issued:
    """What earlier issued slips of one person hold."""

    settled: int = 0
    counted: int = 0
    ytd: YearToDate = YearToDate()


def eligible(branch_id: int, month: str) -> list[int]:
    """Our own people employed in the month, and those who left and have money in the wallet or in wrong base salary.

    Whoever moved is paid by the branch they belonged to on its last day, for the whole month.
    """
    first, last = month_span(month)
    query = select(Employee.id, Employee.left_on).where(
        people.belonged([branch_id], last), Employee.employer == "own", Employee.joined_on <= last
    )
    rows = conn().execute(query.order_by(Employee.id)).all()
    gone = {row.id: row.left_on for row in rows if row.left_on is not None and row.left_on < first}
    concerned = _concerned(db.session.get_one(Branch, branch_id), gone, month) if gone else set()
    return [row.id for row in rows if row.left_on is None or row.left_on >= first or row.id in concerned]


def facts_of(branch: Branch, employee_ids: Collection[int], month: str) -> dict[int, PeriodFacts]:
    """Everything about these people's month. At most ten statements."""
    first, last = month_span(month)
    query = select(Employee.id, Employee.branch_id, Employee.joined_on, Employee.left_on, Employee.created_at)
    rows = conn().execute(query.where(Employee.id.in_(employee_ids))).all()
    salaries = _salaries(employee_ids, last)
    earned = wallet.earned_between(employee_ids, branch.currency, first, last)
    before = wallet.earned_between(employee_ids, branch.currency, None, first - timedelta(days=1))
    issued = issued_of(employee_ids, branch.currency, month)
    figures = wallet.balances_of(employee_ids, branch.currency)
    earlier = paid_months(rows, branch.currency, month)
    kinds = _kinds(rule_id for sums in earned.values() for rule_id, _, _ in sums)
    return {
        row.id: PeriodFacts(
            employee_id=row.id,
            month=month,
            currency=branch.currency,
            workdays=branch.week_on(last),
            joined_on=row.joined_on,
            left_on=row.left_on,
            salaries=tuple(salaries[row.id]),
            rewards=tuple(RewardSum(rule, kinds.get(rule), n, total) for rule, n, total in earned.get(row.id, ())),
            earned_before=sum(total for _, _, total in before.get(row.id, ())),
            settled_before=issued[row.id].settled,
            withdrawn=figures[row.id].reserved + figures[row.id].paid - issued[row.id].counted,
            available=figures[row.id].available,
            earlier=earlier.get(row.id, ()),
        )
        for row in rows
    }


def compute(branch: Branch, facts: PeriodFacts, ytd: YearToDate) -> Slip:
    """The slip by the branch's scheme. Raises Invalid."""
    return rules.compute(rules.scheme(branch.pay_scheme), facts, ytd, branch.country)


def issued_of(employee_ids: Collection[int], currency: str, month: str) -> dict[int, Issued]:
    """Sums over the slips issued so far, and of the month's year before it."""
    year = (Payslip.month >= f"{month[:4]}-01", Payslip.month < month)
    query = (
        select(
            Payslip.employee_id,
            func.sum(Payslip.swept).label("swept"),
            func.sum(Payslip.advances).label("counted"),
            func.sum(Payslip.gross).filter(*year).label("gross"),
            func.sum(Payslip.net).filter(*year).label("net"),
            func.count().filter(*year).label("months"),
        )
        .where(Payslip.employee_id.in_(employee_ids), Payslip.currency == currency, Payslip.issued_at.is_not(None))
        .group_by(Payslip.employee_id)
    )
    found = {employee_id: Issued() for employee_id in employee_ids}
    for row in conn().execute(query):
        ytd = YearToDate(int(row.gross or 0), int(row.net or 0), row.months)
        found[row.employee_id] = Issued(int(row.swept) + int(row.counted), int(row.counted), ytd)
    return found


def estimates(employee_id: int, months: Iterable[str]) -> list[tuple[str, PeriodFacts, Slip]]:
    """The person's next slips, each as if the one before had been issued; by the same computation."""
    moved: dict[str, int] = {}
    found = []
    for month in months:
        branch = db.session.get_one(Branch, people.branch_at(employee_id, month_span(month)[1]))
        facts = replace(facts_of(branch, [employee_id], month)[employee_id], **moved)
        slip = compute(branch, facts, issued_of([employee_id], branch.currency, month)[employee_id].ytd)
        moved = rules.after(facts, slip)
        found.append((month, facts, slip))
    return found


def _concerned(branch: Branch, gone: Mapping[int, date], month: str) -> set[int]:
    """Who of those that left before the month still has something on its payslip, or owes something."""
    concerned = {who for who, available in wallet.available_of(gone, branch.currency).items() if available}
    since, _ = month_span(rules.look_back(month)[0])
    lately = [employee_id for employee_id, left_on in gone.items() if left_on >= since]
    for employee_id, facts in (facts_of(branch, lately, month) if lately else {}).items():
        late = rules.corrections(rules.scheme(branch.pay_scheme), facts, 0, branch.country)
        if late.lines or late.owed:
            concerned.add(employee_id)
    return concerned


def _salaries(employee_ids: Collection[int], last: date) -> Mapping[int, list[SalaryRow]]:
    query = select(Salary.employee_id, Salary.effective_from, Salary.amount, Salary.currency).where(
        Salary.employee_id.in_(employee_ids), Salary.effective_from <= last
    )
    found: dict[int, list[SalaryRow]] = defaultdict(list)
    for row in conn().execute(query.order_by(Salary.effective_from)):
        found[row.employee_id].append(SalaryRow(row.effective_from, row.amount, row.currency))
    return found


def _kinds(rule_ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {rule_id for rule_id in rule_ids if rule_id is not None}
    if not wanted:
        return {}
    return {row.id: row.kind for row in conn().execute(select(Rule.id, Rule.kind).where(Rule.id.in_(wanted)))}
