"""Pay runs and their slips as HR sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Invalid, NotFound
from webapp.payroll import rules
from webapp.payroll.models import PayRun, Payslip
from webapp.payroll.policy import runs_visible_to
from webapp.payroll.queries.facts import eligible
from webapp.people.models import Branch, Employee
from webapp.wallet.rules import month_of, month_span, next_month

SIZE = 50


@dataclass(frozen=True, slots=True)
class RunRow:
    id: int
    branch_id: int
    branch: str
    month: str
    currency: str
    state: str
    total: int
    done: int
    version: int
    made_at: datetime
    issued_at: datetime | None
    slips: int
    issued: int
    net: int
    problems: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SlipFilters:
    """`changed` shows slips more than 20 % away from the month before, `problems` those with a remark."""

    q: str = ""
    changed: bool = False
    problems: bool = False
    sort: str = "name"


@dataclass(frozen=True, slots=True)
class SlipRow:
    id: int
    employee_id: int
    staff_no: str
    name: str
    gross: int
    advances: int
    net: int
    previous: int | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class SlipPage:
    rows: Sequence[SlipRow]
    page: int
    pages: int
    total: int


_SUMS = (
    func.count(Payslip.id).label("slips"),
    func.count(Payslip.issued_at).label("issued"),
    func.coalesce(func.sum(Payslip.net), 0).label("net"),
)
_RUNS = (
    select(
        *(getattr(PayRun, name) for name in ("id", "branch_id", "month", "currency", "state", "total", "done")),
        *(getattr(PayRun, name) for name in ("version", "made_at", "issued_at", "problems")),
        Branch.name.label("branch"),
    )
    .join(Branch, Branch.id == PayRun.branch_id)
    .order_by(PayRun.month.desc(), PayRun.branch_id)
)
_SORTS = {"name": Employee.name, "net": Payslip.net, "staff_no": Employee.staff_no}


def runs(user: SignedIn, limit: int = 60) -> list[RunRow]:
    """The latest runs of the person's branches. Two statements."""
    rows = conn().execute(_RUNS.where(runs_visible_to(user)).limit(limit)).mappings().all()
    query = select(Payslip.run_id, *_SUMS).where(Payslip.run_id.in_([row["id"] for row in rows]))
    sums = {row.run_id: row for row in conn().execute(query.group_by(Payslip.run_id))}
    return [_run(row, sums.get(row["id"])) for row in rows]


def run(user: SignedIn, run_id: int) -> RunRow:
    """One run the person may see. Raises NotFound."""
    row = conn().execute(_RUNS.where(PayRun.id == run_id, runs_visible_to(user))).mappings().first()
    if row is None:
        raise NotFound("not_found")
    return _run(row, conn().execute(select(*_SUMS).where(Payslip.run_id == run_id)).one())


def run_of(run_id: int) -> tuple[Branch, str]:
    """Branch and month of a run, for its jobs."""
    run = db.session.get_one(PayRun, run_id)
    return db.session.get_one(Branch, run.branch_id), run.month


def slips(run_id: int, month: str, filters: SlipFilters, flagged: Sequence[int], page: int = 1) -> SlipPage:
    """A page of the run's slips with the net of the month before. `flagged`: people with a remark."""
    before = aliased(Payslip)
    query = _slips(before, _month_before(month)).where(Payslip.run_id == run_id)
    for condition in _conditions(filters, before, flagged):
        query = query.where(condition)
    total = conn().scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // SIZE))
    page = min(max(1, page), pages)
    rows = conn().execute(_sorted(query, filters.sort, before).limit(SIZE).offset((page - 1) * SIZE)).mappings()
    return SlipPage([SlipRow(**row) for row in rows], page, pages, total)


def going() -> list[tuple[int, str]]:
    """(id, state) of the runs a job should be working on."""
    busy = select(PayRun.id, PayRun.state).where(PayRun.state.in_(("making", "issuing"))).order_by(PayRun.id)
    return [(row.id, row.state) for row in conn().execute(busy)]


def to_make(run_id: int) -> list[int]:
    """People of the run who have no slip of its month yet, whoever made it."""
    run = db.session.get_one(PayRun, run_id)
    made = set(conn().scalars(select(Payslip.employee_id).where(Payslip.month == run.month)))
    return [employee_id for employee_id in eligible(run.branch_id, run.month) if employee_id not in made]


def to_issue(run_id: int) -> list[int]:
    """Slips not issued yet; those that could not be wait for a person to go on."""
    refused = rules.refused(db.session.get_one(PayRun, run_id).problems)
    query = (
        select(Payslip.id)
        .where(Payslip.run_id == run_id, Payslip.issued_at.is_(None), Payslip.employee_id.not_in(refused))
        .order_by(Payslip.id)
    )
    return list(conn().scalars(query))


def why_not_issuable(run_id: int, at: datetime) -> Invalid | None:
    """What has to happen first: the month over and settled, earlier months issued. None: nothing."""
    run = db.session.get_one(PayRun, run_id)
    branch = db.session.get_one(Branch, run.branch_id)
    _, last = month_span(run.month)
    if at.astimezone(ZoneInfo(branch.timezone)).date() <= last:
        return Invalid("pay_month_running", day=next_month(last))
    if branch.settled_through is None or branch.settled_through < last:
        return Invalid("pay_month_unsettled", day=branch.settled_through or branch.settled_from)
    earlier = select(func.min(PayRun.month)).where(
        PayRun.branch_id == run.branch_id, PayRun.month < run.month, PayRun.state != "issued"
    )
    month = conn().scalar(earlier) or _left_out(run)
    return Invalid("pay_month_earlier", month=month) if month else None


def _left_out(run: PayRun) -> str | None:
    """The month after the last issued one, when this run would skip it: nobody could be paid for it any more."""
    before = select(func.max(PayRun.month)).where(PayRun.branch_id == run.branch_id, PayRun.month < run.month)
    last = conn().scalar(before)
    following = month_of(next_month(month_span(last)[0])) if last else run.month
    return following if following < run.month else None


def _run(row: Any, sums: Any) -> RunRow:
    counted = {"slips": 0, "issued": 0, "net": 0} if sums is None else {
        "slips": sums.slips, "issued": sums.issued, "net": int(sums.net),
    }  # fmt: skip
    return RunRow(**{**row, **counted})


def _slips(before: Any, month: str) -> Select[Any]:
    return (
        select(
            *(getattr(Payslip, name) for name in ("id", "employee_id", "gross", "advances", "net", "issued_at")),
            Employee.staff_no,
            Employee.name,
            before.net.label("previous"),
        )
        .join(Employee, Employee.id == Payslip.employee_id)
        .outerjoin(
            before,
            and_(before.employee_id == Payslip.employee_id, before.month == month, before.currency == Payslip.currency),
        )
    )


def _conditions(filters: SlipFilters, before: Any, flagged: Sequence[int]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.q:
        text = filters.q
        found.append(
            or_(Employee.name.icontains(text, autoescape=True), Employee.staff_no.icontains(text, autoescape=True))
        )
    if filters.changed:
        found.append(or_(before.net.is_(None), func.abs(Payslip.net - before.net) * 5 > before.net))
    if filters.problems:
        found.append(Payslip.employee_id.in_(flagged))
    return found


def _sorted(query: Select[Any], sort: str, before: Any) -> Select[Any]:
    key = sort.removeprefix("-")
    change = Payslip.net - case((before.net.is_(None), 0), else_=before.net)
    column = change if key == "change" else _SORTS.get(key, Employee.name)
    return query.order_by(column.desc() if sort.startswith("-") else column, Payslip.id)


def _month_before(month: str) -> str:
    first: date = month_span(month)[0]
    return f"{first.year - (first.month == 1)}-{(first.month - 2) % 12 + 1:02}"
