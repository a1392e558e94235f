"""I12: issued payslips say what the ledger says; and all invariants together."""

from collections.abc import Iterator

from sqlalchemy import func, select

from webapp.core import triggers
from webapp.core.db import conn
from webapp.payroll import rules
from webapp.payroll.models import Payslip
from webapp.rewards import queries as rewards
from webapp.wallet import queries as wallet
from webapp.wallet.rules import Problem, month_span

TABLES = ("payslip", "pay_run", "payslip_answer", "payslip_question")


def ledger_check() -> list[Problem]:
    """Every invariant of the money, I1 to I12. Empty is good."""
    return [*wallet.problems(), *rewards.problems(), *problems()]


def problems() -> list[Problem]:
    """I12: what issued slips pay for is what the ledger holds."""
    return [*_slips_against_ledger(), *_sums_against_ledger(), *_missing_triggers()]


def _slips_against_ledger() -> Iterator[Problem]:
    """Rewards of the month, sum of lines, and the seal, month by month."""
    months = conn().execute(
        select(Payslip.month, Payslip.currency).where(Payslip.issued_at.is_not(None)).distinct().order_by(Payslip.month)
    )
    for month, currency in months.all():
        names = ("id", "employee_id", "gross", "advances", "net", "lines", "content_hash")
        query = select(*(getattr(Payslip, name) for name in names)).where(
            Payslip.month == month, Payslip.currency == currency, Payslip.issued_at.is_not(None)
        )
        slips = conn().execute(query).all()
        earned = wallet.earned_between([slip.employee_id for slip in slips], currency, *month_span(month))
        for slip in slips:
            booked = sum(total for _, _, total in earned.get(slip.employee_id, ()))
            shown = sum(line["amount"] for line in slip.lines if line["code"] == "pay_reward")
            if booked != shown:
                yield Problem("I12", {"payslip": slip.id, "rewards": shown, "ledger": booked})
            for name, amount in rules.sums(slip.lines).items():
                if getattr(slip, name) != amount:
                    yield Problem("I12", {"payslip": slip.id, name: getattr(slip, name), "lines": amount})
            sealed = {
                "employee_id": slip.employee_id, "month": month, "currency": currency, "net": slip.net,
                "lines": slip.lines,
            }  # fmt: skip
            if rules.content_hash(sealed) != slip.content_hash:
                yield Problem("I12", {"payslip": slip.id, "seal": slip.content_hash})


def _sums_against_ledger() -> Iterator[Problem]:
    """What slips swept is what the ledger moved to payable."""
    total = func.sum(Payslip.swept)
    query = select(Payslip.employee_id, Payslip.currency, total).where(Payslip.issued_at.is_not(None))
    rows = conn().execute(query.group_by(Payslip.employee_id, Payslip.currency).having(total != 0))
    paid, moved = {(row[0], row[1]): int(row[2]) for row in rows}, wallet.swept()
    for who in sorted({*paid, *moved}):
        if paid.get(who, 0) != moved.get(who, 0):
            yield Problem("I12", {"employee": who[0], "swept": paid.get(who, 0), "ledger": moved.get(who, 0)})


def _missing_triggers() -> Iterator[Problem]:
    there = triggers.present(conn())
    expected = triggers.names(conn().dialect.name, TABLES)
    yield from (Problem("I8", {"trigger": name}) for name in expected if name not in there)
