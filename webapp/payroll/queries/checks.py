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

TABLES = ("payslip", "pay_run")


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
        query = select(Payslip.id, Payslip.employee_id, Payslip.net, Payslip.lines, Payslip.content_hash).where(
            Payslip.month == month, Payslip.currency == currency, Payslip.issued_at.is_not(None)
        )
        slips = conn().execute(query).all()
        earned = wallet.earned_between([slip.employee_id for slip in slips], currency, *month_span(month))
        for slip in slips:
            booked = sum(total for _, _, total in earned.get(slip.employee_id, ()))
            shown = sum(line["amount"] for line in slip.lines if line["code"] == "pay_reward")
            if booked != shown:
                yield Problem("I12", {"payslip": slip.id, "rewards": shown, "ledger": booked})
            if sum(line["amount"] for line in slip.lines if line["side"] != "employer") != slip.net:
                yield Problem("I12", {"payslip": slip.id, "net": slip.net})
            sealed = {
                "employee_id": slip.employee_id, "month": month, "currency": currency, "net": slip.net,
                "lines": slip.lines,
            }  # fmt: skip
            if rules.content_hash(sealed) != slip.content_hash:
                yield Problem("I12", {"payslip": slip.id, "seal": slip.content_hash})


def _sums_against_ledger() -> Iterator[Problem]:
    """What slips swept is what the ledger moved to payable."""
    query = (
        select(Payslip.employee_id, Payslip.currency, func.sum(Payslip.swept).label("swept"))
        .where(Payslip.issued_at.is_not(None))
        .group_by(Payslip.employee_id, Payslip.currency)
    )
    rows = conn().execute(query).all()
    for currency in sorted({row.currency for row in rows}):
        swept = {row.employee_id: int(row.swept) for row in rows if row.currency == currency}
        figures = wallet.balances_of(list(swept), currency)
        for employee_id, amount in swept.items():
            if figures[employee_id].swept != amount:
                yield Problem("I12", {"employee": employee_id, "swept": amount, "ledger": figures[employee_id].swept})


def _missing_triggers() -> Iterator[Problem]:
    there = triggers.present(conn())
    expected = triggers.names(conn().dialect.name, TABLES)
    yield from (Problem("I8", {"trigger": name}) for name in expected if name not in there)
